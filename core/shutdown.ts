/** How the PBX comes to its end: at once, or as soon as nothing is under way, and called off as long as it waits. */
import type { ActivityCount } from './activity.js';
import type { StopManner } from './control.js';

/** The stop that is under way. */
export interface Stopping {
  readonly manner: StopManner;
  readonly restart: boolean;
}

/** Which channels are taken: any, those of calls that are there already, none. */
export type Taken = 'all' | 'known' | 'none';

const TAKEN: Readonly<Record<StopManner, Taken>> = { now: 'none', gracefully: 'known', 'when convenient': 'all' };

export class Shutdown {
  readonly #activity: ActivityCount;
  #stopping: Stopping | undefined;
  #ending = false;

  constructor(activity: ActivityCount) {
    this.#activity = activity;
  }

  get stopping(): Stopping | undefined {
    return this.#stopping;
  }

  /** Whether it cannot be called off any more. */
  get ending(): boolean {
    return this.#ending;
  }

  get taken(): Taken {
    if (this.#ending) return 'none';
    return this.#stopping ? TAKEN[this.#stopping.manner] : 'all';
  }

  /** Calls `finish` once it is time; another stop takes the place of one that waits. */
  stop(stopping: Stopping, finish: () => Promise<void>): void {
    if (this.#ending) return;
    this.#stopping = stopping;
    const ready = stopping.manner === 'now' ? Promise.resolve() : this.#activity.whenIdle();
    void ready.then(() => {
      // A stop that was called off, or replaced by another, ends nothing.
      if (this.#stopping !== stopping || this.#ending) return undefined;
      this.#ending = true;
      return finish();
    });
  }

  /** Calls off a stop that still waits. @returns whether there was one */
  abort(): boolean {
    if (this.#stopping === undefined || this.#ending) return false;
    this.#stopping = undefined;
    return true;
  }
}
