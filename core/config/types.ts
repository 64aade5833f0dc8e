/** The types that options are made of. A table's rows are calls of these: `maxexpiry: seconds(3600, [1, 86_400], '...')`. */
import { type Fold, Invalid, type Line, type Option, type Remarks, type Warn } from './options.js';

export type Range = readonly [least: number, most: number];

const TRUE = new Set(['yes', 'true', 'y', 't', '1', 'on']);
const FALSE = new Set(['no', 'false', 'n', 'f', '0', 'off', '']);

/** The dialect's words for yes and no; undefined for any other word. */
export const truth = (text: string): boolean | undefined => {
  const word = text.toLowerCase();
  return TRUE.has(word) ? true : FALSE.has(word) ? false : undefined;
};

/** `Yes` or `No`, as show commands print a boolean. */
export const yesOrNo = (value: boolean): string => (value ? 'Yes' : 'No');

/** A boolean. A word that is neither yes nor no is read as no, as the original does, with a warning. */
export const yesno = (initial: boolean, help: string, remarks: Remarks = {}): Option<boolean> => ({
  ...remarks,
  initial,
  help,
  expects: 'yes or no',
  read(text, _before, warn) {
    const value = truth(text);
    if (value === undefined) warn(`'${text}' is neither yes nor no, taken as no`);
    return value ?? false;
  },
  show: yesOrNo,
});

/** Any text. */
export const text = (initial: string, help: string, remarks: Remarks = {}): Option<string> => ({
  ...remarks,
  initial,
  help,
  expects: 'text',
  read: value => value,
  show: value => value,
});

/** `1-86400 seconds`, `-1 to 10` */
const rangeText = ([least, most]: Range, unit: string): string =>
  `${least}${least < 0 ? ' to ' : '-'}${most}${unit && ` ${unit}`}`;

const wholeNumber = (value: string, range: Range, unit: string): number => {
  const number = /^[+-]?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= range[0] && number <= range[1]) return number + 0; // there is no -0
  throw new Invalid(`expected ${rangeText(range, unit)}, got '${value}'`);
};

const wholeNumbers =
  (unit: string) =>
  (initial: number, range: Range, help: string, remarks: Remarks = {}): Option<number> => ({
    ...remarks,
    initial,
    help,
    expects: rangeText(range, unit),
    read: value => wholeNumber(value, range, unit),
    show: value => String(value),
  });

/** A whole number within a range, both ends included. */
export const integer = wholeNumbers('');
/** Seconds, as the file says them. */
export const seconds = wholeNumbers('seconds');
/** Milliseconds, as the file says them. */
export const milliseconds = wholeNumbers('milliseconds');

/** One of some words, whatever their case. */
export const oneOf = <W extends string>(
  words: readonly W[],
  initial: W,
  help: string,
  remarks: Remarks = {},
): Option<W> => ({
  ...remarks,
  initial,
  help,
  expects: words.join(', '),
  read(value) {
    const word = words.find(candidate => candidate.toLowerCase() === value.toLowerCase());
    if (word === undefined) throw new Invalid(`expected one of ${words.join(', ')}, got '${value}'`);
    return word;
  },
  show: value => value,
});

/** Any other option: how a line is read is told, the rest has a default. */
export const custom = <T>(
  initial: T,
  expects: string,
  help: string,
  read: (text: string, before: T | undefined, warn: Warn, line?: Line) => T,
  remarks: Remarks & { show?: (value: T) => string } = {},
): Option<T> => ({ show: value => String(value), ...remarks, initial, help, expects, read });

/** Text of so many octets at most. */
export const textWithin = (most: number, initial: string, help: string, remarks: Remarks = {}): Option<string> => {
  const expects = `text of at most ${most} octets`;
  const read = (value: string): string => {
    const length = Buffer.byteLength(value);
    if (length > most) throw new Invalid(`expected ${expects}, got ${length}`);
    return value;
  };
  return custom(initial, expects, help, read, remarks);
};

/** For `repeats`: only the same text is the same line. */
export const whole = (value: string): string => value;

/** Each line adds one element. */
export const listOf = <T>(
  expects: string,
  help: string,
  read: (text: string, warn: Warn) => T,
  remarks: Remarks & { show?: (value: readonly T[]) => string } = {},
): Option<readonly T[]> =>
  custom<readonly T[]>([], expects, help, (line, before, warn) => [...(before ?? []), read(line, warn)], {
    show: value => value.join(', '),
    repeats: whole,
    ...remarks,
  });

/** Names of files, a line for each; an empty line takes back those before it. */
export const files = (initial: readonly string[], help: string, remarks: Remarks = {}): Option<readonly string[]> =>
  custom<readonly string[]>(initial, 'text', help, (name, before = []) => (name === '' ? [] : [...before, name]), {
    show: value => value.join(', '),
    ...remarks,
  });

/** A row that changes another option's value: `disallow: into('allow', ...)`. */
export const into = <T>(
  target: string,
  expects: string,
  help: string,
  read: (text: string, before: T | undefined, warn: Warn, line?: Line) => T,
  remarks: Remarks = {},
): Fold => ({ ...remarks, into: target, expects, help, read: read as Fold['read'] });
