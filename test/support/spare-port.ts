/** A port that was free a moment ago, for programs that must be told theirs, or must come back at the same one. */

import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

export async function sparePort(): Promise<number> {
  const spare = createServer().listen(0, '127.0.0.1');
  await once(spare, 'listening');
  const { port } = spare.address() as { port: number };
  await new Promise<void>(closed => spare.close(() => closed()));
  return port;
}

/** Even and odd ports of UDP in a row that were free a moment ago, below those that the system gives out. */
export async function spareRange(pairs: number): Promise<{ readonly start: number; readonly end: number }> {
  for (;;) {
    const start = randomInt(5000, 10_000) * 2;
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
