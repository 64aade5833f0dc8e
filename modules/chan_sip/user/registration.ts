/** What a REGISTER that was let in changes, and how it is answered (RFC 3261 §10.3, steps 6 to 8). */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Address } from '../message/address.js';
import type { Message } from '../message/message.js';
import { decode, detach } from '../message/octets.js';
import { PROTOCOLS, type Protocol, standardPort } from '../options/values/transport.js';
import type { Resolver } from '../transport/resolver/resolver.js';
import type { Endpoint } from '../transport/transport.js';
import type { Answer, Header } from './answers.js';
import type { Bindings } from './bindings.js';
import { mayBeAt } from './nat.js';
import { NONCE_LIFE } from './nonces.js';
import { type LastAnswer, Peer } from './peer.js';
import { FORBIDDEN } from './refusals.js';
import type { Attempt } from './registrar.js';
import type { Site } from './site.js';
import { type Wish, wishOf } from './wish.js';

type Wanted = Extract<Wish, { kind: 'bind' }>;

interface Exchange {
  readonly callId: string;
  readonly cseq: number;
}

type Did = LastAnswer['did'];

/** What autocreatepeer makes at most: strangers fill that table. */
const NEWCOMERS = 1000;
/** What such a device may be called: it is printed, stored and made an extension. */
const NEW_NAME = /^[^\0- \x7f-\x9f/]{1,79}$/;
/** Contacts that are looked up at a time: the system does only a few at once. */
const LOOKUPS = 100;
/** Longer texts are not stored: a contact and a path are of no use when cut, so they are refused. */
const LONGEST_CONTACT = 512;
const LONGEST_PATH = 1024;
const LONGEST_CALL_ID = 255;
const LONGEST_USERAGENT = 255;

export const BAD_REQUEST: Answer = { status: 400, reason: 'Bad Request' };
const DENIED: Answer = { status: 603, reason: 'Denied' };
/** An older CSeq of a Call-ID, or one too many at a time. */
export const SERVER_ERROR: Answer = { status: 500, reason: 'Server error' };
const NO_PATH: readonly string[] = [];

export class Registration {
  readonly #site: Site;
  readonly #bindings: Bindings;
  readonly #resolver: Resolver;
  #closed = false;
  /** Devices whose contact is being looked up, with the request that waits for it. */
  readonly #waiting = new Map<Peer, Exchange>();

  constructor(site: Site, bindings: Bindings, resolver: Resolver) {
    this.#site = site;
    this.#bindings = bindings;
    this.#resolver = resolver;
  }

  /** Nothing is bound or answered any more. */
  close(): void {
    this.#closed = true;
    this.#resolver.close();
  }

