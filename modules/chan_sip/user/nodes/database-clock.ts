/** The clock of the database as this process knows it: one clock for all nodes, whatever their own say. */
import type { Clock } from '#core';

interface Sample {
  /** What the clock of the database is ahead of ours that never goes back, in milliseconds. */
  readonly ahead: number;
  /** How far off that may be. */
  readonly doubt: number;
  readonly at: number;
}

/** Milliseconds that a sample counts for, however good it is: clocks drift. */
const LIFE = 30_000;

export class DatabaseClock {
  readonly #clock: Clock;
  #best: Sample | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Until the database was asked it is taken to agree with the clock of this machine. */
  now(): number {
    const { ahead } = this.#best ?? { ahead: this.#clock.now() - this.#clock.elapsed() };
    return Math.round(this.#clock.elapsed() + ahead);
  }

  /** Asks the database. */
  async measure(ask: () => Promise<number>): Promise<void> {
    const sent = this.#clock.elapsed();
    const told = await ask();
    const at = this.#clock.elapsed();
    const sample = { ahead: told - (sent + at) / 2, doubt: (at - sent) / 2 + 1, at };
    const best = this.#best;
    // One that cannot be true any more: somebody has set the clock, or it is another server.
    const wrong = best && Math.abs(best.ahead - sample.ahead) > best.doubt + sample.doubt;
    if (!best || wrong || at - best.at > LIFE || sample.doubt <= best.doubt) this.#best = sample;
  }
}
