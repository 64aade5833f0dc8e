/** A listener for streams, whatever they run over: its connections, and the way to those who have none. */
import { createServer, isIP, type Server, type Socket } from 'node:net';
import { bindError } from './bind-errors.js';
import { Connection, type Home } from './connection.js';
import { SocketPipe } from './pipe.js';
import { Roster, Way } from './roster.js';
import {
  type ConnectionRow,
  type Counters,
  type Endpoint,
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
  /** Whether the other end proves the name that it is asked for by. */
  readonly proves: boolean;
  /** What a socket says when messages can go over it. */
  readonly connected: 'connect' | 'secureConnect';
  /** Makes of a socket that was accepted one that messages go over. */
  accept(socket: Socket, ready: (socket: Socket) => void, failed: (cause: Error) => void): void;
  /** `name` is what the other end was asked for by. */
  connect(remote: Endpoint, localAddress: string | undefined, name: string | undefined): Socket;
}

/** Connections that may wait to be accepted, as after an outage. */
const BACKLOG = 1024;
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

class StreamListener implements Listener, Home {
  readonly local: Endpoint;
  readonly counters: Counters = noCounts();
  readonly up: Upward;
  readonly clock: Home['clock'];
  readonly strangers: Home['strangers'];
  readonly used: Home['used'];
  readonly #carrier: Carrier;
  readonly #drops: StreamParts['drops'];
  readonly #server: Server;
  readonly #roster = new Roster();
  #closing: Promise<void> | undefined;

  constructor(server: Server, carrier: Carrier, up: Upward, { clock, strangers, used, drops }: StreamParts) {
    const { address, port } = server.address() as Endpoint;
    this.local = { address, port };
    this.up = up;
    this.clock = clock;
    this.strangers = strangers;
    this.used = used;
    this.#carrier = carrier;
    this.#drops = drops;
    this.#server = server;
    server.on('connection', socket => this.#accept(socket));
    server.on('error', cause => up.troubled(cause, this));
  }

  get protocol(): 'tcp' | 'tls' {
    return this.#carrier.protocol;
  }

  flow(remote: Endpoint, name?: string): Flow {
    // Who is asked for by his address proves that of itself.
    const proved = this.#carrier.proves && name !== undefined && isIP(name) === 0;
    return new Way(this, remote, proved ? name : undefined);
  }

  reaches(remote: Endpoint): boolean {
    return this.#roster.find(remote) !== undefined;
  }

  connectionTo(remote: Endpoint, name?: string): Connection {
    const found = this.#roster.find(remote, name);
    if (found) return found;
    if (this.#closing) throw new Error(`${formatLocal(this)} is closed`);
    if (isIP(remote.address) === 0) throw new Error(`'${remote.address}' is not an IP address`);
    const { address } = this.local;
    const socket = this.#carrier.connect(remote, WILDCARDS.has(address) ? undefined : address, name);
    const connection = new Connection(this, { local: this.local, remote, ours: true, name }, ear => {
      const pipe = new SocketPipe(ear, socket);
      pipe.connecting(this.#carrier.connected);
      return pipe;
    });
    connection.connecting();
    return this.#roster.add(connection);
  }

  connections(): ConnectionRow[] {
    return this.#roster.rows();
  }

  drop(whose: (address: string) => boolean): void {
    this.#roster.drop(whose);
  }

  over(connection: Connection): void {
    this.#roster.over(connection);
  }

  gone(connection: Connection): void {
    this.#roster.gone(connection);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    await this.#roster.close();
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
    if (this.#drops(remote.address)) {
      this.counters.banned += 1;
      socket.destroy();
      return;
    }
    const local = { address: unmapped(localAddress ?? this.local.address), port: localPort ?? this.local.port };
    let pipe!: SocketPipe;
    const connection = new Connection(
      this,
      { local, remote, ours: false },
      ear => (pipe = new SocketPipe(ear, socket)),
    );
    this.#roster.add(connection);
    this.#carrier.accept(
      socket,
      ready => pipe.carry(ready),
      cause => {
        this.counters.unshaken += 1;
        this.up.debug(`${this.protocol} ${formatEndpoint(remote)}: ${cause.message}`);
        connection.close();
      },
    );
    connection.accepted();
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
