/** What others see of the SQL connections: how one is opened, what it can be asked, how it is. Types alone. */
import type { Condition, Need, Row, StaticLine } from '#core';

/** A SQLite file. */
export interface SqliteSettings {
  readonly client: 'better-sqlite3';
  /** Absolute. It is made if it is not there when the connection is opened, and never after that. */
  readonly file: string;
  /** Milliseconds for which writes are gathered into one transaction; 0 sends each as soon as the file is free. */
  readonly batch: number;
  /** Milliseconds for which a write is tried again while somebody else holds the file; reads give up earlier. */
  readonly busyTimeout: number;
  /** Whether each operation is logged at debug level 1. */
  readonly debug: boolean;
  /** Pages beyond which the file does not grow; 0 or nothing is no bound. */
  readonly maxPages?: number;
}

/** One row of this union for each knex client. */
export type ConnectionSettings = SqliteSettings;

/** What migrate() found and did. */
export interface Migration {
  readonly created: readonly string[];
  /** Tables that were there already: they are used as they are. */
  readonly existing: readonly string[];
  /** What the original's tables have and existing ones have not; nothing was added. */
  readonly lacking: readonly { readonly table: string; readonly columns: readonly string[] }[];
}

/**
 * A database by its name. Every verb rejects with a QueryFailed that names the connection and says what to do. Rows
 * come and go as text. A condition on a column that the table lacks is refused; a change of one is left out with a
 * warning, unless nothing is left of the row.
 */
export interface Connection {
  readonly name: string;
  /** Resolves when the database was looked at for the first time, whatever there was to see. */
  readonly opened: Promise<void>;
  first(table: string, conditions: readonly Condition[]): Promise<Row | undefined>;
  /** Ordered by the first condition's column. */
  all(table: string, conditions: readonly Condition[]): Promise<readonly Row[]>;
  /** @returns how many rows were changed */
  update(table: string, conditions: readonly Condition[], changes: Row): Promise<number>;
  insert(table: string, row: Row): Promise<void>;
  /** @returns how many rows were removed */
  delete(table: string, conditions: readonly Condition[]): Promise<number>;
  /** Names as the table spells them; none when there is no such table. */
  columns(table: string): Promise<readonly string[]>;
  /** The lines of a file kept in a table. One named `#include` has the name of another file as its value. */
  lines(table: string, file: string): Promise<readonly StaticLine[]>;
  /** Adds columns, and the table itself if it is not there. Those that are there stay as they are. */
  addColumns(table: string, needs: readonly Need[]): Promise<void>;
  migrate(): Promise<Migration>;
  /** Lets go of what is known about the table's columns. */
  forget(table: string): void;
  /** Writes what waits, within bounds, and lets the database go. Its name is free at once. */
  close(): Promise<void>;
}

/** How a connection is. */
export interface ConnectionRow {
  readonly name: string;
  readonly client: string;
  /** The file, or the server and its database. */
  readonly place: string;
  readonly state: 'up' | 'down' | 'opening';
  /** `closed` lets everything through, `open` refuses at once, `half-open` lets one through to see. */
  readonly breaker: string;
  /** Operations that wait or are on their way. */
  readonly queue: number;
  readonly operations: number;
  /** Operations that the database could not do; those that made no sense are refusals. */
  readonly failures: number;
  readonly refusals: number;
  /** Times that an operation was sent again because somebody else held the database. */
  readonly retries: number;
  readonly lastError: string | undefined;
  /** Epoch milliseconds. */
  readonly lastErrorAt: number | undefined;
  readonly lastOkAt: number | undefined;
  /** Milliseconds that the database took for an operation's batch. */
  readonly averageMs: number;
  readonly longestMs: number;
}

/** Provided by res_knex under the name `sql connections`. */
export interface Connections {
  /** Begins at once and never fails here: how it went is in its row and in the log. @throws when the name is taken */
  open(name: string, settings: ConnectionSettings): Connection;
  get(name: string): Connection | undefined;
  /** In the order of their opening. */
  rows(): readonly ConnectionRow[];
}
