/** Whether two URIs are the same place, however they are written. RFC 3261 §19.1.4. */
import { ParseError } from './parse-error.js';
import { parseUri, type Uri } from './uri.js';

/** Parameters that, where only one has them, make two URIs different; `gr` by RFC 5627 §3.1.4. */
const DECISIVE = ['transport', 'user', 'ttl', 'method', 'maddr', 'gr'] as const;
const UNRESERVED = /[\w.!~*'()-]/;

export function isSameUri(a: Uri, b: Uri): boolean {
  if (a.text === b.text) return true;
  if (a.scheme !== b.scheme || (a.scheme !== 'sip' && a.scheme !== 'sips')) return false;
  return (
    a.port === b.port &&
    a.host.toLowerCase() === b.host.toLowerCase() &&
    isSamePart(a.user, b.user) &&
    isSamePart(a.password, b.password) &&
    haveSameParams(a, b) &&
    headersOf(a) === headersOf(b)
  );
}

/** As isSameUri() with a text that was a URI when it was stored. */
export function isSameUriText(text: string, uri: Uri): boolean {
  if (text === uri.text) return true;
  try {
    return isSameUri(parseUri(text), uri);
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return false;
  }
}

const isSamePart = (a: string | undefined, b: string | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && unescaped(a) === unescaped(b));

/** An escape stands for its character unless that has a meaning of its own. */
const unescaped = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (written, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(character) ? character : written.toUpperCase();
  });

const foldedValue = (value: string): string => unescaped(value).toLowerCase();

function haveSameParams(a: Uri, b: Uri): boolean {
  if (DECISIVE.some(name => a.params.has(name) !== b.params.has(name))) return false;
  for (const [name, value] of a.params.entries()) {
    const other = b.params.get(name);
    if (other !== undefined && foldedValue(other) !== foldedValue(value)) return false;
  }
  return true;
}

/** In one order: `a=1&b=2`, names in lower case. */
const headersOf = ({ headers }: Uri): string =>
  (headers ?? '')
    .split('&')
    .map(header => {
      const [name = '', ...value] = header.split('=');
      return `${unescaped(name).toLowerCase()}=${unescaped(value.join('='))}`;
    })
    .sort()
    .join('&');
