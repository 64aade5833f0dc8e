/** Where a request of ours goes: to the outbound proxy if there is one, else where its URI points (RFC 3261 §8.1.2). */
import { isIP } from 'node:net';
import type { Uri } from '../message/uri.js';
import type { General } from '../options/general.js';
import type { Proxy as OutboundProxy } from '../options/values/proxy.js';
import { PROTOCOLS } from '../options/values/transport.js';
import type { Family, Hop, How, Target } from '../transport/resolver/hop.js';
import type { Protocol } from '../transport/transport.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

/** What a URI says of its server; undefined when it is none of SIP, or names a transport that nobody speaks. */
export function targetOf({ scheme, host, port, params }: Uri): Target | undefined {
  if ((scheme !== 'sip' && scheme !== 'sips') || host === '') return undefined;
  const asked = params.get('transport')?.toLowerCase();
  const transport = PROTOCOLS.find(known => known === asked);
  return asked !== undefined && transport === undefined ? undefined : { scheme, host, port, transport };
}

/** The outbound proxy of a device, or of [general]; undefined when there is none. */
export function proxyOf({ general }: Site, peer?: Peer): OutboundProxy | undefined {
  const proxy = peer ? peer.get('outboundproxy') : general.outboundproxy;
  return proxy.host === '' ? undefined : proxy;
}

/**
 * The places to try, in their order; none when nothing is found. A proxy takes the target's place altogether: the
 * original sends the packet there and writes no Route.
 */
export function hopsTo(
  site: Site,
  target: Target,
  protocols: readonly Protocol[],
  proxy: OutboundProxy | undefined,
): Promise<readonly Hop[]> {
  const how = howTo(site.general, protocols);
  if (!proxy) return site.names.locator.locate(target, how);
  const { host, port, protocol: transport } = proxy;
  const allowed = transport === undefined || protocols.includes(transport) ? protocols : [transport];
  return site.names.locator.locate({ scheme: 'sip', host, port, transport }, { ...how, protocols: allowed });
}

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
