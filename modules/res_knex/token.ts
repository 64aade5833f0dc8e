/** What others see of the SQL connections: how one is opened, what it can be asked, how it is. Types alone. */
import type { Condition, ConfigFile, Core, Need, Problem, Row, StaticLine } from '#core';

/** A SQLite file. */
export interface SqliteSettings {
  /** The npm package that speaks it; `sqlite3` is none of ours, and must be installed. */
  readonly client: 'better-sqlite3' | 'sqlite3';
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

/** TLS to a server. Files of PEM, read when a connection is opened. */
export interface TlsSettings {
  /** What of the server's certificate is looked at: nothing, who vouches for it, or its name too. */
  readonly verify: 'none' | 'authority' | 'name';
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * How it is heard that somebody else changed a row: PostgreSQL tells it on a channel; MariaDB is asked every so many
 * milliseconds.
 */
export type FeedSettings = { readonly channel: string } | { readonly every: number };

/** A database on a PostgreSQL, or on a MariaDB or MySQL. */
export interface ServerSettings extends Pick<SqliteSettings, 'batch' | 'busyTimeout' | 'debug'> {
  readonly client: 'pg' | 'mysql2';
  readonly host: string;
  readonly port: number;
  /** A socket in the file system, in place of host and port; for PostgreSQL the directory that it lies in. */
  readonly socket?: string | undefined;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** How the server is to name the connection in its own lists; PostgreSQL only. */
  readonly applicationName?: string | undefined;
  /** MariaDB only. */
  readonly charset?: string | undefined;
  readonly tls?: TlsSettings | undefined;
  /** Milliseconds within which the server must let us in; 4 seconds at most. */
  readonly connectTimeout?: number;
  /** The most connections at a time for reads; writes have one more. */
  readonly connections?: number;
  /** A statement that each new connection begins with. */
  readonly greeting?: string | undefined;
  /** Undefined: nobody tells us of changes. */
  readonly feed?: FeedSettings | undefined;
}

/** By knex's names of its clients. */
export type ConnectionSettings = SqliteSettings | ServerSettings;

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
  /** @param ordered by the first condition's column; so it is unless told otherwise */
  all(table: string, conditions: readonly Condition[], ordered?: boolean): Promise<readonly Row[]>;
  /** @returns how many rows were changed */
  update(table: string, conditions: readonly Condition[], changes: Row): Promise<number>;
  /** @param fitted a text that its column has no room for is cut, and goes without characters that the database has none for */
  insert(table: string, row: Row, fitted?: boolean): Promise<void>;
  /** @returns how many rows were removed */
  delete(table: string, conditions: readonly Condition[]): Promise<number>;
  /** Names as the table spells them; none when there is no such table. */
  columns(table: string): Promise<readonly string[]>;
  /**
   * The lines of a file kept in a table. One named `#include` has the name of another file as its value.
   * @param falling whether sections with a greater cat_metric come first
   */
  lines(table: string, file: string, falling?: boolean): Promise<readonly StaticLine[]>;
  /** Adds columns, and the table itself if it is not there. Those that are there stay as they are. */
  addColumns(table: string, needs: readonly Need[]): Promise<void>;
  migrate(): Promise<Migration>;
  /** Milliseconds since the epoch on the clock of the database. */
  now(): Promise<number>;
  /** From now on the follower hears of changes by others, where the settings have a feed. */
  follow(follower: Follower): void;
  /** Lets go of what is known about the table's columns. */
  forget(table: string): void;
  /** Writes what waits, within bounds, and lets the database go. Its name is free at once. */
  close(): Promise<void>;
}

/** Who hears of rows that others changed. */
export interface Follower {
  /** The tables that are of interest. */
  tables(): readonly string[];
  /** @param name of the row; undefined: any of the table may have changed */
  changed(table: string, name: string | undefined): void;
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
  /** Since when everything is done that is asked for; undefined while it is not. */
  readonly upSince: number | undefined;
  /** Milliseconds that the database took for an operation's batch. */
  readonly averageMs: number;
  readonly longestMs: number;
}

/** What is done about columns that a module needs and a table lacks. */
export type Requirements = 'warn' | 'createclose' | 'createchar';

/** A row for a table that was made by us. */
export interface Seed {
  readonly table: string;
  readonly row: Row;
}

/** A database as a driver's configuration file has it. */
export interface DatabaseSection {
  readonly settings: ConnectionSettings;
  readonly requirements: Requirements;
  /** Whether tables that are not there are made at the start. */
  readonly migrate: boolean;
  readonly seeds: readonly Seed[];
  /** Whether rows come in the order of the first condition's column; so they do unless told otherwise. */
  readonly ordered?: boolean;
}

/** The databases of a driver's configuration file, by the names of their connections. */
export interface Sections {
  readonly databases: ReadonlyMap<string, DatabaseSection>;
  readonly warnings: readonly Problem[];
}

/** What differs between the realtime drivers. */
export interface DriverParts {
  /** As extconfig.conf names it. */
  readonly driver: string;
  /** Its configuration file. */
  readonly file: string;
  /** Whether it is there without databases too; else it comes with the first. */
  readonly always?: boolean;
  /** Whether sections of files kept in tables come with the greater cat_metric first. */
  readonly falling: boolean;
  /** @throws LoadDeclined with all problems */
  read(file: ConfigFile): Sections | Promise<Sections>;
  /** What else `read` depends on, as a text that changes with it. */
  also?(): Promise<string>;
  /** The connections that extconfig.conf means by the name of a database. */
  names?(database: string): { readonly reads: string; readonly writes: string };
}

/** A database of a driver, as it is. */
export interface DatabaseStatus {
  readonly name: string;
  readonly settings: ConnectionSettings;
  readonly row: ConnectionRow;
}

/** A realtime driver whose databases are open. */
export interface Driver {
  /** In the order of the file. */
  databases(): readonly DatabaseStatus[];
  /** Reads the file again and applies what changed. @throws LoadDeclined and leaves all as it is */
  configure(): Promise<void>;
}

/** Provided by res_knex under the name `sql connections`. */
export interface Connections {
  /** Begins at once and never fails here: how it went is in its row and in the log. @throws when the name is taken */
  open(name: string, settings: ConnectionSettings): Connection;
  get(name: string): Connection | undefined;
  /** Opens the databases of a driver's file, for the driver's module, and provides its engine. @throws LoadDeclined */
  drive(core: Core, parts: DriverParts): Promise<Driver>;
  /** In the order of their opening. */
  rows(): readonly ConnectionRow[];
}
