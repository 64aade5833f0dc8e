/** A connection to a SQLite file in a directory of its own, and others who use the file. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { atOnce, type Clock, SystemClock, TestClock } from '../../core/clock.js';
import { traceOf } from '../../core/errors.js';
import type { Core } from '../../core/module.js';
import { type Scheduler, SchedulerHeap } from '../../core/sched.js';
import { NamedConnections } from '../../modules/res_knex/connections.js';
import type { Connection, ConnectionRow, SqliteSettings } from '../../modules/res_knex/token.js';
import { keptLog } from '../support/wire.js';

export interface StageOptions extends Partial<SqliteSettings> {
  /** A clock that only the test moves. */
  readonly still?: boolean;
  /** Runs before the connection is opened. */
  readonly before?: (stage: SqlStage) => void;
}

export class SqlStage {
  readonly directory: string;
  readonly file: string;
  readonly clock: Clock;
  readonly connections: NamedConnections;
  readonly #heap: SchedulerHeap;
  readonly #sched: Scheduler;
  readonly #log = keptLog();

  private constructor(directory: string, { still = false, file = join(directory, 'calls.sqlite3') }: StageOptions) {
    this.directory = directory;
    this.file = file;
    this.clock = still ? new TestClock() : new SystemClock();
    this.#heap = new SchedulerHeap(this.clock, (label, thrown) => assert.fail(`${label}: ${traceOf(thrown)}`));
    const { sched } = this.#heap.open();
    this.#sched = sched;
    this.connections = new NamedConnections({ clock: this.clock, sched, log: this.#log.log } as Core);
  }

  /** Opens the connection `calls`; the end of the test closes it and sees that nothing is left. */
  static async of(t: TestContext, options: StageOptions = {}): Promise<SqlStage> {
    const stage = new SqlStage(await mkdtemp(join(tmpdir(), 'obelisk-knex-')), options);
    t.after(() => stage.#close());
    options.before?.(stage);
    const { batch = 0, busyTimeout = 10_000, debug = false, maxPages = 0, client = 'better-sqlite3' } = options;
    stage.connections.open('calls', {
      client,
      file: stage.file,
      batch,
      busyTimeout,
      debug,
      maxPages,
    });
    return stage;
  }

  get connection(): Connection {
    return this.connections.get('calls')!;
  }

  get row(): ConnectionRow {
    return this.connections.rows()[0]!;
  }

  /** Log lines, `level: text`. */
  get lines(): string[] {
    return this.#log.lines;
  }

  /** What another user of the file does with it. */
  sql(text: string, file = this.file): void {
    const database = new Database(file);
    database.exec(text);
    database.close();
  }

  /** What the file holds, read by somebody else. */
  rows(text: string): unknown[] {
    const database = new Database(this.file, { readonly: true });
    const rows = database.prepare(text).all();
    database.close();
    return rows;
  }

  /** Moves the still clock on, bit by bit, until the promise is settled; not while the thread of the file works. */
  async passing<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = (): void => void (settled = true);
    work.then(done, done);
    await this.passingUntil(() => settled);
    return work;
  }

  async passingUntil(happened: () => boolean): Promise<void> {
    while (!happened()) {
      const counts = atOnce(this.#sched.counts());
      if (!counts.has('answer of a database') && !counts.has('end of a database'))
        (this.clock as TestClock).advance(20);
      await setImmediate();
    }
  }

  /** The rejection's message. */
  async refusal(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => assert.fail('it was not refused'),
      (thrown: Error) => thrown.message.replaceAll(this.directory, '.'),
    );
  }

  async #close(): Promise<void> {
    await this.connections.close();
    await rm(this.directory, { recursive: true, force: true });
    const waiting = this.clock instanceof TestClock ? this.clock.pending : 0;
    assert.deepEqual([this.#heap.size, waiting, this.connections.rows().length], [0, 0, 0], 'something is left behind');
  }
}

const HOLDER = `
const { parentPort, workerData } = require('node:worker_threads');
const database = new (require('better-sqlite3'))(workerData.file);
database.exec(workerData.hold);
parentPort.postMessage('held');
parentPort.once('message', () => {
  database.exec('COMMIT');
  database.close();
});
`;

/** Somebody who holds the file until release(), or the end of the test. */
export async function holder(t: TestContext, file: string, hold = 'BEGIN EXCLUSIVE') {
  const worker = new Worker(HOLDER, { eval: true, workerData: { file, hold } });
  t.after(() => worker.terminate());
  await once(worker, 'message');
  return {
    async release(): Promise<void> {
      worker.postMessage('release');
      await once(worker, 'exit');
    },
  };
}

/** `name = value` and the like, as conditions. */
export const when = (column: string, value: string, operator = '=') =>
  [{ column, operator: operator as '=' | 'LIKE', value }] as const;
