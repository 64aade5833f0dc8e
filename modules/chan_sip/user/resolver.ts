/** Names to addresses, off the way of every message: an answer comes within bounds or not at all. */
import { lookup } from 'node:dns/promises';
import type { Clock, Timer } from '#core';

/** The addresses of a name. @throws when there are none */
export type Lookup = (name: string) => Promise<readonly string[]>;

export const systemLookup: Lookup = async name => (await lookup(name, { all: true })).map(({ address }) => address);

const NONE: readonly string[] = [];

/** How long a name may take, its turn included. */
const PATIENCE = 3000;
/**
 * Look-ups that the system has in hand at a time, given up or not: each holds one of the four threads that Node reads
 * files with, for as long as a name server is silent.
 */
const AT_A_TIME = 2;

/** Somebody who waits for a name. */
interface Wait {
  readonly timer: Timer;
  end(addresses: readonly string[]): void;
}

export class Resolver {
  readonly #clock: Clock;
  readonly #lookup: Lookup;
  /** By name: who asks for one that is asked for already waits with the others. */
  readonly #waits = new Map<string, Set<Wait>>();
  /** Names that somebody waits for and the system was not asked for yet, in their order. */
  readonly #queue = new Set<string>();
  readonly #underway = new Set<string>();

  constructor(clock: Clock, lookup: Lookup = systemLookup) {
    this.#clock = clock;
    this.#lookup = lookup;
  }

  /** Ends every wait: nobody needs an answer any more. */
  close(): void {
    for (const waits of [...this.#waits.values()]) for (const wait of [...waits]) wait.end(NONE);
  }

  /** One address of the name, of this family where there is one; undefined when there is none in time. */
  async resolve(name: string, family: 4 | 6): Promise<string | undefined> {
    const addresses = await this.#wait(name);
    return addresses.find(address => address.includes(':') === (family === 6)) ?? addresses[0];
  }

  #wait(name: string): Promise<readonly string[]> {
    return new Promise(resolve => {
      const wait: Wait = {
        timer: this.#clock.after(PATIENCE, () => wait.end(NONE)),
        end: addresses => {
          wait.timer.cancel();
          this.#leave(name, wait);
          resolve(addresses);
        },
      };
      const waits = this.#waits.get(name) ?? new Set();
      this.#waits.set(name, waits.add(wait));
      if (!this.#underway.has(name)) this.#queue.add(name);
      this.#next();
    });
  }

  /** What nobody waits for any more is not asked. */
  #leave(name: string, wait: Wait): void {
    const waits = this.#waits.get(name);
    waits?.delete(wait);
    if (waits?.size !== 0) return;
    this.#waits.delete(name);
    this.#queue.delete(name);
  }

  #next(): void {
    for (const name of this.#queue) {
      if (this.#underway.size >= AT_A_TIME) return;
      this.#queue.delete(name);
      this.#underway.add(name);
      // A name that is not there and one that nobody could tell us about are the same to whoever waits.
      void this.#lookup(name)
        .catch(() => NONE)
        .then(addresses => this.#found(name, addresses));
    }
  }

  #found(name: string, addresses: readonly string[]): void {
    this.#underway.delete(name);
    for (const wait of [...(this.#waits.get(name) ?? [])]) wait.end(addresses);
    this.#next();
  }
}
