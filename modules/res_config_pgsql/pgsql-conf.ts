/** res_pgsql.conf as a whole, for the sample file, for help and for checks. */
import { type ConfigFileDescription, finding } from '#core';
import { general } from './options.js';
import { readDatabase } from './read.js';

export const pgsqlConf: ConfigFileDescription = {
  file: 'res_pgsql.conf',
  intro:
    'The PostgreSQL database of the realtime driver pgsql. Whatever extconfig.conf says for a database, it is this one:\n' +
    'sippeers => pgsql,asterisk,sippeers.',
  sections: [{ name: 'general', intro: 'The server and the database.', table: general }],
  check: config => readDatabase(config).warnings.map(finding('warning')),
};
