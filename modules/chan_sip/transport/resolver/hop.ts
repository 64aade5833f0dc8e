/** A server to be found, and the places to try for it (RFC 3263). */
import type { Endpoint, Protocol } from '../transport.js';

/** What a URI says of its server. */
export interface Target {
  readonly scheme: 'sip' | 'sips';
  readonly host: string;
  readonly port: number | undefined;
  /** Asked for in the URI. */
  readonly transport: Protocol | undefined;
}

/** A place to try. */
export interface Hop {
  readonly protocol: Protocol;
  readonly remote: Endpoint;
  /** The host as it was asked for: what a certificate must be for (RFC 5922 §7.2). */
  readonly name: string;
}

export interface How {
  /** Allowed, in order of preference. */
  readonly protocols: readonly Protocol[];
  /** Whether NAPTR and SRV are asked for. */
  readonly srv: boolean;
  /** Families of addresses that can be reached, in order of preference; both, when left out. */
  readonly families?: readonly Family[];
}

export type Family = 4 | 6;

/** All places, in the order in which they are to be tried. */
export interface Located {
  readonly hops: readonly Hop[];
  /** Milliseconds for which this holds. */
  readonly ttl: number;
}
