/** Where the operations of a connection are carried out, and the table of the kinds of database there are. */
import type { Scheduler } from '#core';
import type { Operation, Outcome } from './operation.js';
import { SqliteBackend } from './sqlite.js';
import type { ConnectionSettings } from './token.js';

export interface Backend {
  /** The file, or the server and its database. */
  readonly place: string;
  /** One outcome for each operation, in order; never rejects. */
  run(operations: readonly Operation[]): Promise<readonly Outcome[]>;
  /** Lets go of what is known about a table's columns. */
  forget(table: string): void;
  close(): Promise<void>;
}

type Open = (settings: ConnectionSettings, sched: Scheduler) => Backend;

/** knex's name of a client to what opens a database with it. */
const CLIENTS: Readonly<Record<ConnectionSettings['client'], Open>> = {
  'better-sqlite3': (settings, sched) => new SqliteBackend(settings, sched),
};

export const openBackend: Open = (settings, sched) => CLIENTS[settings.client](settings, sched);
