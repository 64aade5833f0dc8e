/** Option tables: one row an option. Reading, checking, showing and the sample files all come from the rows. */
import type { Problem } from '../errors.js';

/** The value cannot be taken; the message says what was expected: `expected 1-86400 seconds, got '0'`. */
export class Invalid extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Invalid';
  }
}

/** Tells the operator of something that is taken, but not as it stands. */
export type Warn = (message: string) => void;

/** What a row says beside its type. */
export interface Remarks {
  /** Other names that files use for it. */
  readonly aliases?: readonly string[];
  /** Its label in a `show` command, where it differs from the option's name. */
  readonly label?: string;
  /** False when only a fresh load takes a change. Default true. */
  readonly reloadable?: boolean;
  /** What it waits for: the option is read, checked and shown, and not yet in force. */
  readonly later?: string;
  /** Why it can have no effect here, ever. */
  readonly never?: string;
  /** Its value is not to be printed. */
  readonly secret?: boolean;
  /** It keeps somebody out, says where we listen or how long what we grant lasts: a line of it is never passed over. */
  readonly guard?: boolean;
  /** Every line of it counts, not the last alone; two lines are about the same when this makes the same of them. */
  readonly repeats?: (value: string) => string;
}

/** One option. */
export interface Option<T> extends Remarks {
  readonly initial: T;
  readonly help: string;
  /** What may stand there, for people: `1-86400 seconds`, `yes or no`. */
  readonly expects: string;
  /**
   * The value of one line. `before` is what the earlier lines of the section gave, for options that accumulate; `line`
   * is where it stands.
   * @throws Invalid
   */
  read(text: string, before: T | undefined, warn: Warn, line?: Line): T;
  show(value: T): string;
}

/** A row whose lines change the value of another option, in the order of the file: `disallow` and `allow`. */
export interface Fold extends Remarks {
  readonly into: string;
  readonly help: string;
  readonly expects: string;
  read(text: string, before: unknown, warn: Warn, line?: Line): unknown;
}

export type OptionRow = Option<unknown> | Fold;
export type Table = Readonly<Record<string, OptionRow>>;

/** The typed values of a table. */
export type Values<T extends Table> = {
  readonly [K in keyof T as T[K] extends Fold ? never : K]: T[K] extends Option<infer V> ? V : never;
};

/** A line of a section, as the dialect gives it. */
export interface Line {
  readonly name: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

export interface Reading<T extends Table> {
  /** Only what the lines set: an option that no line names is absent. */
  readonly set: Partial<Values<T>>;
  /** The line that decided each value, the last one where several did. */
  readonly places: ReadonlyMap<string, Line>;
  /** Values that cannot be taken. */
  readonly problems: readonly Problem[];
  /** Unknown options and values taken differently from how they stand. */
  readonly warnings: readonly Problem[];
}

const isFold = (row: OptionRow): row is Fold => 'into' in row;

/** Names and aliases, lower case, to the option's own name. */
const names = new WeakMap<Table, ReadonlyMap<string, string>>();

const namesOf = (table: Table): ReadonlyMap<string, string> => {
  let known = names.get(table);
  if (!known) {
    const map = new Map<string, string>();
    for (const [name, row] of Object.entries(table)) {
      for (const spelling of [name, ...(row.aliases ?? [])]) map.set(spelling.toLowerCase(), name);
    }
    names.set(table, (known = map));
  }
  return known;
};

/** Whether the table knows the option under this name or an alias of it. */
export const knows = (table: Table, name: string): boolean => namesOf(table).has(name.toLowerCase());

/**
 * Reads the lines of a section. Later lines win, or add, as each row says. Never throws for what the operator wrote.
 * `start` is what options that accumulate begin with, where that is not nothing. `lenient`: a line that cannot be taken
 * is left out with a warning, unless its row is a guard. `elsewhere`: what to say of an option which the table does not
 * have, where there is more to say than the name nearest to it.
 */
export function read<T extends Table>(
  table: T,
  lines: Iterable<Line>,
  start: Readonly<Record<string, unknown>> = {},
  lenient = false,
  elsewhere: (option: string) => string | undefined = nowhere,
): Reading<T> {
  const known = namesOf(table);
  const set: Record<string, unknown> = {};
  const places = new Map<string, Line>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const line of lines) {
    const name = known.get(line.name.toLowerCase());
    const say = (to: Problem[], message: string) => to.push({ file: line.file, line: line.line, message });
    if (name === undefined) {
      say(warnings, unknown(line.name, known, elsewhere(line.name)));
      continue;
    }
    const row = table[name]!;
    const told = row.secret ? withoutQuotes : asItIs;
    const target = isFold(row) ? row.into : name;
    try {
      const before = target in set ? set[target] : start[target];
      set[target] = row.read(line.value, before, message => say(warnings, `${line.name}: ${told(message)}`), line);
      places.set(target, line);
    } catch (thrown) {
      if (!(thrown instanceof Invalid)) throw thrown;
      if (!lenient || row.guard) say(problems, `${line.name}: ${told(thrown.message)}`);
      // Files that programs write have such lines for whatever is not set.
      else if (line.value !== '') say(warnings, `${line.name}: ${told(thrown.message)}; the line is left out`);
    }
  }
  return { set: set as Partial<Values<T>>, places, problems, warnings };
}

