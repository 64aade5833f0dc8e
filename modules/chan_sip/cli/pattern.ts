/** `like <pattern>`: a regular expression over names, kept to what ends in bounded time. */
import { CommandError, messageOf } from '#core';

const LONGEST = 80;
/** Each more multiplies the time by the length of a name. */
const MOST_REPETITIONS = 3;

/** POSIX classes, as the original's patterns may have them. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  xdigit: '0-9A-Fa-f',
};

const withoutClasses = (text: string) => text.replace(/\\.|\[\^?\]?[^\]]*\]/g, 'x');

/** Whether a pattern could take longer than anybody waits. */
function costly(text: string): boolean {
  const plain = withoutClasses(text);
  const repetitions = plain.match(/[*+]|\{\d*,\d*\}/g)?.length ?? 0;
  return repetitions > MOST_REPETITIONS || /\)\s*[*+{]/.test(plain) || /\\[1-9k]/.test(text);
}

/** @throws CommandError that says what is wrong with the pattern */
export function patternOf(text: string | undefined): (name: string) => boolean {
  if (text === undefined) return () => true;
  if (text.length > LONGEST) {
    throw new CommandError(`The pattern is longer than ${LONGEST} characters.`);
  }
  if (costly(text)) {
    throw new CommandError(
      `The pattern '${text}' could take for ever: at most ${MOST_REPETITIONS} repetitions, none of a group, no references.`,
    );
  }
  try {
    const expression = new RegExp(text.replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole));
    return name => expression.test(name);
  } catch (thrown) {
    throw new CommandError(`The pattern '${text}' is no regular expression: ${messageOf(thrown)}`);
  }
}
