/** A party by its parts: `num`, `name`, `pres`, `all`, as CALLERID() and its like name them. */
import {
  ApplicationError,
  formatParty,
  type Party,
  type Presentation,
  parseParty,
  presentationNumber,
  presentations,
} from '#core';

interface Part {
  readonly help: string;
  read(party: Party): string;
  write(party: Party, value: string): Party;
}

const filled = (text: string): string | undefined => (text === '' ? undefined : text);

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
    read: formatParty,
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
  number: {
    help: 'the number',
    read: party => party.number ?? '',
    write: (party, value) => ({ ...party, number: filled(value) }),
  },
  tag: {
    help: 'a word of the dialplan, never shown',
    read: party => party.tag ?? '',
    write: ({ tag: _tag, ...party }, value) => (value === '' ? party : { ...party, tag: value }),
  },
  pres: presentation,
  'num-pres': presentation,
  'name-pres': presentation,
};

/** @throws ApplicationError: there is no such part */
export function partNamed(name: string): Part {
  const word = name.trim().toLowerCase();
  const part = Object.hasOwn(PARTS, word) ? PARTS[word] : undefined;
  if (!part) throw new ApplicationError(`'${name}' is no part of a party: ${Object.keys(PARTS).join(' ')}`);
  return part;
}
