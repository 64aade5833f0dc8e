/** SIP over TCP (RFC 3261 §18). */
import { connect } from 'node:net';
import { type Carrier, openStream } from './stream.js';
import type { Open } from './transport.js';

const tcp: Carrier = {
  protocol: 'tcp',
  proves: false,
  connected: 'connect',
  accept: (socket, ready) => ready(socket),
  connect: ({ address, port }, localAddress) => connect({ host: address, port, ...(localAddress && { localAddress }) }),
};

export const openTcp: Open = (bind, up, parts) => openStream(tcp, bind, up, parts);
