/** The way to a device or to one of its contacts, when nothing on the way has to be looked up. */
import type { Flow } from '../transport/transport.js';
import type { Binding } from './binding.js';
import { directHop, nameOf } from './next-hop.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

/** Undefined when it is nowhere, or was bound to a connection that is no more (RFC 5626 §5.3). */
export function flowTo(site: Site, peer: Peer, binding: Binding | undefined): Flow | undefined {
  const hop = directHop(site, peer, binding);
  if (!hop) return undefined;
  const remote = { address: hop.host, port: hop.port };
  return binding?.traits?.flow ?? site.outward(hop.protocol, remote, nameOf(peer, hop.host));
}
