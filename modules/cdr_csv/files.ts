/** The files of cdr_csv: Master.csv, and one for each accountcode. Written whole lines at a time. */
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallRecord, CdrBackend, Csv } from '../cdr/token.js';
import { lineOf } from './line.js';

/** Account codes that are file names; others stay in Master.csv. */
const ACCOUNT = /^[\w@+ -][\w.@+ -]{0,60}$/;

export class CsvFiles implements CdrBackend {
  readonly name = 'csv';
  readonly description = 'Comma Separated Values CDR Backend';
  readonly #directory: string;
  readonly #options: () => Csv;

  constructor(directory: string, options: () => Csv) {
    this.#directory = join(directory, 'cdr-csv');
    this.#options = options;
  }

  async write(records: readonly CallRecord[]): Promise<void> {
    const options = this.#options();
    const texts = new Map<string, string>();
    const add = (file: string, line: string): void => void texts.set(file, `${texts.get(file) ?? ''}${line}\n`);
    for (const record of records) {
      const line = lineOf(record, options);
      add('Master.csv', line);
      if (options.accountlogs && ACCOUNT.test(record.accountcode)) add(`${record.accountcode}.csv`, line);
    }
    for (const [file, text] of texts) await this.#append(join(this.#directory, file), text);
  }

  async #append(path: string, text: string): Promise<void> {
    try {
      await appendFile(path, text);
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
      await mkdir(this.#directory, { recursive: true });
      await appendFile(path, text);
    }
  }
}
