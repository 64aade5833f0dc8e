/** What the thread of a database is started with, and how what it does there looks from outside. Types alone. */
import type { Operation, Outcome } from './operation.js';
import type { ServerSettings } from './token.js';

export interface SqliteTask {
  readonly client: 'better-sqlite3';
  readonly file: string;
  readonly maxPages: number;
}

export type ServerTask = Required<Omit<ServerSettings, 'batch' | 'busyTimeout' | 'debug'>>;

export type Task = SqliteTask | ServerTask;

/** A database inside its thread. */
export interface Database {
  /** Whether batches are taken one after the other; else reads do not wait for writes. */
  readonly serial: boolean;
  /** One outcome for each operation, in order; never rejects. */
  run(operations: readonly Operation[]): Promise<readonly Outcome[]>;
  forget(table: string): void;
  close(): Promise<void>;
}
