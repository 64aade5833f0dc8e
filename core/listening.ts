/** Opens an address for a service over TCP or TLS, or says in the operator's words why it cannot be listened on. */
import type { Server } from 'node:net';
import { LoadDeclined, messageOf } from './errors.js';
import type { Logger } from './logger.js';

/** What the operator reads of the address. */
export interface Listening {
  /** The service and its address. */
  readonly what: string;
  /** Where its address is said. */
  readonly file: string;
  /** Hears of what goes wrong later. */
  readonly log: Logger;
}

const words = (code: string | undefined, file: string): string | undefined =>
  new Map([
    ['EADDRINUSE', `address already in use; bind to another address or port in ${file}`],
    ['EADDRNOTAVAIL', 'this machine has no such address; bind to one that it has'],
    ['EACCES', 'permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE'],
  ]).get(code ?? '');

/** @throws LoadDeclined */
export async function listenOn(
  server: Server,
  { address, port }: { readonly address: string; readonly port: number },
  { what, file, log }: Listening,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new LoadDeclined(`${what}: ${words(cause.code, file) ?? cause.message}`)),
    );
    server.listen(port, address, resolve);
  });
  server.removeAllListeners('error');
  server.on('error', cause => log.warning(`${what}: ${messageOf(cause)}`));
}
