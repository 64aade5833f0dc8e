/** One address of the HTTP server: requests go to who serves their path. */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createSecure, type Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, type Logger, listenOn, messageOf, quotable, type TlsIdentity, traceOf } from '#core';
import type { Wanted } from './read.js';
import { type SessionLimits, Sessions } from './sessions.js';
import type { Bound, Route } from './token.js';

/** Times are kept by Sessions, over the clock of the core. */
const NO_TIMES = { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0, connectionsCheckingInterval: 3_600_000 };

type SNI = NonNullable<TlsIdentity['accepting']['SNICallback']>;

export interface ListenerParts {
  readonly clock: Clock;
  readonly log: Logger;
  limits(): SessionLimits;
  /** Whether that address is banned: what comes from there is dropped. */
  drops(address: string): boolean;
  /** How the server names itself. */
  name(): string;
  /** Who serves the path of a URL. */
  route(url: string): Route | undefined;
}

export class HttpListener {
  readonly wanted: Wanted;
  readonly #server: Server | SecureServer;
  readonly #parts: ListenerParts;
  readonly #sessions: Sessions;
  #identity: TlsIdentity | undefined;

  private constructor(wanted: Wanted, identity: TlsIdentity | undefined, parts: ListenerParts) {
    this.wanted = wanted;
    this.#parts = parts;
    this.#sessions = new Sessions(parts.clock, () => parts.limits());
    this.#identity = identity;
    // A server takes another context when it is told, and never another way to choose one.
    const SNICallback: SNI = (name, done) => {
      const choose = this.#identity?.accepting.SNICallback;
      if (choose) choose(name, done);
      else done(null);
    };
    const server = identity
      ? createSecure({ ...identity.accepting, SNICallback, ...NO_TIMES })
      : createServer(NO_TIMES);
    server.on('connection', (socket: Socket) => {
      if (this.#parts.drops(socket.remoteAddress ?? '')) socket.destroy();
      else this.#sessions.add(socket);
    });
    server.on('request', (request, response) => this.#request(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    // A client that speaks no TLS, or not ours.
    server.on('tlsClientError', (_cause, socket) => socket.destroy());
    this.#server = server;
  }

  /** @throws LoadDeclined in the operator's words */
  static async open(wanted: Wanted, identity: TlsIdentity | undefined, parts: ListenerParts): Promise<HttpListener> {
    const listener = new HttpListener(wanted, identity, parts);
    await listenOn(listener.#server, wanted, { what: describe(wanted), file: 'http.conf', log: parts.log });
    return listener;
  }

  get bound(): Bound {
    const { address, port } = this.#server.address() as AddressInfo;
    return { secure: this.wanted.secure, address, port };
  }

  /** For who connects from now on. */
  renew(identity: TlsIdentity): void {
    this.#identity = identity;
    if ('setSecureContext' in this.#server) this.#server.setSecureContext(identity.accepting);
  }

  /** Ends its connections too, whatever they became. */
  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    this.#sessions.close();
    await closed;
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    // He may be banned since he connected.
    if (this.#parts.drops(request.socket.remoteAddress ?? '')) {
      request.socket.destroy();
      return;
    }
    this.#sessions.asked(request, response);
    response.setHeader('Server', this.#parts.name());
    const route = this.#parts.route(request.url ?? '');
    if (!route) plain(response, 404);
    else if (route.request) this.#guarded(response, () => route.request?.(request, response));
    else plain(response, 426, { Upgrade: 'websocket', Connection: 'Upgrade' });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // From here on nobody else hears that the client broke off, and what nobody hears ends the process.
    socket.on('error', thrown =>
      this.#parts.log.debug(1, `upgrade for ${quotable(request.url ?? '')}: ${messageOf(thrown)}`),
    );
    const route = this.#parts.route(request.url ?? '');
    if (!route?.upgrade) {
      socket.once('finish', () => socket.destroy());
      socket.end(`HTTP/1.1 ${route ? 400 : 404} ${STATUS_CODES[route ? 400 : 404]}\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#sessions.upgraded(request.socket);
    this.#guarded(socket, () => route.upgrade?.(request, socket, head));
  }

  /** A route that throws is ours to log, and the end of that connection. */
  #guarded(end: { destroy(): unknown }, serve: () => void): void {
    try {
      serve();
    } catch (thrown) {
      this.#parts.log.error(traceOf(thrown));
      end.destroy();
    }
  }
}

const plain = (response: ServerResponse, status: number, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'Content-Type': 'text/plain', ...headers });
  response.end(`${status} ${STATUS_CODES[status]}\n`);
};

export const describe = ({ secure, address, port }: Wanted): string =>
  `${secure ? 'https' : 'http'} ${address.includes(':') ? `[${address}]` : address}:${port}`;
