/** A SQLite file seen from the main thread: starts the worker, hands it batches, and answers for it when it dies. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Job, messageOf, type Scheduler } from '#core';
import type { Backend } from './backend.js';
import { unavailable } from './failure.js';
import type { Operation, Outcome } from './operation.js';
import type { SqliteTask } from './sqlite-file.js';
import type { Order, Reply } from './sqlite-worker.js';
import type { SqliteSettings } from './token.js';

interface Asked {
  readonly worker: Worker;
  readonly operations: readonly Operation[];
  readonly limit: Job;
  answer(outcomes: readonly Outcome[]): void;
}

/** The longest that a batch may take: a disk that hangs must not hang those who wait for it. */
const ANSWER_LIMIT = 30_000;
/** The longest that close() waits for the worker to end by itself. */
const CLOSE_LIMIT = 1000;

export class SqliteBackend implements Backend {
  readonly place: string;
  readonly #task: SqliteTask;
  readonly #sched: Scheduler;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | undefined;
  #next = 1;

  constructor({ file, maxPages = 0 }: SqliteSettings, sched: Scheduler) {
    this.place = file;
    this.#task = { file, maxPages };
    this.#sched = sched;
  }

  run(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#next++;
    return new Promise(answer => {
      const limit = this.#sched.after('answer of a database', ANSWER_LIMIT, () => this.#abandon(worker));
      this.#asked.set(id, { worker, operations, limit, answer });
      worker.postMessage({ id, operations } satisfies Order);
    });
  }

  forget(table: string): void {
    this.#worker?.postMessage({ forget: table } satisfies Order);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const limit = this.#sched.after('end of a database', CLOSE_LIMIT, () => void worker.terminate());
    const ended = new Promise(resolve => worker.once('exit', resolve));
    worker.postMessage('close' satisfies Order);
    await ended;
    limit.cancel();
  }

  #start(): Worker {
    const worker = new Worker(join(__dirname, 'sqlite-worker.js'), { workerData: this.#task, name: 'sqlite' });
    let died = 'the thread of the database ended';
    worker.on('message', ({ id, outcomes }: Reply) => this.#settle(id, outcomes));
    worker.on('error', thrown => (died = `the thread of the database failed: ${messageOf(thrown)}`));
    worker.on('exit', () => this.#over(worker, died));
    return worker;
  }

  /** A thread that hangs in the system ends when that lets it go: nobody waits for that. */
  #abandon(worker: Worker): void {
    void worker.terminate();
    this.#over(worker, `the thread of the database did not answer within ${ANSWER_LIMIT / 1000} seconds`);
  }

  /** Nothing more is asked of it, or expected. */
  #over(worker: Worker, reason: string): void {
    if (this.#worker === worker) this.#worker = undefined;
    for (const [id, asked] of [...this.#asked]) {
      if (asked.worker !== worker) continue;
      this.#settle(
        id,
        asked.operations.map(() => unavailable(reason)),
      );
    }
  }

  #settle(id: number, outcomes: readonly Outcome[]): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    this.#asked.delete(id);
    asked.limit.cancel();
    asked.answer(outcomes);
  }
}
