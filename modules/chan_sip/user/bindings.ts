/** Bindings: where a device that registers can be reached, for how long, and what outlives the process of it. */
import { type Endpoint, formatEndpoint, type Protocol } from '../transport/transport.js';
import { AstDbRecords } from './astdb-records.js';
import { type Binding, type NewBinding, openBinding, renew, UNKNOWN } from './binding.js';
import { ContactRecords, isSameRecord } from './contact-records.js';
import { Expiry, type ExpiryParts } from './expiry.js';
import { isReachable } from './next-hop.js';
import type { Holder } from './nodes/nodes.js';
import type { Peer } from './peer.js';
import type { RegistrationRows } from './realtime-rows.js';
import { RegisteredExtensions } from './registered-extensions.js';
import type { Site } from './site.js';

/** A binding outlives what was granted by this much: a refresh may come late. */
const GRACE = 10_000;

const NO_PATH: readonly string[] = [];

/** Who does something for devices as long as it is known where they are. */
export interface Follower {
  registered(peer: Peer, binding: Binding): void;
  /** It is not known any more, or the device is none of ours now. `binding` is undefined of one that does not register. */
  lost(peer: Peer, binding: Binding | undefined): void;
}

const NOBODY: Follower = { registered: () => undefined, lost: () => undefined };

export class Bindings {
  readonly #site: Site;
  readonly #records: AstDbRecords;
  readonly #contacts: ContactRecords;
  readonly #rows: RegistrationRows;
  readonly #extensions: RegisteredExtensions;
  readonly #expiries: ExpiryParts;
  /** Bindings that a job is to end. */
  #size = 0;
  /** Told of a device of the database that is to leave memory with its registration. */
  passed: (peer: Peer) => void = () => undefined;
  follower: Follower = NOBODY;
  /** Made by autocreatepeer: they are there as long as their binding. */
  readonly #newcomers = new Set<Peer>();

