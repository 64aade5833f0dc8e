/** Devices of uncached rows, as long as a nonce lives: a row that is read again must not forget which nonces have served. */
import type { Clock } from '#core';
import { NONCE_LIFE } from './nonces.js';
import type { Peer } from './peer.js';

/** Devices kept at most, the oldest go first. */
const MOST = 50_000;

export class RowMemory {
  readonly #clock: Clock;
  /** In the order of their reading. */
  readonly #known = new Map<string, { readonly peer: Peer; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The row of this device was read: what the one before it did is known of it. */
  remember(peer: Peer): void {
    const before = this.#known.get(peer.name)?.peer;
    peer.spentNonces = before?.spentNonces;
    peer.lastAnswer = before?.lastAnswer;
    peer.natDetected = before?.natDetected ?? false;
    const now = this.#clock.elapsed();
    this.#known.delete(peer.name);
    this.#known.set(peer.name, { peer, at: now });
    for (const [name, { at }] of this.#known) {
      if (now - at <= NONCE_LIFE && this.#known.size <= MOST) break;
      this.#known.delete(name);
    }
  }
}
