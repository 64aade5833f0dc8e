/** Log lines: what a record looks like in a file and on a console, in each of the three formats. */
import { verboseIndent } from '../console-protocol.js';
import { LEVELS, type Level } from './levels.js';
import { printable } from './printable.js';

export type Formatter = 'default' | 'plain' | 'json';
export const formatters: readonly Formatter[] = ['default', 'plain', 'json'];

/** Something that was logged. */
export interface LogRecord {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly level: Level;
  /** Who says it: a module's name. */
  readonly name: string;
  readonly text: string;
  /** The level of a verbose message; 0 for others. */
  readonly verbosity: number;
}

/** What every line of a process has in common. */
export interface Surroundings {
  readonly pid: number;
  readonly host: string;
  readonly date: (at: number) => string;
}

/** The lines of a text, none of them able to harm a terminal. */
const linesOf = (text: string): string[] => (text.includes('\n') ? text.split('\n').map(printable) : [printable(text)]);

/**
 * A text of several lines becomes several records. From the second on the text follows `:|` instead of `: `: a line
 * break that came from outside can so never begin what looks like a message of its own, to people or to ban rules.
 */
const records = (start: string, text: string): string[] =>
  linesOf(text).map((line, at) => (at === 0 ? `${start}: ${line}` : `${start}:| ${line}`));

function json({ at, level, name, text }: LogRecord, { pid, host, date }: Surroundings): string {
  return JSON.stringify({
    hostname: host,
    timestamp: date(at),
    identifiers: { lwp: pid },
    logmsg: { location: { filename: name }, level: LEVELS[level].word, message: linesOf(text).join('\n') },
  });
}

const plain = (record: LogRecord, { pid, date }: Surroundings, word: string): string[] =>
  records(`[${date(record.at)}] ${word}[${pid}]: ${record.name}`, record.text);

/** The lines of a record in a file. */
export function fileLines(formatter: Formatter, record: LogRecord, around: Surroundings): string[] {
  const { word } = LEVELS[record.level];
  if (formatter === 'json') return [json(record, around)];
  if (formatter === 'plain') return plain(record, around, word);
  return records(`[${around.date(record.at)}] ${word}[${around.pid}] ${record.name}`, record.text);
}

/** The lines of a record on a console. */
export function consoleLines(formatter: Formatter, record: LogRecord, around: Surroundings, colour: boolean): string[] {
  const { word, colour: code } = LEVELS[record.level];
  if (formatter === 'json') return [json(record, around)];
  if (formatter === 'plain') return plain(record, around, word);
  if (record.level === 'verbose') {
    const prefix = verboseIndent(record.verbosity);
    return linesOf(record.text).map(line => prefix + line);
  }
  return plain(record, around, colour ? `\x1b[${code}m${word}\x1b[0m` : word);
}