  /** A device that autocreatepeer lets register under a new name. It is nobody until it has. */
  newcomer(name: string): Peer | undefined {
    const { general, peers } = this.#site;
    if (general.autocreatepeer === 'no' || !NEW_NAME.test(name)) return undefined;
    if (this.#bindings.newcomers >= NEWCOMERS) return undefined;
    const own = { host: { host: '', port: undefined, dynamic: true } };
    return new Peer({ name, type: 'peer', own }, peers.defaults, 'autocreate');
  }

  /** Whether a later REGISTER of this Call-ID was taken a moment ago. */
  isOutdated({ callId, cseq }: Message, peer: Peer): boolean {
    const last = this.#recent(peer);
    return last !== undefined && last.callId === callId && cseq.number < last.cseq;
  }

  /** Whether this very request waits for a name to be looked up: one answer will do. */
  isWaiting(request: Message, peer: Peer): boolean {
    const waiting = this.#waiting.get(peer);
    return waiting !== undefined && isSame(waiting, request);
  }

  /** The answer that the same request got, once more; undefined when it is not the same. */
  answerAgain(request: Message, peer: Peer): Answer | undefined {
    const last = this.#recent(peer);
    if (!last || !isSame(last, request)) return undefined;
    return this.#success(peer, last.did === 'bind' && !peer.binding ? 'remove' : last.did);
  }

  /**
   * Does what an authenticated REGISTER asks for. Nothing has changed when it is refused.
   * @returns undefined when the answer comes later
   */
  take(attempt: Attempt, peer: Peer): Answer | undefined {
    if (this.#waiting.has(peer)) return SERVER_ERROR;
    const wish = wishOf(attempt.request, this.#site.general);
    if (wish.kind === 'nonsense') return this.#refusal(BAD_REQUEST);
    if (wish.kind === 'bind') return this.#locate(attempt, peer, wish);
    if (wish.kind === 'remove') this.#bindings.remove(peer);
    return this.#done(attempt.request, peer, wish.kind);
  }

  /** Where the device is: the source of the packet, or where its contact points. */
  #locate(attempt: Attempt, peer: Peer, wish: Wanted): Answer | undefined {
    const { flow, request } = attempt;
    const { scheme, host, port: written } = wish.contact.uri;
    if (scheme !== 'sip' && scheme !== 'sips') {
      this.#site.log.notice(`the contact of '${peer.name}' is no SIP URI and is stored as it is`);
    }
    const protocol = protocolOf(attempt, peer, wish.contact);
    const behind = flow.protocol === 'ws' || flow.protocol === 'wss' || attempt.symmetric;
    if (behind || request.via.params.has('rport')) return this.#bind(attempt, peer, wish, protocol, flow.remote);
    const port = written ?? standardPort(protocol);
    if (host === '') return this.#refusal(BAD_REQUEST);
    if (isIP(host) !== 0) return this.#bind(attempt, peer, wish, protocol, { address: plain(host), port });
    if (this.#waiting.size >= LOOKUPS) return SERVER_ERROR;
    this.#site.spawn(
      `look-up of the contact of '${peer.name}'`,
      this.#resolve(attempt, peer, host).then(address => {
        if (this.#closed) return;
        const found = address === undefined ? undefined : { address, port };
        this.#late(attempt, this.#isThere(peer) ? this.#found(attempt, peer, wish, protocol, found) : SERVER_ERROR);
      }),
    );
    return undefined;
  }

  #found(attempt: Attempt, peer: Peer, wish: Wanted, protocol: Protocol, address: Endpoint | undefined): Answer {
    return address ? this.#bind(attempt, peer, wish, protocol, address) : this.#refusal(BAD_REQUEST);
  }

