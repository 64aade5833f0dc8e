/** A SQLite file in the worker: opened by knex, watched for being deleted or replaced, opened anew. */
import { renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Knex, knex as makeKnex } from 'knex';
import type { Dialect } from './dialect.js';
import { failureOf } from './failure.js';
import type { Operation, Outcome } from './operation.js';
import { Runner } from './runner.js';
import { SILENT } from './silent.js';
import { needPackage, SQLITE, type SqliteClient } from './sqlite-driver.js';
import type { Database, SqliteTask } from './task.js';

/** Which file a path leads to. */
interface Identity {
  readonly device: bigint;
  readonly inode: bigint;
}

interface Open {
  readonly knex: Knex;
  readonly runner: Runner;
}

export class SqliteFile implements Database {
  readonly serial = true;
  readonly #task: SqliteTask;
  #open: Open | undefined;
  /** The file that was opened last, with its log of changes that are not in it yet. */
  #known: { readonly file: Identity; readonly log: Identity | undefined } | undefined;
  #connection: unknown;

  constructor(task: SqliteTask) {
    this.#task = task;
  }

  async run(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    try {
      const outcomes = await (await this.#runner()).run(operations);
      // It may have become another file, or none: that shows when it is opened anew.
      if (outcomes.some(outcome => !outcome.ok && outcome.kind === 'unavailable')) await this.close();
      return outcomes;
    } catch (thrown) {
      const failure = failureOf(thrown);
      return operations.map(() => failure);
    }
  }

  /** What runs operations on the file that is there now. @throws in the operator's words when it cannot be used */
  async #runner(): Promise<Runner> {
    const { file } = this.#task;
    const found = identityOf(file);
    if (this.#open && found && same(found, this.#known?.file)) return this.#open.runner;
    await this.close();
    if (this.#known) {
      // An empty file in its place would hide the loss, and be in the way of whoever is putting the file back.
      if (!found) throw new Error(`the file is gone. Put it back, or load the module again to begin an empty one`);
      if (!same(found, this.#known.file)) setLogAside(file, this.#known.log);
    }
    this.#open = await this.#start();
    return this.#open.runner;
  }

  forget(table: string): void {
    this.#open?.runner.forget(table);
  }

  /** Lets the file go; the next run() opens it anew. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.knex.destroy();
    this.#connection = undefined;
  }

  async #start(): Promise<Open> {
    const { client, file } = this.#task;
    needPackage(client);
    const directory = dirname(file);
    if (!statSync(directory, { throwIfNoEntry: false }))
      throw new Error(`there is no directory '${directory}': make it`);
    const knex = makeKnex({
      client,
      connection: { filename: file },
      useNullAsDefault: true,
      // Values are not for the log.
      compileSqlOnError: false,
      pool: { min: 1, max: 1, afterCreate: this.#prepare },
      log: SILENT,
    });
    try {
      await knex.select('name').from('sqlite_master').limit(1);
      this.#known = { file: identityOf(file)!, log: identityOf(logOf(file)) };
      return { knex, runner: new Runner({ knex, dialect: sqliteOf(client), reset: this.#reset }) };
    } catch (thrown) {
      await knex.destroy();
      throw thrown;
    }
  }

  readonly #prepare = (connection: unknown, done: (thrown: unknown, connection: unknown) => void): void => {
    const { maxPages } = this.#task;
    this.#begin(connection, maxPages > 0 ? [`PRAGMA max_page_count = ${maxPages}`] : []).then(
      () => {
        this.#connection = connection;
        done(undefined, connection);
      },
      (thrown: unknown) => done(thrown, connection),
    );
  };

  async #begin(connection: unknown, more: readonly string[]): Promise<void> {
    const driver = SQLITE[this.#task.client];
    driver.begin(connection);
    // No waiting for a lock in here: who asks tries again later, and this thread serves others meanwhile.
    await driver.prepare(connection, ['PRAGMA busy_timeout = 0']);
    try {
      await driver.prepare(connection, WRITE_AHEAD, false);
    } catch (thrown) {
      // A file that can only be read is read as it is.
      if (!isReadOnly(thrown)) {
        driver.close(connection);
        throw thrown;
      }
    }
    await driver.prepare(connection, more);
  }

  readonly #reset = (): void => {
    if (this.#connection !== undefined) SQLITE[this.#task.client].reset(this.#connection);
  };
}

/** Readers do not wait for writers then, and what was answered survives the death of the process. */
const WRITE_AHEAD = ['PRAGMA journal_mode = WAL', 'PRAGMA synchronous = NORMAL'];

const isReadOnly = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('SQLITE_READONLY');

const logOf = (file: string): string => `${file}-wal`;

function identityOf(path: string): Identity | undefined {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status && { device: status.dev, inode: status.ino };
}

const same = (a: Identity, b: Identity | undefined): boolean => a.device === b?.device && a.inode === b.inode;

/** The log of a file that was replaced would be taken for the new one's, and spoil it. */
function setLogAside(file: string, log: Identity | undefined): void {
  const found = identityOf(logOf(file));
  if (found && same(found, log)) renameSync(logOf(file), `${logOf(file)}.of-${found.inode}`);
}

const sqliteOf = (client: SqliteClient): Dialect => ({
  async columns(knex, table) {
    const rows: { name: string }[] = await knex
      .select('name')
      .from(knex.raw('pragma_table_xinfo(?)', [table]))
      // 1 is a column that `select *` does not show.
      .whereNot('hidden', 1);
    // Its columns have no types that would matter: any value goes anywhere.
    return rows.map(({ name }) => ({ name, kind: 'other' }));
  },
  // Integers as bigint: those of 64 bits stay whole, and a number is then known to be a REAL.
  exact: { safeIntegers: true },
  text(value) {
    if (value === null || value === undefined) return null;
    if (typeof value === 'number') return SQLITE[client].number(value);
    if (Buffer.isBuffer(value)) return value.toString('utf8');
    return String(value);
  },
  value: text => text,
  // Whoever dies in the middle of it has done nothing.
  alone: (knex, work) => knex.transaction(work),
  now: "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)",
  hold(query, { column, operator, value }) {
    if (operator.endsWith('LIKE')) query.whereRaw(`?? ${operator} ? ESCAPE ?`, [column, value, '\\']);
    else query.where(column, operator, value);
  },
  order: (query, { name }) => void query.orderBy(name),
});
