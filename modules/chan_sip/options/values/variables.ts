/** `setvar`, `header`, `mailbox`, `domain`, `localnet`: lines that add up. */
import { custom, Invalid, listOf, type Network, type Option, parseNetwork, type Remarks, whole } from '#core';

/** A channel variable or a header. */
export interface Named {
  readonly name: string;
  readonly value: string;
}

const splitAt = (text: string, mark: string, expects: string): Named => {
  const at = text.indexOf(mark);
  const name = text.slice(0, Math.max(at, 0)).trim();
  if (name === '') throw new Invalid(`expected ${expects}, got '${text}'`);
  return { name, value: text.slice(at + 1).trim() };
};

/** `name=value`; the same name again replaces, where it stands. */
export const variables = (help: string, remarks: Remarks): Option<readonly Named[]> =>
  custom<readonly Named[]>(
    [],
    'name=value',
    help,
    (text, before = []) => {
      const variable = splitAt(text, '=', 'name=value');
      const known = before.some(({ name }) => name === variable.name);
      return known ? before.map(one => (one.name === variable.name ? variable : one)) : [...before, variable];
    },
    {
      ...remarks,
      show: list => list.map(({ name, value }) => `${name}=${value}`).join(', '),
      repeats: text => text.split('=')[0]!.trim(),
    },
  );

/** `Name: value`. */
export const headers = (help: string, remarks: Remarks): Option<readonly Named[]> =>
  listOf('Name: value', help, text => splitAt(text, ':', 'Name: value'), {
    ...remarks,
    show: list => list.map(({ name, value }) => `${name}: ${value}`).join(', '),
  });

/** `box@context,box@context`; lines add up, repetitions count once. */
export const mailboxes = (help: string, remarks: Remarks): Option<readonly string[]> =>
  custom<readonly string[]>(
    [],
    'mailbox[@context], a list of them',
    help,
    (text, before = []) =>
      [...new Set([...before, ...text.split(',').map(box => box.trim())])].filter(box => box !== ''),
    { ...remarks, show: list => list.join(','), repeats: whole },
  );

/** A local domain, with the context of calls to it where it has one of its own. */
export interface Domain {
  readonly name: string;
  readonly context: string;
}

/** Of lines that name the same domain the first counts, for those who use them: there may be thousands. */
export const domains = (help: string, remarks: Remarks): Option<readonly Domain[]> =>
  listOf(
    'name[,context]',
    help,
    text => {
      const [name = '', context = ''] = text.split(',').map(part => part.trim());
      if (name === '') throw new Invalid(`expected name[,context], got '${text}'`);
      return { name, context };
    },
    { ...remarks, show: list => [...new Set(list.map(({ name }) => name))].join(', ') },
  );

/** Our own side of the firewall; lines add up. */
export const networks = (help: string, remarks: Remarks): Option<readonly Network[]> =>
  listOf('network/mask or network/bits', help, parseNetwork, {
    ...remarks,
    show: list => list.map(network => network.text).join(', '),
  });
