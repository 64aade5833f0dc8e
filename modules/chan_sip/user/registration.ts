/** What a REGISTER that was let in changes, and how it is answered (RFC 3261 §10.3, steps 6 to 8). */
import type { Message } from '../message/message.js';
import { detach } from '../message/octets.js';
import type { Endpoint } from '../transport/transport.js';
import type { Answer, Header } from './answers.js';
import type { Bindings } from './bindings.js';
import type { ContactList } from './contact-list.js';
import { type ContactLookups, isLocated, located, type Place, placeOf } from './contact-place.js';
import { BAD_REQUEST, contactFault, isKept, keptCallId, learn, pathOf } from './contact-rules.js';
import { NONCE_LIFE } from './nonces.js';
import { type LastAnswer, Peer } from './peer.js';
import { SERVER_ERROR } from './refusals.js';
import type { Attempt } from './registrar.js';
import type { Plan, Several } from './several.js';
import type { Site } from './site.js';
import { type Wish, wishOf } from './wish.js';

type WantedOne = Extract<Wish, { kind: 'bind' }>;
type Did = LastAnswer['did'];

/** What autocreatepeer makes at most: strangers fill that table. */
const NEWCOMERS = 1000;
/** What such a device may be called: it is printed, stored and made an extension. */
const NEW_NAME = /^[^\0- \x7f-\x9f/]{1,79}$/;
const NO_PATH: readonly string[] = [];
const NOTHING_FOUND: ReadonlyMap<string, string> = new Map();

export interface RegistrationParts {
  readonly bindings: Bindings;
  readonly lookups: ContactLookups;
  readonly several: Several;
  readonly contacts: ContactList;
}

export class Registration {
  readonly #site: Site;
  readonly #bindings: Bindings;
  readonly #lookups: ContactLookups;
  readonly #several: Several;
  readonly #contacts: ContactList;
  #closed = false;

  constructor(site: Site, { bindings, lookups, several, contacts }: RegistrationParts) {
    this.#site = site;
    this.#bindings = bindings;
    this.#lookups = lookups;
    this.#several = several;
    this.#contacts = contacts;
  }

  /** Nothing is bound or answered any more. */
  close(): void {
    this.#closed = true;
    this.#lookups.close();
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
    return this.#lookups.isWaiting(request, peer);
  }

  /** The answer that the same request got, once more; undefined when it is not the same. */
  answerAgain(request: Message, peer: Peer): Answer | undefined {
    const last = this.#recent(peer);
    if (!last || last.callId !== request.callId || last.cseq !== request.cseq.number) return undefined;
    return this.#success(request, peer, last.did === 'bind' && !peer.binding ? 'remove' : last.did);
  }

  /**
   * Does what an authenticated REGISTER asks for. Nothing has changed when it is refused.
   * @returns undefined when the answer comes later
   */
  take(attempt: Attempt, peer: Peer): Answer | undefined {
    if (this.#lookups.has(peer)) return SERVER_ERROR;
    if (peer.several) return this.#takeSeveral(attempt, peer);
    const wish = wishOf(attempt.request, this.#site.general);
    if (wish.kind === 'nonsense') return this.#refusal(BAD_REQUEST);
    if (wish.kind === 'bind') return this.#locate(attempt, peer, wish);
    if (wish.kind === 'remove') this.#bindings.remove(peer);
    return this.#done(attempt.request, peer, wish.kind);
  }

  #takeSeveral(attempt: Attempt, peer: Peer): Answer | undefined {
    // A device without a password repeats itself without credentials.
    const again = this.answerAgain(attempt.request, peer);
    if (again) return again;
    const plan = this.#several.plan(attempt, peer);
    if ('status' in plan) return this.#refusal(plan);
    if (plan.names.length === 0) return this.#carryOut(plan, NOTHING_FOUND);
    return this.#later(attempt, peer, plan.names, found => this.#carryOut(plan, found));
  }

  #carryOut(plan: Plan, found: ReadonlyMap<string, string>): Answer {
    const refusal = this.#several.carryOut(plan, found);
    return refusal ? this.#refusal(refusal) : this.#done(plan.attempt.request, plan.peer, plan.did);
  }

