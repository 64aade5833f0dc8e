/** Pairs of ports on one address: some are open already, so that a call need not wait for them. */
import { randomInt } from 'node:crypto';
import { SocketPair } from './socket-pair.js';

/** Even ports, both ends included. */
export interface PortRange {
  readonly start: number;
  readonly end: number;
}

/** Pairs that wait, at most. */
const SPARE = 8;
/** Ports that other programs have, after which a search gives up. */
const MOST_TAKEN = 256;

/** What the system says of a port that somebody has. */
const TAKEN = new Set(['EADDRINUSE', 'EACCES']);

export class PortPool {
  readonly #address: string;
  readonly #range: PortRange;
  readonly #unsent: (cause: Error) => void;
  readonly #spare: SocketPair[] = [];
  /** First ports of pairs that we have, or try to have. */
  readonly #ours = new Set<number>();
  /** Pairs that are being closed. */
  readonly #giving = new Set<Promise<void>>();
  #filling: Promise<void> | undefined;
  #closed = false;

  constructor(address: string, { start, end }: PortRange, unsent: (cause: Error) => void) {
    this.#address = address;
    this.#range = { start: start + (start & 1), end };
    this.#unsent = unsent;
  }

  get spare(): number {
    return this.#spare.length;
  }

  /** Pairs that sessions have. */
  get used(): number {
    return this.#ours.size - this.#spare.length;
  }

  /** Undefined when all are taken. @throws the system's error when the address is none of ours */
  async take(): Promise<SocketPair | undefined> {
    let pair = this.#spare.shift() ?? (await this.#open());
    while (!pair && this.#giving.size > 0) {
      await Promise.race(this.#giving);
      pair = await this.#open();
    }
    this.#fill();
    return pair;
  }

  /** Closes a pair that was taken. */
  async give(pair: SocketPair): Promise<void> {
    const closed = pair.close();
    this.#giving.add(closed);
    await closed;
    this.#giving.delete(closed);
    this.#ours.delete(pair.port);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
    await Promise.all(this.#spare.splice(0).map(pair => this.give(pair)));
  }

  #fill(): void {
    if (this.#filling || this.#closed) return;
    this.#filling = this.#fillUp().finally(() => {
      this.#filling = undefined;
    });
  }

  /** One at a time. Where there is none the next call hears of it. */
  async #fillUp(): Promise<void> {
    try {
      while (this.#spare.length < Math.min(SPARE, Math.floor(this.#pairs / 4)) && !this.#closed) {
        const pair = await this.#open();
        if (!pair) return;
        this.#spare.push(pair);
      }
    } catch (thrown) {
      this.#unsent(thrown as Error);
    }
  }

  get #pairs(): number {
    return Math.max(0, Math.floor((this.#range.end - this.#range.start + 1) / 2));
  }

  /** From a place at random on: nobody is to guess where a call will be. */
  async #open(): Promise<SocketPair | undefined> {
    const pairs = this.#pairs;
    const first = pairs > 0 ? randomInt(pairs) : 0;
    let taken = 0;
    for (let step = 0; step < pairs && taken < MOST_TAKEN; step++) {
      const port = this.#range.start + 2 * ((first + step) % pairs);
      if (this.#ours.has(port)) continue;
      this.#ours.add(port);
      try {
        return await SocketPair.open(this.#address, port, this.#unsent);
      } catch (thrown) {
        this.#ours.delete(port);
        if (!TAKEN.has((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
        taken += 1;
      }
    }
    return undefined;
  }
}
