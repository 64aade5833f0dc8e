/** URIs: sip, sips and tel are taken apart, others are kept whole. RFC 3261 §19.1, RFC 5118 for IPv6. */
import { NO_PARAMS, Params } from './params.js';
import { badRequest } from './parse-error.js';
import { digits, trim } from './scan.js';

export interface Uri {
  /** In lower case. */
  readonly scheme: string;
  /** As written, %-escapes and all; undefined when there is none. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** An IPv6 address has no brackets here. '' for tel and for schemes we do not know. */
  readonly host: string;
  readonly port: number | undefined;
  readonly params: Params;
  /** What follows `?`. */
  readonly headers: string | undefined;
  readonly text: string;
}

export interface HostPort {
  readonly host: string;
  readonly port: number | undefined;
}

const SCHEME = /^[a-z][a-z0-9+.-]*$/i;
/** What cannot stand in any URI: blanks, control characters, the delimiters of a header (RFC 4475 §3.1.2.7, §3.1.2.8). */
const NEVER = /[\0- \x7f<>"]/;
const NOT_A_NAME = /[\0- \x7f<>"()[\]{}|\\^`,;:/?@%]/;
/** Deviates from RFC 3261 §25.1: any run of colons is let through, as RFC 5118 §4.10 advises; a zone may follow. */
const IPV6 = /^[0-9a-f:.]+(?:%[\w.~-]+)?$/i;

/** @throws ParseError for what is no URI. */
export function parseUri(text: string): Uri {
  if (NEVER.test(text)) throw badRequest('a character that no URI may hold');
  // Nearly all begin so: no more than a comparison is needed to know it.
  if (text.startsWith('sip:')) return parseSip(text, 'sip');
  const written = text.slice(0, Math.max(text.indexOf(':'), 0));
  if (!SCHEME.test(written)) throw badRequest('a URI without a scheme');
  const scheme = written.toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return parseSip(text, scheme);
  const tel = scheme === 'tel' ? cut(text, scheme.length + 1) : undefined;
  return {
    scheme,
    user: tel && text.slice(scheme.length + 1, tel.end),
    password: undefined,
    host: '',
    port: undefined,
    params: tel?.params ?? NO_PARAMS,
    headers: tel?.headers,
    text,
  };
}

function parseSip(text: string, scheme: string): Uri {
  const start = scheme.length + 1;
  // The user part may hold `;` and `?` (RFC 3261 §25.1), what follows may not hold `@`: so the first `@` decides.
  const at = text.indexOf('@', start);
  const colon = at < 0 ? -1 : text.indexOf(':', start);
  const password = colon >= 0 && colon < at ? text.slice(colon + 1, at) : undefined;
  const user = at < 0 ? '' : text.slice(start, password === undefined ? at : colon);
  const { end, params, headers } = cut(text, at < 0 ? start : at + 1);
  const { host, port } = parseHostPort(text.slice(at < 0 ? start : at + 1, end));
  return { scheme, user: user === '' ? undefined : user, password, host, port, params, headers, text };
}

/** Where the part that begins at `from` ends, and the parameters and headers that follow it. */
function cut(text: string, from: number): { end: number; params: Params; headers: string | undefined } {
  const question = text.indexOf('?', from);
  const stop = question < 0 ? text.length : question;
  const semicolon = text.indexOf(';', from);
  const end = semicolon < 0 || semicolon > stop ? stop : semicolon;
  return {
    end,
    params: end === stop ? NO_PARAMS : new Params(text.slice(end, stop), percentDecode),
    headers: question < 0 ? undefined : text.slice(question + 1),
  };
}

/** `host`, `host:port`, `[v6]`, `[v6]:port`, of a URI or a Via. @throws ParseError */
export function parseHostPort(text: string): HostPort {
  const bracket = text.charCodeAt(0) === 91 ? text.indexOf(']') : -1;
  const colon = text.indexOf(':', bracket < 0 ? 0 : bracket);
  const name = trim(colon < 0 ? text : text.slice(0, colon));
  const host = bracket < 0 ? name : name.slice(1, -1);
  const valid = bracket < 0 ? host !== '' && !NOT_A_NAME.test(host) : name.length === bracket + 1 && IPV6.test(host);
  if (!valid) throw badRequest('a host that is neither a name nor an address');
  if (colon < 0) return { host, port: undefined };
  const port = digits(trim(text.slice(colon + 1)), 65_535);
  if (!port) throw badRequest('a port that is not between 1 and 65535');
  return { host, port };
}

/** `host:port` for a URI or an address to show; an IPv6 address gets its brackets. */
export const hostPort = (host: string, port?: number): string => {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
};

/** What a user part cannot hold as it is: RFC 3261 §25.1. */
const NO_USER = /[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g;

/** Octets as the user part of a URI, or with what `not` leaves in another part. */
export const percentEncode = (text: string, not = NO_USER): string =>
  text.replace(not, octet => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

/** %-escapes resolved, to octets; what is no escape stays. Never throws. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
