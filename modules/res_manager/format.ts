/** Messages to clients as text. Whatever a value holds, it is one line: no client is told of a field that is none. */
import { type ManagerField, type Privilege, printable, privileges } from '#core';

/** Ends of lines, and what some readers take for one, are made visible. */
const harmless = (value: string): string =>
  value.includes('\t') ? value.split('\t').map(printable).join('\t') : printable(value);

/** A name that clients sent ends at what would end it. */
const nameOf = (name: string): string => printable(name).replaceAll(':', '');

export const formatField = ([name, value]: ManagerField): string =>
  `${nameOf(name)}: ${typeof value === 'string' ? harmless(value) : value}\r\n`;

export const formatMessage = (fields: Iterable<ManagerField>): string => {
  let text = '';
  for (const field of fields) text += formatField(field);
  return `${text}\r\n`;
};

const NAMES = Object.entries(privileges) as [Privilege, number][];

/** Every class. */
export const ALL = NAMES.reduce((sum, [, bit]) => sum | bit, 0);

export const bitsOf = (names: readonly Privilege[]): number => names.reduce((sum, name) => sum | privileges[name], 0);

/** `system,reporting,all`, as events and help show what is needed; `<none>` for nothing. */
export const privilegeText = (names: readonly Privilege[]): string =>
  names.length === 0 ? '<none>' : [...names, 'all'].join(',');

/** The names of the bits, as commands show a user's rights. */
export const classText = (bits: number): string => {
  if (bits === 0) return '<none>';
  const names = NAMES.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
  return [...names, ...((bits & ALL) === ALL ? ['all'] : [])].join(',');
};

/** `all`, `none`, or names of classes; what is neither is told. */
export function readClasses(text: string, unknown: (word: string) => void): number {
  let bits = 0;
  for (const word of text.split(',').map(part => part.trim().toLowerCase())) {
    const known = NAMES.find(([name]) => name === word);
    if (word === 'all') bits |= ALL;
    else if (known) bits |= known[1];
    else if (word !== '' && word !== 'none') unknown(word);
  }
  return bits;
}
