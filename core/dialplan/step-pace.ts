/** How fast a call goes through priorities: as fast as it can, and where that does not end at a pace that leaves room for others. */
import type { Channel } from '../channel/channel.js';
import { nextTurn } from '../clock.js';

/** Steps after which others get their turn, whether or not an application waited. */
const AT_ONCE = 20;
/** Steps that a call may make as fast as it can, and in each millisecond beside them. */
const FREE = 10_000;
const EACH_MILLISECOND = 1;
/** Milliseconds that one waits which has made more. */
const PAUSE = 20;

export class StepPace {
  readonly #channel: Channel;
  readonly #begun: number;
  #steps = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
    this.#begun = channel.clock.elapsed();
  }

  /** Before each step. */
  async next(): Promise<void> {
    this.#steps += 1;
    if (this.#steps % AT_ONCE !== 0) return;
    await nextTurn();
    const { clock } = this.#channel;
    const passed = clock.elapsed() - this.#begun;
    if (this.#steps > FREE + passed * EACH_MILLISECOND) await this.#channel.wait(PAUSE);
  }
}
