/** The header lines of a message: their places found in one pass, a name compared and a value cut out when asked for. RFC 3261 §7.3.1. */
import { type HeaderName, ONCE } from './headers.js';
import { isBlank, trim } from './scan.js';

const LF = 10;
const CR = 13;
const COLON = 58;
const NONE: readonly never[] = [];

/** Lines kept of one message, and the longest of them: what more or longer comes makes it a bad request. */
export const MOST_LINES = 256;
export const LONGEST_LINE = 8192;

export class HeaderLines {
  /** Where the body begins. */
  readonly bodyAt: number;
  readonly #text: string;
  /** Where each line starts, a folded one counting as one; last, where the lines end. */
  readonly #starts: number[] = [];
  /** The first octet of each, in lower case: what most comparisons end at. */
  readonly #letters: number[] = [];
  /** By line, what was asked for before: most values are needed to check a message and again to answer it. */
  readonly #values: (string | undefined)[] = [];
  #excess: string | undefined;

  /** Reads `text` from `start`, the first character after the start line. */
  constructor(text: string, start: number) {
    this.#text = text;
    this.bodyAt = this.#read(start);
  }

  /** Which limit was passed; the lines before that were read. */
  get excess(): string | undefined {
    return this.#excess;
  }

  /** The name of a header that stands twice and may not. */
  get repeated(): string | undefined {
    let seen = 0;
    for (let line = 0; line < this.#letters.length; line++) {
      for (const { key, name, bit } of ONCE[this.#letters[line]!] ?? NONE) {
        if (!this.#named(key, line)) continue;
        if (seen & bit) return name;
        seen |= bit;
      }
    }
    return undefined;
  }

  /** The first value of a header. */
  first(name: HeaderName): string | undefined {
    const line = this.#find(name, 0);
    return line < 0 ? undefined : (this.#values[line] ??= this.#value(line));
  }

  /** All values of a header, in order. */
  all(name: HeaderName): string[] {
    const values: string[] = [];
    for (let line = this.#find(name, 0); line >= 0; line = this.#find(name, line + 1)) {
      values.push((this.#values[line] ??= this.#value(line)));
    }
    return values;
  }

  #read(start: number): number {
    const text = this.#text;
    const starts = this.#starts;
    let at = start;
    let bodyAt = text.length;
    while (at < text.length) {
      // The line end is CRLF (RFC 3261 §7); a bare LF is taken for one, as many servers do.
      const code = text.charCodeAt(at);
      const empty = code === LF ? 1 : code === CR && text.charCodeAt(at + 1) === LF ? 2 : 0;
      if (empty > 0) {
        bodyAt = at + empty;
        break;
      }
      const end = this.#lineEnd(at);
      if (end - at > LONGEST_LINE) this.#excess = `a header line of more than ${LONGEST_LINE} octets`;
      if (starts.length === MOST_LINES) this.#excess = `more than ${MOST_LINES} header lines`;
      if (this.#excess !== undefined) break;
      starts.push(at);
      this.#letters.push(lowerCase(code));
      at = end + 1;
    }
    starts.push(at);
    return bodyAt;
  }

  /** Where the line feed of a line stands, past those that a blank follows. */
  #lineEnd(start: number): number {
    const text = this.#text;
    let end = text.indexOf('\n', start);
    while (end >= 0 && isBlank(text.charCodeAt(end + 1))) end = text.indexOf('\n', end + 1);
    return end < 0 ? text.length : end;
  }

  /** The first line of that name, from line `from` on; -1 when there is none. A line without a name is nobody's (RFC 3261 §8.2.2). */
  #find({ key, compact }: HeaderName, from: number): number {
    const letters = this.#letters;
    const long = key.charCodeAt(0);
    const short = compact === '' ? long : compact.charCodeAt(0);
    for (let line = from; line < letters.length; line++) {
      const letter = letters[line];
      if (letter === long && this.#named(key, line)) return line;
      if (letter === short && compact !== '' && this.#named(compact, line)) return line;
    }
    return -1;
  }

  /** Whether a line has this name: only SP and HTAB may stand before the colon (RFC 3261 §25.1, HCOLON). */
  #named(key: string, line: number): boolean {
    const text = this.#text;
    const start = this.#starts[line]!;
    for (let at = 1; at < key.length; at++) {
      if (lowerCase(text.charCodeAt(start + at)) !== key.charCodeAt(at)) return false;
    }
    let at = start + key.length;
    while (isBlank(text.charCodeAt(at))) at++;
    return text.charCodeAt(at) === COLON;
  }

  /** The value of a line that has a name: unfolded, without what surrounds it. */
  #value(line: number): string {
    const text = this.#text;
    let start = text.indexOf(':', this.#starts[line]) + 1;
    let end = this.#starts[line + 1]!;
    while (start < end && isSpace(text.charCodeAt(start))) start++;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
    const value = text.slice(start, end);
    return value.includes('\n') ? unfold(value) : value;
  }
}

/** Of ASCII alone: the other octets are no letters here. */
const lowerCase = (code: number): number => (code >= 65 && code <= 90 ? code | 32 : code);

/** A blank or part of a line end: what surrounds a value, folded or not. */
const isSpace = (code: number): boolean => isBlank(code) || code === LF || code === CR;

/** A line end with the blanks around it is worth one blank. */
const unfold = (value: string): string =>
  value
    .split(/\r?\n/)
    .map(trim)
    .filter(part => part !== '')
    .join(' ');
