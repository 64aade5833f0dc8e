/** Text from outside, made harmless for a log and for the terminal that shows it. */

/** Controls of ASCII and of Latin-1 (0x9b starts a terminal sequence too), line and paragraph separators, marks that turn the direction of text. */
const HARMFUL = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;
const HARMFUL_ALL = new RegExp(HARMFUL, 'g');

/** All but printable ASCII, and the two characters that end or escape a quoted value. */
const UNQUOTABLE = /[^\x20-\x7e]|["\\]/;
const UNQUOTABLE_ALL = new RegExp(UNQUOTABLE, 'g');

const escaped = (character: string): string => {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** The text with what a terminal would obey made visible: `\x1b`, `\x0d`. */
export const printable = (text: string): string => (HARMFUL.test(text) ? text.replaceAll(HARMFUL_ALL, escaped) : text);

/**
 * A value for between quotes. A quote becomes `\x22`, so that the value holds none at all: readers that know of no
 * escapes (`="[^"]*"`, as ban rules do) neither stop too early nor find a field that was made up.
 */
export const quotable = (text: string): string =>
  UNQUOTABLE.test(text) ? text.replaceAll(UNQUOTABLE_ALL, escaped) : text;
