/** cli_config: the `config ...` commands, which read and change configuration files. */
import { configEditor, defineModule } from '#core';
import { sectionCommands } from './section.js';
import { setCommands } from './set.js';

export default defineModule({
  name: 'cli_config',
  description: 'Commands for configuration files',
  builtin: true,
  loadModule(core) {
    const editor = core.use(configEditor);
    const names = { files: () => editor.names() };
    core.command(...setCommands(editor, names), ...sectionCommands(editor, names));
  },
});
