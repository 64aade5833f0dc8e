/** The circuit breaker of one way to a database: after several failures in a row it refuses, and now and then lets one try. */
import type { Job, Scheduler } from '#core';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerParts {
  readonly label: string;
  readonly sched: Scheduler;
  /** It may be tried again now. */
  readonly halfOpened: () => void;
  readonly random?: () => number;
}

/** Failures in a row that open it. */
const THRESHOLD = 5;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
/** Part of a wait that chance adds, so that not everybody comes back at once. */
const JITTER = 0.25;

export class Breaker {
  readonly #parts: BreakerParts;
  #state: BreakerState = 'closed';
  #failures = 0;
  #wait = FIRST_WAIT;
  #job: Job | undefined;
  #reason = '';

  constructor(parts: BreakerParts) {
    this.#parts = parts;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Why nothing is let through; undefined while it is. */
  get refusal(): string | undefined {
    return this.#state === 'open' ? this.#reason : undefined;
  }

  succeeded(): void {
    this.close();
    this.#failures = 0;
    this.#wait = FIRST_WAIT;
    this.#state = 'closed';
  }

  failed(reason: string): void {
    this.#failures += 1;
    this.#reason = reason;
    if (this.#state === 'closed' && this.#failures < THRESHOLD) return;
    const { label, sched, halfOpened, random = Math.random } = this.#parts;
    this.#state = 'open';
    this.close();
    this.#job = sched.after(`try ${label} again`, this.#wait * (1 + JITTER * random()), () => {
      this.#state = 'half-open';
      halfOpened();
    });
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }

  /** Calls off what it waits for. */
  close(): void {
    this.#job?.cancel();
    this.#job = undefined;
  }
}
