/** Devices that do not register: their host names become addresses, and their addresses may be kept from others. */
import type { Job, Sliced } from '#core';
import type { Located } from '../transport/resolver/hop.js';
import { type Endpoint, formatEndpoint } from '../transport/transport.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';
import { howTo } from './way.js';

/** Names that are looked up at a time after a start or a reload. */
const AT_A_TIME = 16;
/** A name is not asked for again sooner, however short its TTL. */
const SOONEST = 30_000;
/** The longest wait between tries while a name is not found. */
const LONGEST = 900_000;
/** Waits are longer by up to this part of them, at random: names that were looked up together part. */
const JITTER = 0.2;

/** What is known of a name. */
interface Watched {
  /** Tries in a row that found nothing. */
  failures: number;
  /** All places that it named last. */
  places: string;
  job: Job | undefined;
}

export class FixedHosts {
  readonly #site: Site;
  readonly #random: () => number;
  /** Rises with each configuration, so that a look-up for an older one ends there. */
  #round = 0;
  #watched = new Map<Peer, Watched>();
  #reserved = new Set<string>();
  /** Told of each device whose address is known now. */
  located: (peer: Peer) => void = () => undefined;

  /** `random` gives 0 to 1. */
  constructor(site: Site, random: () => number) {
    this.#site = site;
    this.#random = random;
  }

  /** After the devices changed. Names are looked up in the background, addresses are there at once. */
  *configure(): Sliced<void> {
    this.close();
    const named: Peer[] = [];
    for (const peer of this.#site.peers.values()) {
      yield;
      if (peer.hostname !== undefined) named.push(peer);
    }
    this.#index();
    if (named.length > 0) this.#site.spawn('look-up of hosts in sip.conf', this.#lookAll(named, this.#round));
  }

  /** A device came by itself, after all others. */
  joined(peer: Peer): void {
    this.#reserve(peer);
    if (peer.hostname === undefined) this.located(peer);
    else this.#spawn(peer);
  }

  /** A device went by itself. */
  left(peer: Peer): void {
    this.#watched.get(peer)?.job?.cancel();
    this.#watched.delete(peer);
    if (!peer.dynamic) this.#index();
  }

  close(): void {
    this.#round += 1;
    for (const { job } of this.#watched.values()) job?.cancel();
    this.#watched = new Map();
  }

  #spawn(peer: Peer): void {
    this.#site.spawn(`look-up of the host of '${peer.name}'`, this.#look(peer, this.#round));
  }

  async #lookAll(peers: readonly Peer[], round: number): Promise<void> {
    for (let at = 0; at < peers.length && round === this.#round; at += AT_A_TIME) {
      await Promise.all(peers.slice(at, at + AT_A_TIME).map(peer => this.#look(peer, round)));
    }
  }

  async #look(peer: Peer, round: number): Promise<void> {
    const { general, names, peers } = this.#site;
    const { hostname: host, primary: transport } = peer;
    if (host === undefined) return;
    const port = peer.get('port') || peer.get('host').port;
    const target = { scheme: 'sip', host, port, transport } as const;
    const found = await names.locator.look(target, howTo(general, peer.get('transport')));
    if (round !== this.#round || peers.get(peer.name) !== peer) return;
    const watched = this.#watched.get(peer) ?? { failures: 0, places: '', job: undefined };
    this.#watched.set(peer, watched);
    if (found.hops.length === 0) this.#missing(peer, host, watched);
    else this.#found(peer, watched, found);
  }

  #missing(peer: Peer, host: string, watched: Watched): void {
    const left = peer.address ? 'its last address is kept' : 'it cannot be reached or recognised until it is found';
    const text = `the host '${host}' of '${peer.name}' cannot be looked up: ${left}`;
    if (watched.failures === 0) this.#site.log.warning(text);
    else this.#site.log.debug(1, text);
    this.#again(peer, watched, Math.min(SOONEST * 2 ** watched.failures, LONGEST));
    watched.failures += 1;
  }

  #found(peer: Peer, watched: Watched, { hops, ttl }: Located): void {
    const places = hops
      .map(({ remote }) => formatEndpoint(remote))
      .sort()
      .join();
    // Several places of one rank come in another order each time: the device stays where it is while that is one of them.
    const same = places === watched.places || watched.places === '';
    const stays = same && peer.address && places.split(',').includes(formatEndpoint(peer.address));
    if (watched.failures > 0) this.#site.log.notice(`the host of '${peer.name}' is found now`);
    watched.failures = 0;
    watched.places = places;
    if (!stays) this.#move(peer, hops[0]!.remote);
    this.#again(peer, watched, Math.max(SOONEST, ttl));
  }

  #move(peer: Peer, address: Endpoint): void {
    const before = peer.address;
    if (before?.address === address.address && before.port === address.port) return;
    peer.address = address;
    this.#site.peers.moved(peer);
    if (before) this.#index();
    else this.#reserve(peer);
    this.located(peer);
  }

  #again(peer: Peer, watched: Watched, ms: number): void {
    watched.job?.cancel();
    const wait = ms * (1 + JITTER * this.#random());
    watched.job = this.#site.sched.after('look-up of a host', wait, () => this.#spawn(peer));
  }

  /** What is asked for each request, made once. */
  #index(): void {
    this.#reserved = new Set();
    this.#site.reserved = this.#reserved;
    if (!this.#site.general.dynamic_exclude_static) return;
    for (const peer of this.#site.peers.values()) this.#reserve(peer);
  }

  #reserve(peer: Peer): void {
    if (this.#site.general.dynamic_exclude_static && !peer.dynamic && peer.address) {
      this.#reserved.add(peer.address.address);
    }
  }
}
