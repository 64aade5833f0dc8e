/** `config list`: every configuration file, who reads it, and what became of that. */
import type { Command, Configuration, FileReading, TableShape } from '#core';

interface Row {
  readonly file: string;
  readonly owner: string;
  readonly at: number | undefined;
  readonly result: string;
  readonly changed: boolean | undefined;
  /** How many files it includes. */
  readonly includes: number | undefined;
}

const LAYOUT = '%-20.20s %-50s %-19s %-12s %-8s %8d';

const FILES: TableShape<Row> = {
  layout: LAYOUT,
  columns: [
    { title: 'Module', key: 'module', value: ({ owner }) => owner },
    { title: 'File', key: 'file', value: ({ file }) => file },
    { title: 'Last read', key: 'lastRead', value: ({ at }) => (at === undefined ? '' : dateOf(at)) },
    { title: 'Result', key: 'result', value: ({ result }) => result },
    { title: 'Changed', key: 'changed', value: ({ changed }) => changed },
    { title: 'Includes', key: 'includes', value: ({ includes }) => includes },
  ],
};

export const listCommand = (configuration: Configuration): Command => ({
  syntax: 'config list',
  summary: 'List the configuration files: who reads them, when that was last, and whether they were taken',
  help: [
    'Changed: the file, or one that it includes, is not as it was when it was read, or was refused then. Nothing stands there',
    'where the files are as they were and a command of #exec, which is not run for this, may print something else.',
  ].join('\n'),
  async run({ out }) {
    out.table(
      FILES,
      configuration.running ? readRows(await configuration.running.readings()) : plainRows(configuration),
    );
  },
});

const readRows = (readings: readonly FileReading[]): Row[] =>
  readings.map(({ name, who, at, problems, absent, changed, read }) => ({
    file: name,
    owner: who,
    at,
    result: absent ? 'absent' : problems === 0 ? 'ok' : `refused (${problems})`,
    changed,
    includes: read.length - 1,
  }));

const plainRows = (configuration: Configuration): Row[] =>
  configuration
    .described()
    .map(({ owner, description: { file } }) => ({
      file,
      owner,
      at: undefined,
      result: '',
      changed: undefined,
      includes: undefined,
    }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));

/** `2026-01-31 12:22:05`, local time. */
export function dateOf(epochMs: number): string {
  const local = new Date(epochMs - new Date(epochMs).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
