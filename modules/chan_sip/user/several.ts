/** What a REGISTER changes of a device with several contacts: all that it asks for, or nothing (RFC 3261 §10.3). */
import type { Message } from '../message/message.js';
import { detach } from '../message/octets.js';
import { isSameUriText } from '../message/same-uri.js';
import type { Answer } from './answers.js';
import type { Binding, NewBinding, Traits } from './binding.js';
import type { Bindings } from './bindings.js';
import { isLocated, located, type Place, placeOf } from './contact-place.js';
import { badRequest, contactFault, keptCallId, learn, pathOf } from './contact-rules.js';
import type { Gruus } from './gruu.js';
import { isReachable } from './next-hop.js';
import type { LastAnswer, Peer } from './peer.js';
import { FORBIDDEN, serverError } from './refusals.js';
import type { Attempt } from './registrar.js';
import type { Site } from './site.js';
import { flowsWanted, instanceOf, isDirect, regIdOf } from './wanted-flow.js';
import { type Wanted, wishesOf } from './wish.js';

/** Contacts that are read of one request, where an account may not have more. */
const LEAST_READ = 10;
/** How late the sign of life of a kept connection may come, in milliseconds (RFC 5626 §4.4.1). */
const FLOW_GRACE = 15_000;
const Q = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** One contact that is asked for. */
interface Item extends Wanted {
  readonly place: Place;
  readonly instance: string;
  readonly regId: number | undefined;
}

/** What a request asks for, before the names in it are looked up. */
export interface Plan {
  readonly attempt: Attempt;
  readonly peer: Peer;
  readonly did: LastAnswer['did'];
  readonly items: readonly Item[];
  /** Names that somebody must look up first. */
  readonly names: readonly string[];
}

/** What is to be done when nothing speaks against it. */
export interface Changes {
  readonly going: Set<Binding>;
  readonly coming: { item: Item; brought: NewBinding; binding: Binding | undefined }[];
  /** Those that give way. */
  readonly giving: readonly Binding[];
}

const NOTHING: Changes = { going: new Set(), coming: [], giving: [] };
const ROOMLESS: Answer = { ...FORBIDDEN, why: 'room' };
const LOOP: Answer = { ...FORBIDDEN, why: 'loop' };

export class Several {
  readonly #site: Site;
  readonly #bindings: Bindings;
  readonly #gruus: Gruus;

  constructor(site: Site, bindings: Bindings, gruus: Gruus) {
    this.#site = site;
    this.#bindings = bindings;
    this.#gruus = gruus;
  }

