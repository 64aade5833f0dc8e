/** From a datagram to a Message: reads the head in one pass and checks what every message must have. RFC 3261 §7, §8.2, §18.3. */
import { headerName } from './headers.js';
import { HeaderLines, LONGEST_LINE } from './lines.js';
import { Message } from './message.js';
import { CONTROL, octets } from './octets.js';
import { badRequest, ParseError } from './parse-error.js';
import { digits } from './scan.js';
import { parseStartLine, type StartLine } from './start-line.js';

export { ParseError } from './parse-error.js';

const CONTENT_LENGTH = headerName('Content-Length');

/** The longest message that is looked at: the largest datagram. */
const LONGEST_MESSAGE = 65_536;

const LF = 10;
const CR = 13;

/** @throws ParseError, and nothing else, for what is no message. */
export const parse = (data: Buffer | string): Message => read(data, bodyLength);

/** A message of which the head alone was kept: how long its body was does not matter. @throws ParseError */
export const parseHead = (text: string): Message => read(text, () => 0);

function read(data: Buffer | string, lengthOf: typeof bodyLength): Message {
  if (data.length > LONGEST_MESSAGE) throw new ParseError(0, '', `a message of more than ${LONGEST_MESSAGE} octets`);
  const text = typeof data === 'string' ? octets(data) : data.toString('latin1');
  const start = skipEmptyLines(text);
  if (start === text.length) throw new ParseError(0, '', 'nothing but empty lines');
  const lineFeed = text.indexOf('\n', start);
  const lineEnd = lineFeed < 0 ? text.length : lineFeed;
  const first = parseStartLine(text.slice(start, text.charCodeAt(lineEnd - 1) === CR ? lineEnd - 1 : lineEnd));
  const lines = new HeaderLines(text, lineEnd + 1);
  const length = lengthOf(lines, text.length - lines.bodyAt);
  const body = length ? text.slice(lines.bodyAt, lines.bodyAt + length) : '';
  const message = new Message(text.slice(start, lines.bodyAt), first, lines, body);
  check(message, first, lines, lineEnd - start, length);
  return message;
}

/** Empty lines before a message are passed over: RFC 3261 §7.5. */
function skipEmptyLines(text: string): number {
  let at = 0;
  while (text.charCodeAt(at) === CR || text.charCodeAt(at) === LF) at++;
  return at;
}

/** Octets of the body; undefined when Content-Length is no number or more than came (RFC 3261 §18.3). */
function bodyLength(lines: HeaderLines, present: number): number | undefined {
  const stated = lines.first(CONTENT_LENGTH);
  return stated === undefined ? present : digits(stated, present);
}

function check(message: Message, first: StartLine, lines: HeaderLines, lineLength: number, length?: number): void {
  try {
    if (first.fault) throw first.fault;
    if (lineLength > LONGEST_LINE) throw badRequest(`a start line of more than ${LONGEST_LINE} octets`);
    if (lines.excess) throw badRequest(lines.excess);
    if (lines.repeated) throw badRequest(`more than one ${lines.repeated}`);
    if (length === undefined) throw badRequest('a Content-Length that does not fit what came');
    checkHeaders(message);
  } catch (error) {
    throw error instanceof ParseError ? refused(error, message) : error;
  }
}

/** Reads what every message must have (RFC 3261 §8.1.1), so that reading it later cannot fail. */
function checkHeaders(message: Message): void {
  void message.via;
  void message.from;
  void message.to;
  void message.cseq;
  if (CONTROL.test(message.callId)) throw badRequest('a Call-ID with control characters');
  if (message.kind === 'response') return;
  void message.requestUri;
  if (message.cseq.method !== message.method) throw badRequest('a CSeq with another method than the request');
}

/** A response and an ACK are never answered (RFC 3261 §17). */
function refused({ status, reason, detail }: ParseError, message: Message): ParseError {
  const silent = message.kind === 'response' || message.method === 'ACK';
  return new ParseError(silent ? 0 : status, reason, detail, message);
}