  constructor(site: Site, rows: RegistrationRows) {
    this.#site = site;
    this.#records = new AstDbRecords(site.astdb);
    this.#contacts = new ContactRecords(site.astdb);
    this.#rows = rows;
    this.#extensions = new RegisteredExtensions(site);
    this.#expiries = {
      sched: site.sched,
      elapsed: () => site.clock.elapsed(),
      over: (peer, binding) => this.#end(peer, binding, binding.node === undefined),
    };
  }

  /** A REGISTER was taken: `binding` is refreshed or replaced by it; undefined: one begins, beside those that there are. */
  bind(peer: Peer, brought: NewBinding, binding: Binding | undefined): void {
    const { log, peers } = this.#site;
    if (peer.origin === 'autocreate' && !this.#newcomers.has(peer)) {
      this.#newcomers.add(peer);
      peers.add(peer);
    }
    const before = binding?.address;
    const hadPath = binding?.path.length !== 0;
    if (binding) this.#unrecord(peer, binding, brought);
    const bound = this.#set(peer, brought, binding);
    this.#store(peer, bound, hadPath);
    const { address } = brought;
    const renewed = before?.address === address.address && before.port === address.port;
    this.#status(peer, { address: formatEndpoint(address), ...(renewed && { renewed }) });
    if (!renewed) log.verbose(3, `Registered SIP '${peer.name}' at ${formatEndpoint(address)}`);
    this.follower.registered(peer, bound);
  }

  /** The device unregistered, or the operator did it for it. @returns whether there was anything to end. */
  remove(peer: Peer): boolean {
    if (!peer.binding) return false;
    for (const binding of peer.bindings) this.#end(peer, binding);
    this.#site.log.verbose(3, `Unregistered SIP '${peer.name}'`);
    return true;
  }

  /** One of its contacts goes; with the last the device is not registered any more. */
  drop(peer: Peer, binding: Binding): void {
    if (!peer.others) this.remove(peer);
    else this.#end(peer, binding);
  }

  /** Of `bindings`, the latest first, those that give way where only `most` may be there: the unusable, then those longest not heard of. */
  surplus(bindings: readonly Binding[], most: number): readonly Binding[] {
    if (bindings.length <= most) return [];
    const age = (binding: Binding): number =>
      isReachable(this.#site, binding) && !this.isLate(binding) ? binding.since : -1;
    return bindings
      .toReversed()
      .sort((a, b) => age(a) - age(b))
      .slice(0, bindings.length - most);
  }

  /** After a reload: no more contacts than it may have now. */
  trim(peer: Peer): void {
    for (const binding of this.surplus(peer.bindings, peer.get('maxcontacts'))) this.#end(peer, binding);
    if (!peer.several && peer.binding?.traits) {
      this.#contacts.remove(peer.name, peer.binding);
      peer.binding.traits = undefined;
    }
  }

  /** Brings back what was stored of a device that registers, with the whole lifetime that was granted. */
  restore(peer: Peer): boolean {
    const { log } = this.#site;
    if (!peer.dynamic || peer.binding) return false;
    const stored = this.#records.read(peer.name);
    if (stored && 'damaged' in stored) {
      log.warning(`the registration stored for '${peer.name}' cannot be read and is left out: '${stored.damaged}'`);
    } else if (stored) {
      const { defaultuser, ...where } = stored;
      if (peer.defaultuser === '') peer.defaultuser = defaultuser;
      // Which transport it was is not in the record.
      this.#set(peer, { ...where, ...unsaid(peer, where.address) }, undefined);
      log.verbose(3, `Restored SIP '${peer.name}' at ${formatEndpoint(where.address)} for ${where.granted} seconds`);
    }
    if (peer.several) this.#restoreContacts(peer);
    return peer.binding !== undefined;
  }

  /** Brings back what its row says of a device. One that is over, and is to be trusted still, has no seconds left. */
  resume(peer: Peer, contact: string, address: Binding['address'], seconds: number, holder?: Holder): void {
    const granted = Math.max(0, seconds);
    this.#set(peer, { contact, address, granted, ...unsaid(peer, address), ...heldBy(holder) }, undefined);
    if (peer.several) this.#restoreContacts(peer);
  }

  /** The device leaves the configuration, or does not register now. What is stored stays, for the day it comes back. */
  forget(peer: Peer, bindings: readonly Binding[] = peer.bindings): void {
    this.#newcomers.delete(peer);
    this.#extensions.remove(peer);
    for (const binding of bindings) {
      this.#disarm(binding);
      this.follower.lost(peer, binding);
    }
    this.follower.lost(peer, undefined);
  }

  /** After forget(), of a device that stays as it is: its contacts end when they did before. */
  rejoin(peer: Peer): void {
    const { clock, general } = this.#site;
    for (const binding of peer.bindings) {
      const left = binding.ends - clock.elapsed();
      if (!binding.expiry && (binding.granted > 0 || !general.ignoreregexpire))
        this.#arm(peer, binding, Math.max(0, left));
    }
  }

  /** Whole seconds until the binding ends; undefined without one. */
  secondsLeft(binding: Binding | undefined): number | undefined {
    if (!binding) return undefined;
    const { clock } = this.#site;
    return Math.max(0, Math.ceil((binding.ends - clock.elapsed()) / 1000));
  }

  /** Whole seconds of what was granted that are left. */
  grantedLeft = (binding: Binding): number => Math.max(0, this.secondsLeft(binding)! - GRACE / 1000);

  /** Whether it is over but for the grace. */
  isLate = (binding: Binding): boolean => this.grantedLeft(binding) === 0;

  /** The device answers again, or no longer. */
  reached(peer: Peer, reachable: boolean): void {
    if (this.#site.general.regextenonqualify) this.#extensions.show(peer, reachable);
  }

  get size(): number {
    return this.#size;
  }

  get newcomers(): number {
    return this.#newcomers.size;
  }

  #set(peer: Peer, brought: NewBinding, binding: Binding | undefined, beside = false): Binding {
    const { clock, peers, general } = this.#site;
    const wait = brought.granted * 1000 + GRACE;
    if (binding) renew(binding, brought);
    const bound = binding ?? openBinding(brought, peer.binding ? UNKNOWN : peer.lastMs);
    bound.since = clock.now();
    bound.ends = Math.ceil(clock.elapsed() + wait);
    if (!binding) peer.admit(bound, beside);
    peer.follow();
    // One that is in the database alone ends there, when its row is read the next time.
    if (peers.get(peer.name) !== peer) return bound;
    peers.moved(peer);
    // One that was over before, and is trusted still, has no end.
    if (brought.granted > 0 || !general.ignoreregexpire) this.#arm(peer, bound, wait);
    return bound;
  }

  #arm(peer: Peer, binding: Binding, wait: number): void {
    if (binding.expiry) {
      binding.expiry.arm(wait);
      return;
    }
    const first = !peer.binding?.expiry && !peer.others?.some(other => other.expiry);
    binding.expiry = new Expiry(this.#expiries, peer, binding);
    binding.expiry.arm(wait);
    this.#size += 1;
    if (first) this.#extensions.bring(peer);
  }

  #disarm(binding: Binding): void {
    if (!binding.expiry) return;
    binding.expiry.cancel();
    binding.expiry = undefined;
    this.#size -= 1;
  }

  /** @param stored whether what is stored of it goes, too: what another node has it looks after itself */
  #end(peer: Peer, binding: Binding, stored = true): void {
    const { peers, general, log } = this.#site;
    const led = binding === peer.binding;
    this.#disarm(binding);
    if (!peer.others) this.#extensions.remove(peer);
    this.follower.lost(peer, binding);
    peer.dismiss(binding);
    peer.follow();
    const kept = peers.get(peer.name) === peer;
    if (kept) peers.moved(peer);
    if (stored && !general.ignoreregexpire) this.#unstore(peer, binding, led);
    if (peer.binding) {
      log.verbose(3, `SIP '${peer.name}' is no longer at ${formatEndpoint(binding.address)}`);
      return;
    }
    this.#status(peer, { cause: 'Expired' });
    if (this.#newcomers.delete(peer)) peers.remove(peer.name);
    else if (kept && peer.origin === 'realtime' && general.rtautoclear.enabled) this.passed(peer);
  }

  /** Contacts that lie beside the one of the record or row, and what that one lacks. */
  #restoreContacts(peer: Peer): void {
    const { clock, general } = this.#site;
    for (const { until, since, ...stored } of this.#contacts.read(peer.name)) {
      const brought = { ...stored, connection: lostConnection(stored.protocol, stored.address) };
      // A row is read again and again, and must not make it younger.
      const granted = peer.origin === 'realtime' ? until - Math.floor(clock.now() / 1000) : brought.granted;
      const known = peer.bindings.find(({ contact }) => contact === brought.contact);
      if (known) renew(known, { ...brought, granted: known.granted });
      else if (granted > 0) this.#set(peer, { ...brought, granted }, undefined, true).since = since;
      else if (!general.ignoreregexpire) this.#contacts.remove(peer.name, brought);
    }
    peer.follow();
    this.trim(peer);
  }

  /** Whether what it registers is kept in its row. */
  #inRow({ origin }: Peer): boolean {
    return origin === 'realtime' && this.#site.general.rtupdate;
  }

  /** A newcomer is not stored: no restart knows its name, and nobody would take the record away. */
  #store(peer: Peer, binding: Binding, hadPath: boolean): void {
    if (peer.origin === 'autocreate') return;
    if (binding.traits) this.#contacts.put(peer.name, binding);
    if (binding === peer.binding) this.#storeFirst(peer, binding, hadPath);
  }

  /** What the original stores: one contact. A connection does not outlive the process, nor does what is bound to it. */
  #storeFirst(peer: Peer, binding: Binding, hadPath: boolean): void {
    if (this.#inRow(peer)) this.#rows.put(peer, this.#site.general);
    else if (binding.traits?.flow) this.#records.remove(peer.name);
    else this.#records.put(peer, binding, hadPath);
  }

  #unstore(peer: Peer, binding: Binding, led: boolean): void {
    if (binding.traits) this.#contacts.remove(peer.name, binding);
    if (peer.binding) {
      if (led && peer.origin !== 'autocreate') this.#storeFirst(peer, peer.binding, true);
    } else if (this.#inRow(peer)) this.#rows.clear(peer);
    else this.#records.remove(peer.name);
  }

  /** What is stored under another key than it will have. */
  #unrecord(peer: Peer, binding: Binding, brought: NewBinding): void {
    if (binding.traits && !isSameRecord(binding, brought)) this.#contacts.remove(peer.name, binding);
  }

  #status(peer: Peer, what: { readonly cause: string } | { readonly address: string; readonly renewed?: true }): void {
    const status = 'cause' in what ? 'Unregistered' : 'Registered';
    this.#site.emit('peerStatus', { technology: 'SIP', peer: peer.name, status, ...what });
  }
}

/** A connection of another life of ours is gone: the device is there again when it has registered again. */
const lostConnection = (protocol: Protocol, address: Endpoint): Endpoint | undefined =>
  protocol === 'udp' ? undefined : address;

/** The way to it, where another node has it. */
const heldBy = (holder: Holder | undefined) => {
  if (holder?.route === undefined) return { path: NO_PATH, node: holder?.name };
  return { path: [holder.route], node: holder.name, protocol: 'udp' as const, connection: undefined };
};

/** What neither a record of the original's nor a row says. */
const unsaid = ({ primary: protocol }: Peer, address: Endpoint) => ({
  protocol,
  callId: '',
  cseq: 0,
  connection: lostConnection(protocol, address),
});
