/** The questions that are under way: so many at a time, and none of them outlives the module. */
import { QUALIFY_MS } from '../options/values/qualify.js';
import type { Binding } from './binding.js';
import type { Peer } from './peer.js';
import { type Outcome, Probe } from './probe.js';
import type { Site } from './site.js';

/** Without an answer at a time. */
const LIMIT = 1000;

export class Probes {
  readonly #site: Site;
  readonly #pending = new Set<Probe>();

  constructor(site: Site) {
    this.#site = site;
  }

  get full(): boolean {
    return this.#pending.size >= LIMIT;
  }

  /** Asks a device, at one of its contacts if it has some. What came of it is told once, maybe before this returns, unless the probe is dropped. */
  ask(peer: Peer, binding: Binding | undefined, done: (outcome: Outcome) => void): Probe {
    const probe: Probe = new Probe({
      site: this.#site,
      peer,
      binding,
      patience: 2 * (peer.qualifyMs || QUALIFY_MS),
      done: outcome => {
        this.#pending.delete(probe);
        done(outcome);
      },
    });
    this.#pending.add(probe);
    probe.start();
    return probe;
  }

  drop(probe: Probe): void {
    this.#pending.delete(probe);
    probe.close();
  }

  close(): void {
    for (const probe of [...this.#pending]) this.drop(probe);
  }
}
