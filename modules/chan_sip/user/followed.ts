/** Devices that something is done for again and again, as long as they are there: each begins in its turn. */
import type { Pacer, Turn } from './pacer.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

/** Where a follower waits: before its first turn, and before each that follows. */
export interface Pacers {
  readonly first: Pacer;
  readonly again: Pacer;
}

export interface Follower extends Turn {
  /** How many turns it takes in a millisecond, at most. */
  readonly often: number;
  close(): void;
}

export interface FollowedParts<T> {
  readonly site: Site;
  readonly pacers: Pacers;
  /** What its options say. */
  readonly wanted: (peer: Peer) => boolean;
  readonly make: (peer: Peer) => T;
}

export class Followed<T extends Follower> {
  readonly #parts: FollowedParts<T>;
  readonly #followers = new Map<Peer, T>();
  #often = 0;

  constructor(parts: FollowedParts<T>) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#followers.size;
  }

  /** How many turns all of them take in a millisecond, at most. */
  get often(): number {
    return this.#often;
  }

  /** After the devices changed. */
  configure(): void {
    for (const peer of [...this.#followers.keys()]) if (!this.#isWanted(peer)) this.lost(peer);
    this.#often = 0;
    for (const { often } of this.#followers.values()) this.#often += often;
    for (const peer of this.#parts.site.peers.values()) this.found(peer);
  }

  /** It may be there now: one that is new waits for its turn. */
  found(peer: Peer): void {
    const known = this.#followers.has(peer);
    const follower = this.of(peer);
    if (follower && !known) this.#parts.pacers.first.add(follower);
  }

  /** Its follower, made where there is none; undefined when there is to be none. */
  of(peer: Peer): T | undefined {
    if (!this.#isWanted(peer)) return undefined;
    const known = this.#followers.get(peer);
    if (known) return known;
    const made = this.#parts.make(peer);
    this.#followers.set(peer, made);
    this.#often += made.often;
    return made;
  }

  /** @returns whether it was followed */
  lost(peer: Peer): boolean {
    const follower = this.#followers.get(peer);
    if (!follower) return false;
    const { first, again } = this.#parts.pacers;
    this.#followers.delete(peer);
    this.#often -= follower.often;
    first.drop(follower);
    again.drop(follower);
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
