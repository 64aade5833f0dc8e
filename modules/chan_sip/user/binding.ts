/** A binding: one contact of a device, from its first REGISTER to its end (RFC 3261 §10). */
import type { Endpoint, Flow, Protocol } from '../transport/transport.js';
import type { Expiry } from './expiry.js';

/** Answers of qualify that are no time. */
export const UNKNOWN = 0;
export const UNREACHABLE = -1;

/** What only devices say that may have several contacts, or ask for an extension. */
export interface Traits {
  /** Preference as it was written; empty: none. */
  readonly q: string;
  /** `+sip.instance` without its quotes: which phone it is; empty: it does not say. */
  readonly instance: string;
  /** Which of the phone's connections; undefined: it asks for none to be kept (RFC 5626 §4.2). */
  readonly regId: number | undefined;
  /** The connection that it came over, and that is the only way to it. */
  readonly flow: Flow | undefined;
  /** Epoch milliseconds at which the contact came first. */
  readonly began: number;
}

/** What a REGISTER brings. */
export interface NewBinding {
  /** The URI of the contact. */
  readonly contact: string;
  readonly address: Endpoint;
  /** Seconds. */
  readonly granted: number;
  readonly protocol: Protocol;
  readonly callId: string;
  readonly cseq: number;
  readonly path: readonly string[];
  /** The other end of the connection that it registered over, unless that is kept itself. */
  readonly connection?: Endpoint | undefined;
  readonly traits?: Traits | undefined;
  /** The other node whose registration it is; undefined: it is ours. */
  readonly node?: string | undefined;
}

/** It stays the same object as long as the contact is there. */
export interface Binding extends Mutable<NewBinding> {
  /** When its device registered it last. */
  since: number;
  /** When it is dropped, on the clock that never goes back: what was granted and 10 seconds. */
  ends: number;
  /** Milliseconds of the last qualify; 0: no answer yet, -1: unreachable. */
  lastMs: number;
  expiry: Expiry | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function openBinding(brought: NewBinding, lastMs: number): Binding {
  const { contact, address, granted, protocol, callId, cseq, path, connection, traits, node } = brought;
  // Written out: what is spread into an object lies beside it, and takes more room.
  return {
    contact,
    address,
    granted,
    protocol,
    callId,
    cseq,
    path,
    connection,
    traits,
    node,
    since: 0,
    ends: 0,
    lastMs,
    expiry: undefined,
  };
}

/** Its contact registered again, or another in its place. */
export function renew(binding: Binding, brought: NewBinding): void {
  binding.contact = brought.contact;
  binding.address = brought.address;
  binding.granted = brought.granted;
  binding.protocol = brought.protocol;
  binding.callId = brought.callId;
  binding.cseq = brought.cseq;
  binding.path = brought.path;
  binding.connection = brought.connection;
  binding.traits = brought.traits;
  binding.node = brought.node;
}

/** Whether something can be sent to it: without the connection that it came over there is no way (RFC 5626 §5.3). */
export const isUsable = ({ traits }: Binding): boolean => traits?.flow?.closed !== true;

/** The better of two answers of qualify: a time, the shorter one; else rather none yet than none at all. */
export const betterOf = (a: number, b: number): number => {
  if (a > UNKNOWN && b > UNKNOWN) return Math.min(a, b);
  return Math.max(a, b);
};

/** `OK (12 ms)` and its like, for a device that may take `limit` milliseconds. */
export function statusWord(lastMs: number, limit: number): string {
  if (lastMs === UNREACHABLE) return 'UNREACHABLE';
  if (lastMs === UNKNOWN) return 'UNKNOWN';
  return `${lastMs > limit ? 'LAGGED' : 'OK'} (${lastMs} ms)`;
}
