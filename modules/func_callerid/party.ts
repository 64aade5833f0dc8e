/** A party by its parts: `num`, `name`, `pres`, `all`, as CALLERID() and its like name them. */
import { ApplicationError, formatParty, type Party, type Presentation, presentations } from '#core';

interface Part {
  readonly help: string;
  read(party: Party): string;
  write(party: Party, value: string): Party;
}

const filled = (text: string): string | undefined => (text === '' ? undefined : text);

/** Q.931 codes that old dialplans write. */
const CODES: Readonly<Record<string, Presentation>> = {
  0: 'allowed_not_screened',
  1: 'allowed_passed_screen',
  2: 'allowed_failed_screen',
  3: 'allowed',
  32: 'prohib_not_screened',
  33: 'prohib_passed_screen',
  34: 'prohib_failed_screen',
  35: 'prohib',
  67: 'unavailable',
};

function presentationOf(text: string): Presentation {
  const word = text.trim().toLowerCase();
  const found = CODES[word] ?? presentations.find(one => one === word);
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

/** `"Name" <number>`, `Name <number>`, `number`. */
export function parseParty(text: string): Pick<Party, 'name' | 'number'> {
  const found = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>\s*$/.exec(text);
  if (found) {
    const [, quoted, plain = '', number = ''] = found;
    return { name: filled(quoted?.replace(/\\(.)/g, '$1') ?? plain), number: filled(number) };
  }
  const word = text.trim().replace(/^"(.*)"$/, '$1');
  return /^[+\d*#()\-. ]+$/.test(word)
    ? { name: undefined, number: filled(word) }
    : { name: filled(word), number: undefined };
}

/** @throws ApplicationError: there is no such part */
export function partNamed(name: string): Part {
  const word = name.trim().toLowerCase();
  const part = Object.hasOwn(PARTS, word) ? PARTS[word] : undefined;
  if (!part) throw new ApplicationError(`'${name}' is no part of a party: ${Object.keys(PARTS).join(' ')}`);
  return part;
}
