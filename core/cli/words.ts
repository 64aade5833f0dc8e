/** The words of a typed line: split at blanks, with quotes and backslashes. */

/** More words than this are a mistake, and refused. */
export const MOST_WORDS = 64;

export interface Words {
  readonly words: readonly string[];
  /** Of each word, where it begins in the line. */
  readonly starts: readonly number[];
  /** Of each word, where it ends in the line. */
  readonly ends: readonly number[];
  /** Of each word, whether it was typed without quotes and backslashes. */
  readonly plain: readonly boolean[];
  /** Whether the line ends within or directly behind a word: what completion goes on from. */
  readonly open: boolean;
}

const BLANK = /[ \t\r\n]/;

/** Splits a line. `"` opens and closes a quoted part, also within a word; a backslash takes the next character as it is. */
export function split(line: string): Words {
  const words: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const plain: boolean[] = [];
  let word: string | undefined;
  let quoted = false;
  let escaped = false;
  const begin = (at: number): void => {
    if (word !== undefined) return;
    word = '';
    starts.push(at);
    plain.push(true);
  };
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at]!;
    if (escaped) {
      word += character;
      escaped = false;
    } else if (character === '\\' || character === '"') {
      begin(at);
      plain[plain.length - 1] = false;
      if (character === '"') quoted = !quoted;
      else escaped = true;
    } else if (!quoted && BLANK.test(character)) {
      if (word !== undefined) {
        words.push(word);
        ends.push(at);
      }
      word = undefined;
    } else {
      begin(at);
      word += character;
    }
  }
  if (word !== undefined) {
    words.push(word);
    ends.push(line.length);
  }
  return { words, starts, ends, plain, open: word !== undefined };
}

/** A line without the blanks around it; those that belong to a word stay: `say a\ `. */
export function trimmed(line: string): string {
  const { starts, ends } = split(line);
  return line.slice(starts[0] ?? 0, ends.at(-1) ?? 0);
}

/** Words that mean something behind a command. */
const MEANING: ReadonlySet<string> = new Set(['', '|', '--json']);

/** The word as it must be typed to be read back as one word, and as nothing else. */
export const typed = (word: string): string =>
  MEANING.has(word) ? `"${word}"` : word.replace(/[\\" \t\r\n]/g, '\\$&');
