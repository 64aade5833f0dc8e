/** Wire text: a string whose characters are octets (latin1), and the ways in and out of it. Nothing here changes an octet on its way through. */
import { isUtf8 } from 'node:buffer';

/** What would end or forge a line, and what latin1 would fold into such an octet (U+010A is written as LF). */
const UNSAFE = /[\0\r\n\u0100-\uffff]/;
const BEYOND_LATIN1 = /[\u0100-\uffff]/;
const NOT_ASCII = /[^\0-\x7f]/;

/** Octets for a Unicode string: UTF-8, as RFC 3261 §7 wants it. For what comes from configuration, never for received text. */
export const encode = (text: string): string =>
  NOT_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;

/** A string to show for received text. Octets that are not UTF-8 are taken as latin1, which old phones send. */
export function decode(text: string): string {
  // What holds characters that are no octets is a string to show already.
  if (!NOT_ASCII.test(text) || BEYOND_LATIN1.test(text)) return text;
  const octets = Buffer.from(text, 'latin1');
  return isUtf8(octets) ? octets.toString('utf8') : text;
}

/** The octets that a text begins with, and no part of a letter: cut within one, none of it would be UTF-8 any more. */
export function firstOctets(text: string, most: number): string {
  let end = most;
  while (end > most - 3 && (text.charCodeAt(end) & 0xc0) === 0x80) end--;
  return text.slice(0, end);
}

/** Text that may hold any character as octets: a string that went through a text frame. */
export const octets = (text: string): string => (BEYOND_LATIN1.test(text) ? encode(text) : text);

/** What no identifier may hold: a tag, branch or Call-ID with it would come back as another. */
export const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;

/** A value as it may stand in a header: no NUL, CR or LF. */
export const clean = (text: string): string => (UNSAFE.test(text) ? octets(text).replace(/[\0\r\n]/g, ' ') : text);

/** A copy that does not keep the whole datagram alive: for text that is stored, as a slice holds on to what it was cut from. */
export const detach = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');
