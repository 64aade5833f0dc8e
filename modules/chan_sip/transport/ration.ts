/** Keeps what strangers can cause from filling the log: one line per cause and interval, with a count of the unsaid. */
import type { Clock } from '#core';

const INTERVAL = 60_000;
/** Causes remembered; beyond them, all others share one. */
const CAUSES = 64;
const OTHER = 'other';

export class Ration {
  readonly #clock: Clock;
  readonly #causes = new Map<string, { since: number; unsaid: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether this cause may be logged now: how often it was held back since the last time, or undefined to be silent. */
  take(cause: string): number | undefined {
    const now = this.#clock.elapsed();
    const name = this.#causes.has(cause) || this.#causes.size < CAUSES ? cause : OTHER;
    const last = this.#causes.get(name);
    if (last && now - last.since < INTERVAL) {
      last.unsaid += 1;
      return undefined;
    }
    this.#causes.set(name, { since: now, unsaid: 0 });
    return last?.unsaid ?? 0;
  }
}

/** What a line ends with when others like it were held back. */
export const heldBack = (unsaid: number): string =>
  unsaid > 0 ? ` (and ${unsaid} more like it since the last line)` : '';
