/** A device as a row of a table: columns are options, as far as there are options of their names. */
import { formatProblem, knows, type Line, type Problem, type Row, read } from '#core';
import { checkDevice } from './checks.js';
import { type Device, type DeviceType, device } from './device.js';
import type { General } from './general.js';
import type { Interner } from './intern.js';
import { ownValues } from './own.js';

export interface RowReading {
  /** Undefined where the row says nothing of it. */
  readonly type: DeviceType | undefined;
  /** Undefined when a value that keeps others out cannot be taken: then it keeps everybody out. */
  readonly own: Partial<Device> | undefined;
  /** What is wrong with it, a line each, with the row and the column. */
  readonly remarks: readonly string[];
}

/** How the rest of the values are read. */
export interface RowEnvironment {
  readonly general: General;
  readonly defaults: Device;
  readonly interner: Interner;
}

/** Options that a file gives a line for each of their parts, and a row one text with `;` between them. */
const REPEATED: ReadonlySet<string> = new Set([
  ...['acl', 'permit', 'deny', 'contactacl', 'contactpermit', 'contactdeny'],
  ...['directmediaacl', 'directmediapermit', 'directmediadeny'],
  ...['allow', 'disallow', 'setvar', 'header', 'mailbox', 'auth', 'password_digest'],
]);

/** @param place the row, for who reads what is wrong: `sippeers name=3001` */
export function readDeviceRow(row: Row, place: string, environment: RowEnvironment): RowReading {
  const { general, defaults, interner } = environment;
  const lines = linesOf(row, place);
  const { set, places, problems, warnings } = read(device, lines, defaults, true);
  const remarks: Problem[] = [...problems, ...warnings];
  const section = { name: row['name'] ?? '', template: false, file: place, line: 0, variables: [] };
  const { type, ...own } = checkDevice(section, set, places, general, problem => remarks.push(problem));
  return {
    type,
    own: problems.length > 0 ? undefined : ownValues(own, defaults, interner),
    remarks: remarks.map(formatProblem),
  };
}

function linesOf(row: Row, place: string): Line[] {
  const registers = row['host']?.trim().toLowerCase() === 'dynamic';
  const lines: Line[] = [];
  for (const [name, value] of Object.entries(row)) {
    // The port of a device that registers is part of its registration.
    if (!value || !knows(device, name) || (name === 'port' && (registers || value === '0'))) continue;
    const values = REPEATED.has(name.toLowerCase()) ? value.split(';') : [value];
    // A blank is how a driver tells an empty text from nothing.
    for (const one of values) lines.push({ name, value: one === ' ' ? '' : one, file: place, line: 0 });
  }
  return lines;
}
