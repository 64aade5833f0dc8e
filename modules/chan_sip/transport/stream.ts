/** A listener for streams, whatever they run over: its connections, and the way to those who have none. */
import { createServer, isIP, type Server, type Socket } from 'node:net';
import { bindError } from './bind-errors.js';
import { Connection, type Home } from './connection.js';
import {
  type ConnectionRow,
  type Counters,
  type Endpoint,
  type Failed,
  type Flow,
  formatEndpoint,
  formatLocal,
  type Listener,
  noCounts,
  type StreamParts,
  type Upward,
  unmapped,
} from './transport.js';

/** What a stream runs over. */
export interface Carrier {
  readonly protocol: 'tcp' | 'tls';
  /** What a socket says when messages can go over it. */
  readonly connected: 'connect' | 'secureConnect';
  /** Makes of a socket that was accepted one that messages go over. */
  accept(socket: Socket, ready: (socket: Socket) => void, failed: (cause: Error) => void): void;
  connect(remote: Endpoint, localAddress: string | undefined): Socket;
}

/** Connections that may wait to be accepted, as after an outage. */
const BACKLOG = 1024;
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** The way to an address: over the connection there is when something is sent, else over a new one. */
class Way implements Flow {
  readonly reliable = true;
  readonly remote: Endpoint;
  readonly #listener: StreamListener;

  constructor(listener: StreamListener, remote: Endpoint) {
    this.#listener = listener;
    this.remote = remote;
  }

  get protocol(): 'tcp' | 'tls' {
    return this.#listener.protocol;
  }

  get local(): Endpoint {
    return this.#listener.local;
  }

  send(text: string, failed?: Failed): void {
    const { up, counters } = this.#listener;
    let connection: Connection;
    try {
      connection = this.#listener.connectionTo(this.remote);
    } catch (thrown) {
      up.unsent(thrown as Error, this, counters, failed);
      return;
    }
    connection.send(text, failed);
  }

  to(remote: Endpoint): Flow {
    return this.#listener.flow(remote);
  }

  /** Who is called is not asked to prove himself. */
  trusted(): void {}
}

class StreamListener implements Listener, Home {
  readonly local: Endpoint;
  readonly counters: Counters = noCounts();
  readonly up: Upward;
  readonly clock: Home['clock'];
  readonly strangers: Home['strangers'];
  readonly #carrier: Carrier;
  readonly #server: Server;
  /** Those that can be sent over, by their remote end. */
  readonly #open = new Map<string, Connection>();
  /** Those whose socket is not closed. */
  readonly #all = new Set<Connection>();
  #closing: Promise<void> | undefined;
  #emptied: (() => void) | undefined;

  constructor(server: Server, carrier: Carrier, up: Upward, { clock, strangers }: StreamParts) {
    const { address, port } = server.address() as Endpoint;
    this.local = { address, port };
    this.up = up;
    this.clock = clock;
    this.strangers = strangers;
    this.#carrier = carrier;
    this.#server = server;
    server.on('connection', socket => this.#accept(socket));
    server.on('error', cause => up.troubled(cause, this));
  }

  get protocol(): 'tcp' | 'tls' {
    return this.#carrier.protocol;
  }

  flow(remote: Endpoint): Flow {
    return new Way(this, remote);
  }

  reaches(remote: Endpoint): boolean {
    return this.#open.has(formatEndpoint(remote));
  }

  /** The connection there is, or a new one. @throws when there can be none */
  connectionTo(remote: Endpoint): Connection {
    const found = this.#open.get(formatEndpoint(remote));
    if (found) return found;
    if (this.#closing) throw new Error(`${formatLocal(this)} is closed`);
    if (isIP(remote.address) === 0) throw new Error(`'${remote.address}' is not an IP address`);
    const { address } = this.local;
    const socket = this.#carrier.connect(remote, WILDCARDS.has(address) ? undefined : address);
    const connection = this.#add(new Connection(this, socket, { local: this.local, remote, ours: true }));
    connection.connecting(this.#carrier.connected);
    return connection;
  }

  connections(): ConnectionRow[] {
    return [...this.#open.values()].map(({ protocol, remote, ours }) => ({ protocol, remote, ours }));
  }

  over(connection: Connection): void {
    const key = formatEndpoint(connection.remote);
    if (this.#open.get(key) === connection) this.#open.delete(key);
  }

  gone(connection: Connection): void {
    this.#all.delete(connection);
    if (this.#all.size === 0) this.#emptied?.();
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const emptied = new Promise<void>(resolve => {
      this.#emptied = resolve;
    });
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    for (const connection of this.#all) connection.close();
    if (this.#all.size > 0) await emptied;
    await closed;
    this.up.closed(this);
  }

  #accept(socket: Socket): void {
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    // It is gone already, or comes while we go.
    if (remoteAddress === undefined || remotePort === undefined || this.#closing) {
      socket.destroy();
      return;
    }
    const remote = { address: unmapped(remoteAddress), port: remotePort };
    const local = { address: unmapped(localAddress ?? this.local.address), port: localPort ?? this.local.port };
    const connection = this.#add(new Connection(this, socket, { local, remote, ours: false }));
    this.#carrier.accept(
      socket,
      ready => connection.carry(ready),
      cause => {
        this.up.debug(`${this.protocol} ${formatEndpoint(remote)}: ${cause.message}`);
        connection.close();
      },
    );
    connection.accepted();
  }

  #add(connection: Connection): Connection {
    this.#open.set(formatEndpoint(connection.remote), connection);
    this.#all.add(connection);
    return connection;
  }
}

export const openStream = (carrier: Carrier, bind: Endpoint, up: Upward, parts: StreamParts): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const refused = (cause: Error): void => reject(bindError(carrier.protocol, bind, cause));
    if (isIP(bind.address) === 0) return refused(Object.assign(new Error(), { code: 'ENOTFOUND' }));
    if (bind.port < 0 || bind.port > 0xffff)
      return refused(Object.assign(new Error(), { code: 'ERR_SOCKET_BAD_PORT' }));
    const server = createServer();
    server.once('error', refused);
    server.listen({ host: bind.address, port: bind.port, backlog: BACKLOG }, () => {
      server.off('error', refused);
      resolve(new StreamListener(server, carrier, up, parts));
    });
  });
