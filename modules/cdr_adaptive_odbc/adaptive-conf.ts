/** cdr_adaptive_odbc.conf as a whole, for the sample file, for help and for checks. */
import { type ConfigFileDescription, finding } from '#core';
import { context, LINES } from './options.js';
import { FILE, readContexts } from './read.js';

export const adaptiveConf: ConfigFileDescription = {
  file: FILE,
  intro:
    'Call records in tables: a section for each table. A column takes the field of its name: src, dst, start, duration;\n' +
    'a column of another name takes what the dialplan set by CDR(name). Lines beside the options:\n' +
    LINES.map(([line, what]) => `${line}: ${what}`).join('\n'),
  sections: [
    {
      name: 'calls',
      intro: 'A table. The name is yours to choose.',
      table: context,
      example: ['connection=asterisk', ...LINES.map(([line]) => line)].join('\n'),
      anyName: true,
      anyOption: true,
    },
  ],
  check: config => readContexts(config).warnings.map(finding('warning')),
};
