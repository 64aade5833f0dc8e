/** cli_pbx: commands for what runs in the dialplan: applications, functions, global variables. */
import { defineModule, dialplan } from '#core';
import { applicationCommands } from './applications.js';
import { functionCommands } from './functions.js';
import { variableCommands } from './variables.js';

export default defineModule({
  name: 'cli_pbx',
  description: 'Commands for applications and functions of the dialplan',
  builtin: true,
  loadModule(core) {
    const engine = core.use(dialplan);
    core.command(...applicationCommands(engine), ...functionCommands(engine), ...variableCommands(engine));
  },
});
