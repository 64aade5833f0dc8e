/** The next hop towards a device: over which transport a request goes, and where to first (RFC 3261 §8.1.2, RFC 3327). */
import { isIP } from 'node:net';
import { parseAddress } from '../message/address.js';
import { ParseError } from '../message/parse-error.js';
import type { Uri } from '../message/uri.js';
import { PROTOCOLS } from '../options/values/transport.js';
import { type Binding, isUsable } from './binding.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';
import { type NextHop, proxyOf } from './way.js';

/**
 * Of a device, or of one of its contacts. The outbound proxy where it is forced, else the first of its Path, else the outbound proxy, else where the device is.
 * Undefined when nobody knows, or it can be reached no more.
 */
export function nextHop(site: Site, peer: Peer, binding: Binding | undefined): NextHop | undefined {
  const { protocol } = binding ?? peer;
  const outboundproxy = peer.get('outboundproxy');
  const proxy = proxyOf(outboundproxy, protocol);
  if (proxy && outboundproxy.force) return proxy;
  const path = binding?.path[0] === undefined ? undefined : uriOf(binding.path[0]);
  if (!path) return proxy ?? directHop(site, peer, binding);
  const asked = path.params.get('transport')?.toLowerCase();
  const over = PROTOCOLS.find(known => known === asked) ?? protocol;
  return { protocol: over, host: path.host, port: path.port };
}

/**
 * Straight to the device. One that registered over a connection is reached over that one, as long as it is there:
 * a NAT lets nobody open another, and at its address may be somebody else by now.
 */
export function directHop(
  site: Site,
  peer: Peer,
  binding: Binding | undefined,
): (NextHop & { port: number }) | undefined {
  const { address, protocol } = binding ?? peer;
  const at = binding?.connection ?? address;
  if (!at || (binding && !isReachable(site, binding))) return undefined;
  return { protocol, host: at.address, port: at.port };
}

/** A device by name may be several servers, of which its address is the first (RFC 3263 §4). */
export function namedHop(peer: Peer): NextHop | undefined {
  const { hostname, primary } = peer;
  if (hostname === undefined || proxyOf(peer.get('outboundproxy'), primary)) return undefined;
  return { protocol: primary, host: hostname, port: fixedPort(peer) };
}

/** As the file has it; undefined: SRV may name another. */
export const fixedPort = (peer: Peer): number | undefined => peer.get('port') || peer.get('host').port;

/** Whether there is a way to a contact still: one that came over a connection has no other (RFC 5626 §5.3). */
export const isReachable = ({ reaches }: Pick<Site, 'reaches'>, binding: Binding): boolean => {
  const { protocol, connection } = binding;
  return isUsable(binding) && (!connection || reaches(protocol, connection));
};

function uriOf(path: string): Uri | undefined {
  try {
    const { uri } = parseAddress(path);
    return uri.host === '' ? undefined : uri;
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return undefined;
  }
}

/** Whose certificate is asked for over TLS: the host as the operator wrote it. */
export const nameOf = (peer: Peer, host: string): string => (isIP(host) === 0 ? host : (peer.hostname ?? host));
