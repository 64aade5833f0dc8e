/** cdr_adaptive_odbc.conf: the options of a table; the only list of them. */
import { text, type Values, yesno } from '#core';

export const context = {
  connection: text(
    '',
    'The database, by its name: a section of the file of a realtime driver, such as res_config_sqlite3.conf.',
  ),
  table: text('cdr', 'The table.'),
  schema: text('', 'Where the table is.', { never: 'a SQLite file has no schemas' }),
  usegmtime: yesno(false, 'Write times of no time zone.'),
  quoted_identifiers: text('', 'What stands around names in statements.', { never: 'names are always quoted' }),
} as const;

export type ContextValues = Values<typeof context>;

/** Lines that name a field or a column, which is why no table can have them. */
export const LINES = [
  ['alias src => source', 'The field src goes to the column source.'],
  ['filter accountcode => sales', 'Only records whose field is that, or with != is not.'],
  ['static "head office" => site', 'Each row has that in the column site.'],
] as const;