  /** Where the device is: the source of the packet, or where its contact points. */
  #locate(attempt: Attempt, peer: Peer, wish: WantedOne): Answer | undefined {
    const { scheme } = wish.contact.uri;
    if (scheme !== 'sip' && scheme !== 'sips') {
      this.#site.log.notice(`the contact of '${peer.name}' is no SIP URI and is stored as it is`);
    }
    const place = placeOf(attempt, peer, wish.contact);
    if (!place) return this.#refusal(BAD_REQUEST);
    if (isLocated(place)) return this.#bind(attempt, peer, wish, place, { address: place.host, port: place.port });
    return this.#later(attempt, peer, [place.host], found => {
      const address = located(place, found);
      return address ? this.#bind(attempt, peer, wish, place, address) : this.#refusal(BAD_REQUEST);
    });
  }

  /** Names are looked up while other messages go by; one request at a time for each device. */
  #later(
    attempt: Attempt,
    peer: Peer,
    names: readonly string[],
    then: (found: Map<string, string>) => Answer,
  ): undefined | Answer {
    if (this.#lookups.full) return SERVER_ERROR;
    this.#site.spawn(
      `look-up of the contact of '${peer.name}'`,
      this.#lookups.find(attempt, peer, names).then(found => {
        if (this.#closed) return;
        this.#late(attempt, this.#isThere(peer) ? then(found) : SERVER_ERROR);
      }),
    );
    return undefined;
  }

  /** Whether the device is still the one of its name and registers: a reload or another newcomer may have come first. */
  #isThere(peer: Peer): boolean {
    const there = this.#site.peers.get(peer.name);
    // Nobody has it in memory: it is made, or lies in the database alone.
    if (there === undefined) return peer.origin !== 'static';
    return there === peer && peer.dynamic && peer.type !== 'user';
  }

  /** Deviates from the original, which forgets the contact it had when it refuses another. */
  #bind(attempt: Attempt, peer: Peer, wish: WantedOne, { protocol }: Place, address: Endpoint): Answer {
    const { request, flow } = attempt;
    const { uri } = wish.contact;
    const path = pathOf(request, peer);
    const fault = contactFault(this.#site, peer, uri, address.address, path);
    if (fault) return this.#refusal(fault);
    learn(this.#site, attempt, peer, uri);
    const before = peer.binding;
    const brought = {
      contact: before?.contact === uri.text ? before.contact : detach(uri.text),
      address,
      granted: wish.seconds,
      protocol,
      callId: keptCallId(request.callId, before?.callId),
      cseq: request.cseq.number,
      path: path.map(detach),
      connection: flow.reliable && flow.protocol === protocol ? flow.remote : undefined,
    };
    this.#bindings.bind(peer, brought, before);
    return this.#done(request, peer, 'bind');
  }

  #done(request: Message, peer: Peer, did: Did): Answer {
    const { callId, cseq } = request;
    if (isKept(callId)) {
      const stored = did === 'bind' ? peer.binding!.callId : undefined;
      const kept = keptCallId(callId, stored);
      peer.lastAnswer = { callId: kept, cseq: cseq.number, at: this.#site.clock.elapsed(), did };
    }
    return this.#success(request, peer, did);
  }

  /** As long as the original's dialog remembers: 64*T1. */
  #recent(peer: Peer): LastAnswer | undefined {
    const last = peer.lastAnswer;
    return last && this.#site.clock.elapsed() - last.at < NONCE_LIFE ? last : undefined;
  }

  #success(request: Message, peer: Peer, did: Did): Answer {
    const date: Header = ['Date', this.#site.answers.date()];
    if (!peer.several) return { status: 200, reason: 'OK', headers: this.#headers(peer, did, date) };
    return { status: 200, reason: 'OK', headers: [...this.#contacts.headers(request, peer), date] };
  }

  /** The one contact we keep, with what is left of it; after its removal none. */
  #headers(peer: Peer, did: Did, date: Header): Header[] {
    if (did === 'remove') return [['Expires', '0'], date];
    // A device that is not registered is told its last contact and the default lifetime, as the original does.
    const left = this.#bindings.secondsLeft(peer.binding) ?? this.#site.general.defaultexpiry;
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
