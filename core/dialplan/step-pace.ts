/** How fast a call goes through priorities: as fast as it can, and where that does not end at a pace that leaves room for others. */
import type { Channel } from '../channel/channel.js';
import { nextTurn } from '../clock.js';

/** Steps after which others get their turn, whether or not an application waited. */
const AT_ONCE = 20;
/** Steps that a call may make as fast as it can, and how many of them come back in each millisecond. */
const FREE = 10_000;
const EACH_MILLISECOND = 1;
/** Milliseconds that one waits which has none left. */
const PAUSE = 20;

export class StepPace {
  readonly #channel: Channel;
  #steps = 0;
  /** How many were left at a time. However long it waited before, a call has no more than at its beginning. */
  #left = FREE;
  #at: number;

  constructor(channel: Channel) {
    this.#channel = channel;
    this.#at = channel.clock.elapsed();
  }

  /** Before each step. */
  async next(): Promise<void> {
    this.#steps += 1;
    if (this.#steps % AT_ONCE !== 0) return;
    await nextTurn();
    const now = this.#channel.clock.elapsed();
    this.#left = Math.min(this.#left + (now - this.#at) * EACH_MILLISECOND, FREE) - AT_ONCE;
    this.#at = now;
    if (this.#left < 0) await this.#channel.wait(PAUSE);
  }
}
