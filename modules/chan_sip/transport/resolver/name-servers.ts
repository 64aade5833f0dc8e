/** The name servers: asked in turn until one answers, so many questions at a time, each within bounds. */
import { randomInt } from 'node:crypto';
import type { Clock } from '#core';
import { type Endpoint, formatEndpoint } from '../transport.js';
import { type Exchange, overTcp, overUdp } from './exchange.js';
import type { Question, RecordType } from './record.js';
import { encodeQuery, type Reply, readReply } from './reply.js';

/** Whom to ask, and how long to wait. */
export interface Asking {
  readonly servers: readonly Endpoint[];
  /** Milliseconds for each try. */
  readonly patience: number;
  /** How often each server is tried. */
  readonly attempts: number;
}

export interface ServerCounts {
  asked: number;
  answered: number;
  timeouts: number;
  /** Nobody listens there, or the connection broke. */
  errors: number;
  /** Answers that said nothing. */
  refusals: number;
  /** What came and was no answer to the question. */
  strays: number;
  truncated: number;
}

export interface ServerRow extends Readonly<ServerCounts> {
  readonly server: string;
  /** Asked last, because it did not answer. */
  readonly silent: boolean;
}

export interface NameServersParts {
  readonly clock: Clock;
  readonly asking: () => Promise<Asking>;
  readonly udp?: Exchange;
  readonly tcp?: Exchange;
}

interface Server extends ServerCounts {
  readonly remote: Endpoint;
  /** Until when it is asked last, on the clock that never goes back. */
  silentUntil: number;
}

interface Turn {
  readonly since: number;
  take(late: boolean): void;
}

/** Questions under way at a time. */
const AT_A_TIME = 32;
/** Questions that wait for their turn; beyond them a question fails at once. */
const LONGEST_QUEUE = 1000;
/** Who waited this long for his turn has given up. */
const TURN_PATIENCE = 5000;
/** How long a server that did not answer is asked last. */
const SILENCE = 30_000;
/** Strays in one try: somebody is guessing, so the question is put where he cannot answer (RFC 5452 §9). */
const MOST_STRAYS = 8;
/** Servers that are counted; more come only from many reloads. */
const MOST_SERVERS = 32;

export class NameServers {
  readonly #parts: NameServersParts;
  readonly #servers = new Map<string, Server>();
  readonly #queue: Turn[] = [];
  readonly #ends = new Set<() => void>();
  readonly counters = { dropped: 0 };
  #underway = 0;
  #closed = false;

  constructor(parts: NameServersParts) {
    this.#parts = parts;
  }

  /** @returns undefined when no server said anything */
  async ask<T extends RecordType>(question: Question<T>): Promise<Reply<T> | undefined> {
    if (!(await this.#turn())) return undefined;
    try {
      return await this.#askAll(question);
    } finally {
      this.#underway -= 1;
      this.#next();
    }
  }

  /** Ends what is under way, unanswered. */
  close(): void {
    this.#closed = true;
    for (const end of [...this.#ends]) end();
    for (const turn of this.#queue.splice(0)) turn.take(true);
  }

  /** Questions under way, those that wait for their turn too. */
  get size(): number {
    return this.#underway + this.#queue.length;
  }

  rows(): ServerRow[] {
    const now = this.#parts.clock.elapsed();
    return [...this.#servers.values()].map(({ remote, silentUntil, ...counts }) => ({
      ...counts,
      server: formatEndpoint(remote),
      silent: silentUntil > now,
    }));
  }

  /** Whether there is room for one more question, maybe later. */
  #turn(): Promise<boolean> {
    if (!this.#closed && this.#underway < AT_A_TIME) {
      this.#underway += 1;
      return Promise.resolve(true);
    }
    if (this.#closed || this.#queue.length >= LONGEST_QUEUE) {
      this.counters.dropped += 1;
      return Promise.resolve(false);
    }
    return new Promise(resolve => {
      this.#queue.push({ since: this.#parts.clock.elapsed(), take: late => resolve(!late) });
    });
  }

  #next(): void {
    const now = this.#parts.clock.elapsed();
    for (let turn = this.#queue.shift(); turn; turn = this.#queue.shift()) {
      const late = now - turn.since > TURN_PATIENCE;
      if (late) this.counters.dropped += 1;
      else this.#underway += 1;
      turn.take(late);
      if (!late) return;
    }
  }

  async #askAll<T extends RecordType>(question: Question<T>): Promise<Reply<T> | undefined> {
    const { servers, patience, attempts } = await this.#parts.asking();
    const known = servers.map(remote => this.#server(remote));
    const isSilent = (server: Server) => server.silentUntil > this.#parts.clock.elapsed();
    // While all are silent nobody waits longer than it takes to find out that one of them is back.
    const rounds = known.every(isSilent) ? 1 : attempts;
    for (let round = 0; round < rounds; round += 1) {
      for (const server of known.toSorted((a, b) => Number(isSilent(a)) - Number(isSilent(b)))) {
        const reply = await this.#askOne(server, question, patience);
        if (this.#closed) return undefined;
        if (reply) return reply;
      }
    }
    return undefined;
  }

  async #askOne<T extends RecordType>(server: Server, question: Question<T>, patience: number) {
    const { udp = overUdp, tcp = overTcp } = this.#parts;
    let reply = await this.#try(server, question, patience, udp);
    if (reply === 'crowded' || (reply !== 'silent' && reply.truncated)) {
      server.truncated += 1;
      reply = await this.#try(server, question, patience, tcp);
    }
    if (reply === 'silent' || reply === 'crowded') {
      server.silentUntil = this.#parts.clock.elapsed() + SILENCE;
      return undefined;
    }
    server.silentUntil = 0;
    if (reply.outcome === 'answered') return reply;
    server.refusals += 1;
    return undefined;
  }

  #try<T extends RecordType>(server: Server, question: Question<T>, patience: number, over: Exchange) {
    if (this.#closed) return Promise.resolve('silent' as const);
    return new Promise<Reply<T> | 'silent' | 'crowded'>(resolve => {
      const id = randomInt(0x10000);
      let strays = 0;
      let exchange: ReturnType<Exchange> | undefined;
      const end = (result: Reply<T> | 'silent' | 'crowded'): void => {
        if (!this.#ends.delete(abandon)) return;
        timer.cancel();
        exchange?.close();
        resolve(result);
      };
      const abandon = (): void => end('silent');
      this.#ends.add(abandon);
      server.asked += 1;
      const timer = this.#parts.clock.after(patience, () => {
        server.timeouts += 1;
        end('silent');
      });
      const failed = (): void => {
        server.errors += 1;
        end('silent');
      };
      const data = (answer: Buffer): void => {
        const reply = readReply(answer, id, question);
        if (reply) {
          server.answered += 1;
          end(reply);
          return;
        }
        server.strays += 1;
        strays += 1;
        if (strays >= MOST_STRAYS) end('crowded');
      };
      exchange = over(server.remote, encodeQuery(id, question), { data, failed });
    });
  }

  #server(remote: Endpoint): Server {
    const key = formatEndpoint(remote);
    const known = this.#servers.get(key);
    if (known) return known;
    const made = { remote, silentUntil: 0, ...noCounts() };
    if (this.#servers.size >= MOST_SERVERS) this.#servers.delete(this.#servers.keys().next().value!);
    this.#servers.set(key, made);
    return made;
  }
}

const noCounts = (): ServerCounts => ({
  asked: 0,
  answered: 0,
  timeouts: 0,
  errors: 0,
  refusals: 0,
  strays: 0,
  truncated: 0,
});
