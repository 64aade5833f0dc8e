/** cli_dialplan: commands for contexts and their extensions, and for hints. */
import { contexts, defineModule, dialplan, loader } from '#core';
import { changes } from './changes.js';
import { hintCommands } from './hints.js';
import { reload } from './reload.js';
import { show } from './show.js';

export default defineModule({
  name: 'cli_dialplan',
  description: 'Commands for contexts, extensions and hints of the dialplan',
  builtin: true,
  loadModule(core) {
    const table = core.use(contexts);
    core.command(show(table), reload(core.use(loader)), ...changes(table), ...hintCommands(core.use(dialplan)));
  },
});
