/** res_odbc.conf and res_config_odbc.conf as a whole, for the sample files, for help and for checks. */
import { type ConfigFileDescription, finding } from '#core';
import { environment, general, odbcClass } from './options.js';
import { readClasses, readDatabases } from './read.js';

export const odbcConf: ConfigFileDescription = {
  file: 'res_odbc.conf',
  intro:
    'The databases of the realtime driver odbc, by the DSNs of odbc.ini: sippeers => odbc,asterisk,sippeers. No ODBC is\n' +
    'needed here: the driver that odbc.ini and odbcinst.ini name for a DSN says whether PostgreSQL, MariaDB or SQLite is spoken.',
  sections: [
    { name: 'ENV', intro: 'Where the files of ODBC are.', table: environment },
    { name: 'asterisk', intro: 'A database.', table: odbcClass, example: 'dsn=asterisk', anyName: true },
  ],
  check: config => readClasses(config, process.env).warnings.map(finding('warning')),
  async checkNamed(config) {
    await readDatabases(config, process.env, true);
    return [];
  },
};

export const configOdbcConf: ConfigFileDescription = {
  file: 'res_config_odbc.conf',
  intro: 'How the realtime driver odbc answers.',
  sections: [{ name: 'general', intro: 'For all databases.', table: general }],
};
