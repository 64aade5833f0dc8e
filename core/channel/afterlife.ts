/** What a channel has once its far end is gone: a minute in which waits wait again, for extension h and for hangup handlers. */
import type { Clock, Timer } from '../clock.js';

const LENGTH = 60_000;

export class Afterlife {
  readonly #clock: Clock;
  readonly #over: () => void;
  #timer: Timer | undefined;

  /** `over` hears of its end, unless it is closed before. */
  constructor(clock: Clock, over: () => void) {
    this.#clock = clock;
    this.#over = over;
  }

  get lasts(): boolean {
    return this.#timer !== undefined;
  }

  /** A minute from now. */
  begin(): void {
    this.close();
    this.#timer = this.#clock.after(LENGTH, () => {
      this.#timer = undefined;
      this.#over();
    });
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
