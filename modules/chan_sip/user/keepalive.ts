/** keepalive: an empty packet to a device every now and then, so that a NAT on the way stays open. */
import type { Job } from '#core';
import type { Follower } from './followed.js';
import { nameOf } from './options-request.js';
import { LATE, type Pacer } from './pacer.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

const EMPTY = '\r\n';
/** Waits are shorter by up to this part of them, at random: devices that came together part, and no NAT closes before. */
const JITTER = 0.1;

export interface HeartbeatParts {
  readonly site: Site;
  readonly pacer: Pacer;
  /** 0 to 1. */
  readonly random: () => number;
}

export const keepaliveSeconds = (peer: Peer): number => Number(peer.get('keepalive'));

export class Heartbeat implements Follower {
  readonly #peer: Peer;
  readonly #parts: HeartbeatParts;
  #job: Job | undefined;

  constructor(peer: Peer, parts: HeartbeatParts) {
    this.#peer = peer;
    this.#parts = parts;
  }

  run(): void {
    const { site, pacer, random } = this.#parts;
    const { address, protocol } = this.#peer;
    if (address) site.outward(protocol, address, nameOf(this.#peer))?.send(EMPTY);
    this.#job?.cancel();
    const wait = Math.ceil(keepaliveSeconds(this.#peer) * 1000 * (1 - JITTER * random()));
    const due = site.clock.elapsed() + wait;
    this.#job = site.sched.after('keepalive', wait, () => {
      if (site.clock.elapsed() - due > LATE) pacer.add(this);
      else this.run();
    });
  }

  close(): void {
    this.#job?.cancel();
  }
}
