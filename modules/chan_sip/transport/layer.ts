/** The transport layer: holds the listeners, makes messages of what comes and answers what is none (RFC 3261 §18). */

import { type Clock, type Logger, type TlsIdentity, traceOf } from '#core';
import type { HttpServer } from '../../http/token.js';
import type { Message } from '../message/message.js';
import { badRequest, ParseError } from '../message/parse-error.js';
import { parse } from '../message/parser.js';
import { Debug, withoutControls } from './debug.js';
import type { History } from './history.js';
import { heldBack, Ration } from './ration.js';
import { Strangers, type StreamLimits } from './strangers.js';
import { Tap } from './tap.js';
import { openTcp } from './tcp.js';
import { openTls } from './tls.js';
import {
  type ConnectionRow,
  type Counters,
  type Endpoint,
  type Failed,
  type Flow,
  formatEndpoint,
  formatFlow,
  formatLocal,
  type Listener,
  noCounts,
  type Open,
  type Protocol,
  type StreamParts,
  type Upward,
  type WebLimits,
} from './transport.js';
import { troubleOf } from './trouble.js';
import { openUdp } from './udp.js';
import { openWebSockets } from './websocket.js';

/** The transports that have addresses of their own. */
const OPENERS: Readonly<Partial<Record<Protocol, Open>>> = { udp: openUdp, tcp: openTcp, tls: openTls };

const SIP_PORT = 5060;
const [NUL, LF, CR] = [0x00, 0x0a, 0x0d];

export interface TransportParts {
  readonly log: Logger;
  readonly clock: Clock;
  receive(message: Message, flow: Flow): void;
  /** The answer to what is not a message; undefined: none. */
  refuse(error: ParseError, flow: Flow): string | undefined;
  /** A connection that we opened is no more. */
  lost(flow: Flow): void;
  /** What connections may cost, read when it matters. */
  limits(): StreamLimits;
  web(): WebLimits;
  /** Who we are over TLS, read for each connection. */
  identity(): TlsIdentity | undefined;
  /** Whether a connection is needed, however silent it is. */
  used?(flow: Flow): boolean;
  /** Whether that address is banned; asked for each datagram and each connection. */
  drops?(address: string): boolean;
  /** Keeps what went by, while it is asked to. */
  readonly history?: History;
}

export interface ListenerRow extends Readonly<Counters> {
  readonly protocol: Protocol;
  readonly local: Endpoint;
}

