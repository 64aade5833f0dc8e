/** Digest authentication with MD5: reading credentials, checking them, asking for them. RFC 2617, RFC 3261 §22. */
import { hash } from 'node:crypto';
import { encode, octets } from './octets.js';
import { indexOutside, trim, unquote } from './scan.js';

export interface Credentials {
  /** '' where the header does not name it, as for the four that follow. */
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: string | undefined;
  readonly qop: string | undefined;
  readonly nc: string | undefined;
  readonly cnonce: string | undefined;
  readonly opaque: string | undefined;
}

const LONGEST = 8192;
const MOST_FIELDS = 32;
const COMMA = 44;
/** As nearly every header of credentials begins. */
const USUAL = 'Digest ';
const SCHEME = /^[ \t]*Digest[ \t]+/i;
const NOT_ASCII = /[^\0-\x7f]/;

/** The value of Authorization; undefined for another scheme, or when it names none of what we look for. */
export function parseCredentials(header: string | undefined): Credentials | undefined {
  if (header === undefined || header.length > LONGEST) return undefined;
  const start = header.startsWith(USUAL) ? USUAL.length : SCHEME.exec(header)?.[0].length;
  if (start === undefined) return undefined;
  const fields = readFields(header, start);
  if (!fields.has('username') && !fields.has('nonce') && !fields.has('response')) return undefined;
  return {
    username: fields.get('username') ?? '',
    realm: fields.get('realm') ?? '',
    nonce: fields.get('nonce') ?? '',
    uri: fields.get('uri') ?? '',
    response: fields.get('response') ?? '',
    algorithm: fields.get('algorithm'),
    qop: fields.get('qop'),
    nc: fields.get('nc'),
    cnonce: fields.get('cnonce'),
    opaque: fields.get('opaque'),
  };
}

/** `name=value` and `name="value"` between commas. Of a name given twice the first counts, so that nothing added behind it does. */
function readFields(text: string, from: number): Map<string, string> {
  const fields = new Map<string, string>();
  for (let start = from; start < text.length && fields.size < MOST_FIELDS; ) {
    const comma = indexOutside(text, COMMA, start);
    const end = comma < 0 ? text.length : comma;
    const field = text.slice(start, end);
    const equals = field.indexOf('=');
    const name = equals < 0 ? '' : trim(field.slice(0, equals)).toLowerCase();
    if (name !== '' && !fields.has(name)) fields.set(name, unquote(trim(field.slice(equals + 1))));
    start = end + 1;
  }
  return fields;
}

/** Of wire text: its characters are octets. Hexadecimal, lower case. */
export const md5 = (text: string): string =>
  hash('md5', NOT_ASCII.test(text) ? Buffer.from(octets(text), 'latin1') : text, 'hex');

/** Of values as the configuration has them, in Unicode. */
export const ha1 = (username: string, realm: string, secret: string): string =>
  md5(encode(`${username}:${realm}:${secret}`));

/** What the client must send: without qop, as our challenge offers none (RFC 2617 §3.2.2.1). `uri` as the credentials name it. */
export const digestResponse = (ha1: string, nonce: string, method: string, uri: string): string =>
  md5(`${ha1}:${nonce}:${md5(`${method}:${uri}`)}`);

/** The value of WWW-Authenticate. */
export const challenge = (realm: string, nonce: string, stale: boolean): string =>
  `Digest algorithm=MD5, realm="${encode(realm).replace(/["\\]/g, '\\$&')}", nonce="${nonce}"${stale ? ', stale=true' : ''}`;

/** Whether two hashes in hexadecimal are the same, in time that does not depend on where they differ. */
export function sameHash(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  let difference = 0;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}
