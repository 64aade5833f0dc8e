/** How many calls each device has, how many of them ring and are on hold: for its limit and its state. */
import type { DeviceState } from '#core';
import { UNKNOWN } from '../binding.js';
import type { Peer } from '../peer.js';

export interface Counts {
  readonly calls: number;
  readonly ringing: number;
  readonly held: number;
}

const NONE: Counts = { calls: 0, ringing: 0, held: 0 };

/** The share that one call has in them, until it gives it back. */
export interface Share {
  rings(ringing: boolean): void;
  holds(held: boolean): void;
  /** The call is over. */
  end(): void;
}

export class Usage {
  /** Of devices that are in a call. */
  readonly #counts = new Map<string, Counts>();
  readonly #changed: (name: string) => void;

  /** `changed`: the state of a device may be another one. */
  constructor(changed: (name: string) => void) {
    this.#changed = changed;
  }

  of(name: string): Counts {
    return this.#counts.get(name) ?? NONE;
  }

  get size(): number {
    return this.#counts.size;
  }

  /** A call of a device, or to it. @returns undefined when it has as many as it may have */
  take(peer: Peer): Share | undefined {
    const { name } = peer;
    const limit = peer.get('call-limit');
    const counted = limit > 0;
    if (counted && this.of(name).calls >= limit) return undefined;
    const share = { calls: counted ? 1 : 0, ringing: 0, held: 0 };
    if (counted) this.#add(name, { calls: 1 });
    const set = (key: 'ringing' | 'held', value: number): void => {
      const by = value - share[key];
      share[key] = value;
      if (by !== 0) this.#add(name, { [key]: by });
    };
    return {
      rings: ringing => set('ringing', counted && ringing ? 1 : 0),
      holds: held => set('held', held ? 1 : 0),
      end: () => {
        const { calls, ringing, held } = share;
        Object.assign(share, NONE);
        if (calls + ringing + held > 0) this.#add(name, { calls: -calls, ringing: -ringing, held: -held });
      },
    };
  }

  /** The state of a device, in the order in which the original asks. */
  stateOf(peer: Peer): DeviceState {
    const { calls, ringing, held } = this.of(peer.name);
    const limit = peer.get('call-limit');
    const busy = peer.get('busylevel');
    const { address, defaultAddress, qualifyMs, lastMs } = peer;
    if (!address && !defaultAddress) return 'UNAVAILABLE';
    if (held > 0) return 'ONHOLD';
    if (ringing > 0) return ringing === calls ? 'RINGING' : 'RINGINUSE';
    if (limit > 0 && (calls >= limit || (busy > 0 && calls >= busy))) return 'BUSY';
    if (limit > 0 && calls > 0) return 'INUSE';
    if (peer.monitored && (lastMs > qualifyMs || lastMs < UNKNOWN)) return 'UNAVAILABLE';
    return 'NOT_INUSE';
  }

  #add(name: string, by: Partial<Counts>): void {
    const before = this.of(name);
    const next: Counts = {
      calls: before.calls + (by.calls ?? 0),
      ringing: before.ringing + (by.ringing ?? 0),
      held: before.held + (by.held ?? 0),
    };
    if (next.calls + next.ringing + next.held === 0) this.#counts.delete(name);
    else this.#counts.set(name, next);
    this.#changed(name);
  }
}
