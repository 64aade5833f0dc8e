/** The hashes of digest authentication, and what they make of a password and a request. RFC 7616 §3.4, RFC 8760 §2.1. */
import { hash } from 'node:crypto';
import { encode, octets } from './octets.js';

/** As challenges name them, and as crypto does. */
const HASHES = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const;

export type Algorithm = keyof typeof HASHES;

export const ALGORITHMS = Object.keys(HASHES) as Algorithm[];

/** Of a request that is kept with its hash. */
const LONGEST_KEPT = 256;

const NOT_ASCII = /[^\0-\x7f]/;

/** The one of this name, in any case. */
export function algorithmNamed(name: string): Algorithm | undefined {
  const wanted = name.toUpperCase();
  return ALGORITHMS.find(algorithm => algorithm === wanted);
}

/** Of wire text: its characters are octets. Hexadecimal, lower case. */
export const digestOf = (algorithm: Algorithm, text: string): string =>
  hash(HASHES[algorithm], NOT_ASCII.test(text) ? Buffer.from(octets(text), 'latin1') : text, 'hex');

/** Hexadecimal digits of a hash. */
export const hashLength = (algorithm: Algorithm): number => (algorithm === 'MD5' ? 32 : 64);

/** Of values as the configuration has them, in Unicode. */
export const ha1 = (username: string, realm: string, secret: string, algorithm: Algorithm = 'MD5'): string =>
  digestOf(algorithm, encode(`${username}:${realm}:${secret}`));

/** What stands between nonce and request where the credentials have a qop; as they write it. */
export interface Counted {
  readonly nc: string;
  readonly cnonce: string;
  readonly qop: string;
}

/** What the client must send; without `counted`, as where a challenge offers no qop (RFC 7616 §3.4.1). `uri` as the credentials name it. */
export function digestResponse(
  ha1: string,
  nonce: string,
  method: string,
  uri: string,
  algorithm: Algorithm = 'MD5',
  counted?: Counted,
): string {
  const request = requestHash(algorithm, `${method}:${uri}`);
  const between = counted ? `:${counted.nc}:${counted.cnonce}:${counted.qop}` : '';
  return digestOf(algorithm, `${ha1}:${nonce}${between}:${request}`);
}

/** By algorithm, the request that was hashed last: phones of one place all register with the same. */
const latest = new Map<Algorithm, { readonly request: string; readonly hash: string }>();

function requestHash(algorithm: Algorithm, request: string): string {
  const known = latest.get(algorithm);
  if (known?.request === request) return known.hash;
  const made = digestOf(algorithm, request);
  if (request.length <= LONGEST_KEPT) latest.set(algorithm, { request, hash: made });
  return made;
}
