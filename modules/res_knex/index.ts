/** res_knex: named SQL connections, for the modules that read a driver's configuration. */
import { defineModule, token } from '#core';
import { commands } from './commands.js';
import { NamedConnections } from './connections.js';
import type { Connections } from './token.js';

export default defineModule({
  name: 'res_knex',
  description: 'SQL connections',
  early: true,

  loadModule(core) {
    const open = new NamedConnections(core);
    core.defer('SQL connections', () => open.close());
    core.provide(token<Connections>('sql connections'), open);
    core.command(...commands(open));
  },
});
