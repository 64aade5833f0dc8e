/** Pairs of ports on one address: some are open and offered already, so that a call need not wait for them. */
import { randomInt } from 'node:crypto';
import { SocketPair } from './socket-pair.js';

/** Even ports, both ends included. */
export interface PortRange {
  readonly start: number;
  readonly end: number;
}

/** Pairs that are offered, at most. */
const OFFERED = 16;
/** Milliseconds that a pair is left alone after a call: what is under way to that call is not for the next. */
const REST = 1000;
/** Milliseconds after which one that nobody has wanted is closed. */
const UNWANTED = 5000;
/** Pairs that rest, at most: each is two open files. */
const MOST_RESTING = 512;
/** Ports that other programs have, after which a search gives up. */
const MOST_TAKEN = 256;

/** What the system says of a port that somebody has. */
const TAKEN = new Set(['EADDRINUSE', 'EACCES']);

export interface PoolParts {
  readonly address: string;
  readonly range: PortRange;
  /** Hears of packets that could not be sent. */
  readonly unsent: (cause: Error) => void;
  readonly now: () => number;
  /** Hears of each pair that waits to be claimed; `few`: whoever claims them may soon be without. */
  readonly offer: (pair: SocketPair, few: boolean) => void;
}

export class PortPool {
  readonly #parts: PoolParts;
  readonly #range: PortRange;
  /** By their first ports: open, and nobody's but whoever's they are offered to. */
  readonly #offered = new Map<number, SocketPair>();
  /** Pairs that calls have given back, and since when; the longest first. */
  readonly #resting: { readonly pair: SocketPair; readonly since: number }[] = [];
  /** First ports of pairs that we have, or try to have. */
  readonly #ours = new Set<number>();
  /** Pairs that are being closed. */
  readonly #giving = new Set<Promise<void>>();
  #filling: Promise<void> | undefined;
  /** Times that there was something for whoever had found nothing. */
  #freed = 0;
  #closed = false;

  constructor(parts: PoolParts) {
    const { start, end } = parts.range;
    this.#parts = parts;
    this.#range = { start: start + (start & 1), end };
  }

  get offered(): number {
    return this.#offered.size;
  }

  /** Pairs that sessions have. */
  get used(): number {
    return this.#ours.size - this.#offered.size - this.#resting.length;
  }

  /** Pairs that are open since a call had them. */
  get resting(): number {
    return this.#resting.length;
  }

  /** One that was offered, by its first port. @throws when it is not on offer */
  claim(port: number): SocketPair {
    const pair = this.#offered.get(port);
    if (!pair) throw new Error(`port ${port} is not on offer`);
    this.#offered.delete(port);
    this.#fill();
    return pair;
  }

  /** For who was offered none. Undefined when all are taken. @throws the system's error when the address is none of ours */
  async take(): Promise<SocketPair | undefined> {
    try {
      for (;;) {
        const freed = this.#freed;
        const pair = this.#rested() ?? (await this.#open()) ?? this.#resting.shift()?.pair;
        if (pair) return pair;
        // The last may be just about to be closed, or opened to be offered: then it is told of before the end of this.
        const coming = this.#filling ? [...this.#giving, this.#filling] : [...this.#giving];
        if (freed !== this.#freed) continue;
        if (coming.length === 0) return undefined;
        await Promise.race(coming);
      }
    } finally {
      this.#fill();
    }
  }

  /** Takes back a pair that was taken. It is open for a while yet: to close it and to open another costs more than a call. */
  async give(pair: SocketPair): Promise<void> {
    pair.listen(undefined);
    if (this.#closed || this.#resting.length >= MOST_RESTING) return this.#shut(pair);
    this.#resting.push({ pair, since: this.#parts.now() });
    this.#freed += 1;
  }

  /** Closes what nobody has wanted for long. */
  async sweep(): Promise<void> {
    const latest = this.#parts.now() - UNWANTED;
    const wanted = this.#resting.findIndex(({ since }) => since > latest);
    const unwanted = this.#resting.splice(0, wanted < 0 ? this.#resting.length : wanted);
    await Promise.all(unwanted.map(({ pair }) => this.#shut(pair)));
  }

  async #shut(pair: SocketPair): Promise<void> {
    const closed = pair.close();
    this.#giving.add(closed);
    await closed;
    this.#giving.delete(closed);
    this.#ours.delete(pair.port);
    this.#freed += 1;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
    const resting = this.#resting.splice(0).map(({ pair }) => pair);
    const offered = [...this.#offered.values()];
    this.#offered.clear();
    await Promise.all([...offered, ...resting].map(pair => this.#shut(pair)));
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
      const most = Math.min(OFFERED, Math.floor(this.#pairs / 4));
      while (this.#offered.size < most && !this.#closed) {
        const few = this.#offered.size < most / 2;
        const pair = this.#rested() ?? (await this.#open());
        if (!pair) return;
        this.#offered.set(pair.port, pair);
        this.#parts.offer(pair, few);
      }
    } catch (thrown) {
      this.#parts.unsent(thrown as Error);
    }
  }

  /**
   * One of those that have rested, at random: nobody is to guess where a call will be. Not one that still hears somebody:
   * a phone that does not notice the end of its call would be heard in the next.
   */
  #rested(): SocketPair | undefined {
    const latest = this.#parts.now() - REST;
    const young = this.#resting.findIndex(({ since }) => since > latest);
    const rested = young < 0 ? this.#resting.length : young;
    if (rested === 0) return undefined;
    const at = randomInt(rested);
    if (this.#resting[at]!.pair.strays > 0) return undefined;
    return this.#resting.splice(at, 1)[0]?.pair;
  }

  get #pairs(): number {
    return Math.max(0, Math.floor((this.#range.end - this.#range.start + 1) / 2));
  }

  /** From a place at random on. */
  async #open(): Promise<SocketPair | undefined> {
    const pairs = this.#pairs;
    const first = pairs > 0 ? randomInt(pairs) : 0;
    let taken = 0;
    for (let step = 0; step < pairs && taken < MOST_TAKEN; step++) {
      const port = this.#range.start + 2 * ((first + step) % pairs);
      if (this.#ours.has(port)) continue;
      this.#ours.add(port);
      try {
        return await SocketPair.open(this.#parts.address, port, this.#parts.unsent);
      } catch (thrown) {
        this.#ours.delete(port);
        if (!TAKEN.has((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
        taken += 1;
      }
    }
    return undefined;
  }
}
