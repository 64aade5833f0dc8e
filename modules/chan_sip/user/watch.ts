/** One device, or one contact of it, that is watched: when it is asked next, and what its answers change. */
import type { Job } from '#core';
import { formatEndpoint } from '../transport/transport.js';
import { type Binding, UNKNOWN, UNREACHABLE } from './binding.js';
import type { Bindings } from './bindings.js';
import type { Follower, Pacers } from './followed.js';
import type { Peer } from './peer.js';
import type { Outcome, Probe } from './probe.js';
import type { Probes } from './probes.js';
import type { RegistrationRows } from './realtime-rows.js';
import type { Site } from './site.js';

/** Milliseconds until a device that did not answer in time is asked again. */
const AGAIN = 10_000;
/** Waits are longer or shorter by up to this part of them, at random: devices that came together part. */
const JITTER = 0.1;

export interface WatchParts {
  readonly site: Site;
  readonly pacers: Pacers;
  readonly probes: Probes;
  readonly bindings: Bindings;
  readonly rows: RegistrationRows;
  /** 0 to 1. */
  readonly random: () => number;
}

type State = 'Unknown' | 'Reachable' | 'Lagged' | 'Unreachable';

function stateOf(lastMs: number, limit: number): State {
  if (lastMs === UNKNOWN) return 'Unknown';
  if (lastMs === UNREACHABLE) return 'Unreachable';
  return lastMs > limit ? 'Lagged' : 'Reachable';
}

export class Watch implements Follower {
  readonly #peer: Peer;
  readonly #binding: Binding | undefined;
  readonly #parts: WatchParts;
  #job: Job | undefined;
  #probe: Probe | undefined;

  constructor(peer: Peer, binding: Binding | undefined, parts: WatchParts) {
    this.#peer = peer;
    this.#binding = binding;
    this.#parts = parts;
  }

  get often(): number {
    return 1 / Math.min(AGAIN, this.#peer.get('qualifyfreq') * 1000);
  }

  /** Asks now, or as soon as there is room. What was asked before is forgotten. */
  run(): void {
    const { probes, pacers } = this.#parts;
    this.#rest();
    pacers.first.drop(this);
    if (probes.full) {
      pacers.again.add(this);
      return;
    }
    pacers.again.drop(this);
    let answered = false;
    const probe = probes.ask(this.#peer, this.#binding, outcome => {
      answered = true;
      this.#probe = undefined;
      this.#heard(outcome);
    });
    if (!answered) this.#probe = probe;
  }

  close(): void {
    this.#rest();
  }

  #rest(): void {
    this.#job?.cancel();
    if (this.#probe) this.#parts.probes.drop(this.#probe);
    this.#probe = undefined;
  }

  #heard(outcome: Outcome): void {
    const peer = this.#peer;
    const place = this.#binding ?? peer;
    const [here, before] = [place.lastMs, peer.lastMs];
    place.lastMs = outcome ?? UNREACHABLE;
    peer.assess();
    const limit = peer.qualifyMs;
    const state = stateOf(place.lastMs, limit);
    this.#sleep(state === 'Reachable' ? peer.get('qualifyfreq') * 1000 : AGAIN);
    if (peer.others && state !== stateOf(here, limit)) this.#tell(place.lastMs);
    const common = stateOf(peer.lastMs, limit);
    if (common !== 'Unknown' && common !== stateOf(before, limit)) this.#changed(common, before);
  }

  /** Of one contact among several; what it means to the device is told apart. */
  #tell(lastMs: number): void {
    const { address } = this.#binding!;
    const [{ name }, status] = [this.#peer, this.#peer.statusOf(lastMs)];
    this.#parts.site.log.notice(`Contact of peer '${name}' at ${formatEndpoint(address)} is now ${status}`);
  }

  #sleep(ms: number): void {
    const { site, pacers, random } = this.#parts;
    const wait = Math.ceil(ms * (1 + JITTER * (2 * random() - 1)));
    this.#job = site.sched.after('qualify', wait, () => pacers.again.add(this));
  }

  /** `before` is what the answer before took. */
  #changed(state: Exclude<State, 'Unknown'>, before: number): void {
    const peer = this.#peer;
    const { site, bindings, rows } = this.#parts;
    const gone = state === 'Unreachable';
    site.log.notice(
      gone
        ? `Peer '${peer.name}' is now UNREACHABLE!  Last qualify: ${before}`
        : `Peer '${peer.name}' is now ${state}. (${peer.lastMs}ms / ${peer.qualifyMs}ms)`,
    );
    const fact = { technology: 'SIP', peer: peer.name, status: state } as const;
    site.emit('peerStatus', gone ? { ...fact, time: UNREACHABLE } : fact);
    if (state !== 'Lagged') bindings.reached(peer, !gone);
    if (peer.origin === 'realtime' && site.general.rtupdate) rows.measured(peer);
  }
}
