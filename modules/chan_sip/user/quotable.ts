/** Header text as a log line may quote it, where ban tools read an address from the same line. */
import { decode, firstOctets } from '../message/octets.js';

/** The most of a header that a log line quotes. */
const MOST = 256;

/** Without quotes, backslashes and control characters: it can neither end its quotation nor begin another line. */
export const quotable = (text: string): string =>
  decode(firstOctets(text, MOST)).replace(
    /['\\\x00-\x1f\x7f-\x9f\u2028\u2029]/g,
    character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
