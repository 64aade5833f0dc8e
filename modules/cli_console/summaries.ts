/** What views sum up, kept for a while: every console asks each second, and to count all of many rows holds up everything. */
import type { Clock, View } from '#core';

/** For so many times as long as it took, a summary is not made again: one of 80 ms stands for 4 seconds. */
const STANDS = 50;

interface Kept {
  readonly text: string | undefined;
  /** By the clock's elapsed(). */
  readonly until: number;
}

export class Summaries {
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #kept = new WeakMap<View, Kept>();

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock;
  }

  /** Undefined where the view has none. @throws what the view throws */
  of(view: View): string | undefined {
    const began = this.#clock.elapsed();
    const kept = this.#kept.get(view);
    if (kept && began < kept.until) return kept.text;
    const text = view.summary?.();
    this.#kept.set(view, { text, until: began + (this.#clock.elapsed() - began) * STANDS });
    return text;
  }
}
