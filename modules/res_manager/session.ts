/** Somebody who is served, over a connection or over HTTP: who it is, what it may, and the events that wait for it. */
import { randomBytes } from 'node:crypto';
import type { Job, Scheduler, SecurityEvent, SecurityKind, SocketAddress } from '#core';
import { type Filter, type FilteredEvent, passes } from './filters.js';
import { ALL } from './format.js';
import type { User } from './read.js';

/** Bytes of events that may wait for a client. */
export const MOST_WAITING = 1024 * 1024;

/** What happened, as it is told to whoever may hear it. */
export interface ManagerEvent extends FilteredEvent {
  readonly bits: number;
}

export interface SessionParts {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** Epoch milliseconds. */
  readonly since: number;
  /** What operators call it. */
  readonly number: number;
  readonly sched: Scheduler;
  /** Whether connections end with what nobody reads; else the oldest events go. */
  overflow?(): void;
  /** Milliseconds that it may wait for an event; left out: as long as it likes. */
  patience?(): number;
}

export class Session {
  /** Shaped like the address that stands there in the original's log. */
  readonly id = `0x${randomBytes(6).toString('hex')}`;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly since: number;
  readonly number: number;
  /** Requests over HTTP that it waits for. */
  requests = 0;
  /** Undefined until it has logged in. */
  user: User | undefined;
  /** Classes of events that it wants. */
  mask = ALL;
  filters: readonly Filter[] = [];
  /** What it was given to prove that it knows a secret; good for one login. */
  challenge: string | undefined;
  /** Whether it ends with the answer to what it asked. */
  leaving = false;
  /** Hears that something waits. */
  heard: () => void = () => undefined;
  /** Events that were left out. */
  lost = 0;
  readonly #parts: SessionParts;
  #waiting: string[] = [];
  #bytes = 0;
  #closed = false;
  #hurried = false;
  #waits = new Set<{ readonly job: Job; readonly forEvents: boolean; readonly done: () => void }>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.local = parts.local;
    this.remote = parts.remote;
    this.since = parts.since;
    this.number = parts.number;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether it would be told of events of these classes: all of them must be its. */
  wants(bits: number): boolean {
    return this.user !== undefined && (this.user.read & this.mask & bits) === bits;
  }

  /** Takes an event, if it is one for it. */
  tell(event: ManagerEvent): void {
    if (this.#closed || !this.wants(event.bits) || !passes(this.filters, event)) return;
    this.#waiting.push(event.text);
    this.#bytes += event.text.length;
    if (this.#bytes > MOST_WAITING) {
      if (this.#parts.overflow) {
        this.#parts.overflow();
        return;
      }
      this.#shed();
    }
    this.heard();
    this.wake();
  }

  /** Bytes of events that wait. */
  get backlog(): number {
    return this.#bytes;
  }

  /** Whether events wait. */
  get told(): boolean {
    return this.#waiting.length > 0;
  }

  /** What waits, which then waits no more. */
  take(): string {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#bytes = 0;
    return text;
  }

  /** Milliseconds that it may wait for an event. */
  get patience(): number {
    return this.#parts.patience?.() ?? Number.POSITIVE_INFINITY;
  }

  /** Resolves after that time, or when the session ends; with `forEvents` when there is one, too. */
  wait(label: string, ms: number, forEvents = false): Promise<void> {
    if (this.#closed || (forEvents && (this.told || this.#hurried))) return Promise.resolve();
    return new Promise(resolve => {
      const done = () => {
        wait.job.cancel();
        this.#waits.delete(wait);
        resolve();
      };
      const wait = { job: this.#parts.sched.after(label, ms, done), forEvents, done };
      this.#waits.add(wait);
    });
  }

  /** Nobody waits for its events any more. */
  wake(): void {
    for (const wait of [...this.#waits]) if (wait.forEvents) wait.done();
  }

  /** Nobody will ever wait for its events again. */
  hurry(): void {
    this.#hurried = true;
    this.wake();
  }

  /** A security event of it. */
  report(kind: SecurityKind, account: string, fields: Readonly<Record<string, string>> = {}): SecurityEvent {
    const { local, remote, since: sessionAt, id: session } = this;
    return { kind, service: 'AMI', account, session, sessionAt, local, remote, fields };
  }

  close(): void {
    this.#closed = true;
    this.take();
    for (const wait of [...this.#waits]) wait.done();
  }

  /** Half of what waits goes, the oldest first. */
  #shed(): void {
    const kept = this.#waiting.splice(0, Math.ceil(this.#waiting.length / 2)).length;
    this.lost += kept;
    this.#bytes = this.#waiting.reduce((sum, { length }) => sum + length, 0);
  }
}

/** An IPv4 address as such, also where the socket is one for both families. */
export const plainAddress = (address = ''): string => address.replace(/^::ffff:(?=\d+\.)/, '');
