/** A database seen from the main thread: starts the worker, hands it batches, and answers for it when it dies or hangs. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Job, messageOf, type Scheduler } from '#core';
import type { Backend } from './backend.js';
import { unavailable } from './failure.js';
import { type Operation, type Outcome, VERBS } from './operation.js';
import type { News, Task } from './task.js';
import type { Order, Reply } from './worker.js';

interface Asked {
  readonly worker: Worker;
  readonly operations: readonly Operation[];
  readonly limit: Job;
  answer(outcomes: readonly Outcome[]): void;
}

/** Milliseconds that a batch may take: a disk or a server that hangs must not hang those who wait for it. */
export interface Limits {
  readonly reads: number;
  readonly writes: number;
  /** Tables that are made or changed. */
  readonly alone: number;
}

/** The longest that close() waits for the worker to end by itself. */
const CLOSE_LIMIT = 1000;

export interface ThreadParts {
  readonly place: string;
  readonly task: Task;
  readonly limits: Limits;
  readonly sched: Scheduler;
}

export class ThreadBackend implements Backend {
  readonly #parts: ThreadParts;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | undefined;
  #next = 1;
  #hear: ((news: News) => void) | undefined;

  constructor(parts: ThreadParts) {
    this.#parts = parts;
  }

  get place(): string {
    return this.#parts.place;
  }

  run(operations: readonly Operation[]): Promise<readonly Outcome[]> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#next++;
    const { sched, limits } = this.#parts;
    const ms = limits[wayOf(operations)];
    return new Promise(answer => {
      const limit = sched.after('answer of a database', ms, () => this.#abandon(worker, ms));
      this.#asked.set(id, { worker, operations, limit, answer });
      worker.postMessage({ id, operations } satisfies Order);
    });
  }

  forget(table: string): void {
    this.#worker?.postMessage({ forget: table } satisfies Order);
  }

  listen(hear: (news: News) => void): void {
    this.#worker ??= this.#start();
    this.#hear = hear;
    this.#worker.postMessage('listen' satisfies Order);
  }

  async close(): Promise<void> {
    this.#hear = undefined;
    const worker = this.#worker;
    if (!worker) return;
    const limit = this.#parts.sched.after('end of a database', CLOSE_LIMIT, () => void worker.terminate());
    const ended = new Promise(resolve => worker.once('exit', resolve));
    worker.postMessage('close' satisfies Order);
    await ended;
    limit.cancel();
  }

  #start(): Worker {
    const { task } = this.#parts;
    const worker = new Worker(join(__dirname, 'worker.js'), { workerData: task, name: task.client });
    let died = 'the thread of the database ended';
    worker.on('message', (reply: Reply) => {
      if ('news' in reply) this.#hear?.(reply.news);
      else this.#settle(reply.id, reply.outcomes);
    });
    worker.on('error', thrown => (died = `the thread of the database failed: ${messageOf(thrown)}`));
    worker.on('exit', () => this.#over(worker, died));
    return worker;
  }

  /** A thread that hangs in the system ends when that lets it go: nobody waits for that. */
  #abandon(worker: Worker, ms: number): void {
    void worker.terminate();
    this.#over(worker, `the database did not answer within ${ms / 1000} seconds`);
  }

  /** Nothing more is asked of it, or expected. */
  #over(worker: Worker, reason: string): void {
    if (this.#worker === worker) {
      this.#worker = undefined;
      this.#hear?.({ kind: 'deaf', reason });
    }
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

function wayOf(operations: readonly Operation[]): keyof Limits {
  const { way, alone } = VERBS[operations[0]!.verb];
  return alone ? 'alone' : way;
}
