/** The way of AstDB's changes to the disk: gathered per key, sent to the worker in batches, kept until they are written. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Answer, Change, Order, Task } from './astdb-worker.js';
import type { Clock, Timer } from './clock.js';
import { messageOf } from './errors.js';
import { LargeMap } from './large-map.js';
import type { Logger } from './logger.js';

export interface SaverParts {
  readonly file: string;
  /** Milliseconds after which a change is on disk. */
  readonly window: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** All that there is, for a file that must be made anew. */
  readonly everything: () => Iterable<readonly [key: string, value: string]>;
}

export type Failure = Extract<Answer, { kind: 'failed' }>;

/** A batch; `until` is the number of the last change that is written with it, and with those before. */
interface Flight {
  readonly changes: ReadonlyMap<string, string | null>;
  readonly until: number;
}

interface Waiter {
  /** The number of the last change that it waits for. */
  readonly until: number;
  resolve(): void;
  reject(reason: Error): void;
}

const FIRST_RETRY = 5;
const LONGEST_RETRY = 5000;
/** Attempts that a lock held by another process may cost before anybody is told: about 0.3 s. */
const QUIET_ATTEMPTS = 6;
/** Changes sent together: handing them over takes the event loop some milliseconds. */
const TOGETHER = 4096;
/** The longest that close() waits for a disk that does not answer. */
const CLOSE_LIMIT = 3000;

/** Whether another process holds the file: it will let go. */
export const isBusy = ({ code }: Failure): boolean =>
  code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');

/** How long to wait before try number `failures + 1`. */
export const retryAfter = (failures: number): number => Math.min(FIRST_RETRY * 2 ** (failures - 1), LONGEST_RETRY);

export const startWorker = (task: Task): Worker => new Worker(join(__dirname, 'astdb-worker.js'), { workerData: task });

/** Of a key the last that is told of it. */
function together(...changes: Iterable<Change>[]): LargeMap<string | null> {
  const all = new LargeMap<string | null>();
  for (const some of changes) for (const [key, value] of some) all.set(key, value);
  return all;
}

export class Saver {
  readonly #parts: SaverParts;
  #worker: Worker | undefined;
  /** Bounded by the number of keys: a later change of a key takes the place of the earlier. */
  #pending = new LargeMap<string | null>();
  /** The batch that the worker has. */
  #flying: Flight | undefined;
  /** Runs out when the pending changes are to go, or to be tried again. */
  #timer: Timer | undefined;
  /** The time was up while a batch was flying. */
  #due = false;
  #changes = 0;
  #failures = 0;
  #reported = false;
  #waiters: Waiter[] = [];
  #closing = false;

  constructor(parts: SaverParts, worker: Worker) {
    this.#parts = parts;
    this.#worker = this.#follow(worker);
  }

  /** Changes that are not known to be on disk. */
  get waiting(): number {
    return this.#pending.size + (this.#flying?.changes.size ?? 0);
  }

