/** The header lines of a message: where each value stands, found in one pass, cut out when asked for. RFC 3261 §7.3.1. */
import { headerKey, knownHeader } from './headers.js';
import { isBlank, TOKEN } from './scan.js';

const LF = 10;
const CR = 13;
const COLON = 58;

/** Lines kept of one message, and the longest of them: what more or longer comes makes it a bad request. */
export const MOST_LINES = 256;
export const LONGEST_LINE = 8192;

/** A line end that is followed by a blank continues the value. */
const FOLD = /\r?\n[ \t]+/g;

export class HeaderLines {
  readonly #text: string;
  /** Long names in lower case, by line. */
  readonly #keys: string[] = [];
  /** Start and end of each value, by line. */
  readonly #marks: number[] = [];
  #seen = 0;
  #repeated: string | undefined;
  #excess: string | undefined;
  #bodyAt: number;

  /** Reads `text` from `start`, the first character after the start line. */
  constructor(text: string, start: number) {
    this.#text = text;
    this.#bodyAt = this.#read(start);
  }

  /** Where the body begins. */
  get bodyAt(): number {
    return this.#bodyAt;
  }

  /** The name of a header that stands twice and may not. */
  get repeated(): string | undefined {
    return this.#repeated;
  }

  /** Which limit was passed; the lines before that were read. */
  get excess(): string | undefined {
    return this.#excess;
  }

  /** The first value of a header. */
  first(name: string): string | undefined {
    const line = this.#keys.indexOf(headerKey(name));
    return line < 0 ? undefined : this.#value(line);
  }

  /** All values of a header, in order. */
  all(name: string): string[] {
    const key = headerKey(name);
    const values: string[] = [];
    for (let line = this.#keys.indexOf(key); line >= 0; line = this.#keys.indexOf(key, line + 1)) {
      values.push(this.#value(line));
    }
    return values;
  }

  #value(line: number): string {
    const value = this.#text.slice(this.#marks[line * 2], this.#marks[line * 2 + 1]);
    return value.includes('\n') ? value.replace(FOLD, ' ') : value;
  }

  #read(start: number): number {
    const text = this.#text;
    let at = start;
    while (at < text.length) {
      // The line end is CRLF (RFC 3261 §7); a bare LF is taken for one, as many servers do.
      const code = text.charCodeAt(at);
      if (code === LF) return at + 1;
      if (code === CR && text.charCodeAt(at + 1) === LF) return at + 2;
      let end = text.indexOf('\n', at);
      while (end >= 0 && isBlank(text.charCodeAt(end + 1))) end = text.indexOf('\n', end + 1);
      if (end < 0) end = text.length;
      if (end - at > LONGEST_LINE) this.#excess = `a header line of more than ${LONGEST_LINE} octets`;
      if (this.#keys.length === MOST_LINES) this.#excess = `more than ${MOST_LINES} header lines`;
      if (this.#excess !== undefined) return text.length;
      this.#add(at, end);
      at = end + 1;
    }
    return text.length;
  }

  /** A line without a name is no header and is passed over: RFC 3261 §8.2.2 wants malformed headers ignored. */
  #add(start: number, end: number): void {
    const text = this.#text;
    let at = start;
    while (TOKEN[text.charCodeAt(at)]) at++;
    const nameEnd = at;
    while (isBlank(text.charCodeAt(at))) at++;
    if (nameEnd === start || text.charCodeAt(at) !== COLON) return;
    const spelling = text.slice(start, nameEnd);
    const known = knownHeader(spelling);
    if (known) this.#count(known.once, known.long);
    this.#keys.push(known?.key ?? spelling.toLowerCase());
    this.#mark(at + 1, end);
  }

  #count(once: number, name: string): void {
    if (this.#seen & once) this.#repeated ??= name;
    this.#seen |= once;
  }

  #mark(start: number, end: number): void {
    let from = start;
    let to = end;
    while (from < to && isSpace(this.#text.charCodeAt(from))) from++;
    while (to > from && isSpace(this.#text.charCodeAt(to - 1))) to--;
    this.#marks.push(from, to);
  }
}

/** A blank or part of a line end: what surrounds a value, folded or not. */
const isSpace = (code: number): boolean => isBlank(code) || code === LF || code === CR;
