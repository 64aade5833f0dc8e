/** cli_config: the `config ...` commands, which read and change configuration files. */
import { ConfigEditor, configuration, defineModule } from '#core';
import { sectionCommands } from './section.js';
import { setCommands } from './set.js';

export default defineModule({
  name: 'cli_config',
  description: 'Commands for configuration files',
  builtin: true,
  loadModule(core) {
    const editor = new ConfigEditor(core.use(configuration));
    core.command(...setCommands(editor), ...sectionCommands(editor));
  },
});
