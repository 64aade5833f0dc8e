/** The headers of digest authentication: challenges and credentials, read and written. RFC 7616 §3.3 and §3.4, RFC 3261 §22. */
import type { Algorithm } from './digest-algorithm.js';
import { encode } from './octets.js';
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

/** What somebody asks us for. */
export interface Asked {
  /** Octets, as all of it. */
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly stale: boolean;
  readonly algorithm: string | undefined;
  readonly qop: string | undefined;
}

const LONGEST = 8192;
const MOST_FIELDS = 32;
const COMMA = 44;
/** As nearly every header of credentials begins. */
const USUAL = 'Digest ';
const SCHEME = /^[ \t]*Digest[ \t]+/i;

/** The value of Authorization; undefined for another scheme, or when it names none of what we look for. */
export function parseCredentials(header: string | undefined): Credentials | undefined {
  const fields = parseDigest(header);
  if (!fields) return undefined;
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

/** The value of WWW-Authenticate or Proxy-Authenticate; undefined for another scheme, or when it has no realm or nonce. */
export function parseAsked(header: string | undefined): Asked | undefined {
  const fields = parseDigest(header);
  const realm = fields?.get('realm');
  const nonce = fields?.get('nonce');
  if (!fields || realm === undefined || nonce === undefined) return undefined;
  return {
    realm,
    nonce,
    opaque: fields.get('opaque'),
    stale: fields.get('stale')?.toLowerCase() === 'true',
    algorithm: fields.get('algorithm'),
    qop: fields.get('qop'),
  };
}

function parseDigest(header: string | undefined): Map<string, string> | undefined {
  if (header === undefined || header.length > LONGEST) return undefined;
  const start = header.startsWith(USUAL) ? USUAL.length : SCHEME.exec(header)?.[0].length;
  return start === undefined ? undefined : readFields(header, start);
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

/** The value of Authorization, in the order of chan_sip: what is optional stands at the end. */
export function formatCredentials(sent: Credentials): string {
  const { username, realm, algorithm, uri, nonce, response, opaque, qop, cnonce = '', nc = '' } = sent;
  const first = `username=${quoted(username)}, realm=${quoted(realm)}, algorithm=${algorithm}`;
  const kept = opaque === undefined ? '' : `, opaque=${quoted(opaque)}`;
  const counted = qop === undefined ? '' : `, qop=${qop}, cnonce=${quoted(cnonce)}, nc=${nc}`;
  return `Digest ${first}, uri=${quoted(uri)}, nonce=${quoted(nonce)}, response="${response}"${kept}${counted}`;
}

/** What our challenges say beside the realm and the nonce. */
export interface Wanted {
  readonly algorithm: Algorithm;
  readonly qop: boolean;
  readonly stale: boolean;
}

/** The value of WWW-Authenticate. */
export const challenge = (realm: string, nonce: string, { algorithm, qop, stale }: Wanted): string =>
  `Digest algorithm=${algorithm}, realm=${quoted(encode(realm))}, nonce="${nonce}"${qop ? ', qop="auth"' : ''}${stale ? ', stale=true' : ''}`;

const ESCAPED = /["\\]/g;
const quoted = (text: string): string =>
  text.includes('"') || text.includes('\\') ? `"${text.replace(ESCAPED, '\\$&')}"` : `"${text}"`;

/** Whether what came, in any case, is our hash in hexadecimal; in time that does not depend on where they differ. */
export function sameHash(ours: string, came: string): boolean {
  if (ours.length !== came.length) return false;
  const other = came.toLowerCase();
  let difference = 0;
  for (let at = 0; at < ours.length; at++) difference |= ours.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}
