/** What was decided about the latest requests, and why: as values, in rings of bounded size. Texts are made when somebody asks. */
import type { AclDecision, Clock } from '#core';
import type { Message } from '../message/message.js';
import { decode, detach, encode } from '../message/octets.js';
import type { General } from '../options/general.js';
import type { Endpoint, Flow, Protocol } from '../transport/transport.js';
import type { Answer } from './answers.js';
import type { Check, Verdict } from './auth.js';
import type { Peer } from './peer.js';
import type { Why } from './why.js';

/** Whom a request was taken to come from, and what was found about him. */
export interface Considered {
  /** As the request says it. */
  readonly user: string;
  /** The device, if it may do this. */
  readonly peer: Peer | undefined;
  /** The device, whether it may or not. */
  readonly known?: Peer | undefined;
  readonly acl: AclDecision | undefined;
  readonly check?: Check;
}

/** When it was. */
interface Moment {
  /** Of all that were decided. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What came of a request. */
export interface Decision extends Moment {
  readonly method: string;
  readonly user: string;
  readonly protocol: Protocol;
  readonly remote: Endpoint;
  readonly peer: Peer | undefined;
  readonly acl: AclDecision | undefined;
  /** Undefined: nobody looked at its credentials. */
  readonly verdict: Verdict | undefined;
  /** Undefined: as [general] has it. */
  readonly symmetric: boolean | undefined;
  /** 0: it got no answer. */
  readonly status: number;
  readonly reason: string;
  readonly why: Why | undefined;
  /** What was in force. */
  readonly general: General;
  /** Its head; empty where that is too long to be kept. */
  readonly text: string;
}

/** While the database is away there is no answer. */
export const AWAY: Answer = { status: 0, reason: '', why: 'database' };

/** Of whom nobody knows whether he is there. */
export const nobody = (user: string): Considered => ({ user, peer: undefined, acl: undefined });

/** Of each kind this many are kept. */
export const KEPT = 1000;
/** Longer requests are kept without their text. */
export const LONGEST_TEXT = 4096;
/** A name that is kept of those. */
const LONGEST_NAME = 80;

/** The last of them. */
class Ring {
  readonly #entries: Decision[] = [];
  #next = 0;

  add(decision: Decision): void {
    this.#entries[this.#next] = decision;
    this.#next = (this.#next + 1) % KEPT;
  }

  /** The latest first. */
  find(suits: (decision: Decision) => boolean, most: number): Decision[] {
    const { length } = this.#entries;
    const found: Decision[] = [];
    for (let back = 1; back <= length && found.length < most; back++) {
      const decision = this.#entries[(this.#next - back + length) % length]!;
      if (suits(decision)) found.push(decision);
    }
    return found;
  }

  get size(): number {
    return this.#entries.length;
  }
}

export class Decisions {
  readonly #clock: Clock;
  #count = 0;
  readonly #rings = {
    /** So that neither the daily round nor a stranger pushes out why a phone is refused. */
    refused: new Ring(),
    usual: new Ring(),
    strangers: new Ring(),
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps what was decided, if it is about somebody. */
  add(request: Message, flow: Flow, reply: Decided, general: General): void {
    const { about } = reply;
    if (!about && request.method !== 'REGISTER') return;
    const decision = decisionOf({ number: ++this.#count, at: this.#clock.now() }, request, flow, reply, general);
    const { peer, status } = decision;
    const ring = !peer ? 'strangers' : (status >= 200 && status < 300) || status === 401 ? 'usual' : 'refused';
    this.#rings[ring].add(decision);
  }

  /** The latest first. */
  find(suits: (decision: Decision) => boolean, most: number): readonly Decision[] {
    const found = Object.values(this.#rings).flatMap(ring => ring.find(suits, most));
    return found.sort((a, b) => b.number - a.number).slice(0, most);
  }

  get size(): number {
    return Object.values(this.#rings).reduce((total, { size }) => total + size, 0);
  }
}

/** An answer, with whom it is for. */
interface Decided {
  readonly answer: Answer;
  readonly symmetric?: boolean;
  readonly about?: Considered;
}

/** One flat object of values that are there already: it comes with every request. */
export function decisionOf(
  { number, at }: Moment,
  request: Message,
  flow: Pick<Flow, 'protocol' | 'remote'>,
  decided: Decided,
  general: General,
): Decision {
  const { answer, symmetric, about } = decided;
  const { status, reason, why } = answer;
  const { method, text, body } = request;
  const kept = text.length + body.length <= LONGEST_TEXT;
  const user = about?.user ?? '';
  return {
    number,
    at,
    method,
    user: kept ? user : decode(detach(encode(user.slice(0, LONGEST_NAME)))),
    protocol: flow.protocol,
    remote: flow.remote,
    peer: about?.known ?? about?.peer,
    acl: about?.acl,
    verdict: about?.check?.verdict,
    symmetric,
    status,
    reason,
    why,
    general,
    text: kept ? text : '',
  };
}
