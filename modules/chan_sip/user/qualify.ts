/** qualify and keepalive: which devices are asked whether they are there, and which are sent empty packets. */
import type { Sliced } from '#core';
import { type Binding, UNKNOWN } from './binding.js';
import type { Bindings } from './bindings.js';
import { Followed } from './followed.js';
import { Heartbeat, keepaliveSeconds } from './keepalive.js';
import { type Pace, Pacer } from './pacer.js';
import type { Peer } from './peer.js';
import { Probes } from './probes.js';
import type { RegistrationRows } from './realtime-rows.js';
import type { Site } from './site.js';
import { Watch } from './watch.js';

/** Milliseconds between groups of devices that are asked again. */
const BEAT = 20;
/** How many times as fast as all of them need it they may be asked again: those that fall due at once are soon through. */
const HEADROOM = 2;

export interface QualifyParts {
  readonly bindings: Bindings;
  readonly rows: RegistrationRows;
  /** 0 to 1. */
  readonly random: () => number;
}

export class Qualify {
  readonly #probes: Probes;
  readonly #watches: Followed<Watch>;
  readonly #heartbeats: Followed<Heartbeat>;

  constructor(site: Site, { bindings, rows, random }: QualifyParts) {
    const probes = new Probes(site);
    const pacers = {
      first: new Pacer(site, random, () => ({ group: site.general.qualifypeers, gap: site.general.qualifygap })),
      again: new Pacer(site, random, () => this.#paceAgain(), 'qualify_again'),
    };
    this.#probes = probes;
    this.#watches = new Followed({
      site,
      pacers,
      wanted: peer => peer.monitored,
      make: (peer, binding) => new Watch(peer, binding, { site, pacers, probes, bindings, rows, random }),
    });
    this.#heartbeats = new Followed({
      site,
      pacers,
      wanted: peer => keepaliveSeconds(peer) > 0,
      make: (peer, binding) => new Heartbeat(peer, binding, { site, pacers, random }),
    });
  }

  /** After the devices changed. */
  *configure(): Sliced<void> {
    yield* this.#watches.configure();
    yield* this.#heartbeats.configure();
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

  #paceAgain(): Pace {
    const needed = this.#watches.often + this.#heartbeats.often;
    return { group: Math.max(1, Math.round(HEADROOM * needed * BEAT)), gap: BEAT };
  }

  close(): void {
    this.#watches.close();
    this.#heartbeats.close();
    this.#probes.close();
  }
}
