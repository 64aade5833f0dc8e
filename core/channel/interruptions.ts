/** What ends all waits of a channel: its hangup, for good; a redirect and the absolute timeout until the dialplan has taken them. */
import type { Clock, Timer } from '../clock.js';

/** Where a channel is in the dialplan. */
export interface Position {
  readonly context: string;
  readonly extension: string;
  readonly priority: number;
}

/** What ends every wait of a channel. A hangup is for good; the others are taken once, by the dialplan. */
export type Interruption = 'hangup' | 'redirect' | 'timeout';

export interface TakenInterruption {
  readonly by: Interruption;
  /** Of a redirect. */
  readonly to: Position | undefined;
}

export class Interruptions {
  readonly #clock: Clock;
  /** Hears of each that comes, not of those after the hangup. */
  readonly #told: (by: Interruption) => void;
  #hangup = false;
  #redirectTo: Position | undefined;
  #late = false;
  #absolute: { readonly at: number; readonly timer: Timer } | undefined;

  constructor(clock: Clock, told: (by: Interruption) => void) {
    this.#clock = clock;
    this.#told = told;
  }

  /** The one that counts: none takes another's place for good but the hangup. */
  get current(): Interruption | undefined {
    if (this.#hangup) return 'hangup';
    if (this.#redirectTo) return 'redirect';
    return this.#late ? 'timeout' : undefined;
  }

  hangup(): void {
    if (this.#hangup) return;
    this.#hangup = true;
    this.#told('hangup');
  }

  redirect(to: Position): void {
    if (this.#hangup) return;
    this.#redirectTo = to;
    this.#told('redirect');
  }

  /** Milliseconds until the call is too long; undefined: it may last. */
  get left(): number | undefined {
    return this.#absolute && Math.max(0, this.#absolute.at - this.#clock.elapsed());
  }

  /** The call may last so many milliseconds from now; undefined: as long as it likes. */
  limit(ms: number | undefined): void {
    this.#absolute?.timer.cancel();
    this.#absolute = undefined;
    if (ms === undefined) return;
    const timer = this.#clock.after(ms, () => {
      this.#absolute = undefined;
      if (this.#hangup) return;
      this.#late = true;
      this.#told('timeout');
    });
    this.#absolute = { at: this.#clock.elapsed() + ms, timer };
  }

  /** The end: as after a hangup, but nobody hears of it. */
  close(): void {
    this.limit(undefined);
    this.#hangup = true;
  }

  /** Takes one, so that waits wait again; a hangup stays. */
  take(): TakenInterruption | undefined {
    const by = this.current;
    if (by === undefined) return undefined;
    const to = by === 'redirect' ? this.#redirectTo : undefined;
    if (by === 'redirect') this.#redirectTo = undefined;
    if (by === 'timeout') this.#late = false;
    return { by, to };
  }
}
