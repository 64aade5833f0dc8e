/** The first line of a message: what is asked, or what is answered. RFC 3261 §7.1, §7.2. */
import { badRequest, ParseError } from './parse-error.js';
import { digits, isToken, trim } from './scan.js';

export interface StartLine {
  readonly kind: 'request' | 'response';
  /** '' for a response. */
  readonly method: string;
  readonly uri: string;
  readonly status: number;
  readonly reason: string;
  /** What is wrong with the line; the rest of the message is read all the same, to answer it. */
  readonly fault?: ParseError;
}

const VERSION = /^SIP\/\d{1,4}\.\d{1,4}$/i;

export const parseStartLine = (line: string): StartLine =>
  line.slice(0, 4).toUpperCase() === 'SIP/' ? parseStatusLine(line) : parseRequestLine(line);

function parseRequestLine(text: string): StartLine {
  // Deviates from RFC 3261 §7.1: blanks beyond one between the parts or at the end are passed over (RFC 4475 §3.1.2.9, §3.1.2.10).
  const line = trim(text);
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const method = first < 0 ? line : line.slice(0, first);
  const uri = first === last ? '' : trim(line.slice(first, last));
  const fault = requestFault(method, uri, last < 0 ? '' : line.slice(last + 1));
  return { kind: 'request', method, uri, status: 0, reason: '', ...(fault && { fault }) };
}

function requestFault(method: string, uri: string, version: string): ParseError | undefined {
  if (!isToken(method)) return badRequest('no SIP message');
  if (version !== 'SIP/2.0' && version.toUpperCase() !== 'SIP/2.0') {
    if (uri !== '' && VERSION.test(version))
      return new ParseError(505, 'Version Not Supported', 'another version of SIP');
    return badRequest('a request line that does not end in SIP/2.0');
  }
  return uri === '' ? badRequest('a request line without a URI') : undefined;
}

function parseStatusLine(line: string): StartLine {
  const blank = line.indexOf(' ');
  const end = line.indexOf(' ', blank + 1);
  const code = blank < 0 ? '' : line.slice(blank + 1, end < 0 ? line.length : end);
  const status = code.length === 3 ? (digits(code, 699) ?? 0) : 0;
  const reason = end < 0 ? '' : trim(line.slice(end + 1));
  const valid = line.slice(0, blank).toUpperCase() === 'SIP/2.0' && status >= 100;
  const parts = { kind: 'response', method: '', uri: '', status, reason } as const;
  return valid ? parts : { ...parts, fault: new ParseError(0, '', 'a response without a status from 100 to 699') };
}
