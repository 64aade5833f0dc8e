/** One address on which clients connect. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecure, type Server as SecureServer } from 'node:tls';
import { type Logger, listenOn, type TlsIdentity } from '#core';
import type { Wanted } from './read.js';

export interface ListenerParts {
  readonly log: Logger;
  /** Somebody connects; over TLS, before he has shown that he speaks it. @returns whether he may */
  arrived(socket: Socket): boolean;
  /** He may be served. */
  accept(socket: Socket, transport: 'TCP' | 'TLS'): void;
}

export class Listener {
  readonly wanted: Wanted;
  readonly #server: Server | SecureServer;

  private constructor(wanted: Wanted, identity: TlsIdentity | undefined, parts: ListenerParts) {
    this.wanted = wanted;
    const half = { allowHalfOpen: true };
    const server = identity ? createSecure({ ...identity.accepting, ...half }) : createServer(half);
    server.on('connection', (socket: Socket) => {
      const welcome = parts.arrived(socket);
      if (!welcome) socket.destroy();
      else if (!identity) parts.accept(socket, 'TCP');
    });
    server.on('secureConnection', (socket: Socket) => parts.accept(socket, 'TLS'));
    server.on('tlsClientError', (_cause, socket: Socket) => socket.destroy());
    this.#server = server;
  }

  /** @throws LoadDeclined in the operator's words */
  static async open(wanted: Wanted, identity: TlsIdentity | undefined, parts: ListenerParts): Promise<Listener> {
    const listener = new Listener(wanted, identity, parts);
    await listenOn(listener.#server, wanted, { what: describe(wanted), file: 'manager.conf', log: parts.log });
    return listener;
  }

  get bound(): Wanted {
    const { address, port } = this.#server.address() as AddressInfo;
    return { secure: this.wanted.secure, address, port };
  }

  /** For who connects from now on. */
  renew({ accepting }: TlsIdentity): void {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext(accepting);
  }

  /** Nobody connects any more; who is connected stays. */
  close(): void {
    this.#server.close();
  }
}

export const describe = ({ secure, address, port }: Wanted): string =>
  `${secure ? 'manager over TLS' : 'manager'} ${address.includes(':') ? `[${address}]` : address}:${port}`;
