/** Overload: while there is too much to do, who can be spared is asked to come again later, strangers first. */
import type { Job } from '#core';
import type { Message } from '../message/message.js';
import { heldBack, Ration } from '../transport/ration.js';
import type { Flow } from '../transport/transport.js';
import { accountName } from './account-name.js';
import type { Answer } from './answers.js';
import { credentialsFor } from './auth.js';
import { realmFor, type Site } from './site.js';

/** Milliseconds between two looks at the load. */
export const LOOK = 100;
/** Looks whose least counts: what stands for a second is load, what comes and goes in it is not. */
const LOOKS = 10;
/** Milliseconds for which nobody more is let in than before, once it gets better. */
const HOLD = 1000;
/** Datagrams that the event loop takes from a socket at a time: as many only where more are waiting. */
const BATCH = 32;
const NEARLY = 0.9;
/** How many times what is allowed sheds the first class, the second, the third. */
const STEPS = [1, 1.5, 2] as const;

/** In the order in which they are turned away. */
export const CLASSES = ['unknown', 'new', 'refresh'] as const;
export type TrafficClass = (typeof CLASSES)[number];

/** Requests that begin something. What belongs to something that is there goes on. */
export const BEGINS: ReadonlySet<string> = new Set([
  ...['REGISTER', 'INVITE', 'OPTIONS', 'MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'REFER'],
]);

export interface LoadParts {
  /** 0 to 1: how full the fullest queue of requests is. */
  fullness(): number;
  /** Datagrams that came so far. */
  datagrams(): number;
  /** Turns of the event loop so far. */
  turns(): number;
  /** 0 to 1. */
  random(): number;
}

/** What is behind it, as it was at the last look. */
export interface LoadRow {
  /** How many classes are turned away. */
  readonly level: number;
  /** Milliseconds. */
  readonly delay: number;
  /** Percent. */
  readonly queue: number;
  /** Milliseconds. */
  readonly backlog: number;
  readonly shed: Readonly<Record<TrafficClass, number>>;
}

export class Overload {
  level = 0;
  readonly #site: Site;
  readonly #parts: LoadParts;
  readonly #ration: Ration;
  readonly #shed: Record<TrafficClass, number> = { unknown: 0, new: 0, refresh: 0 };
  #late: readonly number[] = [];
  #backlog = 0;
  #job: Job | undefined;
  #datagrams = 0;
  #turns = 0;
  /** When it may get better, on the clock that never goes back. */
  #held = 0;

  constructor(site: Site, parts: LoadParts) {
    this.#site = site;
    this.#parts = parts;
    this.#ration = new Ration(site.clock);
  }

  /** Looks at the load from now on. */
  watch(): void {
    this.#datagrams = this.#parts.datagrams();
    this.#turns = this.#parts.turns();
    this.#arm();
  }

  close(): void {
    this.#job?.cancel();
  }

  /** @returns the answer to what can be spared now */
  refusal(request: Message, flow: Flow): Answer | undefined {
    if (this.level === 0 || !BEGINS.has(request.method)) return undefined;
    const traffic = this.#classOf(request, flow);
    if (CLASSES.indexOf(traffic) >= this.level) return undefined;
    this.#shed[traffic] += 1;
    const { overloadretry } = this.#site.general;
    const after = overloadretry + Math.floor(this.#parts.random() * (overloadretry + 1));
    return { status: 503, reason: 'Service Unavailable', headers: [['Retry-After', String(after)]], why: 'overload' };
  }

  row(): LoadRow {
    return {
      level: this.level,
      delay: this.#delay,
      queue: Math.round(this.#parts.fullness() * 100),
      backlog: this.#backlog,
      shed: { ...this.#shed },
    };
  }

  /** No name plays a part in what a stranger gets: he must not learn which there are. */
  #classOf(request: Message, flow: Flow): TrafficClass {
    const { peers } = this.#site;
    const { remote: address, protocol } = flow;
    const near = peers.at(flow) ?? peers.from({ address, protocol, extension: request.requestUri.user ?? '' });
    if (near && request.method === 'REGISTER' && near.name === accountName(this.#site.general, request.to.uri)) {
      return 'refresh';
    }
    return near || this.#wasAsked(request) ? 'new' : 'unknown';
  }

  /** Whether it answers a challenge of ours: he came before there was too much to do, or was let through. */
  #wasAsked(request: Message): boolean {
    const { nonces } = this.#site;
    const credentials = credentialsFor(request, realmFor(this.#site, request));
    return credentials !== undefined && nonces.issuedAt(credentials.nonce, request.callId) !== undefined;
  }

  get #delay(): number {
    return this.#late.length < LOOKS ? 0 : Math.min(...this.#late);
  }

  #arm(): void {
    const { clock, sched } = this.#site;
    const due = clock.elapsed() + LOOK;
    this.#job = sched.after('overload', LOOK, () => {
      this.#look(clock.elapsed() - due);
      this.#arm();
    });
  }

  #look(late: number): void {
    this.#late = [...this.#late, late].slice(-LOOKS);
    const turns = this.#parts.turns();
    const datagrams = this.#parts.datagrams();
    const full = datagrams - this.#datagrams >= Math.max(1, turns - this.#turns) * BATCH * NEARLY;
    this.#backlog = full ? this.#backlog + LOOK + late : 0;
    this.#turns = turns;
    this.#datagrams = datagrams;
    this.#settle(levelOf(this.#pressure()));
  }

  /** How many times what is allowed there is of the worst. */
  #pressure(): number {
    const { overloaddelay, overloadqueue, overloadbacklog } = this.#site.general;
    return Math.max(
      part(this.#delay, overloaddelay),
      part(this.#parts.fullness() * 100, overloadqueue),
      part(this.#backlog, overloadbacklog * 1000),
    );
  }

  /** Worse at once, better by one class after a while. */
  #settle(wanted: number): void {
    const now = this.#site.clock.elapsed();
    const before = this.level;
    if (wanted >= before) this.#held = now + HOLD;
    if (wanted > before) this.level = wanted;
    else if (wanted < before && now >= this.#held) {
      this.level = before - 1;
      this.#held = now + HOLD;
    }
    if (before > 0 || this.level === 0) return;
    const unsaid = this.#ration.take('overload');
    if (unsaid === undefined) return;
    this.#site.log.warning(`too much to do: strangers are turned away, see 'sip show overload'${heldBack(unsaid)}`);
  }
}

const part = (measured: number, allowed: number): number => (allowed === 0 ? 0 : measured / allowed);

const levelOf = (pressure: number): number => STEPS.filter(step => pressure >= step).length;
