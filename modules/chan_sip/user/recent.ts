/** What is remembered of devices that proved a password a moment ago, and of no use later: it goes in time. */
import type { Scheduler } from '#core';
import { NONCE_LIFE } from './nonces.js';
import type { Peer } from './peer.js';

export class Recent {
  readonly #sched: Scheduler;
  /** Of this while and of the one before: whoever is in neither has been silent for as long as a nonce lives. */
  #now = new Set<Peer>();
  #before = new Set<Peer>();

  constructor(sched: Scheduler) {
    this.#sched = sched;
  }

  add(peer: Peer): void {
    if (this.size === 0) this.#wait();
    this.#now.add(peer);
  }

  /** Devices of which something is remembered; one may count twice. */
  get size(): number {
    return this.#now.size + this.#before.size;
  }

  #wait(): void {
    this.#sched.after('what was answered', NONCE_LIFE, () => this.#forget());
  }

  #forget(): void {
    for (const peer of this.#before) {
      if (this.#now.has(peer)) continue;
      peer.spentNonces = undefined;
      peer.lastAnswer = undefined;
    }
    this.#before = this.#now;
    this.#now = new Set();
    if (this.size > 0) this.#wait();
  }
}
