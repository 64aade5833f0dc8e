/** A record as a line of Master.csv: strings in quotes, numbers bare, a time that never came empty. */
import { dateTime } from '#core';
import type { CallRecord, Csv } from '../cdr/token.js';

const quoted = (text: string): string => `"${text.replace(/"/g, '""')}"`;

/** Without its line break. */
export function lineOf(record: CallRecord, options: Csv): string {
  const time = (ms: number | undefined): string => (ms === undefined ? '' : quoted(dateTime(ms, options.usegmtime)));
  const cells = [
    ...[record.accountcode, record.src, record.dst, record.dcontext, record.clid].map(quoted),
    ...[record.channel, record.dstchannel, record.lastapp, record.lastdata].map(quoted),
    ...[time(record.start), time(record.answer), time(record.end)],
    ...[String(record.duration), String(record.billsec)],
    ...[quoted(record.disposition), quoted(record.amaflags)],
    ...(options.loguniqueid ? [quoted(record.uniqueid)] : []),
    ...(options.loguserfield ? [quoted(record.userfield)] : []),
    ...(options.newcdrcolumns ? [quoted(record.peeraccount), quoted(record.linkedid), String(record.sequence)] : []),
  ];
  // A record is a line of text, whatever a phone put into a name.
  return cells.join(',').replace(/[\r\n\0]+/g, ' ');
}
