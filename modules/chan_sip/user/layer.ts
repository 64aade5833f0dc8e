/** The user layer as a whole: its parts, what a configuration means to them, and who handles which method. */
import { type Core, loopTurns, realtime, type Sliced } from '#core';
import type { Message } from '../message/message.js';
import type { General } from '../options/general.js';
import { ACLS, type SipConfig } from '../options/read.js';
import type { TransactionLayer } from '../transaction/layer.js';
import { type NameService, openNames } from '../transport/resolver/name-service.js';
import type { Flow } from '../transport/transport.js';
import { Admission } from './admission.js';
import { Bindings } from './bindings.js';
import { Calls } from './call/calls.js';
import { capabilities } from './capabilities.js';
import { ContactList } from './contact-list.js';
import { ContactLookups } from './contact-place.js';
import { Directory } from './directory.js';
import { domainsOf } from './domains.js';
import { Explanations } from './explanations.js';
import { ExternalAddress } from './external-address.js';
import { FixedHosts } from './fixed-hosts.js';
import { Gruus } from './gruu.js';
import { Nodes } from './nodes/nodes.js';
import { Relay } from './nodes/relay.js';
import { Takeover } from './nodes/takeover.js';
import type { Notice } from './notice.js';
import { type Notified, Notifier } from './notifier.js';
import { CallbackRows } from './outbound/callback-devices.js';
import type { Observer } from './outbound/line.js';
import { Outbound } from './outbound/outbound.js';
import { BEGINS, Overload } from './overload.js';
import type { Peer } from './peer.js';
import { Qualify } from './qualify.js';
import { RowDevices } from './realtime-devices.js';
import { Families } from './realtime-families.js';
import { RegistrationRows } from './realtime-rows.js';
import { Registrar } from './registrar.js';
import { Registration } from './registration.js';
import { Requests } from './requests.js';
import { Several } from './several.js';
import { type Handler, type Outward, openSite, type Reaches, type Site } from './site.js';
import { asksForNothing } from './wish.js';

/** By what they are for. */
export interface Handlers {
  readonly register: Handler;
  readonly options: Handler;
  readonly invite: Handler;
  readonly message: Handler;
  readonly subscribe: Handler;
  readonly notify: Handler;
  readonly cancel: Handler;
}

export interface UserParts {
  readonly transactions: TransactionLayer;
  readonly outward: Outward;
  readonly reaches: Reaches;
  /** Where names are looked up; when left out, where the system says. */
  readonly names?: NameService | undefined;
  /** Where we listen for UDP. */
  readonly port?: () => number | undefined;
  /** 0 to 1: what parts devices that came together. */
  readonly random?: () => number;
  /** Datagrams that came so far, and turns of the event loop. */
  readonly datagrams?: () => number;
  readonly turns?: () => number;
  /** Sees what happens to registrations of ours. */
  readonly observer?: Observer;
}

export class UserLayer {
  readonly site: Site;
  readonly handlers: Handlers;
  readonly directory: Directory;
  readonly explanations: Explanations;
  /** Who is turned away while there is too much to do. */
  readonly overload: Overload;
  /** Which contact an address of ours that stands for one phone leads to. */
  readonly gruus: Gruus;
  readonly outbound: Outbound;
  readonly calls: Calls;
  /** This node among others on the same database. */
  readonly nodes: Nodes;
  /** What goes from other nodes to devices of ours, and back. */
  readonly relay: Relay;
  /** NOTIFYs that the operator orders. */
  readonly notifier: Notifier;
  readonly #bindings: Bindings;
  readonly #registration: Registration;
  readonly #fixedHosts: FixedHosts;
  readonly #external: ExternalAddress;
  readonly #rows: RegistrationRows;
  readonly #qualify: Qualify;
  readonly #takeover: Takeover;
  /** From now on nothing begins: what phones send again finds whoever comes after us. */
  #retired = false;
  #closed = false;