  change(key: string, value: string | null): void {
    if (this.#closing) throw new Error(`astdb: '${key}' was changed after the end`);
    this.#pending.set(key, value);
    this.#changes += 1;
    // Half of the window is for gathering, the other half for the way to the disk.
    if (!this.#timer) this.#arm(this.#parts.window / 2);
  }

  /** Resolves when everything changed so far is on disk. @throws when it cannot be written. */
  flush(): Promise<void> {
    return this.waiting === 0 ? Promise.resolve() : this.#written();
  }

  /** Resolves when a batch is written that has all there is to write, though that be nothing. */
  #written(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ until: this.#changes, resolve, reject });
      this.#send('whatever there is');
    });
  }

  /** Writes what is left, within bounds, and ends the worker. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const limit = this.#parts.clock.after(CLOSE_LIMIT, () => void this.#worker?.terminate());
    try {
      // Though nothing be left: the file may have been removed since the last change.
      await this.#written();
    } catch (thrown) {
      this.#parts.log.error(`${this.waiting} changes of '${this.#parts.file}' are lost: ${messageOf(thrown)}`);
    }
    this.#timer?.cancel();
    this.#timer = undefined;
    const worker = this.#worker;
    if (worker) {
      const ended = new Promise(resolve => worker.once('exit', resolve));
      worker.postMessage('close' satisfies Order);
      await ended;
    }
    limit.cancel();
  }

  #arm(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(ms, () => {
      this.#timer = undefined;
      this.#send();
    });
  }

  #send(what: 'whatever there is' | 'changes' = 'changes'): void {
    if (this.#flying) {
      this.#due = true;
      return;
    }
    this.#due = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#pending.size === 0 && what === 'changes') return;
    this.#flying = this.#next();
    this.#worker ??= this.#follow(startWorker({ file: this.#parts.file, load: false }));
    this.#worker.postMessage({ changes: [...this.#flying.changes] } satisfies Order);
  }

  /** All there is to write; of very much the first part, after which what waits for all of it waits on. */
  #next(): Flight {
    const changes = this.#pending.take(TOGETHER);
    if (this.#pending.size === 0) {
      this.#pending = new LargeMap();
      return { changes, until: this.#changes };
    }
    this.#due = true;
    return { changes, until: 0 };
  }

  #follow(worker: Worker): Worker {
    let died = 'the writing thread ended';
    worker.on('message', (answer: Answer) => {
      if (answer.kind === 'written') this.#landed();
      else if (answer.kind === 'failed') this.#failed(answer);
      else if (answer.kind === 'gone') this.#anew(answer.message);
    });
    worker.on('error', thrown => (died = `the writing thread failed: ${String(thrown)}`));
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      if (this.#flying) this.#failed({ kind: 'failed', code: '', message: died });
    });
    return worker;
  }

  #landed(): void {
    const until = this.#flying?.until ?? 0;
    this.#flying = undefined;
    this.#failures = 0;
    if (this.#reported) this.#parts.log.notice(`'${this.#parts.file}' is written again`);
    this.#reported = false;
    const settled = this.#waiters.filter(waiter => waiter.until <= until);
    this.#waiters = this.#waiters.filter(waiter => waiter.until > until);
    for (const waiter of settled) waiter.resolve();
    if (this.#due || this.#waiters.length > 0) this.#send('whatever there is');
  }

  /** The batch goes back before what came since, and is tried again later. */
  #failed(failure: Failure): void {
    if (this.#flying) this.#goBack(this.#flying.changes);
    this.#flying = undefined;
    this.#failures += 1;
    if (!isBusy(failure) || this.#failures > QUIET_ATTEMPTS) this.#giveUpWaiting(failure);
    if (!(this.#closing && this.#reported)) this.#arm(retryAfter(this.#failures));
  }

  #goBack(changes: Flight['changes']): void {
    const pending = this.#pending;
    if (pending.size <= TOGETHER) this.#pending = together(changes, pending.entries());
    // Which of very many is written first is no matter, as long as it is the latest of each key.
    else for (const [key, value] of changes) if (!pending.has(key)) pending.set(key, value);
  }

  /** What is in memory is right, and goes into the file that is there now, or is made. */
  #anew(message: string): void {
    const { file, log, everything } = this.#parts;
    log.warning(`'${file}': ${message}; everything is written into it anew`);
    this.#worker = undefined;
    const flying = this.#flying?.changes ?? [];
    this.#flying = undefined;
    this.#pending = together(everything(), flying, this.#pending.entries());
    this.#send('whatever there is');
  }

  #giveUpWaiting({ message }: Failure): void {
    const { file, log } = this.#parts;
    const text = `'${file}' cannot be written: ${message}`;
    if (!this.#reported) log.error(`${text}; ${this.waiting} changes wait in memory and are tried again`);
    this.#reported = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(new Error(text));
  }
}
