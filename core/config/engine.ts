/** What a realtime driver implements, and how a module asks for rows without knowing which driver answers. */
import { type Token, token } from '../registry.js';

/** A row as text, whatever the columns' types; null is SQL's NULL. */
export type Row = Readonly<Record<string, string | null>>;

/** What a look-up may ask of a column. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'NOT LIKE';

/** One condition; all of a look-up must hold. LIKE takes `%` and `_`, and a backslash before them for themselves. */
export interface Condition {
  readonly column: string;
  readonly operator: Operator;
  readonly value: string;
  /** Whether a column that is NULL holds too. */
  readonly orNull?: boolean;
}

/** Where a family lies: what extconfig.conf says after the driver. */
export interface Place {
  /** The name that the driver's own configuration gives a connection. */
  readonly database: string;
  readonly table: string;
}

/** Somewhere that a family may lie. */
export interface Target extends Place {
  /** In lower case. */
  readonly driver: string;
}

/** A column that somebody relies on. */
export interface Need {
  readonly column: string;
  readonly type: 'integer' | 'char' | 'float' | 'datetime';
  /** Characters of a char. */
  readonly length?: number;
}

/** A line of a file kept in a table (static realtime), in the order of the file. */
export interface StaticLine {
  readonly section: string;
  readonly name: string;
  readonly value: string;
}

/**
 * A driver. Every verb rejects when the database failed, for whatever reason: that, and only that, lets the next
 * priority be asked. "No row" is an answer. What it rejects with may have `tooLong`: names of columns that have no room for it.
 */
export interface Engine {
  /** As extconfig.conf names it: sqlite3, pgsql, ... */
  readonly name: string;
  /** The first row that holds all conditions. */
  load(place: Place, conditions: readonly Condition[]): Promise<Row | undefined>;
  loadAll(place: Place, conditions: readonly Condition[]): Promise<readonly Row[]>;
  /** @returns how many rows were changed */
  update(place: Place, conditions: readonly Condition[], changes: Row): Promise<number>;
  store(place: Place, row: Row): Promise<void>;
  /** @returns how many rows were removed */
  destroy(place: Place, conditions: readonly Condition[]): Promise<number>;
  /** @returns the columns that the table lacks; every needed one when there is no such table */
  missing(place: Place, needs: readonly Need[]): Promise<readonly string[]>;
  /** Milliseconds since the epoch on the clock of the database; not there where it has none that others share. */
  now?(place: Place): Promise<number>;
  /** The lines of a file kept in a table. */
  file(place: Place, name: string): Promise<readonly StaticLine[]>;
  /** Lets go of what is known about the table's columns. */
  forget(place: Place): void;
}

/** Whether they are the same places, in the same order. */
export const sameTargets = (a: readonly Target[], b: readonly Target[]): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

/** The token under which the driver of that name is provided. */
export const engineToken = (name: string): Token<Engine> => token<Engine>(`config engine ${name.toLowerCase()}`);

/** A family is mapped and none of its drivers could answer. */
export class RealtimeFailed extends Error {
  constructor(
    readonly family: string,
    reason: string,
    /** Columns that have no room for what was to be written: too narrow, or without such characters. */
    readonly tooLong: readonly string[] = [],
  ) {
    super(`${family}: ${reason}`);
    this.name = 'RealtimeFailed';
  }
}

/** What modules ask. A family that is not mapped has no rows and takes none, which is a failure: see `maps()`. */
export interface Realtime {
  /** Whether extconfig.conf maps the family and a driver of it is there. */
  maps(family: string): boolean;
  /** @throws RealtimeFailed */
  load(family: string, conditions: readonly Condition[]): Promise<Row | undefined>;
  /** @throws RealtimeFailed */
  loadAll(family: string, conditions: readonly Condition[]): Promise<readonly Row[]>;
  /** Where the family lies, in the order of asking; the same list as long as that stays so. */
  targets(family: string): readonly Target[];
  /**
   * @param targets where the family lay when the change came about, if that is not now
   * @throws RealtimeFailed
   */
  update(family: string, conditions: readonly Condition[], changes: Row, targets?: readonly Target[]): Promise<number>;
  /** @throws RealtimeFailed */
  store(family: string, row: Row): Promise<void>;
  /** @throws RealtimeFailed */
  destroy(family: string, conditions: readonly Condition[]): Promise<number>;
  /** @throws RealtimeFailed */
  missing(family: string, needs: readonly Need[]): Promise<readonly string[]>;
  /** Milliseconds since the epoch on the clock of the database. @throws RealtimeFailed */
  now(family: string): Promise<number>;
  /** For `core show config mappings`: drivers, each with its families in the order of the file. */
  mappings(): { engine: string; present: boolean; families: { family: string; place: Place; priority: number }[] }[];
}

export const realtime = token<Realtime>('realtime');
