/** Sessions over HTTP, by what their cookie says: how many there may be, and for how long. */
import { randomBytes } from 'node:crypto';
import type { Job, Scheduler } from '#core';
import type { Session } from '../session.js';

/** Those who have logged in. */
const MOST_MEMBERS = 100;

/** Milliseconds in which a challenge must be answered. */
const CHALLENGE_PATIENCE = 5000;

export interface Visitor {
  readonly key: string;
  readonly session: Session;
}

interface Held extends Visitor {
  /** Whether it had logged in when it came last. */
  readonly member: boolean;
  job: Job;
  readonly done: () => void;
}

export interface VisitorLimits {
  /** Those who have not logged in. */
  readonly guests: number;
  /** Milliseconds without a request. */
  readonly idle: number;
}

export class Visitors {
  readonly #sched: Scheduler;
  readonly #limits: () => VisitorLimits;
  /** The one that asked least lately first. */
  readonly #held = new Map<string, Held>();

  constructor(sched: Scheduler, limits: () => VisitorLimits) {
    this.#sched = sched;
    this.#limits = limits;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Of the one who comes with that cookie from there. */
  find(key: string | undefined, address: string): Session | undefined {
    const held = key === undefined ? undefined : this.#held.get(key);
    return held?.session.remote.address === address && !held.session.closed ? held.session : undefined;
  }

  /** It is to be found again. `done` is called when it ends. @returns its key and how many milliseconds it lasts from now */
  keep(session: Session, key: string | undefined, done: () => void): { key: string; lasts: number } {
    const before = key === undefined ? undefined : this.#held.get(key);
    const mine = before?.session === session ? before : undefined;
    if (mine) this.#remove(mine);
    const member = session.user !== undefined;
    const lasts = member ? this.#limits().idle : CHALLENGE_PATIENCE;
    // Whoever logs in gets a key that nobody saw before.
    const name = mine?.member === member ? mine.key : randomBytes(16).toString('hex');
    this.#held.set(name, { key: name, session, member, job: this.#watch(name, lasts), done });
    this.#makeRoom(member);
    return { key: name, lasts };
  }

  /** Who waits for an answer is there still. */
  #watch(name: string, ms: number): Job {
    return this.#sched.after('manager session over HTTP', ms, () => {
      const held = this.#held.get(name);
      if (held && held.session.requests > 0) held.job = this.#watch(name, ms);
      else this.drop(name);
    });
  }

  /** Ends a session. */
  drop(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    this.#remove(held);
    held.session.close();
    held.done();
  }

  close(): void {
    for (const key of [...this.#held.keys()]) this.drop(key);
  }

  #remove(held: Held): void {
    held.job.cancel();
    this.#held.delete(held.key);
  }

  #makeRoom(members: boolean): void {
    const alike = [...this.#held.values()].filter(held => held.member === members);
    const surplus = alike.length - (members ? MOST_MEMBERS : this.#limits().guests);
    for (const { key } of alike.slice(0, Math.max(0, surplus))) this.drop(key);
  }
}
