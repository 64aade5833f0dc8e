/** The waits of a channel: for a time, a digit, a work; all of them end when the channel is wanted elsewhere. */
import type { Clock } from '../clock.js';

/** Why a wait ended. */
export type Woken = 'timeout' | 'interrupted';

export interface WaitResult<T> {
  readonly how: 'found' | Woken;
  readonly value?: T | undefined;
}

export class Waits {
  readonly #clock: Clock;
  readonly #interrupted: () => boolean;
  readonly #wakes = new Set<() => void>();

  constructor(clock: Clock, interrupted: () => boolean) {
    this.#clock = clock;
    this.#interrupted = interrupted;
  }

  /** Something has changed: whoever waits looks again. */
  wake(): void {
    for (const wake of [...this.#wakes]) wake();
  }

  /** Asks `look` until it finds something, the time is over or all waits end. */
  async until<T>(look: () => T | undefined, ms?: number): Promise<WaitResult<T>> {
    const end = ms === undefined ? undefined : this.#clock.elapsed() + ms;
    for (;;) {
      const value = look();
      if (value !== undefined) return { how: 'found', value };
      if (this.#interrupted()) return { how: 'interrupted' };
      const left = end === undefined ? undefined : end - this.#clock.elapsed();
      if (left !== undefined && left <= 0) return { how: 'timeout' };
      await this.#sleep(left);
    }
  }

  /** What the work comes to; undefined when all waits end before. */
  async race<T>(work: Promise<T>): Promise<T | undefined> {
    let settled: { readonly value: T } | { readonly thrown: unknown } | undefined;
    work.then(
      value => {
        settled = { value };
        this.wake();
      },
      (thrown: unknown) => {
        settled = { thrown };
        this.wake();
      },
    );
    const { value } = await this.until(() => settled);
    if (value && 'thrown' in value) throw value.thrown;
    return value?.value;
  }

  #sleep(ms: number | undefined): Promise<void> {
    return new Promise(done => {
      const timer = ms === undefined ? undefined : this.#clock.after(ms, () => wake());
      const wake = (): void => {
        timer?.cancel();
        this.#wakes.delete(wake);
        done();
      };
      this.#wakes.add(wake);
    });
  }
}
