/** cdr_csv: call records as lines of text. */
import { defineModule, settings, token } from '#core';
import type { CallRecords } from '../cdr/token.js';
import { CsvFiles } from './files.js';

export default defineModule({
  name: 'cdr_csv',
  description: 'Comma Separated Values CDR Backend',
  requires: ['cdr'],

  loadModule(core) {
    const records = core.use(token<CallRecords>('call records'));
    const files = new CsvFiles(core.use(settings).directories.astlogdir, () => records.csv);
    core.defer('backend of call records', records.addBackend(files));
  },
});
