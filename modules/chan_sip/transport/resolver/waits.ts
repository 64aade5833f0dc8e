/** Waits that end: with their answer, with their time, or with the module. */
import type { Clock, Timer } from '#core';

export class Waits {
  readonly #clock: Clock;
  readonly #ends = new Set<() => void>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#ends.size;
  }

  /** What the work comes to, or `late` after so many milliseconds and at the end. The work must not fail. */
  bounded<T>(ms: number, work: Promise<T>, late: T): Promise<T> {
    if (this.#closed) return Promise.resolve(late);
    return new Promise(resolve => {
      const end = (value: T): void => {
        timer.cancel();
        this.#ends.delete(giveUp);
        resolve(value);
      };
      const giveUp = (): void => end(late);
      const timer: Timer = this.#clock.after(ms, giveUp);
      this.#ends.add(giveUp);
      void work.then(end);
    });
  }

  close(): void {
    this.#closed = true;
    for (const giveUp of [...this.#ends]) giveUp();
  }
}
