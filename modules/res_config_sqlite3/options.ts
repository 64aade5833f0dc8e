/** res_config_sqlite3.conf: a section for each database. The only list of its options. */
import { Invalid, listOf, milliseconds, oneOf, text, type Values, yesno } from '#core';
import type { Seed } from '../res_knex/token.js';

/** @throws Invalid */
function parseSeed(text: string): Seed {
  const [, table, columns] = /^\s*([^\s?]+)\?(.+)$/.exec(text) ?? [];
  const row = Object.fromEntries(new URLSearchParams(columns));
  if (table === undefined || Object.keys(row).length === 0) {
    throw new Invalid(`expected table?column=value&column=value, got '${text}'`);
  }
  return { table, row };
}

const showSeed = ({ table, row }: Seed): string => `${table}?${Object.keys(row).join('&')}`;

export const database = {
  dbfile: text('', 'The file. It is made when it is not there. A relative path is relative to astdbdir.'),
  client: oneOf(
    ['better-sqlite3', 'sqlite3'],
    'better-sqlite3',
    'The npm package that reads and writes it. sqlite3 does not come with Obelisk: npm install sqlite3.',
  ),
  debug: yesno(false, 'Whether each operation is logged at debug level 1, without values.'),
  requirements: oneOf(
    ['warn', 'createclose', 'createchar'],
    'warn',
    'What is done about columns that a module needs and a table lacks: tell of them, add them with the type that is ' +
      'nearest, or add them as text. Adding makes the table too, where it is not there.',
  ),
  batch: milliseconds(
    100,
    [0, 60_000],
    'How long writes are gathered into one transaction; 0 sends each as soon as the file is free.',
  ),
  busy_timeout: milliseconds(
    10_000,
    [0, 600_000],
    'How long a write is tried again while another process holds the file; reads give up after 2 seconds at most.',
  ),
  migrate: yesno(false, 'Whether tables that are not there are made at the start, as by `realtime migrate`.'),
  seed: listOf(
    'table?column=value&column=value',
    'A row for a table that migrate has just made; none is added to one that was there. As in a URL, %26 is a & within a value.',
    parseSeed,
    { show: seeds => seeds.map(showSeed).join(', '), secret: true },
  ),
};

export type Database = Values<typeof database>;
