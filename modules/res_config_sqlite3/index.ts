/** res_config_sqlite3: the realtime driver for SQLite files. */
import { defineModule, engineToken } from '#core';
import { Databases } from './databases.js';
import { Sqlite3Engine } from './engine.js';
import { sqlite3Conf } from './sqlite3-conf.js';

export default defineModule<Databases>({
  name: 'res_config_sqlite3',
  description: 'SQLite 3 realtime driver',
  requires: ['res_knex'],
  early: true,
  drivers: ['sqlite3'],
  files: [sqlite3Conf],

  async loadModule(core) {
    const databases = await Databases.open(core);
    core.provide(engineToken('sqlite3'), new Sqlite3Engine(databases.open));
    return databases;
  },
  reloadModule: (_core, databases) => databases.configure(),
});
