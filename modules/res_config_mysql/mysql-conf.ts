/** res_config_mysql.conf as a whole, for the sample file, for help and for checks. */
import { type ConfigFileDescription, finding } from '#core';
import { database } from './options.js';
import { readDatabases } from './read.js';

export const mysqlConf: ConfigFileDescription = {
  file: 'res_config_mysql.conf',
  intro:
    'The MariaDB and MySQL databases of the realtime driver mysql. The name of a section is what extconfig.conf calls\n' +
    'the database: sippeers => mysql,general,sippeers. With two names, sippeers => mysql,near/main,sippeers, the first is\n' +
    'asked and the second written.',
  sections: [
    {
      name: 'general',
      intro: 'A database.',
      table: database,
      example: 'dbhost=127.0.0.1',
      anyName: true,
      lastCounts: true,
    },
  ],
  check: config => readDatabases(config).warnings.map(finding('warning')),
};
