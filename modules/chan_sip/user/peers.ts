/** The devices: by name, by address, and over a reload. */
import { LargeMap, type Sliced } from '#core';
import { type Device, type DeviceSection, deviceDefaults } from '../options/device.js';
import type { General } from '../options/general.js';
import type { Flow } from '../transport/transport.js';
import { Addresses, type Origin } from './addresses.js';
import type { Binding } from './binding.js';
import { Peer } from './peer.js';

/** What a reload did. */
export interface Applied {
  readonly added: readonly Peer[];
  /** Gone, with whatever they had registered. */
  readonly removed: readonly Peer[];
  readonly kept: readonly Peer[];
  /** Those of the kept that no longer register, with what they had registered. */
  readonly unbound: ReadonlyMap<Peer, readonly Binding[]>;
}

export class Peers {
  #defaults: Device;
  readonly #byName = new LargeMap<Peer>();
  readonly #addresses = new Addresses();

  constructor(general: General) {
    this.#defaults = deviceDefaults(general);
  }

  get size(): number {
    return this.#byName.size;
  }

  /** What all devices share. */
  get defaults(): Device {
    return this.#defaults;
  }

  /** By its exact name, of whatever type. */
  get(name: string): Peer | undefined {
    return this.#byName.get(name);
  }

  /** The device of type peer or friend that a request comes from, by its address; of several, the one that came first. */
  from(origin: Origin): Peer | undefined {
    return this.#addresses.find(origin);
  }

  /** Who is reached at that very place. */
  at({ protocol, remote }: Pick<Flow, 'protocol' | 'remote'>): Peer | undefined {
    return this.#addresses.at(protocol, remote);
  }

  /** Whether a request can be known as its by the address. */
  isPlaced(peer: Peer): boolean {
    return peer.keys !== undefined;
  }

  values(): Iterable<Peer> {
    return this.#byName.values();
  }

  /** Makes a device that no file names. */
  create(section: DeviceSection, origin: 'autocreate' | 'realtime'): Peer {
    const peer = new Peer(section, this.#defaults, origin);
    this.add(peer);
    return peer;
  }

  /** @throws when the name is taken */
  add(peer: Peer): void {
    if (this.#byName.has(peer.name)) throw new Error(`peer '${peer.name}' is there already`);
    this.#byName.set(peer.name, peer);
    this.moved(peer);
  }

  remove(name: string): Peer | undefined {
    const peer = this.#byName.get(name);
    if (!peer) return undefined;
    this.#byName.delete(name);
    this.#addresses.remove(peer);
    return peer;
  }

  /** Call after a change of `peer.address`, or of the addresses of its other contacts. */
  moved(peer: Peer): void {
    this.#addresses.place(peer);
  }

  /**
   * Takes the devices of a file that was read: what devices told us stays, those that are gone go. Each of them is as it
   * was or as it is to be, whatever comes between two of them.
   */
  *apply(sections: readonly DeviceSection[], general: General): Sliced<Applied> {
    this.#defaults = deviceDefaults(general);
    const next = new LargeMap<DeviceSection>();
    for (const section of sections) {
      yield;
      next.set(section.name, section);
    }
    const added: Peer[] = [];
    const kept: Peer[] = [];
    const unbound = new Map<Peer, readonly Binding[]>();
    const removed: Peer[] = [];
    const take = (peer: Peer, section: DeviceSection, origin: Peer['origin']): void => {
      const lost = peer.configure(section, this.#defaults, origin);
      if (lost.length > 0) unbound.set(peer, lost);
      this.moved(peer);
      kept.push(peer);
    };
    for (const peer of this.#byName.values()) {
      yield;
      const section = next.get(peer.name);
      const survivor = section ?? this.#survivor(peer, general);
      if (survivor) take(peer, survivor, section ? 'static' : peer.origin);
      else removed.push(peer);
    }
    const gone: Peer[] = [];
    for (const peer of removed) {
      yield;
      if (this.#byName.get(peer.name) !== peer) continue; // it went by itself meanwhile
      this.remove(peer.name);
      gone.push(peer);
    }
    for (const section of sections) {
      yield;
      const there = this.#byName.get(section.name);
      // Somebody may have come under the name meanwhile.
      if (there && there.section.place !== section.place) take(there, section, 'static');
      if (there) continue;
      const peer = new Peer(section, this.#defaults);
      this.add(peer);
      added.push(peer);
    }
    return { added, removed: gone, kept, unbound };
  }

  /** Of devices of no file those stay that anybody may make for good; those of the database are read from there again. */
  #survivor(peer: Peer, general: General): DeviceSection | undefined {
    return peer.origin === 'autocreate' && general.autocreatepeer === 'persist' ? peer.section : undefined;
  }
}
