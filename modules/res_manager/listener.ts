/** One address on which clients connect. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecure, type Server as SecureServer } from 'node:tls';
import { LoadDeclined, type Logger, messageOf, type TlsIdentity } from '#core';
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
    const server = listener.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', cause => reject(new LoadDeclined(refusal(wanted, cause))));
      server.listen(wanted.port, wanted.address, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', cause => parts.log.warning(`${describe(wanted)}: ${messageOf(cause)}`));
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

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use; bind to another address or port in manager.conf',
  EADDRNOTAVAIL: 'this machine has no such address; bind to one that it has',
  EACCES: 'permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE',
};

const refusal = (wanted: Wanted, cause: NodeJS.ErrnoException): string =>
  `${describe(wanted)}: ${WORDS[cause.code ?? ''] ?? cause.message}`;
