/** Devices that do not register: their host names become addresses, and their addresses may be kept from others. */
import type { Endpoint } from '../transport/transport.js';
import type { Peer } from './peer.js';
import type { Resolver } from './resolver.js';
import type { Site } from './site.js';

/** Names that are looked up at a time: as many as the system is asked for, so that none waits for its turn in vain. */
const AT_A_TIME = 2;

export class FixedHosts {
  readonly #site: Site;
  readonly #resolver: Resolver;
  /** Rises with each configuration, so that a look-up for an older one ends there. */
  #round = 0;
  #reserved = new Set<string>();
  /** Told of each device whose address is known now. */
  located: (peer: Peer) => void = () => undefined;

  constructor(site: Site, resolver: Resolver) {
    this.#site = site;
    this.#resolver = resolver;
  }

  /** After the devices changed. Names are looked up in the background, addresses are there at once. */
  configure(): void {
    this.#round += 1;
    const named: Peer[] = [];
    for (const peer of this.#site.peers.values()) if (peer.hostname !== undefined) named.push(peer);
    this.#index();
    if (named.length > 0) this.#site.spawn('look-up of hosts in sip.conf', this.#resolve(named, this.#round));
  }

  /** A device came by itself, after all others. */
  joined(peer: Peer): void {
    this.#take(peer);
    if (peer.hostname === undefined) {
      this.located(peer);
      return;
    }
    this.#site.spawn(`look-up of the host of '${peer.name}'`, this.#resolve([peer], this.#round));
  }

  /** A device went by itself. */
  left(peer: Peer): void {
    if (!peer.dynamic) this.#index();
  }

  close(): void {
    this.#round += 1;
  }

  async #resolve(peers: readonly Peer[], round: number): Promise<void> {
    for (let at = 0; at < peers.length && round === this.#round; at += AT_A_TIME) {
      await Promise.all(peers.slice(at, at + AT_A_TIME).map(peer => this.#locate(peer, round)));
    }
    if (round === this.#round) this.#index();
  }

  async #locate(peer: Peer, round: number): Promise<void> {
    const { log, peers } = this.#site;
    const { hostname, port } = peer;
    if (hostname === undefined) return;
    const address = await this.#resolver.resolve(hostname, 4);
    if (round !== this.#round || peers.get(peer.name) !== peer) return;
    if (address === undefined) {
      const left = peer.address ? 'its last address is kept' : 'it cannot be reached or recognised until a reload';
      log.warning(`the host '${hostname}' of '${peer.name}' cannot be looked up: ${left}`);
      return;
    }
    const found: Endpoint = { address, port };
    peer.address = found;
    peers.moved(peer);
    this.located(peer);
  }

  /** What is asked for each request, made once. */
  #index(): void {
    this.#reserved = new Set();
    for (const peer of this.#site.peers.values()) this.#take(peer);
    this.#site.reserved = this.#reserved;
  }

  #take(peer: Peer): void {
    if (this.#site.general.dynamic_exclude_static && !peer.dynamic && peer.address) {
      this.#reserved.add(peer.address.address);
    }
  }
}
