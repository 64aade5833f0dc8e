/** cli_module: the `module ...` commands, over the loader. */
import { defineModule, loader, pbx } from '#core';
import { commands } from './commands.js';

export default defineModule({
  name: 'cli_module',
  description: 'Commands for modules',
  builtin: true,
  loadModule(core) {
    core.command(...commands(core.use(loader), core.use(pbx)));
  },
});
