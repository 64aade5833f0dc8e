/** What a REGISTER that was let in changes, and how it is answered (RFC 3261 §10.3, steps 6 to 8). */
import type { Message } from '../message/message.js';
import { detach } from '../message/octets.js';
import { type Endpoint, formatEndpoint } from '../transport/transport.js';
import type { Answer, Header } from './answers.js';
import type { Bindings } from './bindings.js';
import type { ContactList } from './contact-list.js';
import { type ContactLookups, isLocated, located, type Place, placeOf } from './contact-place.js';
import { badRequest, contactFault, isKept, keptCallId, learn, pathOf } from './contact-rules.js';
import { NONCE_LIFE } from './nonces.js';
import { type LastAnswer, Peer } from './peer.js';
import { serverError } from './refusals.js';
import type { Attempt } from './registrar.js';
import type { Changes, Plan, Several } from './several.js';
import type { Site } from './site.js';
import { type Wish, wishOf } from './wish.js';

type WantedOne = Extract<Wish, { kind: 'bind' }>;
type Did = LastAnswer['did'];

/** What is to be done about a REGISTER that is let in. */
export type Intent =
  | Exclude<Wish, { kind: 'bind' | 'nonsense' }>
  | { readonly kind: 'bind'; readonly wish: WantedOne; readonly place: Place }
  /** Without changes: names must be looked up first. */
  | { readonly kind: 'several'; readonly plan: Plan; readonly changes: Changes | undefined }
  | { readonly kind: 'again'; readonly answer: Answer };

const WHY = { query: 'told', remove: 'removed', bind: 'bound' } as const;

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

  /** What an authenticated REGISTER comes to, as far as that can be said before names are looked up. Nothing changes. */
  intend(attempt: Attempt, peer: Peer): Intent | Answer {
    if (this.#lookups.has(peer)) return serverError('busy');
    if (peer.several) return this.#intendSeveral(attempt, peer);
    const wish = wishOf(attempt.request, this.#site.general);
    if (wish.kind === 'nonsense') return badRequest('contact');
    if (wish.kind !== 'bind') return wish;
    const place = placeOf(attempt, peer, wish.contact);
    if (!place) return badRequest('nowhere');
    if (!isLocated(place)) return this.#lookups.full ? serverError('lookups') : { kind: 'bind', wish, place };
    const path = pathOf(attempt.request, peer);
    return contactFault(this.#site, peer, wish.contact.uri, place.host, path) ?? { kind: 'bind', wish, place };
  }

  #intendSeveral(attempt: Attempt, peer: Peer): Intent | Answer {
    // A device without a password repeats itself without credentials.
    const answer = this.answerAgain(attempt.request, peer);
    if (answer) return { kind: 'again', answer };
    const plan = this.#several.plan(attempt, peer);
    if ('status' in plan) return plan;
    if (plan.names.length > 0) {
      return this.#lookups.full ? serverError('lookups') : { kind: 'several', plan, changes: undefined };
    }
    const changes = this.#several.weigh(plan, NOTHING_FOUND);
    return 'status' in changes ? changes : { kind: 'several', plan, changes };
  }

  /**
   * Does what an authenticated REGISTER asks for. Nothing has changed when it is refused.
   * @returns undefined when the answer comes later
   */
  take(attempt: Attempt, peer: Peer, intent: Intent | Answer): Answer | undefined {
    if ('status' in intent) return this.#refuse(attempt, peer, intent);
    switch (intent.kind) {
      case 'again':
        return intent.answer;
      case 'several':
        return this.#takeSeveral(attempt, peer, intent.plan, intent.changes);
      case 'bind':
        return this.#takeOne(attempt, peer, intent.wish, intent.place);
      default:
        if (intent.kind === 'remove') this.#bindings.remove(peer);
        return this.#done(attempt.request, peer, intent.kind);
    }
  }

  #takeSeveral(attempt: Attempt, peer: Peer, plan: Plan, changes: Changes | undefined): Answer | undefined {
    const carryOut = (weighed: Changes | Answer): Answer => {
      if ('status' in weighed) return this.#refuse(attempt, peer, weighed);
      this.#several.carryOut(plan, weighed);
      return this.#done(attempt.request, peer, plan.did);
    };
    if (changes) return carryOut(changes);
    return this.#later(attempt, peer, plan.names, found => carryOut(this.#several.weigh(plan, found)));
  }

  /** Where the device is: the source of the packet, or where its contact points. */
  #takeOne(attempt: Attempt, peer: Peer, wish: WantedOne, place: Place): Answer | undefined {
    const { uri } = wish.contact;
    if (uri.scheme !== 'sip' && uri.scheme !== 'sips') {
      this.#site.log.notice(`the contact of '${peer.name}' is no SIP URI and is stored as it is`);
    }
    if (isLocated(place)) return this.#bind(attempt, peer, wish, place, { address: place.host, port: place.port });
    return this.#later(attempt, peer, [place.host], found => {
      const address = located(place, found);
      if (!address) return this.#refusal(badRequest('lost'));
      const fault = contactFault(this.#site, peer, uri, address.address, pathOf(attempt.request, peer));
      return fault ? this.#refusal(fault) : this.#bind(attempt, peer, wish, place, address);
    });
  }

  /** Names are looked up while other messages go by; one request at a time for each device. */
  #later(
    attempt: Attempt,
    peer: Peer,
    names: readonly string[],
    then: (found: Map<string, string>) => Answer,
  ): undefined {
    this.#site.spawn(
      `look-up of the contact of '${peer.name}'`,
      this.#lookups.find(attempt, peer, names).then(found => {
        if (this.#closed) return;
        this.#late(attempt, this.#isThere(peer) ? then(found) : serverError('gone'));
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
      this.#site.recent.add(peer);
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
    const ok = { status: 200, reason: 'OK', why: WHY[did] };
    if (!peer.several) return { ...ok, headers: this.#headers(peer, did, date) };
    return { ...ok, headers: [...this.#contacts.headers(request, peer), date] };
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
    // The way over another node is none of the device's.
    const path = peer.binding?.node === undefined ? peer.binding?.path : NO_PATH;
    for (const one of path ?? NO_PATH) headers.push(['Path', one]);
    headers.push(date);
    return headers;
  }

  #refuse({ flow }: Attempt, peer: Peer, answer: Answer): Answer {
    if (answer.why === 'room') {
      const most = peer.get('maxcontacts');
      const from = formatEndpoint(flow.remote);
      this.#site.log.notice(
        `a contact of '${peer.name}' from ${from} is refused: it has ${most} already (maxcontacts)`,
      );
    }
    return this.#refusal(answer);
  }

  #refusal(answer: Answer): Answer {
    return { ...answer, headers: [['Date', this.#site.answers.date()]] };
  }

  /** The answer to a request that had to wait. */
  #late(attempt: Attempt, answer: Answer): void {
    const { request, flow, symmetric } = attempt;
    this.#site.decisions.add(request, flow, { answer, symmetric, about: attempt }, this.#site.general);
    this.#site.answers.send(request, flow, symmetric, answer);
  }
}