const nowhere = (): undefined => undefined;
const asItIs = (message: string): string => message;

/** Of a secret's line no part is quoted: one that is out of place may be the secret. */
const withoutQuotes = (message: string): string => message.replace(/'.*'/s, '(not shown)');

function unknown(name: string, known: ReadonlyMap<string, string>, told: string | undefined): string {
  if (told !== undefined) return told;
  const near = nearestIn(known, name);
  return `unknown option '${name}'${near === undefined ? '' : `, did you mean '${near}'?`}`;
}

/** For `read`: names the first of some sections whose table has the option. */
export const sectionWith =
  (sections: Readonly<Record<string, Table>>) =>
  (option: string): string | undefined => {
    const section = Object.entries(sections).find(([, table]) => knows(table, option))?.[0];
    return section === undefined ? undefined : `'${option}' has no effect here, it belongs into ${section}`;
  };

/** The values of a table with nothing set. */
export function initial<T extends Table>(table: T): Values<T> {
  const values: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) if (!isFold(row)) values[name] = row.initial;
  return values as Values<T>;
}

/** The names of a table's own rows that are options, not folds. */
export const optionsOf = <T extends Table>(table: T): [name: keyof Values<T> & string, option: Option<unknown>][] =>
  Object.entries(table).filter((entry): entry is [keyof Values<T> & string, Option<unknown>] => !isFold(entry[1]));

/** The row of that name or alias, and every name that it may be written under. */
export function rowOf(table: Table, name: string): { row: OptionRow; names: readonly string[] } | undefined {
  const own = namesOf(table).get(name.toLowerCase());
  const row = own === undefined ? undefined : table[own];
  return row === undefined ? undefined : { row, names: [own!, ...(row.aliases ?? [])] };
}

/** The value as its `show` command prints it. */
export const shown = <T>(option: Option<T>, value: T): string => option.show(value);

/** What was found to be nearest to names that a table does not have: a file of many devices says the same of each. */
const found = new WeakMap<ReadonlyMap<string, string>, Map<string, string | undefined>>();
const MOST_FOUND = 1000;

function nearestIn(known: ReadonlyMap<string, string>, name: string): string | undefined {
  let before = found.get(known);
  if (!before) found.set(known, (before = new Map()));
  if (before.has(name)) return before.get(name);
  const near = nearest(name, known.keys());
  if (before.size >= MOST_FOUND) before.clear();
  before.set(name, near);
  return near;
}

/** The known name nearest to a misspelt one, if one is near enough to be meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = Math.min(Math.max(1, Math.ceil(wanted.length / 3)), wanted.length - 1) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase(), least);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Insertions, deletions, changes and swaps of neighbours between two words; `limit` or more is not counted out. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    if (Math.min(...row) >= limit) return limit;
    before = last;
    last = row;
  }
  return last[b.length]!;
}
