/** Finding one's way in a header value: white space, quoted strings, comma lists, numbers. RFC 3261 §25.1. */

const HTAB = 9;
const SP = 32;
const QUOTE = 34;
const COMMA = 44;
const ZERO = 48;
const LESS = 60;
const GREATER = 62;
const BACKSLASH = 92;

/** By octet, 1 where a token may hold it. */
export const TOKEN = new Uint8Array(256);
for (const character of "-.!%*_+`'~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  TOKEN[character.charCodeAt(0)] = 1;
}

export function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!TOKEN[text.charCodeAt(at)]) return false;
  return text.length > 0;
}

export const isBlank = (code: number): boolean => code === SP || code === HTAB;

/** Without blanks at both ends. Not String.trim: that would take the octet A0 too, which ends letters in UTF-8. */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Where the quoted string that opens at `from` closes; -1 when it does not. */
export function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return -1;
}

/** Whether a quoted string begins and never ends. */
export function hasOpenQuote(text: string): boolean {
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    at = closingQuote(text, at);
    if (at < 0) return true;
  }
  return false;
}

/** Where `wanted` first stands outside quoted strings; -1 when nowhere. An open quote hides all that follows. */
export function indexOutside(text: string, wanted: number, from = 0): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === wanted) return at;
    if (code === QUOTE) {
      at = closingQuote(text, at);
      if (at < 0) return -1;
    }
  }
  return -1;
}

/** Where a comma first separates: outside quoted strings and angle brackets. -1 when nowhere. */
export function indexOfComma(text: string, from = 0): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA) return at;
    if (code === QUOTE || code === LESS) {
      at = code === QUOTE ? closingQuote(text, at) : indexOutside(text, GREATER, at + 1);
      if (at < 0) return -1;
    }
  }
  return -1;
}

/** The members of a comma list; empty ones are left out (RFC 3261 §7.3.1). */
export function splitList(text: string): string[] {
  const members: string[] = [];
  for (let start = 0; start <= text.length; ) {
    const comma = indexOfComma(text, start);
    const end = comma < 0 ? text.length : comma;
    const member = trim(text.slice(start, end));
    if (member !== '') members.push(member);
    start = end + 1;
  }
  return members;
}

/** What a quoted string says; any other text as it is. */
export function unquote(text: string): string {
  if (text.charCodeAt(0) !== QUOTE) return text;
  const end = closingQuote(text, 0);
  const inside = text.slice(1, end < 0 ? text.length : end);
  return inside.includes('\\') ? inside.replace(/\\([\s\S])/g, '$1') : inside;
}

/** A number of decimal digits alone, up to `most`; undefined for anything else, however long it is. */
export function digits(text: string, most: number): number | undefined {
  if (text === '') return undefined;
  let number = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
    if (number > most) return undefined;
  }
  return number;
}
