/** What is banned with an address: of IPv6 the network of 64 bits, since whoever has one address of it has them all. */
import { isIPv4 } from 'node:net';
import { parseNetwork, wordsOf } from './network.js';

/** `192.0.2.1`, `2001:db8::/64`; undefined for what is no address. */
export function banNetwork(address: string): string | undefined {
  if (isIPv4(address)) return address;
  const words = wordsOf(address);
  if (!words) return undefined;
  const [word = 0] = words;
  if (words.length === 1) return [24, 16, 8, 0].map(shift => (word >>> shift) & 0xff).join('.');
  // The zone of an address is no part of its network.
  const [bare] = address.split('%');
  return parseNetwork(isTranslated(words) ? bare! : `${bare}/64`, () => undefined).text;
}

/** An IPv4 address behind a translator (RFC 6052 §2.1): all of IPv4 comes from one network there. */
const isTranslated = ([first, second, third]: readonly number[]): boolean =>
  first === 0x0064_ff9b && second === 0 && third === 0;
