/** What a REGISTER that was let in changes, and how it is answered (RFC 3261 §10.3, steps 6 to 8). */
import { isIP } from 'node:net';
import type { Address } from '../message/address.js';
import { decode, detach } from '../message/octets.js';
import { PROTOCOLS, type Protocol, standardPort } from '../options/values/transport.js';
import type { Endpoint } from '../transport/transport.js';
import type { Answer, Header } from './answers.js';
import type { Bindings } from './bindings.js';
import { NONCE_LIFE } from './nonces.js';
import { Peer } from './peer.js';
import { FORBIDDEN } from './refusals.js';
import type { Attempt } from './registrar.js';
import type { Resolver } from './resolver.js';
import type { Site } from './site.js';
import { wishOf } from './wish.js';

interface Exchange {
  readonly callId: string;
  readonly cseq: number;
}

/** The last REGISTER that a device had answered, so that its repeat is answered alike. */
interface Last extends Exchange {
  /** On the clock that never goes back. */
  readonly at: number;
  readonly did: 'query' | 'remove' | 'bind';
}

/** What autocreatepeer makes at most: strangers fill that table. */
const NEWCOMERS = 1000;
const LONGEST_NAME = 79;
/** Contacts that are looked up at a time. */
const LOOKUPS = 1000;
/** Longer texts are not stored: a contact and a path are of no use when cut, so they are refused. */
const LONGEST_CONTACT = 512;
const LONGEST_PATH = 1024;
const LONGEST_CALL_ID = 255;
const LONGEST_USERAGENT = 255;

const BAD_REQUEST: Answer = { status: 400, reason: 'Bad Request' };
const DENIED: Answer = { status: 603, reason: 'Denied' };
/** An older CSeq of a Call-ID, or one too many at a time. */
export const SERVER_ERROR: Answer = { status: 500, reason: 'Server error' };
const NO_PATH: readonly string[] = [];

export class Registration {
  readonly #site: Site;
  readonly #bindings: Bindings;
  readonly #resolver: Resolver;
  readonly #last = new WeakMap<Peer, Last>();
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
    if (general.autocreatepeer === 'no' || name === '' || name.length > LONGEST_NAME) return undefined;
    if (this.#bindings.newcomers >= NEWCOMERS) return undefined;
    const own = { host: { host: '', port: undefined, dynamic: true } };
    return new Peer({ name, type: 'peer', own }, peers.defaults, 'autocreate');
  }

  /** Whether a later REGISTER of this Call-ID was taken a moment ago. */
  isOutdated({ request, peer }: Attempt): boolean {
    const last = this.#recent(peer!);
    return last !== undefined && last.callId === request.callId && request.cseq.number < last.cseq;
  }

  /** Repeats the answer that the same request got. @returns false when it is not the same */
  answerAgain(attempt: Attempt): boolean {
    const { request, peer } = attempt;
    const isSame = (one: Exchange) => one.callId === request.callId && one.cseq === request.cseq.number;
    // While a name is looked up there is no answer yet: the one to the first of them will do.
    const waiting = this.#waiting.get(peer!);
    if (waiting) return isSame(waiting);
    const last = this.#recent(peer!);
    if (!last || !isSame(last)) return false;
    this.#say(attempt, peer!, last.did === 'bind' && !peer!.binding ? 'remove' : last.did);
    return true;
  }

  /** Does what an authenticated REGISTER asks for. Nothing has changed when it is refused. */
  take(attempt: Attempt, peer: Peer): void {
    if (this.#waiting.has(peer) || this.#waiting.size >= LOOKUPS) return this.#answer(attempt, SERVER_ERROR);
    const wish = wishOf(attempt.request, this.#site.general);
    switch (wish.kind) {
      case 'nonsense':
        return this.#refuse(attempt, BAD_REQUEST);
      case 'query':
        return this.#done(attempt, peer, 'query');
      case 'remove':
        this.#bindings.remove(peer);
        return this.#done(attempt, peer, 'remove');
      case 'bind':
        return this.#locate(attempt, peer, wish.contact, wish.seconds);
    }
  }

  /** Where the device is: the source of the packet, or where its contact points. */
  #locate(attempt: Attempt, peer: Peer, contact: Address, seconds: number): void {
    const { flow, request } = attempt;
    if (contact.uri.scheme !== 'sip' && contact.uri.scheme !== 'sips') {
      this.#site.log.notice(`the contact of '${peer.name}' is no SIP URI and is stored as it is`);
    }
    const protocol = protocolOf(attempt, peer, contact);
    const behind = flow.protocol === 'ws' || flow.protocol === 'wss' || attempt.symmetric;
    if (behind || request.via.params.has('rport')) {
      return this.#bind(attempt, peer, contact, seconds, protocol, flow.remote);
    }
    const { host } = contact.uri;
    const port = contact.uri.port ?? standardPort(protocol);
    if (host === '') return this.#refuse(attempt, BAD_REQUEST);
    if (isIP(host) !== 0) return this.#bind(attempt, peer, contact, seconds, protocol, { address: plain(host), port });
    this.#site.spawn(
      `look-up of the contact of '${peer.name}'`,
      this.#resolve(attempt, peer, host).then(address => {
        if (this.#closed) return;
        if (!this.#isThere(peer)) this.#answer(attempt, SERVER_ERROR);
        else if (address === undefined) this.#refuse(attempt, BAD_REQUEST);
        else this.#bind(attempt, peer, contact, seconds, protocol, { address, port });
      }),
    );
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

  /** Whether the device is still the one of its name: a reload or another newcomer may have come first. */
  #isThere(peer: Peer): boolean {
    const there = this.#site.peers.get(peer.name);
    return there === undefined ? peer.origin === 'autocreate' : there === peer;
  }

