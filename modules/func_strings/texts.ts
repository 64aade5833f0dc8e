/** Functions of one text: its length, what stays of it, what is put in the place of what. */
import { ApplicationError, compilePattern, type Dialplan, type DialplanFunction, Invalid, splitArguments } from '#core';
import { charactersOf } from './characters.js';
import { LONGEST } from './longest.js';

const KEYPAD: Readonly<Record<string, string>> = {
  ...{ A: '2', B: '2', C: '2', D: '3', E: '3', F: '3', G: '4', H: '4', I: '4', J: '5', K: '5', L: '5', M: '6', N: '6' },
  ...{ O: '6', P: '7', Q: '7', R: '7', S: '7', T: '8', U: '8', V: '8', W: '9', X: '9', Y: '9', Z: '9' },
};

/** `"expression" text`. @throws ApplicationError */
function regex(data: string): boolean {
  const found = /^\s*"((?:[^"\\]|\\.)*)"\s?(.*)$/s.exec(data);
  if (!found) throw new ApplicationError('REGEX expects "regular expression" text');
  try {
    return compilePattern(found[1]!).test(found[2]!);
  } catch (thrown) {
    if (thrown instanceof Invalid) throw new ApplicationError(thrown.message);
    throw thrown;
  }
}

/** Keeps the characters that are allowed (AST-2010-002). */
function filter(data: string): string {
  const [allowed = '', text = ''] = splitArguments(data, { most: 2, raw: true });
  const kept = charactersOf(allowed);
  return [...text].filter(character => kept.has(character)).join('');
}

/** Characters of a variable, each changed into another or left out. */
async function replace(plan: Dialplan, channel: Parameters<Dialplan['read']>[0], data: string): Promise<string> {
  const [name = '', find = '', by = ''] = splitArguments(data, { most: 3, raw: true });
  if (name === '' || find === '') throw new ApplicationError('REPLACE expects a variable and the characters to find');
  const found = charactersOf(find);
  const other = [...charactersOf(by)][0] ?? '';
  return [...(await plan.read(channel, name))].map(character => (found.has(character) ? other : character)).join('');
}

/** A word of a variable, as often as it is asked for. */
async function strreplace(plan: Dialplan, channel: Parameters<Dialplan['read']>[0], data: string): Promise<string> {
  const [name = '', find = '', by = '', most = ''] = splitArguments(data);
  if (name === '' || find === '') throw new ApplicationError('STRREPLACE expects a variable and the text to find');
  const parts = (await plan.read(channel, name)).split(find);
  const times = most === '' ? parts.length : Number(most);
  if (!(times >= 0)) throw new ApplicationError(`a number of times is expected, got '${most}'`);
  let text = parts[0]!;
  for (let at = 1; at < parts.length; at++) {
    text += (at <= times ? by : find) + parts[at]!;
    if (text.length > LONGEST)
      throw new ApplicationError(`STRREPLACE of '${name}' makes more than ${LONGEST} characters`);
  }
  return text;
}

const plain = (name: string, synopsis: string, read: (text: string) => string): DialplanFunction => ({
  name,
  synopsis,
  syntax: `${name}(string)`,
  read: ({ data }) => read(data),
});

export const texts = (plan: Dialplan): DialplanFunction[] => [
  plain('LEN', 'Gets the length of a text.', text => String([...text].length)),
  plain('TOUPPER', 'Writes a text in capital letters.', text => text.toUpperCase()),
  plain('TOLOWER', 'Writes a text in small letters.', text => text.toLowerCase()),
  plain('TRIM', 'Takes blanks from both ends of a text.', text => text.trim()),
  plain('LTRIM', 'Takes blanks from the beginning of a text.', text => text.trimStart()),
  plain('RTRIM', 'Takes blanks from the end of a text.', text => text.trimEnd()),
  plain('QUOTE', 'Puts a text into quotes, protecting those within.', text => `"${text.replace(/["\\]/g, '\\$&')}"`),
  plain('CSV_QUOTE', 'Puts a text into quotes as a CSV file has them.', text => `"${text.replace(/"/g, '""')}"`),
  plain('PASSTHRU', 'Gets the text that it is given.', text => text),
  plain('KEYPADHASH', 'Gets the keys of a telephone that spell a text.', text =>
    [...text.toUpperCase()].map(character => (/\d/.test(character) ? character : (KEYPAD[character] ?? ''))).join(''),
  ),
  {
    name: 'FILTER',
    synopsis: 'Keeps the characters of a text that are allowed.',
    syntax: 'FILTER(allowed-chars,string)',
    arguments: [
      {
        name: 'allowed-chars',
        help: 'Characters and ranges, a-z; \\x2d and its like for those that mean something here',
        required: true,
      },
    ],
    read: ({ data }) => filter(data),
  },
  {
    name: 'REPLACE',
    synopsis: 'Puts another character in the place of some, or leaves them out.',
    syntax: 'REPLACE(varname,find-chars[,replace-char])',
    read: ({ channel, data }) => replace(plan, channel, data),
  },
  {
    name: 'STRREPLACE',
    synopsis: 'Puts another text in the place of a text.',
    syntax: 'STRREPLACE(varname,search-string[,replace-string[,max-replacements]])',
    read: ({ channel, data }) => strreplace(plan, channel, data),
  },
  {
    name: 'REGEX',
    synopsis: 'Tells whether a regular expression matches a text.',
    syntax: 'REGEX("regular expression" string)',
    read: ({ data }) => (regex(data) ? '1' : '0'),
  },
];
