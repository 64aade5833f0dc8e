/** res_config_sqlite3: the realtime driver for SQLite files. */
import { defineModule, settings, token } from '#core';
import type { Connections, Driver } from '../res_knex/token.js';
import { readDatabases } from './read.js';
import { sqlite3Conf } from './sqlite3-conf.js';

export default defineModule<Driver>({
  name: 'res_config_sqlite3',
  description: 'SQLite 3 realtime driver',
  requires: ['res_knex'],
  early: true,
  drivers: ['sqlite3'],
  files: [sqlite3Conf],

  loadModule(core) {
    const { astdbdir } = core.use(settings).directories;
    return core.use(token<Connections>('sql connections')).drive(core, {
      driver: 'sqlite3',
      file: sqlite3Conf.file,
      always: true,
      falling: false,
      read: file => readDatabases(file, astdbdir),
    });
  },
  reloadModule: (_core, driver) => driver.configure(),
});
