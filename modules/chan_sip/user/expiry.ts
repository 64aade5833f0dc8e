/** What is to end a binding: one object and one job, since a million of them wait. */
import type { Job, Scheduler, Task } from '#core';
import type { Binding } from './binding.js';
import type { Peer } from './peer.js';

export interface ExpiryParts {
  readonly sched: Scheduler;
  readonly elapsed: () => number;
  readonly over: (peer: Peer, binding: Binding) => void;
}

/** A refresh moves the end and leaves the job where it waits. */
export class Expiry implements Task {
  readonly #parts: ExpiryParts;
  readonly #peer: Peer;
  readonly #binding: Binding;
  #job: Job | undefined;
  /** When the job runs, and when it is to end the binding: whole milliseconds on the clock that never goes back. */
  #wakes = 0;
  #due = 0;

  constructor(parts: ExpiryParts, peer: Peer, binding: Binding) {
    this.#parts = parts;
    this.#peer = peer;
    this.#binding = binding;
  }

  /** `wait` milliseconds from now, and not when it was to be before. */
  arm(wait: number): void {
    this.#due = Math.ceil(this.#parts.elapsed() + wait);
    if (!this.#job || this.#wakes > this.#due) this.#wait(wait);
  }

  run(): void {
    const left = this.#due - this.#parts.elapsed();
    if (left > 0) this.#wait(left);
    else this.#parts.over(this.#peer, this.#binding);
  }

  cancel(): void {
    this.#job?.cancel();
  }

  #wait(ms: number): void {
    this.#job?.cancel();
    this.#job = this.#parts.sched.after('expire_register', ms, this);
    this.#wakes = this.#due;
  }
}
