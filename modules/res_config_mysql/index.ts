/** res_config_mysql: the realtime driver for MariaDB and MySQL databases. */
import { defineModule, token } from '#core';
import type { Connections, Driver } from '../res_knex/token.js';
import { commands } from './commands.js';
import { mysqlConf } from './mysql-conf.js';
import { namesOf, readDatabases } from './read.js';

export default defineModule<Driver>({
  name: 'res_config_mysql',
  description: 'MariaDB and MySQL realtime driver',
  requires: ['res_knex'],
  early: true,
  drivers: ['mysql'],
  files: [mysqlConf],

  async loadModule(core) {
    const driver = await core.use(token<Connections>('sql connections')).drive(core, {
      driver: 'mysql',
      file: mysqlConf.file,
      falling: true,
      read: readDatabases,
      names: namesOf,
    });
    core.command(...commands(driver, core.clock));
    return driver;
  },
  reloadModule: (_core, driver) => driver.configure(),
});
