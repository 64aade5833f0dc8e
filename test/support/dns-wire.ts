/** Name servers for tests: questions are taken apart and answered as a test says, byte for byte as on the wire. */
import { type Answer, decode, encode } from 'dns-packet';
import { TestClock } from '../../core/clock.js';
import type { Exchange } from '../../modules/chan_sip/transport/resolver/exchange.js';
import { type Asking, NameServers } from '../../modules/chan_sip/transport/resolver/name-servers.js';
import { Records } from '../../modules/chan_sip/transport/resolver/records.js';

const AA = 1 << 10;
export const TRUNCATED = 1 << 9;
export const SERVFAIL = 2;
export const NXDOMAIN = 3;

export interface Said {
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
  /** Bits beside those that every answer has: TRUNCATED, a response code. */
  readonly flags?: number;
  readonly id?: number;
  readonly question?: string;
}

/** A question that came. `hears` is who waits for the answer. */
export class Asked {
  open = true;
  readonly server: string;
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly #query: ReturnType<typeof decode>;
  readonly #hears: Parameters<Exchange>[2];

  constructor(server: string, query: Buffer, hears: Parameters<Exchange>[2]) {
    this.server = server;
    this.#query = decode(query);
    this.#hears = hears;
    const [question] = this.#query.questions!;
    this.id = this.#query.id!;
    this.name = question!.name;
    this.type = question!.type;
  }

  bytes({ answers = [], authorities = [], flags = 0, id = this.id, question = this.name }: Said): Buffer {
    const [asked] = this.#query.questions!;
    return encode({
      type: 'response',
      id,
      flags: AA | flags,
      questions: [{ ...asked!, name: question }],
      answers: [...answers],
      authorities: [...authorities],
    });
  }

  say(said: Said): void {
    this.raw(this.bytes(said));
  }

  raw(data: Buffer): void {
    this.#hears.data(data);
  }

  fail(): void {
    this.#hears.failed(new Error('connect ECONNREFUSED'));
  }

  get text(): string {
    return `${this.server} ${this.type} ${this.name}`;
  }
}

/** Real name servers, records and clock-driven waits over a wire that a test holds. */
export function dnsStage(asking: Partial<Asking> = {}) {
  const clock = new TestClock();
  const udp: Asked[] = [];
  const tcp: Asked[] = [];
  const over =
    (list: Asked[]): Exchange =>
    ({ address }, query, hears) => {
      const asked = new Asked(address, query, hears);
      list.push(asked);
      return { close: () => void (asked.open = false) };
    };
  const current: Asking = {
    servers: [
      { address: '192.0.2.1', port: 53 },
      { address: '192.0.2.2', port: 53 },
    ],
    patience: 2000,
    attempts: 2,
    ...asking,
  };
  const servers = new NameServers({ clock, asking: async () => current, udp: over(udp), tcp: over(tcp) });
  const records = new Records(clock, servers);
  return {
    clock,
    udp,
    tcp,
    servers,
    records,
    /** Questions that are still waited for, and timers: 0 when nothing is left behind. */
    left: () => [[...udp, ...tcp].filter(({ open }) => open).length, servers.size, clock.pending],
  };
}

export const address = (name: string, data: string, ttl = 60): Answer => ({ type: 'A', name, ttl, data });
export const alias = (name: string, data: string, ttl = 60): Answer => ({ type: 'CNAME', name, ttl, data });
export const soa = (ttl: number, minimum: number): Answer => ({
  type: 'SOA',
  name: 'example',
  ttl,
  data: { mname: 'ns.example', rname: 'root.example', serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
});
