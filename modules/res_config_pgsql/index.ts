/** res_config_pgsql: the realtime driver for a PostgreSQL database. */
import { defineModule, token } from '#core';
import type { Connections, Driver } from '../res_knex/token.js';
import { commands } from './commands.js';
import { pgsqlConf } from './pgsql-conf.js';
import { CONNECTION, readDatabase } from './read.js';

export default defineModule<Driver>({
  name: 'res_config_pgsql',
  description: 'PostgreSQL realtime driver',
  requires: ['res_knex'],
  early: true,
  drivers: ['pgsql'],
  files: [pgsqlConf],

  async loadModule(core) {
    const driver = await core.use(token<Connections>('sql connections')).drive(core, {
      driver: 'pgsql',
      file: pgsqlConf.file,
      falling: true,
      read: readDatabase,
      names: () => ({ reads: CONNECTION, writes: CONNECTION }),
    });
    core.command(...commands(driver, core.clock));
    return driver;
  },
  reloadModule: (_core, driver) => driver.configure(),
});
