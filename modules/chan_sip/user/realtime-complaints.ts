/** What is wrong with rows, told once in a while: a phone asks for its row again and again. */
import { type Clock, type Logger, printable } from '#core';

/** Milliseconds for which nothing more is said of the same row. */
const SPACING = 60_000;
/** Rows that are told of in such a time. */
const MOST = 10;
/** Characters of a line: a value may be as long as a row. */
const LONGEST = 300;

export class Complaints {
  readonly #log: Logger;
  readonly #clock: Clock;
  #told = new Set<string>();
  #since = Number.NEGATIVE_INFINITY;
  #silent = false;

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Says what is wrong, a line each, unless that was said of late. */
  say(about: string, lines: readonly string[]): void {
    if (lines.length === 0) return;
    const now = this.#clock.elapsed();
    if (now - this.#since >= SPACING) {
      this.#since = now;
      this.#told = new Set();
      this.#silent = false;
    }
    if (this.#told.has(about)) return;
    if (this.#told.size < MOST) for (const line of lines) this.#log.warning(printable(line.slice(0, LONGEST)));
    else if (!this.#silent) this.#log.warning('more rows have such faults, which are not told for a minute');
    if (this.#told.size >= MOST) this.#silent = true;
    else this.#told.add(about);
  }
}
