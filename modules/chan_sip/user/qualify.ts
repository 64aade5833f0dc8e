/** qualify and keepalive: which devices are asked whether they are there, and which are sent empty packets. */
import { type Binding, UNKNOWN } from './binding.js';
import type { Bindings } from './bindings.js';
import { Followed } from './followed.js';
import { Heartbeat, keepaliveSeconds } from './keepalive.js';
import { Pacer } from './pacer.js';
import type { Peer } from './peer.js';
import { Probes } from './probes.js';
import type { RegistrationRows } from './realtime-rows.js';
import type { Resolver } from './resolver.js';
import type { Site } from './site.js';
import { Watch } from './watch.js';

export interface QualifyParts {
  readonly resolver: Resolver;
  readonly bindings: Bindings;
  readonly rows: RegistrationRows;
  /** 0 to 1. */
  readonly random: () => number;
}

export class Qualify {
  readonly #probes: Probes;
  readonly #watches: Followed<Watch>;
  readonly #heartbeats: Followed<Heartbeat>;

  constructor(site: Site, { resolver, bindings, rows, random }: QualifyParts) {
    const probes = new Probes(site, resolver);
    const pacer = new Pacer(site, random);
    this.#probes = probes;
    this.#watches = new Followed({
      site,
      pacer,
      wanted: peer => peer.monitored,
      make: (peer, binding) => new Watch(peer, binding, { site, pacer, probes, bindings, rows, random }),
    });
    this.#heartbeats = new Followed({
      site,
      pacer,
      wanted: peer => keepaliveSeconds(peer) > 0,
      make: (peer, binding) => new Heartbeat(peer, binding, { site, pacer, random }),
    });
  }

  /** After the devices changed. */
  configure(): void {
    this.#watches.configure();
    this.#heartbeats.configure();
  }

  /** A device may be there now. */
  found(peer: Peer): void {
    this.#watches.found(peer);
    this.#heartbeats.found(peer);
  }

  /** A device has just said where it is: it is asked at once. */
  registered(peer: Peer, binding: Binding): void {
    this.#watches.of(peer, binding)?.run();
    this.#heartbeats.found(peer, binding);
  }

  lost(peer: Peer, binding: Binding | undefined): void {
    if (this.#watches.lost(peer, binding)) peer.lastMs = UNKNOWN;
    this.#heartbeats.lost(peer, binding);
  }

  /** Asks now, because the operator wants it. What a device answers that is not watched changes nothing. */
  ask(peer: Peer): void {
    for (const binding of peer.binding ? peer.bindings : [undefined]) {
      const watch = this.#watches.of(peer, binding);
      if (watch) watch.run();
      else if (peer.address && !this.#probes.full) this.#probes.ask(peer, binding, () => undefined);
    }
  }

  close(): void {
    this.#watches.close();
    this.#heartbeats.close();
    this.#probes.close();
  }
}
