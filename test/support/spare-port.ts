/** A port that was free a moment ago, for programs that must be told theirs, or must come back at the same one. */

import { once } from 'node:events';
import { createServer } from 'node:net';

export async function sparePort(): Promise<number> {
  const spare = createServer().listen(0, '127.0.0.1');
  await once(spare, 'listening');
  const { port } = spare.address() as { port: number };
  await new Promise<void>(closed => spare.close(() => closed()));
  return port;
}
