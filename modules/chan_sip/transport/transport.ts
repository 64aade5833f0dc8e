/** What a transport is: flows over which messages go, and the listeners they come from. One file per transport. */

import type { Clock, TlsIdentity } from '#core';
import type { Strangers } from './strangers.js';

export type Protocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

export interface Endpoint {
  /** An IP address as text: v6 without brackets, v4 never as a mapped v6 address. */
  readonly address: string;
  readonly port: number;
}

/** Hears that a message could not be sent. */
export type Failed = (cause: Error) => void;

/** The way between one address of ours and one of theirs. */
export interface Flow {
  readonly protocol: Protocol;
  /** Whether what is sent arrives or the flow breaks: nothing is repeated then (RFC 3261 §17). */
  readonly reliable: boolean;
  /** As it is bound: a listener on every address has `0.0.0.0` or `::` here. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Whether it is a connection that is no more; left out where there is none that could end. */
  readonly closed?: boolean;
  /** Sends one message, latin1. Never throws: failures are counted, and `failed` is told, at once or later. */
  send(text: string, failed?: Failed): void;
  /** The same listener to another address; of a stream, over the connection that there is or one that is opened. */
  to(remote: Endpoint): Flow;
  /** The other end has proved who it is: a connection may stay. */
  trusted(): void;
  /** The other end says something at least every so many milliseconds, or is gone (RFC 5626 §4.4.1). */
  promised(ms: number): void;
}

/** An open socket of ours. */
export interface Listener {
  readonly protocol: Protocol;
  readonly local: Endpoint;
  readonly counters: Readonly<Counters>;
  /** `name`: who is asked for there; over TLS he has to prove it. */
  flow(remote: Endpoint, name?: string): Flow;
  /** Whether something can be sent there without a connection being opened. */
  reaches(remote: Endpoint): boolean;
  connections(): readonly ConnectionRow[];
  /** Ends those with such an address, without a word. */
  drop(whose: (address: string) => boolean): void;
  /** Ends its connections too. */
  close(): Promise<void>;
}

export interface ConnectionRow {
  readonly protocol: Protocol;
  readonly remote: Endpoint;
  /** Whether we opened it. */
  readonly ours: boolean;
}

/** What passed through a listener. */
export interface Counters {
  /** Messages and datagrams that came, whatever became of them. */
  received: number;
  /** Messages handed to the socket. */
  sent: number;
  /** Empty lines and NUL bytes that keep a NAT binding alive. */
  keepalives: number;
  /** What is not a message. */
  malformed: number;
  /** Of the malformed, those that got no answer. */
  dropped: number;
  sendErrors: number;
  /** Messages that met an error of our own. */
  faults: number;
  /** Messages and connections of addresses that are banned. */
  banned: number;
  /** Connections that never came about: no handshake of TLS, or none that a WebSocket begins with. */
  unshaken: number;
  /** WebSockets that ended because what came is no frame. */
  misframed: number;
  /** Connections that we ended: no credentials in time, a message without end, answers that nobody read. */
  cut: number;
}

export const noCounts = (): Counters => ({
  received: 0,
  sent: 0,
  keepalives: 0,
  malformed: 0,
  dropped: 0,
  sendErrors: 0,
  faults: 0,
  banned: 0,
  unshaken: 0,
  misframed: 0,
  cut: 0,
});

/** What a transport tells the layer. It never throws. */
export interface Upward {
  /** One whole message, or a keep-alive, as it came. */
  received(data: Buffer, flow: Flow, counters: Counters): void;
  /** About to be sent. */
  sending(text: string, flow: Flow): void;
  /** A message could not be sent; `failed` is who wants to know. */
  unsent(cause: Error, by: Flow | Listener, counters: Counters, failed?: Failed): void;
  /** A head over a stream that does not say where its message ends. */
  endless(head: Buffer, detail: string, flow: Flow, counters: Counters): void;
  /** A connection that we opened is no more. */
  lost(flow: Flow): void;
  /** A connection is ended by us. */
  cut(reason: string, flow: Flow): void;
  /** The socket itself reports an error. */
  troubled(cause: Error, listener: Listener): void;
  closed(listener: Listener): void;
  /** For whoever debugs the transport. */
  debug(text: string): void;
}

/** What a WebSocket may do, read when it matters. */
export interface WebLimits {
  /** Milliseconds that the other end may take to take a message. */
  readonly writeTimeout: number;
  /** Pages that browsers may come from, `https://pbx.example` in lower case; when empty, from any. */
  readonly origins: readonly string[];
}

/** What streams need beside. */
export interface StreamParts {
  readonly clock: Clock;
  readonly strangers: Strangers;
  /** Whether what comes from there is dropped; asked once for each connection. */
  drops(address: string): boolean;
  /** Whether somebody is reached, or registered, over it: then it may be silent for as long as it likes. */
  used(flow: Flow): boolean;
  web(): WebLimits;
  /** Who we are over TLS, as last read; undefined where sip.conf has no TLS. */
  identity(): TlsIdentity | undefined;
}

/** Opens a listener: all that a transport exports. @throws Error in the operator's words, with the address. */
export type Open = (bind: Endpoint, up: Upward, parts: StreamParts) => Promise<Listener>;

/** What stands before a v4 address where a v6 socket names it. */
export const MAPPED = '::ffff:';

/** An address as a socket names it: a v6 socket names v4 addresses by mapping. */
export const unmapped = (address: string): string =>
  address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;

/** `127.0.0.1:5060`, `[::1]:5060`. */
export const formatEndpoint = ({ address, port }: Endpoint): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** `udp 127.0.0.1:5060`: where a flow goes. */
export const formatFlow = ({ protocol, remote }: Flow): string => `${protocol} ${formatEndpoint(remote)}`;

/** `udp 0.0.0.0:5060`: where a listener, or a flow, is bound. */
export const formatLocal = ({ protocol, local }: Flow | Listener): string => `${protocol} ${formatEndpoint(local)}`;
