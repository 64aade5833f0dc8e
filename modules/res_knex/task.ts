/** What the thread of a database is started with, and how what it does there looks from outside. Types alone. */
import type { Operation, Outcome } from './operation.js';
import type { ServerSettings, SqliteSettings } from './token.js';

export interface SqliteTask {
  readonly client: SqliteSettings['client'];
  readonly file: string;
  readonly maxPages: number;
}

export interface ServerTask extends Required<Omit<ServerSettings, 'batch' | 'busyTimeout' | 'debug'>> {
  /** Tells our own changes from those of others: no other process has the same. */
  readonly instance: string;
}

export type Task = SqliteTask | ServerTask;

/** What is heard of changes by others. */
export type News =
  /** From here on nothing is missed. */
  | { readonly kind: 'listening' }
  /** `name` is undefined where the table's rows have none. */
  | { readonly kind: 'changed'; readonly table: string; readonly name: string | undefined }
  /** Nothing is heard any more. */
  | { readonly kind: 'deaf'; readonly reason: string };

/** A database inside its thread. */
export interface Database {
  /** Whether batches are taken one after the other; else reads do not wait for writes. */
  readonly serial: boolean;
  /** One outcome for each operation, in order; never rejects. */
  run(operations: readonly Operation[]): Promise<readonly Outcome[]>;
  forget(table: string): void;
  /** Begins to listen, or sees whether that still goes on. Not there where nobody would tell. */
  listen?(tell: (news: News) => void): void;
  close(): Promise<void>;
}
