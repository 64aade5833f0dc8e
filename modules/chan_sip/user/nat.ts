/** NAT as a request shows it: an address in its Via that is not where it came from. */
import { isIP } from 'node:net';
import { wordsOf } from '#core';
import type { Message } from '../message/message.js';
import type { Flow } from '../transport/transport.js';

/** Ports do not count, nor does a host that is a name. */
export function natSeen(request: Message, flow: Flow): boolean {
  const { host } = request.via;
  const { address } = flow.remote;
  return host !== address && isIP(host) !== 0 && !sameAddress(host, address);
}

/** Whether two texts are one address: `2001:DB8::1` and `2001:db8:0::1`, `::ffff:192.0.2.1` and `192.0.2.1`. */
function sameAddress(one: string, other: string): boolean {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  return a !== undefined && b !== undefined && a.length === b.length && a.every((word, at) => word === b[at]);
}
