/** cli_config: the `config ...` commands, over the configuration files and what their owners say of them. */
import { configuration, defineModule } from '#core';
import { commands } from './commands.js';

export default defineModule({
  name: 'cli_config',
  description: 'Commands for configuration files',
  builtin: true,
  loadModule(core) {
    core.command(...commands(core.use(configuration)));
  },
});