  plan(attempt: Attempt, peer: Peer): Plan | Answer {
    const { request } = attempt;
    const most = Math.max(LEAST_READ, peer.get('maxcontacts'));
    const wishes = wishesOf(request, this.#site.general, most);
    if (wishes.kind === 'nonsense') return badRequest('contact');
    const common = { attempt, peer, items: [], names: [] };
    if (wishes.kind === 'query') return { ...common, did: 'query' };
    if (wishes.kind === 'remove all') return { ...common, did: 'remove' };
    const { contacts } = wishes;
    const flows = flowsWanted(request, peer, contacts);
    if (typeof flows === 'object') return flows;
    const items: Item[] = [];
    for (const wanted of contacts) {
      const place = placeOf(attempt, peer, wanted.contact);
      if (!place) return badRequest('nowhere');
      // RFC 5627 §5.1: it would lead back to itself.
      if (this.#gruus.bindingOf(wanted.contact.uri)) return LOOP;
      const regId = flows ? regIdOf(wanted) : undefined;
      const kept = regId === undefined ? place : sourceOf(attempt);
      items.push({ ...wanted, place: kept, instance: instanceOf(wanted), regId });
    }
    const coming = items.filter(({ seconds }) => seconds > 0);
    const names = coming.filter(({ place }) => !isLocated(place)).map(({ place }) => place.host);
    return { ...common, did: coming.length > 0 ? 'bind' : 'remove', items, names };
  }

  /**
   * RFC 3261 §10.3 step 7: everything is looked at before anything is done.
   * @returns why it cannot be done; `found` says where the names lead
   */
  weigh(plan: Plan, found: ReadonlyMap<string, string>): Changes | Answer {
    const { attempt, peer, did, items } = plan;
    if (did === 'query') return NOTHING;
    if (items.length === 0) {
      const older = peer.bindings.some(binding => isOlder(attempt.request, binding));
      return older ? serverError('older') : NOTHING;
    }
    const changes = this.#changes(plan, found);
    if ('status' in changes) return changes;
    const giving = this.#room(peer, changes);
    return giving ? { ...changes, giving } : ROOMLESS;
  }

  carryOut({ attempt, peer, did, items }: Plan, { going, coming, giving }: Changes): void {
    if (did === 'remove' && items.length === 0) {
      this.#bindings.remove(peer);
      return;
    }
    if (coming.length > 0) learn(this.#site, attempt, peer, coming[0]!.item.contact.uri);
    const wait = peer.get('flowtimer');
    // What goes goes last: the device is registered all the while.
    for (const { brought, binding } of coming) {
      this.#bindings.bind(peer, brought, binding);
      if (wait > 0) brought.traits?.flow?.promised(wait * 1000 + FLOW_GRACE);
    }
    for (const binding of [...going, ...giving]) this.#bindings.drop(peer, binding);
  }

  #changes({ attempt, peer, items }: Plan, found: ReadonlyMap<string, string>): Changes | Answer {
    const { request } = attempt;
    const path = pathOf(request, peer);
    const changes: Changes = { going: new Set(), coming: [], giving: [] };
    for (const item of items) {
      const { uri } = item.contact;
      const binding = peer.bindings.find(one => isFor(one, item));
      if (binding && isOlder(request, binding)) return serverError('older');
      // The same contact twice in one request: the last one counts.
      const twice = changes.coming.findIndex(({ brought }) => isFor(brought, item));
      if (twice >= 0) changes.coming.splice(twice, 1);
      if (item.seconds === 0) {
        if (binding) changes.going.add(binding);
        continue;
      }
      const address = located(item.place, found);
      if (!address) return badRequest('lost');
      const fault = contactFault(this.#site, peer, uri, address.address, path);
      if (fault) return fault;
      changes.coming.push({ item, binding, brought: this.#brought(attempt, item, address, path, binding) });
    }
    for (const { binding } of changes.coming) if (binding) changes.going.delete(binding);
    return changes;
  }

  #brought(
    { request, flow }: Attempt,
    item: Item,
    address: NewBinding['address'],
    path: readonly string[],
    before: Binding | undefined,
  ): NewBinding {
    const { contact, seconds, place, instance, regId } = item;
    const { text } = contact.uri;
    const q = contact.params.get('q') ?? '';
    const kept = regId !== undefined && flow.reliable && isDirect(request);
    const traits: Traits = {
      q: Q.test(q) ? detach(q) : '',
      instance: before?.traits?.instance === instance ? before.traits.instance : detach(instance),
      regId,
      flow: kept ? flow : undefined,
      began: before?.traits?.began ?? this.#site.clock.now(),
    };
    return {
      contact: before?.contact === text ? before.contact : detach(text),
      address,
      granted: seconds,
      protocol: place.protocol,
      callId: keptCallId(request.callId, before?.callId),
      cseq: request.cseq.number,
      path: path.map(detach),
      connection: !kept && flow.reliable && flow.protocol === place.protocol ? flow.remote : undefined,
      traits,
    };
  }

  /** Who gives way to those who come; undefined when there is no room for them. */
  #room(peer: Peer, { going, coming }: Changes): readonly Binding[] | undefined {
    const most = peer.get('maxcontacts');
    const renewed = new Set(coming.map(({ binding }) => binding));
    const staying = peer.bindings.filter(binding => !going.has(binding) && !renewed.has(binding));
    const surplus = staying.length + coming.length - most;
    if (surplus <= 0) return [];
    const all = most === 1 || peer.get('removeexisting');
    const giving = all ? staying : staying.filter(one => !isReachable(this.#site, one) || this.#bindings.isLate(one));
    if (giving.length >= surplus && coming.length <= most)
      return this.#bindings.surplus(giving, giving.length - surplus);
    return undefined;
  }
}

/** Where a connection comes from is the one place that it leads to. */
const sourceOf = ({ flow }: Attempt): Place => ({
  protocol: flow.protocol,
  host: flow.remote.address,
  port: flow.remote.port,
});

/** RFC 5626 §6: by phone and connection; others by their URI. */
const isFor = (
  { contact, traits }: Pick<NewBinding, 'contact' | 'traits'>,
  { contact: { uri }, instance, regId }: Item,
) => (regId === undefined ? isSameUriText(contact, uri) : traits?.instance === instance && traits.regId === regId);

/** Whether the binding has seen this request, or a later one of its Call-ID. */
const isOlder = ({ callId, cseq }: Message, binding: Binding): boolean =>
  binding.callId === callId && cseq.number <= binding.cseq;