  /** Deviates from the original, which forgets the contact it had when it refuses another. */
  #bind(attempt: Attempt, peer: Peer, contact: Address, seconds: number, protocol: Protocol, address: Endpoint): void {
    const { request } = attempt;
    const path = peer.get('supportpath') ? request.list('Path') : NO_PATH;
    const { text } = contact.uri;
    if (text.length > LONGEST_CONTACT || path.join().length > LONGEST_PATH) return this.#refuse(attempt, BAD_REQUEST);
    if (!this.#allows(peer, address.address)) {
      return this.#refuse(attempt, peer.origin === 'autocreate' ? FORBIDDEN : DENIED);
    }
    peer.natDetected = attempt.natSeen;
    if (peer.defaultuser === '') peer.defaultuser = detach(contact.uri.user ?? '');
    this.#learnUserAgent(peer, request.header('User-Agent') ?? '');
    const before = peer.binding;
    this.#bindings.bind(peer, {
      contact: before?.contact === text ? before.contact : detach(text),
      address,
      granted: seconds,
      protocol,
      callId: before?.callId === request.callId ? before.callId : detach(request.callId.slice(0, LONGEST_CALL_ID)),
      cseq: request.cseq.number,
      path: path.map(detach),
    });
    this.#done(attempt, peer, 'bind');
  }

  #allows(peer: Peer, address: string): boolean {
    const { acls, general, reserved } = this.#site;
    if (reserved.has(address)) return false;
    return acls.allows(general.contactacl, address) && acls.allows(peer.get('contactacl'), address);
  }

  #learnUserAgent(peer: Peer, text: string): void {
    const useragent = text.slice(0, LONGEST_USERAGENT);
    if (peer.useragent === useragent) return;
    peer.useragent = detach(useragent);
    this.#site.log.verbose(4, `SIP '${peer.name}' is now '${decode(useragent)}'`);
  }

  #done(attempt: Attempt, peer: Peer, did: Last['did']): void {
    const { callId, cseq } = attempt.request;
    if (callId.length <= LONGEST_CALL_ID) {
      const at = this.#site.clock.elapsed();
      const kept = did === 'bind' ? peer.binding!.callId : detach(callId);
      this.#last.set(peer, { callId: kept, cseq: cseq.number, at, did });
    }
    this.#say(attempt, peer, did);
  }

  /** As long as the original's dialog remembers: 64*T1. */
  #recent(peer: Peer): Last | undefined {
    const last = this.#last.get(peer);
    return last && this.#site.clock.elapsed() - last.at < NONCE_LIFE ? last : undefined;
  }

  #say(attempt: Attempt, peer: Peer, did: Last['did']): void {
    this.#answer(attempt, { status: 200, reason: 'OK', headers: this.#headers(peer, did) });
  }

  /** The one contact we keep, with what is left of it; after its removal none. */
  #headers(peer: Peer, did: Last['did']): Header[] {
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

  #refuse(attempt: Attempt, { status, reason }: Answer): void {
    this.#answer(attempt, { status, reason, headers: [['Date', this.#site.answers.date()]] });
  }

  #answer({ request, flow, symmetric }: Attempt, answer: Answer): void {
    this.#site.answers.send(request, flow, symmetric, answer);
  }
}

/** What the contact asks for, if the device may use it; else what it came over. */
function protocolOf({ flow }: Attempt, peer: Peer, contact: Address): Protocol {
  const asked = contact.uri.params.get('transport')?.toLowerCase();
  const protocol = PROTOCOLS.find(known => known === asked) ?? flow.protocol;
  return peer.get('transport').includes(protocol) ? protocol : flow.protocol;
}

/** An IPv4 address that is written as an IPv6 one, as what it is. */
const plain = (host: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1] ?? host;
