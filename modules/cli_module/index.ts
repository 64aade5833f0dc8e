/** cli_module: the `module ...` commands, over the loader. */
import { defineModule, loader, pbx } from '#core';
import { commands } from './commands.js';
import { modulesView } from './view.js';

export default defineModule({
  name: 'cli_module',
  description: 'Commands for modules',
  builtin: true,
  loadModule(core) {
    const modules = core.use(loader);
    core.command(...commands(modules, core.use(pbx)));
    core.view(modulesView(modules));
  },
});
