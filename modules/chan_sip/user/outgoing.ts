/** Requests of ours to a server that is in several places: the next one on silence or 503 (RFC 3263 §4.3). */
import { type Clock, Members } from '#core';
import type { Message } from '../message/message.js';
import type { Failure } from '../transaction/record.js';
import type { Timers } from '../transaction/timers.js';
import type { Hop } from '../transport/resolver/hop.js';
import { type Flow, formatEndpoint, type Protocol } from '../transport/transport.js';
import { type Make, type Sender, type Sending, sendFitting } from './fitting.js';

/** Hears what came of it. */
export interface Hears {
  /** Any response but a 503 that sends us on. */
  response(message: Message, hop: Hop): void;
  /** No place has answered; the last one is named, unless we speak to none of them. */
  failed(missed: Missed | undefined): void;
}

/** A place that did not answer, or could not be sent to. */
export interface Missed {
  readonly hop: Hop;
  readonly how: Failure;
  readonly cause: Error | undefined;
}

/** A request of its own for each place: with a branch, a Via and credentials that are right there. */
export type MakeFor = (hop: Hop) => Make;

/** A place that failed of late, and for how many milliseconds it is tried last. */
export interface AvoidedRow {
  readonly place: string;
  readonly left: number;
}

/** How to send. */
export interface Manner {
  readonly timers?: Timers;
  /** Over what the server may be reached: by TCP what is too big for UDP. */
  readonly allowed?: readonly Protocol[];
  /** Whether another place is to be tried; left out: it is. */
  readonly wanted?: () => boolean;
}

export interface OutgoingParts extends Sender {
  readonly clock: Clock;
}

/** How long a place that failed is tried last, where it does not say so itself. */
const AVOIDED = 30_000;
/** The longest Retry-After that is believed. */
const LONGEST_AVOIDED = 3_600_000;
/** Places remembered; who has failed the longest ago is forgotten first. */
const MOST_AVOIDED = 1000;
const UNAVAILABLE = 503;

export class Outgoing {
  readonly #parts: OutgoingParts;
  /** By place, until when it is tried last, on the clock that never goes back. */
  readonly #avoided = new Map<string, number>();
  readonly #sendings = new Members<Sending>();

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
  }

  /** Sends to one place after the other until one answers. What came of it is told, maybe before this returns. */
  send(hops: readonly Hop[], make: MakeFor, hears: Hears, manner: Manner = {}): Sending {
    const attempt = new Attempt(this, this.#parts, { hops: this.inOrder(hops), make, hears, manner });
    attempt.over = this.#sendings.add(attempt);
    attempt.next();
    return attempt;
  }

  /** Places that failed of late go last. */
  inOrder(hops: readonly Hop[]): readonly Hop[] {
    if (this.#avoided.size === 0) return hops;
    return hops.toSorted((a, b) => Number(this.avoids(a)) - Number(this.avoids(b)));
  }

  avoids(hop: Hop): boolean {
    return (this.#avoided.get(keyOf(hop)) ?? 0) > this.#parts.clock.elapsed();
  }

  /** A place does not answer, or does not want to for so many milliseconds. */
  avoid(hop: Hop, ms = AVOIDED): void {
    const key = keyOf(hop);
    this.#avoided.delete(key);
    this.#avoided.set(key, this.#parts.clock.elapsed() + Math.min(ms, LONGEST_AVOIDED));
    if (this.#avoided.size > MOST_AVOIDED) this.#avoided.delete(this.#avoided.keys().next().value!);
  }

  reached(hop: Hop): void {
    if (this.#avoided.size > 0) this.#avoided.delete(keyOf(hop));
  }

  /** Requests under way. */
  get size(): number {
    return this.#sendings.size;
  }

  close(): void {
    for (const sending of [...this.#sendings]) sending.close();
  }

  /** Places that are tried last. */
  rows(): AvoidedRow[] {
    const now = this.#parts.clock.elapsed();
    return [...this.#avoided].flatMap(([place, until]) => (until > now ? [{ place, left: until - now }] : []));
  }
}

interface Order {
  readonly hops: readonly Hop[];
  readonly make: MakeFor;
  readonly hears: Hears;
  readonly manner: Manner;
}

/** Of an order that is done. */
const SENT: Omit<Order, 'hears'> = {
  hops: [],
  make: () => {
    throw new Error('the request is sent');
  },
  manner: {},
};

/** One request on its way through its places. */
class Attempt implements Sending {
  over: () => void = () => undefined;
  readonly #outgoing: Outgoing;
  readonly #parts: OutgoingParts;
  #order: Order;
  #at = -1;
  #sending: Sending | undefined;
  /** The last 503, told where nobody says anything better. */
  #refusal: [message: Message, hop: Hop] | undefined;
  #missed: Missed | undefined;
  #final = false;
  #closed = false;

  constructor(outgoing: Outgoing, parts: OutgoingParts, order: Order) {
    this.#outgoing = outgoing;
    this.#parts = parts;
    this.#order = order;
  }

  /** The next place that can be sent to. */
  next(): void {
    const { hops, manner } = this.#order;
    const going = manner.wanted?.() ?? true;
    for (let hop = going ? hops[++this.#at] : undefined; hop; hop = hops[++this.#at]) {
      const flow = this.#parts.outward(hop.protocol, hop.remote, hop.name);
      if (!flow) continue;
      this.#send(flow, hop);
      return;
    }
    this.#end();
    if (this.#refusal) this.#order.hears.response(...this.#refusal);
    else this.#order.hears.failed(this.#missed);
  }

  /** A request that has its answer is left to its transaction, which acknowledges repeats. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#final) return;
    this.#end();
    this.#sending?.close();
  }

  #send(flow: Flow, hop: Hop): void {
    const { make, manner } = this.#order;
    const at = this.#at;
    const sending = sendFitting(
      this.#parts,
      flow,
      manner.allowed ?? [],
      make(hop),
      {
        response: message => at === this.#at && this.#response(message, hop),
        failed: (how, cause) => at === this.#at && this.#silent({ hop, how, cause }),
      },
      manner.timers,
    );
    // It may have failed, and the next one have been sent to, before this returned.
    if (this.#closed) sending.close();
    else if (at === this.#at) this.#sending = sending;
  }

  #response(message: Message, hop: Hop): void {
    if (this.#closed) return;
    if (message.status === UNAVAILABLE) {
      this.#outgoing.avoid(hop, retryAfter(message));
      this.#refusal = [message, hop];
      this.next();
      return;
    }
    if (message.status >= 200 && !this.#final) {
      this.#outgoing.reached(hop);
      this.#end();
    }
    this.#order.hears.response(message, hop);
  }

  #silent(missed: Missed): void {
    if (this.#closed) return;
    this.#missed = missed;
    this.#outgoing.avoid(missed.hop);
    this.next();
  }

  /** What the request was made of may be a whole call, and is not kept with the transaction. */
  #end(): void {
    this.#final = true;
    this.#order = { ...SENT, hears: this.#order.hears };
    this.over();
  }
}

const keyOf = ({ protocol, remote }: Hop): string => `${protocol} ${formatEndpoint(remote)}`;

/** Milliseconds; undefined where it names none (RFC 3261 §20.33). */
function retryAfter(message: Message): number | undefined {
  const seconds = /^\s*(\d{1,9})/.exec(message.header('Retry-After') ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
