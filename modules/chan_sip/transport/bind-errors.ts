/** Why an address cannot be listened on, in the operator's words, with what to do about it. */
import type { Endpoint, Protocol } from './transport.js';
import { formatEndpoint } from './transport.js';

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    "address already in use; 'ss -lnp' shows by which program: end that one, or bind to another address or port",
  EADDRNOTAVAIL: 'this machine has no such address; bind to one that it has, or to all of them with 0.0.0.0 or ::',
  EACCES: 'permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE, or use a higher port',
  EAFNOSUPPORT: 'this machine has no IPv6; bind to an IPv4 address',
  ERR_SOCKET_BAD_PORT: 'not a port; ports go up to 65535',
  ENOTFOUND: 'not an IP address; write it in numbers',
  EINVAL: 'the address cannot be bound to; a link-local IPv6 address needs its interface, as in fe80::1%eth0',
};

/** The error that opening `bind` ends with. */
export function bindError(
  protocol: Protocol,
  bind: Endpoint,
  cause: { readonly code?: string; readonly message?: string },
): Error {
  const words = (cause.code !== undefined && WORDS[cause.code]) || (cause.message ?? 'cannot be opened');
  return new Error(`${protocol} ${formatEndpoint(bind)}: ${words}`, { cause });
}
