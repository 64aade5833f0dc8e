/** Addresses: name-addr and addr-spec of From, To, Contact, Route, Path. RFC 3261 §20.10, §25.1. */
import { NO_PARAMS, Params, readParams } from './params.js';
import { badRequest } from './parse-error.js';
import { indexOutside, trim, unquote } from './scan.js';
import { parseUri, type Uri } from './uri.js';

export interface Address {
  /** What the quotes or the words before `<` say. */
  readonly display: string | undefined;
  readonly uri: Uri;
  /** Of the header, not of the URI. */
  readonly params: Params;
  readonly text: string;
  /** Whether the URI stood in `< >`. */
  readonly bracketed: boolean;
}

const LESS = 60;
const GREATER = 62;

/** `like`: a URI that may well be the same one, as the To of a REGISTER is its From. @throws ParseError */
export function parseAddress(text: string, like?: Uri): Address {
  const open = indexOutside(text, LESS);
  if (open < 0) return parseAddrSpec(text);
  const close = text.indexOf('>', open);
  if (close < 0) throw badRequest('an address with < but without >');
  const rest = trim(text.slice(close + 1));
  if (rest !== '' && rest[0] !== ';') throw badRequest('an address with text after >');
  const display = trim(text.slice(0, open));
  const uri = trim(text.slice(open + 1, close));
  return {
    display: display === '' ? undefined : unquote(display),
    // Deviates from RFC 3261 §25.1: blanks inside < > are taken off, as RFC 4475 §3.1.2.14 allows.
    uri: like?.text === uri ? like : parseUri(uri),
    params: readParams(rest),
    text,
    bracketed: true,
  };
}

/** Without brackets, all from the first semicolon on belongs to the header, and `?` or a comma is ambiguous (RFC 3261 §20). */
function parseAddrSpec(text: string): Address {
  const semicolon = text.indexOf(';');
  const spec = trim(semicolon < 0 ? text : text.slice(0, semicolon));
  if (indexOutside(text, GREATER) >= 0) throw badRequest('an address with > but without <');
  if (spec.includes('?') || spec.includes(',')) throw badRequest('a URI that needs < > around it');
  return {
    display: undefined,
    uri: parseUri(spec),
    params: readParams(semicolon < 0 ? '' : text.slice(semicolon)),
    text,
    bracketed: false,
  };
}

/** The header parameters of an address that may be unreadable otherwise. */
export function addressParams(text: string): Params {
  const open = indexOutside(text, LESS);
  const close = open < 0 ? 0 : text.indexOf('>', open);
  const semicolon = close < 0 ? -1 : text.indexOf(';', close);
  return semicolon < 0 ? NO_PARAMS : new Params(text.slice(semicolon));
}
