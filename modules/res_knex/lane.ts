/** One way to a database, for reads or for writes: a bounded queue, sent in batches, tried again while others hold the file. */
import type { Clock, Job, Logger, Scheduler } from '#core';
import type { Backend } from './backend.js';
import { Breaker, type BreakerState } from './breaker.js';
import { type Failure, type Operation, type Outcome, VERBS } from './operation.js';
import { QueryFailed } from './query-failed.js';
import type { Tally } from './tally.js';

export interface LaneParts {
  /** The connection with its place, as errors name it. */
  readonly label: string;
  readonly way: 'reads' | 'writes';
  readonly backend: Backend;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly sched: Scheduler;
  readonly log: Logger;
  /** Milliseconds for which operations are gathered. */
  readonly window: number;
  /** Milliseconds for which an operation is tried again while somebody else holds the database. */
  readonly patience: number;
  /** Operations that may wait. */
  readonly limit: number;
  /** The breaker lets one operation through. */
  readonly halfOpened?: () => void;
}

interface Waiting {
  readonly operation: Operation;
  /** When it was first sent, on the clock that never goes back. */
  sentAt: number | undefined;
  resolve(answer: unknown): void;
  reject(reason: QueryFailed): void;
}

/** Operations of one batch: few enough that a read does not wait long behind them. */
const MOST = 100;
/** Milliseconds before another try, at random between these. */
const RETRY = [5, 100] as const;

export class Lane {
  readonly #parts: LaneParts;
  readonly #breaker: Breaker;
  #queue: Waiting[] = [];
  #flying: readonly Waiting[] = [];
  /** Runs out when the queue is to be sent. */
  #job: Job | undefined;
  /** That job only waits for more to come. */
  #gathering = false;
  #told = false;
  #closing = false;
  #closed = false;
  #empty: (() => void) | undefined;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    const label = `${parts.way} of ${parts.label}`;
    this.#breaker = new Breaker({ label, sched: parts.sched, halfOpened: () => parts.halfOpened?.() });
  }

  get waiting(): number {
    return this.#queue.length + this.#flying.length;
  }

  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  /** Whether the last answer was a failure. */
  get failing(): boolean {
    return this.#breaker.failures > 0;
  }

  submit(operation: Operation): Promise<unknown> {
    const { refusal } = this.#breaker;
    if (this.#closing) return this.#refuse('it is being closed');
    if (refusal !== undefined) return this.#refuse(`not tried, since it failed before: ${refusal}`);
    if (this.#queue.length >= this.#parts.limit) {
      return this.#refuse(`${this.#queue.length} ${this.#parts.way} wait already, no more are taken`);
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ operation, sentAt: undefined, resolve, reject });
      this.#plan(this.#parts.window);
    });
  }

  /** Sends what waits, and resolves when nothing does. */
  drain(): Promise<void> {
    this.#closing = true;
    return new Promise(resolve => {
      this.#empty = resolve;
      this.#stopWaiting();
      this.#plan(0);
    });
  }

  /** What is left is rejected. */
  close(): void {
    this.#closing = this.#closed = true;
    this.#stopWaiting();
    this.#breaker.close();
    this.#giveUp('it was closed before this was done');
  }

  #refuse(reason: string): Promise<never> {
    return Promise.reject(this.#error('unavailable', '', reason));
  }

  #error(kind: QueryFailed['kind'], code: string, reason: string, tooLong?: readonly string[]): QueryFailed {
    return new QueryFailed(this.#parts.label, kind, code, reason, tooLong);
  }

  /** Sees to it that the queue is sent within `ms`, or when what is on its way is back. */
  #plan(ms: number): void {
    const hurry = ms === 0 || this.#closing || this.#queue.length >= MOST;
    if (this.#flying.length > 0 || (this.#job && !(this.#gathering && hurry))) return;
    if (this.#queue.length === 0) this.#empty?.();
    else if (hurry) void this.#send();
    else {
      this.#wait('gather writes', ms);
      this.#gathering = true;
    }
  }

  #wait(what: string, ms: number): void {
    this.#job = this.#parts.sched.after(`${what} of ${this.#parts.label}`, ms, () => {
      void this.#send();
    });
  }

  #stopWaiting(): void {
    this.#job?.cancel();
    this.#job = undefined;
    this.#gathering = false;
  }

  /** One while the breaker wants to see; else all that wait, up to one that wants to be alone. */
  #take(): Waiting[] {
    if (this.#breaker.state === 'half-open' || isAlone(this.#queue[0]!)) return this.#queue.splice(0, 1);
    const alone = this.#queue.findIndex(isAlone);
    return this.#queue.splice(0, Math.min(MOST, alone < 0 ? MOST : alone));
  }

  async #send(): Promise<void> {
    const { backend, clock, tally } = this.#parts;
    this.#stopWaiting();
    const batch = this.#take();
    const started = clock.elapsed();
    for (const waiting of batch) waiting.sentAt ??= started;
    this.#flying = batch;
    const outcomes = await backend.run(batch.map(({ operation }) => operation));
    this.#flying = [];
    tally.took(clock.elapsed() - started);
    const held = this.#settle(batch, outcomes);
    this.#queue.unshift(...held);
    if (this.#closed) this.close();
    else if (held.length > 0) {
      tally.retries += held.length;
      this.#wait('another try', RETRY[0] + Math.random() * (RETRY[1] - RETRY[0]));
    } else this.#plan(this.#parts.window);
  }

  /** Answers what is done. @returns what is to be tried again */
  #settle(batch: readonly Waiting[], outcomes: readonly Outcome[]): Waiting[] {
    const { clock, patience, tally } = this.#parts;
    const held: Waiting[] = [];
    let failed: Failure | undefined;
    let answered = false;
    for (const [index, waiting] of batch.entries()) {
      const outcome = outcomes[index]!;
      if (outcome.ok) {
        answered = true;
        tally.done();
        waiting.resolve(outcome.answer);
      } else if (outcome.kind === 'refused') {
        answered = true;
        tally.refused();
        waiting.reject(this.#error('refused', outcome.code, outcome.message, outcome.tooLong));
      } else if (outcome.kind === 'busy' && clock.elapsed() - waiting.sentAt! < patience) {
        held.push(waiting);
      } else {
        failed = outcome;
        this.#fail(waiting, outcome);
      }
    }
    if (answered) this.#well();
    else if (failed) this.#ill(failed);
    return held;
  }

  #fail(waiting: Waiting, { code, message }: Failure): void {
    const error = this.#error('unavailable', code, message);
    this.#parts.tally.failed(error.message);
    waiting.reject(error);
  }

  #well(): void {
    this.#breaker.succeeded();
    if (this.#told) this.#parts.log.notice(`${this.#parts.label}: ${this.#parts.way} work again`);
    this.#told = false;
  }

  #ill(failure: Failure): void {
    const { label, way, log } = this.#parts;
    this.#breaker.failed(failure.message);
    if (!this.#told) log.error(`${label}: ${way} fail: ${failure.message}`);
    this.#told = true;
    if (this.#breaker.state !== 'open') return;
    for (const waiting of this.#queue.splice(0)) this.#fail(waiting, failure);
  }

  #giveUp(reason: string): void {
    for (const { reject } of this.#queue.splice(0)) reject(this.#error('unavailable', '', reason));
    this.#empty?.();
  }
}

const isAlone = ({ operation }: Waiting): boolean => VERBS[operation.verb].alone === true;
