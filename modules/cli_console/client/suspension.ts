/** Ctrl-Z: the shell that started the console has the terminal until its `fg`. */
import type { Clock, Timer } from '#core';

/** Milliseconds after which a console that still runs was not stopped: where no shell could continue it, nothing stops it. */
const UNSTOPPED = 200;

export class Suspension {
  readonly #clock: Clock;
  readonly #continued: () => void;
  #timer: Timer | undefined;

  /** `back` hears that the terminal is the console's again: after begin(), and whoever else stopped it. */
  constructor(clock: Clock, back: () => void) {
    this.#clock = clock;
    this.#continued = () => {
      this.#timer?.cancel();
      back();
    };
    process.on('SIGCONT', this.#continued);
  }

  /** Stops all that are in the foreground, as the terminal would. It must be as the shell wants it. */
  begin(): void {
    process.kill(0, 'SIGTSTP');
    this.#timer?.cancel();
    this.#timer = this.#clock.after(UNSTOPPED, this.#continued);
  }

  close(): void {
    this.#timer?.cancel();
    process.off('SIGCONT', this.#continued);
  }
}
