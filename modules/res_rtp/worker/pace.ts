/** The beat of a thread: one timer for all that is played, every 20 ms, which does not drift. */
import type { Clock, Timer } from '#core';

/** Milliseconds of a beat. */
export const BEAT = 20;
/** Beats that are made up for when the thread was held up; more is silence. */
const MOST_LATE = 10;

export interface Paced {
  /** @returns whether there is to be another */
  beat(now: number): boolean;
}

export class Pace {
  readonly #clock: Clock;
  readonly #paced = new Set<Paced>();
  #timer: Timer | undefined;
  /** When the next is due. */
  #due = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#paced.size;
  }

  add(paced: Paced): void {
    this.#paced.add(paced);
    if (this.#timer) return;
    this.#due = this.#clock.elapsed() + BEAT;
    this.#arm();
  }

  remove(paced: Paced): void {
    this.#paced.delete(paced);
    if (this.#paced.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#clock.after(this.#due - this.#clock.elapsed(), () => this.#beat());
  }

  #beat(): void {
    const now = this.#clock.elapsed();
    // A timer may fire a little early.
    const late = Math.max(1, Math.floor((now - this.#due) / BEAT) + 1);
    const beats = Math.min(late, MOST_LATE);
    this.#due += late * BEAT;
    for (let count = 0; count < beats; count++) {
      for (const paced of this.#paced) if (!paced.beat(now)) this.#paced.delete(paced);
    }
    this.#timer = undefined;
    if (this.#paced.size > 0) this.#arm();
  }
}
