/** SIP over TLS (RFC 3261 §26.2.1): TCP with a handshake, under the certificate that was read last. */
import type { Socket } from 'node:net';
import { connect, createServer, type Server } from 'node:tls';
import type { TlsIdentity } from '#core';
import { bindError } from './bind-errors.js';
import { type Carrier, openStream } from './stream.js';
import { type Endpoint, formatEndpoint, type Open, type StreamParts } from './transport.js';

interface Waiting {
  ready(socket: Socket): void;
  failed(cause: Error): void;
}

class Tls implements Carrier {
  readonly protocol = 'tls';
  readonly proves = true;
  readonly connected = 'secureConnect';
  readonly #parts: StreamParts;
  /** Who shakes hands, and under which identity: it is replaced when that was read again. */
  #shaker: { readonly identity: TlsIdentity; readonly server: Server } | undefined;
  /** Sockets in their handshake, by their remote end. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  accept(socket: Socket, ready: Waiting['ready'], failed: Waiting['failed']): void {
    const key = keyOf(socket);
    this.#waiting.set(key, { ready, failed });
    socket.once('close', () => this.#waiting.delete(key));
    // Node documents it: a socket may be handed to a server as a connection of its own.
    this.#shake(this.#identity()).emit('connection', socket);
  }

  /** The certificate must be for the name, which is told the other end too; without one, for the address. */
  connect({ address, port }: Endpoint, localAddress: string | undefined, name: string | undefined): Socket {
    const named = name !== undefined && { servername: name };
    return connect({
      ...this.#identity().connecting,
      host: address,
      port,
      ...named,
      ...(localAddress && { localAddress }),
    });
  }

  #identity(): TlsIdentity {
    const identity = this.#parts.identity();
    if (!identity) throw new Error('TLS has no certificate: tlsenable is off in sip.conf');
    return identity;
  }

  #shake(identity: TlsIdentity): Server {
    if (this.#shaker?.identity === identity) return this.#shaker.server;
    const server = createServer(identity.accepting);
    server.on('secureConnection', socket => this.#waiting.get(keyOf(socket))?.ready(socket));
    server.on('tlsClientError', (cause, socket) => this.#waiting.get(keyOf(socket))?.failed(cause));
    this.#shaker = { identity, server };
    return server;
  }
}

const keyOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string =>
  formatEndpoint({ address: remoteAddress, port: remotePort });

export const openTls: Open = async (bind, up, parts) => {
  if (!parts.identity()) throw bindError('tls', bind, { message: 'no certificate was read' });
  return openStream(new Tls(parts), bind, up, parts);
};
