/** What the records of all four transactions have in common. */
import type { Scheduler } from '#core';
import type { Flow } from '../transport/transport.js';
import type { Observer } from './machine.js';
import type { Timers } from './timers.js';

/** What became of a transaction when the other side was not heard. */
export type Failure = 'timeout' | 'error';

/** What the layer gives to a record. */
export interface Surroundings {
  readonly sched: Scheduler;
  readonly timers: Timers;
  /** When it began, on the clock that never goes back. */
  readonly born: number;
  readonly observer: Observer | undefined;
  /** The transaction with this key is over. */
  over(key: string): void;
}

/** A transaction as the layer and its list see it. */
export interface Transaction {
  readonly side: 'client' | 'server';
  readonly method: string;
  readonly branch: string;
  readonly flow: Flow;
  readonly born: number;
  readonly state: string;
  /** Ends it at once; nobody is told. */
  close(): void;
}

/** The input that a status is. */
export const inputOf = (status: number): '1xx' | '2xx' | '3xx+' =>
  status < 200 ? '1xx' : status < 300 ? '2xx' : '3xx+';
