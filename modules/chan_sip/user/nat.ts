/** NAT as a request shows it, an address in its Via that is not where it came from; and where that leaves its device. */
import { isIP } from 'node:net';
import { wordsOf } from '#core';
import type { Message } from '../message/message.js';
import type { Flow } from '../transport/transport.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

/** Ports do not count, nor does a host that is a name. */
export function natSeen(request: Message, flow: Pick<Flow, 'remote'>): boolean {
  const { host } = request.via;
  const { address } = flow.remote;
  return host !== address && isIP(host) !== 0 && !sameAddress(host, address);
}

/** What keeps a device that registers from an address: contactacl and its like, dynamic_exclude_static. */
export function barrierAt(
  { acls, general, reserved }: Site,
  peer: Peer,
  address: string,
): 'reserved' | 'contactacl' | undefined {
  if (reserved.has(address)) return 'reserved';
  const allowed = acls.allows(general.contactacl, address) && acls.allows(peer.get('contactacl'), address);
  return allowed ? undefined : 'contactacl';
}

/**
 * With auto_force_rport a device that is registered is where its last request came from that went through a NAT and
 * proved its password: its NAT has given it another port or address since.
 */
export function follow(site: Site, peer: Peer, request: Message, flow: Flow): void {
  const { binding, address } = peer;
  const { remote, reliable, protocol } = flow;
  // One that is in the database alone is made anew for each request: there is nobody to move.
  if (site.peers.get(peer.name) !== peer) return;
  // Of several contacts nobody can say which it was, and one that asked for its connection stays with that.
  if (!binding || peer.others || binding.traits?.flow) return;
  if (binding.protocol !== protocol || binding.path.length > 0) return;
  if (!peer.get('nat').autoForceRport || !natSeen(request, flow)) return;
  if (address?.address === remote.address && address.port === remote.port) return;
  if (barrierAt(site, peer, remote.address)) return;
  peer.natDetected = true;
  binding.address = remote;
  binding.connection = reliable ? remote : undefined;
  peer.follow();
  site.peers.moved(peer);
}

/** Whether two texts are one address: `2001:DB8::1` and `2001:db8:0::1`, `::ffff:192.0.2.1` and `192.0.2.1`. */
function sameAddress(one: string, other: string): boolean {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  return a !== undefined && b !== undefined && a.length === b.length && a.every((word, at) => word === b[at]);
}
