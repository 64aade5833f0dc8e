/** A token bucket for what goes out to many devices unasked: so many a gap, fewer while the event loop lags. */
import type { Job } from '#core';
import type { Site } from './site.js';

/** Something that waits for its turn. */
export interface Turn {
  run(): void;
}

/** How many may go at once, and how many milliseconds later the next. */
export interface Pace {
  readonly group: number;
  readonly gap: number;
}

/** A job that runs so many milliseconds late tells of an event loop that has too much to do. */
export const LATE = 100;
/** How much longer than the gap the wait becomes at most, while every round is late. */
const SLOWEST = 32;
/** A gap is longer by up to this part of it, at random: two servers that start together do not stay in step. */
const SPREAD = 0.2;

export class Pacer {
  readonly #site: Site;
  readonly #random: () => number;
  readonly #pace: () => Pace;
  readonly #label: string;
  readonly #queue = new Set<Turn>();
  #job: Job | undefined;
  #slowness = 1;
  /** When the next group may go, on the clock that never goes back. */
  #free = 0;

  /** `random`: 0 to 1. */
  constructor(site: Site, random: () => number, pace: () => Pace, label = 'qualify_gap') {
    this.#site = site;
    this.#random = random;
    this.#pace = pace;
    this.#label = label;
  }

  /** Whoever waits already keeps his place. */
  add(turn: Turn): void {
    this.#queue.add(turn);
    this.#arm();
  }

  drop(turn: Turn): void {
    this.#queue.delete(turn);
    if (this.#queue.size > 0) return;
    this.#job?.cancel();
    this.#job = undefined;
  }

  get size(): number {
    return this.#queue.size;
  }

  #arm(): void {
    if (this.#job || this.#queue.size === 0) return;
    const { clock, sched } = this.#site;
    const now = clock.elapsed();
    const due = Math.max(now, this.#free);
    this.#job = sched.after(this.#label, due - now, () => this.#round(due));
  }

  #round(due: number): void {
    const now = this.#site.clock.elapsed();
    const { group, gap } = this.#pace();
    this.#job = undefined;
    this.#slowness = now - due > LATE ? Math.min(SLOWEST, this.#slowness * 2) : Math.max(1, this.#slowness / 2);
    this.#free = now + Math.max(1, gap) * this.#slowness * (1 + SPREAD * this.#random());
    try {
      let left = group;
      for (const turn of this.#queue) {
        this.#queue.delete(turn);
        turn.run();
        left -= 1;
        if (left <= 0) break;
      }
    } finally {
      this.#arm();
    }
  }
}
