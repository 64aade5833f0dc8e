/** A party by its parts: `num`, `name`, `pres`, `all`, as CALLERID() and its like name them. */
import { ApplicationError, type Party, type Presentation, parseParty, presentationNumber, presentations } from '#core';

interface Part {
  readonly help: string;
  read(party: Party): string;
  write(party: Party, value: string): Party;
}

const filled = (text: string): string | undefined => text.trimEnd() || undefined;

/** Whether there is one; 0 takes it away. */
const valid = (key: 'name' | 'number'): Part => ({
  help: `whether there is a ${key}: 1 or 0`,
  read: party => (party[key] === undefined ? '0' : '1'),
  write: (party, value) => (/^\s*[-+]?0*[1-9]/.test(value) ? party : { ...party, [key]: undefined }),
});

function presentationOf(text: string): Presentation {
  const word = text.trim().toLowerCase();
  // Old dialplans write the codes of Q.931.
  const found = presentations.find(one => one === word || String(presentationNumber(one)) === word);
  if (!found) throw new ApplicationError(`'${text}' is no presentation: ${presentations.join(' ')}`);
  return found;
}

const presentation: Part = {
  help: 'whether it may be shown',
  read: party => party.presentation,
  write: (party, value) => ({ ...party, presentation: presentationOf(value) }),
};

export const PARTS: Readonly<Record<string, Part>> = {
  all: {
    help: '"name" <number>',
    read: ({ name = '', number = '' }) => `"${name}" <${number}>`,
    write: (party, value) => ({ ...party, ...parseParty(value) }),
  },
  name: {
    help: 'the name',
    read: party => party.name ?? '',
    write: (party, value) => ({ ...party, name: filled(value) }),
  },
  num: {
    help: 'the number',
    read: party => party.number ?? '',
    write: (party, value) => ({ ...party, number: filled(value) }),
  },
  tag: {
    help: 'a word of the dialplan, never shown',
    read: party => party.tag ?? '',
    write: ({ tag: _tag, ...party }, value) => (value === '' ? party : { ...party, tag: value }),
  },
  'name-valid': valid('name'),
  'num-valid': valid('number'),
  pres: presentation,
  'num-pres': presentation,
  'name-pres': presentation,
};

/** `number` and `presentation` are `num` and `pres`. @throws ApplicationError: there is no such part */
export function partNamed(name: string): Part {
  const word = name
    .trim()
    .toLowerCase()
    .replace(/^num(?:ber)?(?=$|-)/, 'num')
    .replace(/(?<=^|-)pres(?:entation)?$/, 'pres');
  const part = Object.hasOwn(PARTS, word) ? PARTS[word] : undefined;
  if (!part) throw new ApplicationError(`'${name}' is no part of a party: ${Object.keys(PARTS).join(' ')}`);
  return part;
}
