/** res_config_sqlite3.conf as a whole, for the sample file, for help and for checks. */
import { type ConfigFileDescription, finding } from '#core';
import { database } from './options.js';
import { readDatabases } from './read.js';

export const sqlite3Conf: ConfigFileDescription = {
  file: 'res_config_sqlite3.conf',
  intro:
    'The SQLite files of the realtime driver sqlite3. The name of a section is what extconfig.conf calls the database:\n' +
    'sippeers => sqlite3,asterisk,sippeers. A section [general] is passed over.',
  sections: [
    {
      name: 'asterisk',
      intro: 'A database.',
      table: database,
      example: 'dbfile=asterisk.sqlite3',
      anyName: true,
      lastCounts: true,
    },
  ],
  check: (config, { settings }) =>
    readDatabases(config, settings.directories.astdbdir).warnings.map(finding('warning')),
};
