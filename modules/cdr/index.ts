/** cdr: records of calls. Declares the module; what runs is an Engine. */
import { defineModule, token } from '#core';
import { applications } from './applications.js';
import { cdrConf } from './cdr-conf.js';
import { commands } from './commands.js';
import { Engine } from './engine.js';
import { functions } from './function.js';
import type { CallRecords } from './token.js';

export default defineModule<Engine>({
  name: 'cdr',
  description: 'Call Detail Records',
  aliases: ['func_cdr', 'app_cdr', 'app_forkcdr'],
  files: [cdrConf],

  async loadModule(core) {
    const engine = await Engine.start(core);
    core.provide(token<CallRecords>('call records'), engine);
    core.application(...applications(engine));
    core.dialplanFunction(...functions(engine));
    core.command(...commands(engine));
    return engine;
  },
  reloadModule: (_core, engine) => engine.reload(),
});
