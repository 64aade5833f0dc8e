/** The two npm packages that speak SQLite, as far as a file needs more of them than knex does. */
import { createRequire } from 'node:module';
import { keepStatements, type Preparing } from './sqlite-statements.js';
import type { SqliteSettings } from './token.js';

export type SqliteClient = SqliteSettings['client'];

/** better-sqlite3's connection: everything at once. */
interface Direct extends Preparing {
  readonly inTransaction: boolean;
  exec(text: string): unknown;
  close(): unknown;
}

/** sqlite3's: in a thread of its own, and told later. */
interface Later {
  serialize(): void;
  exec(text: string, done: (thrown: Error | null) => void): unknown;
  close(done: () => void): unknown;
}

export interface SqliteDriver {
  /** Once, before anything is asked. */
  begin(connection: unknown): void;
  /** @throws what the driver throws; the connection is closed then, unless that is left to the caller */
  prepare(connection: unknown, pragmas: readonly string[], closing?: boolean): Promise<void>;
  close(connection: unknown): void;
  /** Ends a transaction that a failure left behind. */
  reset(connection: unknown): void;
  /** A number: what is no integer in the file may look like one. */
  number(value: number): string;
}

const direct: SqliteDriver = {
  begin: connection => keepStatements(connection as Direct),
  async prepare(connection, pragmas, closing = true) {
    const driver = connection as Direct;
    try {
      for (const text of pragmas) driver.exec(text);
    } catch (thrown) {
      if (closing) driver.close();
      throw thrown;
    }
  },
  close: connection => void (connection as Direct).close(),
  reset(connection) {
    const driver = connection as Direct;
    if (driver.inTransaction) driver.exec('ROLLBACK');
  },
  number: real,
};

const later: SqliteDriver = {
  begin: () => undefined,
  async prepare(connection, pragmas, closing = true) {
    const driver = connection as Later;
    driver.serialize();
    for (const text of pragmas)
      await new Promise<void>((resolve, reject) =>
        driver.exec(text, thrown => {
          if (thrown && closing) driver.close(() => reject(thrown));
          else if (thrown) reject(thrown);
          else resolve();
        }),
      );
  },
  close: connection => void (connection as Later).close(() => undefined),
  // Mostly there is none, which is no failure.
  reset: connection => void (connection as Later).exec('ROLLBACK', () => undefined),
  // It tells 5 and 5.0 alike.
  number: value => (Number.isInteger(value) ? String(value) : real(value)),
};

export const SQLITE: Readonly<Record<SqliteClient, SqliteDriver>> = { 'better-sqlite3': direct, sqlite3: later };

/** @throws in the operator's words where the package is not installed: Obelisk brings the other one alone */
export function needPackage(client: SqliteClient): void {
  try {
    createRequire(require.resolve('knex')).resolve(client);
  } catch {
    throw new Error(
      `the npm package '${client}' is not there: 'npm install ${client}' in Obelisk's directory, or leave client out`,
    );
  }
}

/** As SQLite prints a REAL: 15 digits, and a point always. */
function real(value: number): string {
  const rounded = Number(value.toPrecision(15));
  return Number.isInteger(rounded) ? rounded.toFixed(1) : String(rounded);
}
