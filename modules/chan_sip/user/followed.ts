/** Devices that something is done for again and again, as long as they are there: each begins in its turn. */
import type { Pacer, Turn } from './pacer.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

export interface Follower extends Turn {
  close(): void;
}

export interface FollowedParts<T> {
  readonly site: Site;
  readonly pacer: Pacer;
  /** What its options say. */
  readonly wanted: (peer: Peer) => boolean;
  readonly make: (peer: Peer) => T;
}

export class Followed<T extends Follower> {
  readonly #parts: FollowedParts<T>;
  readonly #followers = new Map<Peer, T>();

  constructor(parts: FollowedParts<T>) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#followers.size;
  }

  /** After the devices changed. */
  configure(): void {
    for (const peer of [...this.#followers.keys()]) if (!this.#isWanted(peer)) this.lost(peer);
    for (const peer of this.#parts.site.peers.values()) this.found(peer);
  }

  /** It may be there now: one that is new waits for its turn. */
  found(peer: Peer): void {
    const known = this.#followers.has(peer);
    const follower = this.of(peer);
    if (follower && !known) this.#parts.pacer.add(follower);
  }

  /** Its follower, made where there is none; undefined when there is to be none. */
  of(peer: Peer): T | undefined {
    if (!this.#isWanted(peer)) return undefined;
    const known = this.#followers.get(peer);
    if (known) return known;
    const made = this.#parts.make(peer);
    this.#followers.set(peer, made);
    return made;
  }

  /** @returns whether it was followed */
  lost(peer: Peer): boolean {
    const follower = this.#followers.get(peer);
    if (!follower) return false;
    this.#followers.delete(peer);
    this.#parts.pacer.drop(follower);
    follower.close();
    return true;
  }

  close(): void {
    for (const peer of [...this.#followers.keys()]) this.lost(peer);
  }

  /** A device that is in the database alone is made anew for each request: there is nothing to follow. */
  #isWanted(peer: Peer): boolean {
    const { site, wanted } = this.#parts;
    const there = peer.type !== 'user' && peer.address !== undefined && site.peers.get(peer.name) === peer;
    return there && wanted(peer);
  }
}
