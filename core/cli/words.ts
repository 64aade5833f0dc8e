/** The words of a typed line: split at blanks, with quotes and backslashes. */

/** More words than this are a mistake, and refused. */
export const MOST_WORDS = 64;

export interface Words {
  readonly words: readonly string[];
  /** Whether the line ends within or directly behind a word: what completion goes on from. */
  readonly open: boolean;
}

const BLANK = /[ \t\r\n]/;

/** Splits a line. `"` opens and closes a quoted part, also within a word; a backslash takes the next character as it is. */
export function split(line: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  let escaped = false;
  for (const character of line) {
    if (escaped) {
      word = (word ?? '') + character;
      escaped = false;
    } else if (character === '\\') {
      word ??= '';
      escaped = true;
    } else if (character === '"') {
      word ??= '';
      quoted = !quoted;
    } else if (!quoted && BLANK.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return { words, open: word !== undefined };
}

/** The word as it must be typed to be read back as one word. */
export const typed = (word: string): string => (word === '' ? '""' : word.replace(/[\\" \t\r\n]/g, '\\$&'));
