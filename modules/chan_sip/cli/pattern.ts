/** `like <pattern>`: a regular expression over names. */
import { CommandError, compilePattern, Invalid } from '#core';

const LONGEST = 80;

/** @throws CommandError that says what is wrong with the pattern */
export function patternOf(text: string | undefined): (name: string) => boolean {
  if (text === undefined) return () => true;
  if (text.length > LONGEST) throw new CommandError(`The pattern is longer than ${LONGEST} characters.`);
  try {
    const pattern = compilePattern(text);
    return name => pattern.test(name);
  } catch (thrown) {
    if (!(thrown instanceof Invalid)) throw thrown;
    throw new CommandError(thrown.message);
  }
}
