/** Names to addresses, off the way of every message: an answer comes within bounds or not at all. */
import { lookup } from 'node:dns/promises';
import type { Clock } from '#core';

/** The addresses of a name. @throws when there are none */
export type Lookup = (name: string) => Promise<readonly string[]>;

export const systemLookup: Lookup = async name => (await lookup(name, { all: true })).map(({ address }) => address);

const NONE: readonly string[] = [];

/** How long a name may take. */
const PATIENCE = 3000;

export class Resolver {
  readonly #clock: Clock;
  readonly #lookup: Lookup;
  readonly #waits = new Set<() => void>();

  constructor(clock: Clock, lookup: Lookup = systemLookup) {
    this.#clock = clock;
    this.#lookup = lookup;
  }

  /** Ends every wait: nobody needs an answer any more. */
  close(): void {
    for (const giveUp of [...this.#waits]) giveUp();
  }

  get size(): number {
    return this.#waits.size;
  }

  /** One address of the name, of this family where there is one; undefined when there is none in time. */
  async resolve(name: string, family: 4 | 6): Promise<string | undefined> {
    const addresses = await this.#within(
      // A name that is not there and one that nobody could tell us about are the same to whoever waits.
      this.#lookup(name).catch(() => NONE),
    );
    return addresses.find(address => address.includes(':') === (family === 6)) ?? addresses[0];
  }

  #within(found: Promise<readonly string[]>): Promise<readonly string[]> {
    return new Promise(resolve => {
      const end = (addresses: readonly string[]) => {
        if (!this.#waits.delete(giveUp)) return;
        timer.cancel();
        resolve(addresses);
      };
      const giveUp = () => end(NONE);
      const timer = this.#clock.after(PATIENCE, giveUp);
      this.#waits.add(giveUp);
      void found.then(end);
    });
  }
}
