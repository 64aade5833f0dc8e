/** Random octets for tags, branches and sources: taken from a store, since each call of the system's generator costs far more than it gives. */
import { randomFillSync } from 'node:crypto';

/** Octets that are fetched at once. */
const STORE = 4096;

const store = Buffer.allocUnsafe(STORE);
let used = STORE;

/** Octets that nobody can foresee, as a string. @param octets at most 4096 */
export function randomOctets(octets: number, encoding: 'hex' | 'base64url'): string {
  if (used + octets > STORE) {
    randomFillSync(store);
    used = 0;
  }
  used += octets;
  const text = store.toString(encoding, used - octets, used);
  // What was given out is not left to be read.
  store.fill(0, used - octets, used);
  return text;
}

/** `octets` of them in hexadecimal: twice as many characters. */
export const randomHex = (octets: number): string => randomOctets(octets, 'hex');
