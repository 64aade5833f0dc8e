/** Whose a request is that comes from an address. */
import type { Protocol } from '../../modules/chan_sip/transport/transport.js';
import type { Peer } from '../../modules/chan_sip/user/peer.js';
import type { Peers } from '../../modules/chan_sip/user/peers.js';

/** `extension`: the user part of its Request-URI. */
export const peerAt = (
  peers: Peers,
  address: string,
  port: number,
  protocol: Protocol = 'udp',
  extension = '',
): Peer | undefined => peers.from({ address: { address, port }, protocol, extension });