  /** A name is looked up while other messages go by; one at a time for each device. */
  async #resolve({ request, flow }: Attempt, peer: Peer, host: string): Promise<string | undefined> {
    this.#waiting.set(peer, { callId: request.callId, cseq: request.cseq.number });
    try {
      return await this.#resolver.resolve(host, isIP(flow.remote.address) === 6 ? 6 : 4);
    } finally {
      this.#waiting.delete(peer);
    }
  }

  /** Whether the device is still the one of its name and registers: a reload or another newcomer may have come first. */
  #isThere(peer: Peer): boolean {
    const there = this.#site.peers.get(peer.name);
    // Nobody has it in memory: it is made, or lies in the database alone.
    if (there === undefined) return peer.origin !== 'static';
    return there === peer && peer.dynamic && peer.type !== 'user';
  }

  /** Deviates from the original, which forgets the contact it had when it refuses another. */
  #bind(attempt: Attempt, peer: Peer, wish: Wanted, protocol: Protocol, address: Endpoint): Answer {
    const { request, flow } = attempt;
    const { uri } = wish.contact;
    const path = peer.get('supportpath') ? request.list('Path') : NO_PATH;
    if (uri.text.length > LONGEST_CONTACT || path.join().length > LONGEST_PATH) return this.#refusal(BAD_REQUEST);
    if (!mayBeAt(this.#site, peer, address.address)) {
      return this.#refusal(peer.origin === 'autocreate' ? FORBIDDEN : DENIED);
    }
    peer.natDetected = attempt.natSeen;
    if (peer.defaultuser === '') peer.defaultuser = decode(detach(uri.user ?? ''));
    this.#learnUserAgent(peer, request.header('User-Agent') ?? '');
    const before = peer.binding;
    this.#bindings.bind(peer, {
      contact: before?.contact === uri.text ? before.contact : detach(uri.text),
      address,
      granted: wish.seconds,
      protocol,
      callId: before?.callId === request.callId ? before.callId : detach(request.callId.slice(0, LONGEST_CALL_ID)),
      cseq: request.cseq.number,
      path: path.map(detach),
      connection: flow.reliable && flow.protocol === protocol ? flow.remote : undefined,
    });
    return this.#done(request, peer, 'bind');
  }

  #learnUserAgent(peer: Peer, text: string): void {
    const heard = text.slice(0, LONGEST_USERAGENT);
    if (peer.useragent === decode(heard)) return;
    peer.useragent = decode(detach(heard));
    this.#site.log.verbose(4, `SIP '${peer.name}' is now '${peer.useragent}'`);
  }

  #done({ callId, cseq }: Message, peer: Peer, did: Did): Answer {
    if (callId.length <= LONGEST_CALL_ID) {
      const kept = did === 'bind' ? peer.binding!.callId : detach(callId);
      peer.lastAnswer = { callId: kept, cseq: cseq.number, at: this.#site.clock.elapsed(), did };
    }
    return this.#success(peer, did);
  }

  /** As long as the original's dialog remembers: 64*T1. */
  #recent(peer: Peer): LastAnswer | undefined {
    const last = peer.lastAnswer;
    return last && this.#site.clock.elapsed() - last.at < NONCE_LIFE ? last : undefined;
  }

  #success(peer: Peer, did: Did): Answer {
    return { status: 200, reason: 'OK', headers: this.#headers(peer, did) };
  }

  /** The one contact we keep, with what is left of it; after its removal none. */
  #headers(peer: Peer, did: Did): Header[] {
    const date: Header = ['Date', this.#site.answers.date()];
    if (did === 'remove') return [['Expires', '0'], date];
    // A device that is not registered is told its last contact and the default lifetime, as the original does.
    const left = this.#bindings.secondsLeft(peer) ?? this.#site.general.defaultexpiry;
    const seconds = did === 'bind' ? peer.binding!.granted : left;
    const headers: Header[] = [
      ['Expires', String(seconds)],
      ['Contact', `<${peer.fullcontact}>;expires=${seconds}`],
    ];
    for (const path of peer.binding?.path ?? NO_PATH) headers.push(['Path', path]);
    headers.push(date);
    return headers;
  }

  #refusal({ status, reason }: Answer): Answer {
    return { status, reason, headers: [['Date', this.#site.answers.date()]] };
  }

  /** The answer to a request that had to wait. */
  #late({ request, flow, symmetric }: Attempt, answer: Answer): void {
    this.#site.answers.send(request, flow, symmetric, answer);
  }
}

const isSame = ({ callId, cseq }: Exchange, request: Message): boolean =>
  callId === request.callId && cseq === request.cseq.number;

/** What the contact asks for, if the device may use it; else what it came over. */
function protocolOf({ flow }: Attempt, peer: Peer, contact: Address): Protocol {
  // RFC 7118 §5.2.2: `ws` stands for both, and only the connection that is there can be used.
  if (flow.protocol === 'ws' || flow.protocol === 'wss') return flow.protocol;
  const asked = contact.uri.params.get('transport')?.toLowerCase();
  const protocol = PROTOCOLS.find(known => known === asked) ?? flow.protocol;
  return peer.get('transport').includes(protocol) ? protocol : flow.protocol;
}

/** The one way an address is written: as packets that come from it will have it. */
const plain = (host: string): string =>
  isIP(host) === 6 && !host.includes('%') ? ipaddr.process(host).toString() : host;
