/** `callgroup`, `pickupgroup` and the named ones. */
import { custom, type Option, type Remarks, type Warn } from '#core';

const EXPECTS = 'a list of 0-63 and ranges of them';

function parseGroups(text: string, warn: Warn): readonly number[] {
  const groups = new Set<number>();
  for (const part of text.split(',')) {
    const word = part.trim();
    if (word === '') continue;
    const [, from, to = from] = /^(\d{1,2})(?:\s*-\s*(\d{1,2}))?$/.exec(word) ?? [];
    const [first, last] = [Number(from ?? Number.NaN), Number(to ?? Number.NaN)];
    if (!(first <= last && last <= 63)) warn(`'${word}' is left out; expected ${EXPECTS}`);
    else for (let group = first; group <= last; group++) groups.add(group);
  }
  return [...groups].sort((a, b) => a - b);
}

/** `0, 2, 3`: each by itself, as in the original. */
export const groupWords = (groups: readonly number[]): string => groups.join(', ');

export const groups = (help: string, remarks: Remarks): Option<readonly number[]> =>
  custom<readonly number[]>([], EXPECTS, help, (text, _before, warn) => parseGroups(text, warn), {
    ...remarks,
    show: groupWords,
  });

/** Words between commas, without repetition. */
export const names = (expects: string, help: string, remarks: Remarks): Option<readonly string[]> =>
  custom<readonly string[]>(
    [],
    expects,
    help,
    text => [...new Set(text.split(',').map(word => word.trim()))].filter(word => word !== ''),
    { ...remarks, show: list => list.join(', ') },
  );
