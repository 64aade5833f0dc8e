/** One question on its way to one name server: a socket of its own, so that its port is as hard to guess as its id. */
import { createSocket } from 'node:dgram';
import { connect, isIP } from 'node:net';
import type { Endpoint } from '../transport.js';

export interface Hears {
  /** Something came; it may be anybody's. */
  data(answer: Buffer): void;
  failed(cause: Error): void;
}

/** Sends a question, and goes on hearing until it is closed; nothing is heard before it returns. Never throws. */
export type Exchange = (server: Endpoint, query: Buffer, hears: Hears) => { close(): void };

/** The system passes on what comes from that server alone, and tells when nobody listens there. */
export const overUdp: Exchange = ({ address, port }, query, hears) => {
  const family = isIP(address);
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    lookup: (place, _options, done) => done(null, place, family),
  });
  let open = true;
  socket.on('error', cause => open && hears.failed(cause));
  socket.on('message', data => open && hears.data(data));
  // Without a callback a failure comes as the error it is.
  socket.on('connect', () => open && socket.send(query));
  socket.connect(port, address);
  return {
    close() {
      if (!open) return;
      open = false;
      socket.close();
    },
  };
};

const LENGTH = 2;

/** RFC 7766: each message is preceded by its length. */
export const overTcp: Exchange = ({ address, port }, query, hears) => {
  const socket = connect({ host: address, port });
  let open = true;
  let heard = Buffer.alloc(0);
  const head = Buffer.alloc(LENGTH);
  head.writeUInt16BE(query.length);
  socket.on('error', cause => open && hears.failed(cause));
  socket.on('close', () => open && hears.failed(new Error('connection closed')));
  socket.on('data', data => {
    heard = Buffer.concat([heard, data]);
    while (open && heard.length >= LENGTH) {
      const end = LENGTH + heard.readUInt16BE(0);
      if (heard.length < end) return;
      const message = heard.subarray(LENGTH, end);
      heard = heard.subarray(end);
      hears.data(message);
    }
  });
  socket.write(Buffer.concat([head, query]));
  return {
    close() {
      open = false;
      socket.destroy();
    },
  };
};
