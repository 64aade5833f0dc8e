/** The part of cdr.conf that is the engine's, for the sample file, for help and for checks. */
import { type ConfigFileDescription, finding } from '#core';
import { csv, general } from './options.js';
import { FILE, readCdrConf } from './read.js';

export const cdrConf: ConfigFileDescription = {
  file: FILE,
  intro: 'Call records: what is recorded of a call, and when it is written. Backends are modules: cdr_csv.',
  sections: [
    { name: 'general', intro: 'The engine.', table: general },
    { name: 'csv', intro: 'Lines of text in cdr-csv/Master.csv under astlogdir: cdr_csv.', table: csv },
  ],
  check: config => readCdrConf(config).warnings.map(finding('warning')),
};
