/** A port that was free a moment ago, for programs that must be told theirs, or must come back at the same one. */

import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Nobody has one of these by chance: the system gives out higher ones, to sockets of whatever else runs meanwhile. */
const LEAST = 2000;
const MOST = 10_000;

/** Free for datagrams and for connections. It is even, and the next one is free as well and nobody else's. */
export async function sparePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LEAST / 2, MOST / 2) * 2;
    const free = await Promise.all([port, port + 1].flatMap(one => [isFree(one), isFreeToListen(one)]));
    if (!free.includes(false)) return port;
  }
}

/** Even and odd ports of UDP in a row that were free a moment ago, below those that the system gives out. */
export async function spareRange(pairs: number): Promise<{ readonly start: number; readonly end: number }> {
  for (;;) {
    const start = randomInt(MOST / 2, MOST) * 2;
    const ports = Array.from({ length: 2 * pairs }, (_, at) => start + at);
    const free = await Promise.all(ports.map(isFree));
    if (!free.includes(false)) return { start, end: start + 2 * pairs - 1 };
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise(tell => {
    const socket = createSocket('udp4');
    socket.once('error', () => tell(false));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => socket.close(() => tell(true)));
  });

/** Whether a server may have it. */
export const isFreeToListen = (port: number): Promise<boolean> =>
  new Promise(tell => {
    const server = createServer();
    server.once('error', () => tell(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => tell(true)));
  });
