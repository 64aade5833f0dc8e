/** One OPTIONS on its way to a device: how long the answer took, or that there was none. */
import { isIP } from 'node:net';
import type { Job } from '#core';
import type { Message } from '../message/message.js';
import { standardPort } from '../options/values/transport.js';
import type { ClientUser } from '../transaction/layer.js';
import type { Timers } from '../transaction/timers.js';
import type { Hop } from '../transport/resolver/hop.js';
import type { Endpoint, Flow } from '../transport/transport.js';
import { type Binding, isUsable } from './binding.js';
import { type Sending, sendFitting } from './fitting.js';
import { namedHop, nameOf, nextHop } from './next-hop.js';
import { optionsTo } from './options-request.js';
import { LATE } from './pacer.js';
import type { Peer } from './peer.js';
import { timersFor } from './round-trip.js';
import type { Site } from './site.js';
import { howTo, type NextHop } from './way.js';

/** Longer than any patience: it is the deadline that ends the transaction. */
const NEVER = 86_400_000;

/** Milliseconds that the answer took; undefined: there was none. */
export type Outcome = number | undefined;

export interface ProbeParts {
  readonly site: Site;
  readonly peer: Peer;
  /** Which of its contacts; undefined: it does not register. */
  readonly binding: Binding | undefined;
  /** Milliseconds after which no answer is expected any more. */
  readonly patience: number;
  /** Told once, unless the probe is closed before. */
  readonly done: (outcome: Outcome) => void;
}

export class Probe implements ClientUser {
  readonly #parts: ProbeParts;
  #deadline: Job | undefined;
  #sending: Sending | undefined;
  /** Of the places that a name leads to, the one that is asked. */
  #place: Hop | undefined;
  #sentAt = 0;
  #over = false;

  constructor(parts: ProbeParts) {
    this.#parts = parts;
  }

  start(): void {
    const { site, peer, binding } = this.#parts;
    // A connection that it came over is the only way to it (RFC 5626 §5.3).
    const kept = binding?.traits?.flow;
    const hop = kept ? undefined : nextHop(site, peer, binding);
    if (kept) this.#sendOver(isUsable(binding) ? kept : undefined);
    else if (!hop) this.#end(undefined);
    else {
      const named = binding ? undefined : namedHop(peer);
      if (!named && isIP(hop.host) !== 0) this.#sendTo(hop);
      else site.spawn(`look-up of the path to '${peer.name}'`, this.#resolve(named ?? hop, hop));
    }
  }

  /** Any answer is a sign of life, but one that a proxy on the way gives. */
  response({ status }: Message): void {
    if (status === 100) return;
    this.#end(Math.max(1, Math.round(this.#parts.site.clock.elapsed() - this.#sentAt)));
  }

  failed(): void {
    this.#end(undefined);
  }

  close(): void {
    this.#over = true;
    this.#deadline?.cancel();
    this.#sending?.close();
  }

  #sendTo(hop: NextHop): void {
    this.#send(hop, { address: hop.host, port: hop.port ?? standardPort(hop.protocol) });
  }

  /** `before`: where it was found to be, which serves where nothing is found now. */
  async #resolve(hop: NextHop, before: NextHop): Promise<void> {
    const { general, names, outgoing } = this.#parts.site;
    const { protocol: transport, host, port } = hop;
    const hops = await names.locator.locate({ scheme: 'sip', host, port, transport }, howTo(general, [transport]));
    if (this.#over) return;
    const [first] = outgoing.inOrder(hops);
    this.#place = first;
    if (first) this.#send(hop, first.remote);
    else if (isIP(before.host) !== 0) this.#sendTo(before);
    else this.#end(undefined);
  }

  #send({ protocol, host }: NextHop, remote: Endpoint): void {
    const { site, peer, binding } = this.#parts;
    const flow = site.outward(protocol, remote, nameOf(peer, host));
    const make = (over: Flow) => optionsTo(site, peer, binding, over);
    this.#begin(timers => flow && sendFitting(site, flow, peer.get('transport'), make, this, timers));
  }

  #sendOver(flow: Flow | undefined): void {
    const { site, peer, binding } = this.#parts;
    this.#begin(timers => flow && site.transactions.send(optionsTo(site, peer, binding, flow), flow, this, timers));
  }

  #begin(send: (timers: Timers) => Sending | undefined): void {
    const { site, peer, binding, patience } = this.#parts;
    this.#sentAt = site.clock.elapsed();
    this.#wait(patience);
    const sending = send({ ...timersFor(site, peer, binding), timerF: NEVER });
    if (!sending) this.#end(undefined);
    else if (this.#over) sending.close();
    else this.#sending = sending;
  }

  #wait(ms: number, last = false): void {
    const { sched, clock } = this.#parts.site;
    const due = clock.elapsed() + ms;
    this.#deadline = sched.after('qualify_noanswer', ms, () => {
      // An answer that came while the event loop lagged is read only after the jobs that are due.
      if (!last && clock.elapsed() - due > LATE) this.#wait(LATE, true);
      else this.#end(undefined);
    });
  }

  #end(outcome: Outcome): void {
    if (this.#over) return;
    this.close();
    this.#judge(outcome);
    this.#parts.done(outcome);
  }

  /** Who is silent is tried last: the next question goes to another place (RFC 3263 §4.3). */
  #judge(outcome: Outcome): void {
    const { outgoing } = this.#parts.site;
    if (!this.#place) return;
    if (outcome === undefined) outgoing.avoid(this.#place);
    else outgoing.reached(this.#place);
  }
}
