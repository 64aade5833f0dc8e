/** What other modules may tell of their databases, as far as the commands here need it. All of it may be missing. */
import { token } from '#core';

/** A connection, whoever opened it. */
export interface Connection {
  /** Creates the tables that are not there. */
  migrate(): Promise<Migrated>;
}

export interface Migrated {
  readonly created: readonly string[];
  readonly existing: readonly string[];
  readonly lacking: readonly { readonly table: string; readonly columns: readonly string[] }[];
}

export interface ConnectionRow {
  readonly name: string;
  readonly client: string;
  readonly place: string;
  readonly state: string;
  readonly breaker: string;
  readonly queue: number;
  readonly operations: number;
  readonly failures: number;
  readonly retries: number;
  readonly averageMs: number;
  readonly longestMs: number;
  readonly lastError: string | undefined;
}

export interface Connections {
  get(name: string): Connection | undefined;
  rows(): readonly ConnectionRow[];
}

export const connections = token<Connections>('sql connections');
