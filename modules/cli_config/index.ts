/** cli_config: the `config ...` commands, over the configuration files and what their owners say of them. */
import { ConfigEditor, configuration, defineModule } from '#core';
import { changingCommands } from './changing.js';
import { commands } from './commands.js';

export default defineModule({
  name: 'cli_config',
  description: 'Commands for configuration files',
  builtin: true,
  loadModule(core) {
    const files = core.use(configuration);
    core.command(...commands(files), ...changingCommands(files, new ConfigEditor(files)));
  },
});
