/** A small file of the system, read again when it has changed. */
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '#core';

/** How often it is looked at, at most. */
const INTERVAL = 5000;

export class WatchedFile<T> {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #parse: (text: string) => T;
  #value: T;
  #stamp = '';
  #looked = Number.NEGATIVE_INFINITY;
  #underway: Promise<void> | undefined;

  /** A file that is not there is an empty one. */
  constructor(path: string, clock: Clock, parse: (text: string) => T) {
    this.#path = path;
    this.#clock = clock;
    this.#parse = parse;
    this.#value = parse('');
  }

  async value(): Promise<T> {
    const now = this.#clock.elapsed();
    if (now - this.#looked >= INTERVAL) {
      this.#looked = now;
      this.#underway = this.#look().finally(() => (this.#underway = undefined));
    }
    await this.#underway;
    return this.#value;
  }

  async #look(): Promise<void> {
    let stamp: string;
    let text = '';
    try {
      const { mtimeMs, size, ino } = await stat(this.#path);
      stamp = `${mtimeMs} ${size} ${ino}`;
      if (stamp === this.#stamp) return;
      text = await readFile(this.#path, 'latin1');
    } catch (thrown) {
      // Whatever the reason, there is nothing in it for us; the next look may find something.
      if (!(thrown instanceof Error)) throw thrown;
      stamp = 'unread';
    }
    this.#stamp = stamp;
    this.#value = this.#parse(text);
  }
}
