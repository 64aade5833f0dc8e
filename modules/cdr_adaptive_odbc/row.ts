/** A record as a row: each column has the field of its name, or what the context says. */
import { dateTime, type Row } from '#core';
import type { CallRecord } from '../cdr/token.js';
import type { Context } from './read.js';

/** Fields that are moments. */
const TIMES = new Set(['start', 'answer', 'end']);

/** Fields that a table is expected to have a column for. */
export const FIELDS = [
  ...['accountcode', 'src', 'dst', 'dcontext', 'clid', 'channel', 'dstchannel', 'lastapp', 'lastdata'],
  ...['start', 'answer', 'end', 'duration', 'billsec', 'disposition', 'amaflags', 'uniqueid', 'userfield'],
  ...['peeraccount', 'linkedid', 'sequence'],
] as const;

/** `name` in lower case. A field, or a variable that the dialplan set on the record; empty where there is neither. */
export function fieldOf(record: CallRecord, name: string, utc: boolean): string {
  if (TIMES.has(name)) {
    const at = record[name as 'answer'];
    return at === undefined ? '' : dateTime(at, utc);
  }
  if ((FIELDS as readonly string[]).includes(name)) return String(record[name as 'src']);
  for (const [variable, value] of record.variables) if (variable.toLowerCase() === name) return value;
  return '';
}

/** Whether the context wants the record. */
export const passes = (record: CallRecord, { filters, usegmtime }: Context): boolean =>
  filters.every(({ field, value, differs }) => (fieldOf(record, field, usegmtime) === value) !== differs);

/** What is empty is left to the table. */
export function rowOf(record: CallRecord, { aliases, statics, usegmtime }: Context, columns: readonly string[]): Row {
  const row: Record<string, string> = {};
  for (const column of columns) {
    const name = column.toLowerCase();
    const value = statics.get(name) ?? fieldOf(record, aliases.get(name) ?? name, usegmtime);
    if (value !== '') row[column] = value;
  }
  return row;
}

/** Fields, aliases and texts that the table has no column for, as the operator calls them. */
export function lacking({ aliases, statics }: Context, columns: readonly string[]): string[] {
  const there = new Set(columns.map(column => column.toLowerCase()));
  const elsewhere = new Set(aliases.values());
  return [
    ...FIELDS.filter(field => !there.has(field) && !elsewhere.has(field)),
    ...[...aliases.keys(), ...statics.keys()].filter(column => !there.has(column)),
  ];
}
