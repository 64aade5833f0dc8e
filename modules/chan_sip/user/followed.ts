/** Devices that something is done for again and again, as long as they are there: each begins in its turn. */
import type { Sliced } from '#core';
import type { Binding } from './binding.js';
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
  readonly make: (peer: Peer, binding: Binding | undefined) => T;
}

export class Followed<T extends Follower> {
  readonly #parts: FollowedParts<T>;
  /** Of each contact; of a device that does not register, by itself. */
  readonly #followers = new Map<Binding | Peer, { readonly peer: Peer; readonly follower: T }>();
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
  *configure(): Sliced<void> {
    for (const [key, { peer }] of [...this.#followers]) {
      yield;
      if (!this.#isWanted(peer, key === peer ? undefined : (key as Binding))) this.#drop(key);
    }
    this.#often = 0;
    for (const { follower } of this.#followers.values()) this.#often += follower.often;
    for (const peer of this.#parts.site.peers.values()) {
      yield;
      for (const other of peer.others ?? []) this.found(peer, other);
      this.found(peer);
    }
  }

  /** It may be there now: one that is new waits for its turn. */
  found(peer: Peer, binding = peer.binding): void {
    const known = this.#followers.has(binding ?? peer);
    const follower = this.of(peer, binding);
    if (follower && !known) this.#parts.pacers.first.add(follower);
  }

  /** Its follower, made where there is none; undefined when there is to be none. */
  of(peer: Peer, binding: Binding | undefined): T | undefined {
    if (!this.#isWanted(peer, binding)) return undefined;
    const key = binding ?? peer;
    const known = this.#followers.get(key);
    if (known) return known.follower;
    const made = this.#parts.make(peer, binding);
    this.#followers.set(key, { peer, follower: made });
    this.#often += made.often;
    return made;
  }

  /** @returns whether it was followed */
  lost(peer: Peer, binding: Binding | undefined): boolean {
    return this.#drop(binding ?? peer);
  }

  close(): void {
    for (const key of [...this.#followers.keys()]) this.#drop(key);
  }

  #drop(key: Binding | Peer): boolean {
    const followed = this.#followers.get(key);
    if (!followed) return false;
    this.#followers.delete(key);
    const { follower } = followed;
    const { first, again } = this.#parts.pacers;
    this.#often -= follower.often;
    first.drop(follower);
    again.drop(follower);
    follower.close();
    return true;
  }

  /** A device that is in the database alone is made anew for each request: there is nothing to follow. */
  #isWanted(peer: Peer, binding: Binding | undefined): boolean {
    const { site, wanted } = this.#parts;
    // Another node does it.
    if (binding?.node !== undefined) return false;
    const there = peer.type !== 'user' && peer.address !== undefined && site.peers.get(peer.name) === peer;
    return there && wanted(peer);
  }
}
