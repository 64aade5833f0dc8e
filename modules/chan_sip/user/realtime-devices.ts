/** Devices made of rows: kept in memory among all others, or made anew whenever their row is read. */
import { isDeepStrictEqual } from 'node:util';
import type { Core, Job } from '#core';
import type { DeviceSection } from '../options/device.js';
import { Interner } from '../options/intern.js';
import { formatEndpoint } from '../transport/transport.js';
import type { Binding } from './binding.js';
import type { Bindings } from './bindings.js';
import type { FixedHosts } from './fixed-hosts.js';
import type { Nodes } from './nodes/nodes.js';
import { Peer } from './peer.js';
import { type Account, isFoundFor, type Purpose } from './realtime-account.js';
import { isSameStanding, type Standing, storedIn } from './realtime-columns.js';
import { Complaints } from './realtime-complaints.js';
import { RowMemory } from './realtime-memory.js';
import type { RegistrationRows } from './realtime-rows.js';
import type { Site } from './site.js';

/** Values that devices share, at most: rows of strangers to each other must not fill memory. */
const SHARED_VALUES = 10_000;

export interface RowDevicesParts {
  readonly bindings: Bindings;
  readonly rows: RegistrationRows;
  readonly hosts: FixedHosts;
  readonly nodes: Nodes;
}

export class RowDevices {
  readonly complaints: Complaints;
  readonly #site: Site;
  readonly #bindings: Bindings;
  readonly #rows: RegistrationRows;
  readonly #hosts: FixedHosts;
  readonly #nodes: Nodes;
  readonly #interner = new Interner(SHARED_VALUES);
  readonly #memory: RowMemory;
  /** Those that leave again unless they register. */
  readonly #passing = new Map<Peer, Job>();

  constructor(core: Core, site: Site, parts: RowDevicesParts) {
    this.#site = site;
    this.#bindings = parts.bindings;
    this.#rows = parts.rows;
    this.#hosts = parts.hosts;
    this.#nodes = parts.nodes;
    parts.bindings.passed = peer => this.drop(peer);
    this.complaints = new Complaints(core.log, core.clock);
    this.#memory = new RowMemory(core.clock);
  }

  /** The device of a row for whom it is there; undefined when it is not, or the row cannot be used. */
  device(account: Account, purpose: Purpose): Peer | undefined {
    const { general, peers } = this.#site;
    // Somebody else may have asked for it at the same time.
    const there = peers.get(account.name);
    if (there) return isFoundFor(there, purpose) ? there : undefined;
    const section = account.section(purpose, general.rtcachefriends, this.#environment);
    this.complaints.say(account.name, account.remarks);
    if (!section || !isFoundFor(section, purpose)) return undefined;
    return general.rtcachefriends ? this.#keep(account, section) : this.#make(account, section);
  }

  /** Its row was read again: it is what that says, and stays the same device. What nobody changed stays, too. */
  refresh(peer: Peer, account: Account | undefined): void {
    const { peers } = this.#site;
    const section = account?.section('register', true, this.#environment);
    if (account) this.complaints.say(account.name, account.remarks);
    if (!account || !section) {
      this.drop(peer);
      return;
    }
    const { own, type } = peer.section;
    // Who it is called by at its contact is part of its registration.
    const { defaultuser } = own;
    if (type !== section.type || !isDeepStrictEqual(own, { ...section.own, ...(defaultuser && { defaultuser }) })) {
      this.#leave(peer);
      peer.configure(section, peers.defaults, 'realtime');
      this.#bindings.trim(peer);
      this.#join(peer);
    }
    if (this.#isCurrent(peer, account)) return;
    this.#leave(peer);
    for (const binding of peer.bindings) peer.dismiss(binding);
    peer.follow();
    this.#restore(peer, account);
    this.#join(peer);
  }

  /** Whether the row says nothing new of its registration. */
  #isCurrent(peer: Peer, { standing, row }: Account): boolean {
    const before = this.#rows.standing(peer);
    if (!before || standing.regstamp < before.regstamp) return before !== undefined;
    const { binding } = peer;
    const ours = binding !== undefined && binding.node === undefined;
    if (isSameStanding(before, standing)) {
      this.#rows.mark(peer, standing);
      // A node that has come or gone leads elsewhere than it did; of one that nobody knew, the device was taken for ours.
      if (ours) return this.#nodes.holder(standing.regserver, peer.name) === undefined;
      return !binding || (this.#tells(peer, binding, row) && this.#leads(peer, binding, standing));
    }
    if (!ours || standing.regstamp > before.regstamp) return false;
    // Somebody took us for dead, and nothing has been registered since.
    if (!isSameStanding({ ...before, regserver: standing.regserver }, standing)) return false;
    this.#rows.claim(peer);
    return true;
  }

  #leads(peer: Peer, { node, path }: Binding, { regserver }: Standing): boolean {
    const holder = this.#nodes.holder(regserver, peer.name);
    return holder?.name === node && holder?.route === path[0];
  }

  /** What the node that has it says of how the device answers. */
  #tells(peer: Peer, binding: Binding, row: Account['row']): boolean {
    const { lastMs, useragent } = storedIn(row, peer);
    binding.lastMs = lastMs;
    peer.useragent = useragent;
    peer.assess();
    return true;
  }

  /** Nothing is done for it any more. */
  #leave(peer: Peer): void {
    this.#bindings.forget(peer);
    this.#hosts.left(peer);
  }