  constructor(core: Core, general: General, parts: UserParts) {
    const { transactions, outward, reaches, random = Math.random, observer, port = () => undefined } = parts;
    const { datagrams = () => 0, turns = loopTurns } = parts;
    const { names = openNames(core.clock, random) } = parts;
    this.site = openSite(core, general, { transactions, outward, reaches, names });
    this.gruus = new Gruus(this.site.peers);
    const { resolver } = names;
    const families = new Families(core.use(realtime));
    this.nodes = new Nodes(core, this.site, {
      realtime: families.realtime,
      family: () => families.registrations,
      port,
      held: () => this.#held(),
    });
    const { nodes } = this;
    const rows = new RegistrationRows(core, families, nodes);
    const bindings = new Bindings(this.site, rows);
    const hosts = new FixedHosts(this.site, random);
    const devices = new RowDevices(core, this.site, { bindings, rows, hosts, nodes });
    this.directory = new Directory(core, this.site, { families, rows, devices });
    this.overload = new Overload(this.site, {
      fullness: () => Math.max(transactions.fullness, this.directory.waiting.fullness),
      ...{ datagrams, turns, random },
    });
    this.#takeover = new Takeover({ site: this.site, nodes, families, rows, directory: this.directory });
    this.relay = new Relay(this.site, nodes, this.directory);
    nodes.changed = names => this.#takeover.changed(names);
    const callbacks = new CallbackRows(families, this.directory);
    this.outbound = new Outbound(this.site, { rows: callbacks, random, observer });
    this.notifier = new Notifier(this.site);
    this.#rows = rows;
    this.#bindings = bindings;
    this.#registration = new Registration(this.site, {
      bindings,
      lookups: new ContactLookups(resolver),
      several: new Several(this.site, bindings, this.gruus),
      contacts: new ContactList(bindings, this.gruus),
    });
    this.#fixedHosts = hosts;
    this.#external = new ExternalAddress(this.site, resolver);
    this.#qualify = new Qualify(this.site, { bindings, rows, random });
    bindings.follower = this.#qualify;
    hosts.located = peer => this.#qualify.found(peer);
    this.calls = new Calls(core, this.site, this.directory, random);
    const admission = new Admission(this.site);
    const { invite, message, subscribe, notify, cancel } = new Requests(this.site, admission, this.calls);
    const registrar = new Registrar(this.site, this.#registration);
    core.on('shutdown', () => (this.#retired = true));
    this.explanations = new Explanations(this.site, { registrar, directory: this.directory, families });
    const options = capabilities(this.site, admission, this.calls);
    this.handlers = { register: registrar.receive, options, invite, message, subscribe, notify, cancel };
  }

  /** Before the first message: what the last run left is taken up. */
  async open(): Promise<void> {
    await this.#rows.open();
    this.site.spawn('check of the tables of devices', this.directory.check());
  }

  /** Each device at once: no message finds it between the old values and the new. */
  *configure({ general, generalPlaces, devices, credentials }: SipConfig, hostname: string): Sliced<void> {
    const { site } = this;
    site.general = general;
    site.generalPlaces = generalPlaces;
    site.names.configure(general.nameserver);
    site.answers.configure(general);
    site.shield.configure(general);
    site.ourAddress.configure(general);
    this.#external.configure();
    site.domains.replace(domainsOf(general, [hostname, ...site.ourAddress.all()]));
    const { added, removed, kept, unbound } = yield* site.peers.apply(devices, general);
    yield* each(removed, peer => this.#bindings.forget(peer));
    yield* each(unbound, ([peer, bindings]) => this.#bindings.forget(peer, bindings));
    yield* each(kept, peer => this.#bindings.trim(peer));
    yield* each(added, peer => this.#bindings.restore(peer));
    let reliable = general['100rel'] !== 'no';
    yield* each(devices, ({ own }) => (reliable ||= (own['100rel'] ?? 'no') !== 'no'));
    site.reliable = reliable;
    yield* this.#fixedHosts.configure();
    this.directory.reset();
    yield* this.#qualify.configure();
    this.notifier.configure(credentials);
    this.calls.credentials = credentials;
    for (const peers of [added, removed])
      yield* each(peers, peer => this.calls.channels.deviceChanged(`SIP/${peer.name}`));
    yield* this.outbound.configure(general.register, credentials);
    this.nodes.configure();
  }

  /** Lists that devices or [general] name and acl.conf does not have. */
  missingLists(): string[] {
    const { acls, general, peers } = this.site;
    const named = new Set([...general.contactacl.names, ...general.nodeacl.names]);
    for (const peer of peers.values()) {
      for (const option of ACLS) for (const name of peer.get(option).names) named.add(name);
    }
    return [...named].filter(name => !acls.has(name));
  }

  /** To a device, or within the call of a Call-ID. */
  notify(whom: Peer | string, notice: Notice): Notified {
    if (typeof whom === 'string') return this.calls.notify(whom, notice) ? 'sent' : 'nowhere';
    return this.notifier.send(whom, notice);
  }

  /** @returns whether there was a registration to end */
  unregister(peer: Peer): boolean {
    return this.#bindings.remove(peer);
  }

  /** Whether a device is reached over a connection, or a line of ours registered. */
  uses(flow: Flow): boolean {
    return this.outbound.uses(flow) || this.site.peers.at(flow) !== undefined;
  }

  /** Asks a device whether it is there. */
  qualify(peer: Peer): void {
    this.#qualify.ask(peer);
  }

  /** Whether what a request asks for is no longer begun. Who signs off is heard to the last; a call has its own answer. */
  passesOver(request: Message): boolean {
    return this.#retired && request.method !== 'INVITE' && BEGINS.has(request.method) && !asksForNothing(request);
  }

  /** While messages still come and go: whoever is in a call, and servers, hear that we are gone, within bounds. */
  async leave(): Promise<void> {
    this.#retired = true;
    await Promise.all([this.calls.leave(), this.outbound.leave(), this.nodes.close()]);
  }

  /** Nothing is answered any more. */
  close(): void {
    this.#closed = true;
    this.overload.close();
    this.calls.close();
    this.outbound.close();
    this.notifier.close();
    this.directory.close();
    this.#qualify.close();
    this.#fixedHosts.close();
    this.#external.close();
    this.#registration.close();
    this.site.outgoing.close();
    this.site.names.close();
  }

  /** Registrations of devices of the database that are ours. */
  #held(): number {
    let held = 0;
    for (const { origin, binding } of this.site.peers.values())
      if (origin === 'realtime' && binding && binding.node === undefined) held += 1;
    return held;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Writes what waits, within bounds: after the last message. */
  async end(): Promise<void> {
    await this.#rows.close();
  }
}

function* each<T>(all: Iterable<T>, work: (one: T) => unknown): Sliced<void> {
  for (const one of all) {
    work(one);
    yield;
  }
}
