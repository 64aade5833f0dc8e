/** SIP over WebSocket (RFC 7118): the HTTP server hands over who comes to /ws and speaks `sip`. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { HttpServer } from '../../http/token.js';
import { LONGEST_STREAMED } from '../message/framer.js';
import { Connection, type Home } from './connection.js';
import { Roster, Way } from './roster.js';
import {
  type ConnectionRow,
  type Counters,
  type Endpoint,
  type Flow,
  formatFlow,
  type Listener,
  noCounts,
  type StreamParts,
  type Upward,
  unmapped,
} from './transport.js';
import { WebSocketPipe } from './websocket-pipe.js';

const PATH = '/ws';
const SUBPROTOCOL = 'sip';
const NOWHERE: Endpoint = { address: '127.0.0.1', port: 0 };

/** Those that came over HTTP, or over HTTPS. */
class WebListener implements Listener, Home {
  readonly protocol: 'ws' | 'wss';
  readonly counters: Counters = noCounts();
  readonly up: Upward;
  readonly clock: Home['clock'];
  readonly strangers: Home['strangers'];
  readonly used: Home['used'];
  readonly #server: HttpServer;
  readonly #parts: StreamParts;
  readonly #roster = new Roster();
  /** Nobody comes any more. */
  withdraw: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(protocol: 'ws' | 'wss', server: HttpServer, up: Upward, parts: StreamParts) {
    this.protocol = protocol;
    this.up = up;
    this.clock = parts.clock;
    this.strangers = parts.strangers;
    this.used = parts.used;
    this.#server = server;
    this.#parts = parts;
  }

  /** That of the HTTP server, as it is now. */
  get local(): Endpoint {
    return this.#server.bound().find(({ secure }) => secure === (this.protocol === 'wss')) ?? NOWHERE;
  }

  flow(remote: Endpoint): Flow {
    return new Way(this, remote);
  }

  reaches(remote: Endpoint): boolean {
    return this.#roster.find(remote) !== undefined;
  }

  /** Of those that came: nobody can be called over a WebSocket. */
  connectionTo(remote: Endpoint): Connection {
    const found = this.#roster.find(remote);
    if (found) return found;
    throw new Error(`there is no WebSocket from ${formatFlow(this.flow(remote))}`);
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
    this.withdraw();
    this.#closing ??= this.#roster.close().then(() => this.up.closed(this));
    return this.#closing;
  }

  accept(webSocket: WebSocket, { remoteAddress, remotePort, localAddress, localPort }: Socket): void {
    if (remoteAddress === undefined || remotePort === undefined || this.#closing) {
      webSocket.terminate();
      return;
    }
    const remote = { address: unmapped(remoteAddress), port: remotePort };
    const local = { address: unmapped(localAddress ?? this.local.address), port: localPort ?? this.local.port };
    const { clock, web } = this.#parts;
    const connection = new Connection(
      this,
      { local, remote, ours: false },
      ear => new WebSocketPipe(ear, webSocket, clock, () => web().writeTimeout),
    );
    this.#roster.add(connection);
    connection.accepted();
  }
}

/** Serves WebSockets until it is closed. @throws when somebody else serves the path */
export function openWebSockets(server: HttpServer, up: Upward, parts: StreamParts): WebListener[] {
  const plain = new WebListener('ws', server, up, parts);
  const secure = new WebListener('wss', server, up, parts);
  const shaker = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: LONGEST_STREAMED,
    // Answered by the pipe, which looks at what waits.
    autoPong: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { remoteAddress = '' } = request.socket;
    if (parts.drops(unmapped(remoteAddress))) {
      plain.counters.banned += 1;
      socket.destroy();
      return;
    }
    const status = refusal(request, parts.web().origins);
    if (status !== undefined) {
      plain.counters.unshaken += 1;
      up.debug(`WebSocket of ${unmapped(remoteAddress)} refused: ${status} ${STATUS_CODES[status]}`);
      socket.on('error', () => undefined); // it may hang up before it has read that
      // Half of the connection would stay for as long as the other end likes.
      socket.once('finish', () => socket.destroy());
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    let shaken = false;
    shaker.handleUpgrade(request, socket, head, webSocket => {
      shaken = true;
      ('encrypted' in request.socket ? secure : plain).accept(webSocket, request.socket);
    });
    // It has been told why: without a question to anybody else that is known at once.
    if (!shaken) plain.counters.unshaken += 1;
  };
  plain.withdraw = server.serve({ path: PATH, description: 'SIP over WebSocket', upgrade });
  return [plain, secure];
}

/** Why it is not let in. A program that is no browser says no origin: the list is there for browsers alone. */
function refusal({ headers }: IncomingMessage, origins: readonly string[]): 400 | 403 | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map(word => word.trim().toLowerCase());
  if (!offered.includes(SUBPROTOCOL)) return 400;
  const origin = headers.origin?.toLowerCase();
  return origin !== undefined && origins.length > 0 && !origins.includes(origin) ? 403 : undefined;
}