  #join(peer: Peer): void {
    this.#bindings.rejoin(peer);
    this.#site.peers.moved(peer);
    this.#hosts.joined(peer);
  }

  /** Takes a device out of memory. Its row stays as it is. */
  drop(peer: Peer): void {
    this.#bindings.forget(peer);
    this.#site.peers.remove(peer.name);
    this.#hosts.left(peer);
    this.#passing.get(peer)?.cancel();
    this.#passing.delete(peer);
  }

  /** After a reload took all of them. */
  reset(): void {
    for (const job of this.#passing.values()) job.cancel();
    this.#passing.clear();
  }

  /** How many are remembered though they are not kept. */
  get remembered(): number {
    return this.#memory.size;
  }

  get #environment() {
    const { general, peers } = this.#site;
    return { general, defaults: peers.defaults, interner: this.#interner };
  }

  #keep(account: Account, section: DeviceSection): Peer {
    const peer = this.#site.peers.create(section, 'realtime');
    this.#restore(peer, account);
    this.#hosts.joined(peer);
    const { enabled, seconds } = this.#site.general.rtautoclear;
    if (enabled && !peer.binding) this.#letPass(peer, seconds);
    return peer;
  }

  #make(account: Account, section: DeviceSection): Peer {
    const known = account.devices.get(section.type);
    if (known) return known;
    const { peers, general } = this.#site;
    const watched = Number(section.own.qualify ?? general.qualify) > 0;
    if (watched)
      this.complaints.say('qualify', ['qualify has no effect on devices of the database without rtcachefriends']);
    const own = watched ? { ...section.own, qualify: 0 } : section.own;
    const peer = new Peer({ ...section, own }, peers.defaults, 'realtime');
    account.devices.set(section.type, peer);
    this.#memory.remember(peer);
    this.#restore(peer, account);
    return peer;
  }

  /** Where the device is, as its row has it. */
  #restore(peer: Peer, account: Account): void {
    const { general, log } = this.#site;
    this.#rows.mark(peer, account.standing);
    if (!peer.dynamic) return;
    const { contact, address, regseconds, useragent, lastMs } = storedIn(account.row, peer);
    const left = regseconds - Math.floor(this.#nodes.now() / 1000);
    if (address && (left >= 0 || general.ignoreregexpire)) {
      peer.useragent = useragent;
      peer.lastMs = lastMs;
      const holder = this.#nodes.holder(account.standing.regserver, peer.name);
      this.#bindings.resume(peer, contact || `sip:${peer.name}@${formatEndpoint(address)}`, address, left, holder);
      log.debug(1, `'${peer.name}' is at ${formatEndpoint(address)} for ${left} seconds, says its row`);
      return;
    }
    peer.lastMs = peer.monitored ? -1 : 0;
    if (!general.rtupdate) this.#bindings.restore(peer);
    else if (!general.ignoreregexpire && !this.#nodes.holder(account.standing.regserver, peer.name))
      this.#rows.clear(peer);
  }

  #letPass(peer: Peer, seconds: number): void {
    const job = this.#site.sched.after('rtautoclear', seconds * 1000, () => {
      this.#passing.delete(peer);
      if (!peer.binding && this.#site.peers.get(peer.name) === peer) this.drop(peer);
    });
    this.#passing.set(peer, job);
  }
}
