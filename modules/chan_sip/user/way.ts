/** The way of requests of ours: the outbound proxy before anything else, and how a server is looked for (RFC 3261 §8.1.2). */
import { isIP } from 'node:net';
import type { General } from '../options/general.js';
import type { Proxy as OutboundProxy } from '../options/values/proxy.js';
import type { Protocol } from '../options/values/transport.js';
import type { Family, How } from '../transport/resolver/hop.js';

/** Somebody to send to, whose host may be a name; undefined port: the name may lead to one. */
export interface NextHop {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number | undefined;
}

/** The outbound proxy: over its own transport, else over the one that is wanted. Undefined when there is none. */
export const proxyOf = ({ host, port, protocol }: OutboundProxy, wanted: Protocol): NextHop | undefined =>
  host === '' ? undefined : { protocol: protocol ?? wanted, host, port };

/** How a server is looked for that is reached over these. */
export const howTo = (general: General, protocols: readonly Protocol[]): How => ({
  protocols,
  srv: general.srvlookup,
  families: familiesOf(general),
});

/** Addresses that our sockets can send to: one that is bound to IPv4 reaches no other. */
function familiesOf({ udpbindaddr, tcpbindaddr, tlsbindaddr }: General): readonly Family[] {
  const v6 = [udpbindaddr, tcpbindaddr, tlsbindaddr].some(({ host }) => isIP(host) === 6);
  return v6 ? [4, 6] : [4];
}
