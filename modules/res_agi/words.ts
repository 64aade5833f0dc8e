/** The words of a command: parted by blanks, held together by quotes, `\x` for x. */

/** Words of one line; more are no command. */
const MOST = 128;

/** Undefined: a quote is not closed, or there are too many. */
export function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === '\\' && at + 1 < line.length) word = (word ?? '') + line[++at]!;
    else if (char === '"') {
      quoted = !quoted;
      word ??= '';
    } else if (/[ \t]/.test(char) && !quoted) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return quoted || words.length > MOST ? undefined : words;
}