export class TransportLayer {
  readonly debug: Debug;
  readonly tap: Tap;
  readonly #parts: TransportParts;
  readonly #listeners = new Set<Listener>();
  readonly #ration: Ration;
  /** Counts of listeners that are closed. */
  readonly #past = noCounts();
  readonly #up: Upward;
  readonly #streams: StreamParts;
  readonly #history: History | undefined;
  #ended = false;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#history = parts.history;
    this.debug = Debug.to(parts.log);
    this.tap = new Tap(thrown => parts.log.error(`a message could not be followed: ${traceOf(thrown)}`));
    this.#ration = new Ration(parts.clock);
    this.#streams = {
      clock: parts.clock,
      strangers: new Strangers(() => parts.limits()),
      drops: address => parts.drops?.(address) ?? false,
      used: flow => parts.used?.(flow) ?? false,
      web: () => parts.web(),
      identity: () => parts.identity(),
    };
    this.#up = {
      received: (data, flow, counters) => this.#received(data, flow, counters),
      sending: (text, flow) => this.#sending(text, flow),
      unsent: (cause, by, counters, failed) => this.#unsent(cause, by, counters, failed),
      endless: (head, detail, flow, counters) => this.#endless(head, detail, flow, counters),
      lost: flow => parts.lost(flow),
      cut: (reason, flow) => this.#cut(reason, flow),
      troubled: (cause, listener) => this.#troubled(cause, listener),
      closed: listener => this.#closed(listener),
      debug: text => parts.log.debug(1, text),
    };
  }

  /** @throws Error in the operator's words: `udp 127.0.0.1:5060: address already in use; ...` */
  async open(protocol: Protocol, bind: Endpoint): Promise<Listener> {
    const opener = OPENERS[protocol];
    if (!opener) throw new Error(`${protocol} ${formatEndpoint(bind)}: there is no such transport`);
    const listener = await opener(bind, this.#up, this.#streams);
    this.#listeners.add(listener);
    if (!this.#ended) return listener;
    await listener.close();
    throw new Error(`${protocol} ${formatEndpoint(bind)}: closed before it was open`);
  }

  /** Takes WebSockets from a server, over HTTP and over HTTPS. @throws when that serves somebody else */
  openWebSockets(server: HttpServer): readonly Listener[] {
    const opened = openWebSockets(server, this.#up, this.#streams);
    for (const listener of opened) this.#listeners.add(listener);
    return opened;
  }

  /** Ends connections of such addresses, without a word. */
  drop(whose: (address: string) => boolean): void {
    for (const listener of this.#listeners) listener.drop(whose);
  }

  /** Closes every listener, those too that are being opened. */
  async close(): Promise<void> {
    this.#ended = true;
    await Promise.all([...this.#listeners].map(listener => listener.close()));
  }

  /** Of all listeners, the closed ones too. */
  get counters(): Counters {
    const sum = { ...this.#past };
    for (const { counters } of this.#listeners) addTo(sum, counters);
    return sum;
  }

  /** Listeners that are open. */
  get size(): number {
    return this.#listeners.size;
  }

  rows(): ListenerRow[] {
    return [...this.#listeners].map(({ protocol, local, counters }) => ({ protocol, local, ...counters }));
  }

  /** Of every listener that has some. */
  connections(): ConnectionRow[] {
    return [...this.#listeners].flatMap(listener => listener.connections());
  }

  #sending(text: string, flow: Flow): void {
    if (this.#watched) this.#watch('out', flow, text);
    if (this.#history?.enabled) this.#history.sent(text);
  }

  get #watched(): boolean {
    return this.debug.enabled || this.tap.open;
  }

  #watch(direction: 'in' | 'out', flow: Flow, octets: string): void {
    if (this.debug.enabled) this.debug.show(direction === 'in' ? 'read from' : 'sent to', flow, octets);
    this.tap.tell(direction, flow, octets);
  }

  #received(data: Buffer, flow: Flow, counters: Counters): void {
    counters.received += 1;
    // Over a stream nobody gets that far: his connection is closed.
    if (!flow.reliable && this.#parts.drops?.(flow.remote.address)) {
      counters.banned += 1;
      return;
    }
    if (isKeepAlive(data)) {
      counters.keepalives += 1;
      return;
    }
    if (this.#watched) this.#watch('in', flow, data.toString('latin1'));
    let message: Message | undefined;
    try {
      message = parse(data);
      if (this.#history?.enabled) this.#history.received(message);
      this.#parts.receive(message, flow);
    } catch (thrown) {
      if (thrown instanceof ParseError) this.#malformed(thrown, message, flow, counters);
      else this.#fault(thrown, flow, counters);
    }
  }

  /** RFC 3261 §18.3: answered, as far as it is a request; the connection is ended by whoever found it. */
  #endless(head: Buffer, detail: string, flow: Flow, counters: Counters): void {
    counters.received += 1;
    if (this.#watched) this.#watch('in', flow, head.toString('latin1'));
    let message: Message | undefined;
    let error = badRequest(detail);
    try {
      message = parse(head);
    } catch (thrown) {
      if (!(thrown instanceof ParseError)) throw thrown;
      error = thrown;
    }
    this.#malformed(error, message, flow, counters);
  }

  #cut(reason: string, flow: Flow): void {
    const unsaid = this.#ration.take(`${flow.protocol} ${reason}`);
    if (unsaid !== undefined) {
      this.#parts.log.notice(`${formatFlow(flow)}: connection closed: ${reason}${heldBack(unsaid)}`);
    }
  }

  /** `message` is there when the error shows only in a header that was read later. */
  #malformed(error: ParseError, message: Message | undefined, flow: Flow, counters: Counters): void {
    const { status, reason, detail, partial = message } = error;
    counters.malformed += 1;
    const { log } = this.#parts;
    if (log.debugs(1)) log.debug(1, `${formatFlow(flow)}: ${detail}`);
    // RFC 3261 §17: neither is ever answered.
    const silent = status === 0 || partial?.kind === 'response' || partial?.method === 'ACK';
    const answer = silent ? undefined : this.#answer(new ParseError(status, reason, detail, partial), flow, counters);
    if (answer === undefined) counters.dropped += 1;
    // To the source, whatever the Via says: it is part of what cannot be trusted.
    else flow.send(answer);
  }

  #answer(error: ParseError, flow: Flow, counters: Counters): string | undefined {
    try {
      return this.#parts.refuse(error, flow);
    } catch (thrown) {
      this.#fault(thrown, flow, counters);
      return undefined;
    }
  }

  #unsent(cause: Error, by: Flow | Listener, counters: Counters, failed: Failed | undefined): void {
    counters.sendErrors += 1;
    this.#troubled(cause, by);
    try {
      failed?.(cause);
    } catch (thrown) {
      this.#fault(thrown, by, counters);
    }
  }

  /** An error of our own: the message is lost, the socket goes on. */
  #fault(thrown: unknown, by: Flow | Listener, counters: Counters): void {
    counters.faults += 1;
    const trace = traceOf(thrown).split('\n').map(withoutControls);
    const unsaid = this.#ration.take(`fault ${trace[1] ?? ''}`);
    if (unsaid !== undefined) this.#parts.log.error(`${formatLocal(by)}: ${trace.join('\n')}${heldBack(unsaid)}`);
  }

  #troubled(cause: NodeJS.ErrnoException, by: Flow | Listener): void {
    const where = formatLocal(by);
    const unsaid = this.#ration.take(`${where} ${cause.code ?? ''}`);
    if (unsaid !== undefined) this.#parts.log.warning(`${where}: ${troubleOf(cause, by)}${heldBack(unsaid)}`);
  }

  #closed(listener: Listener): void {
    if (this.#listeners.delete(listener)) addTo(this.#past, listener.counters);
  }
}

/** Where the response to a request goes (RFC 3261 §18.2.2, RFC 3581 §4). */
export function replyFlow(request: Message, flow: Flow, symmetric: boolean): Flow {
  const to = replyAddress(request, flow, symmetric);
  return to === flow.remote ? flow : flow.to(to);
}

/** Where an answer goes. */
export function replyAddress(
  request: Message,
  { protocol, remote }: Pick<Flow, 'protocol' | 'remote'>,
  symmetric: boolean,
): Endpoint {
  if (protocol !== 'udp' || symmetric) return remote;
  const { params, port = SIP_PORT } = request.via;
  if (params.has('rport') || port === remote.port || port < 1 || port > 0xffff) return remote;
  // Deviates from RFC 3261 §18.2.2: because whoever writes a maddr would aim our responses at a third party.
  return { address: remote.address, port };
}

/** Nothing but line ends and NUL bytes, or nothing at all. */
function isKeepAlive(data: Buffer): boolean {
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at];
    if (byte !== CR && byte !== LF && byte !== NUL) return false;
  }
  return true;
}

function addTo(sum: Counters, counters: Readonly<Counters>): void {
  for (const name of Object.keys(sum) as (keyof Counters)[]) sum[name] += counters[name];
}
