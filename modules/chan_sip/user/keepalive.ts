/** keepalive: an empty packet to a device every now and then, so that a NAT on the way stays open. */
import type { Job } from '#core';
import type { Binding } from './binding.js';
import { flowTo } from './flow-to.js';
import type { Follower, Pacers } from './followed.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

const EMPTY = '\r\n';
/** Waits are shorter by up to this part of them, at random: devices that came together part, and no NAT closes before. */
const JITTER = 0.1;

export interface HeartbeatParts {
  readonly site: Site;
  readonly pacers: Pacers;
  /** 0 to 1. */
  readonly random: () => number;
}

export const keepaliveSeconds = (peer: Peer): number => Number(peer.get('keepalive'));

export class Heartbeat implements Follower {
  readonly #peer: Peer;
  readonly #binding: Binding | undefined;
  readonly #parts: HeartbeatParts;
  #job: Job | undefined;

  constructor(peer: Peer, binding: Binding | undefined, parts: HeartbeatParts) {
    this.#peer = peer;
    this.#binding = binding;
    this.#parts = parts;
  }

  get often(): number {
    return 1 / (keepaliveSeconds(this.#peer) * 1000);
  }

  run(): void {
    const { site, pacers, random } = this.#parts;
    flowTo(site, this.#peer, this.#binding)?.send(EMPTY);
    this.#job?.cancel();
    const wait = Math.ceil(keepaliveSeconds(this.#peer) * 1000 * (1 - JITTER * random()));
    this.#job = site.sched.after('keepalive', wait, () => pacers.again.add(this));
  }

  close(): void {
    this.#job?.cancel();
  }
}
