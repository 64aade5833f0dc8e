/** `callerid`, its parts, and `callingpres`: who a device says is calling. */
import { custom, type Fold, Invalid, into, type Option, type Remarks } from '#core';

export interface CallerId {
  readonly name: string;
  readonly number: string;
}

export const NOBODY: CallerId = { name: '', number: '' };

/** `"Name" <number>`, `Name <number>`, `<number>`, `number` or a name alone. */
export function parseCallerId(text: string): CallerId {
  const [, name = '', number] = /^\s*("(?:[^"\\]|\\.)*"|[^<]*?)\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  if (number !== undefined) return { name: unquote(name), number: number.trim() };
  const whole = unquote(text.trim());
  return /^[+*#\d().\- ]+$/.test(whole) ? { name: '', number: whole } : { name: whole, number: '' };
}

const unquote = (text: string) => (/^"(.*)"$/s.exec(text)?.[1] ?? text).replace(/\\(.)/g, '$1');

export const callerIdWords = ({ name, number }: CallerId): string => `"${name}" <${number}>`;

export const callerId = (help: string, remarks: Remarks): Option<CallerId> =>
  custom(NOBODY, '"Name" <number>', help, parseCallerId, {
    ...remarks,
    show: id => (id.name || id.number ? callerIdWords(id) : ''),
  });

/** A row that sets a part of it. */
export const callerIdPart = (target: string, part: keyof CallerId, help: string, remarks: Remarks): Fold =>
  into<CallerId>(target, 'text', help, (text, before = NOBODY) => ({ ...before, [part]: text }), remarks);

/** A line that says who owns the trunk: no name is shown. */
export const withoutName = (target: string, help: string, remarks: Remarks): Fold =>
  into<CallerId>(target, 'text', help, (_text, before = NOBODY) => ({ ...before, name: '' }), remarks);

interface Presentation {
  readonly word: string;
  readonly shown: string;
}

const SCREENINGS = [
  ['_not_screened', 'Not Screened'],
  ['_passed_screen', 'Passed Screen'],
  ['_failed_screen', 'Failed Screen'],
  ['', 'Network Number'],
] as const;

const PRESENTATIONS: ReadonlyMap<number, Presentation> = new Map([
  ...SCREENINGS.map(([suffix, shown], code): [number, Presentation] => [
    code,
    { word: `allowed${suffix}`, shown: `Presentation Allowed, ${shown}` },
  ]),
  ...SCREENINGS.map(([suffix, shown], code): [number, Presentation] => [
    0x20 + code,
    { word: `prohib${suffix}`, shown: `Presentation Prohibited, ${shown}` },
  ]),
  [0x43, { word: 'unavailable', shown: 'Number Unavailable' }],
]);

const EXPECTS = `${[...PRESENTATIONS.values()].map(({ word }) => word).join(', ')}, or the number of one`;

export const presentationWords = (code: number): string => PRESENTATIONS.get(code)?.shown ?? 'unknown';

/** The number of Q.931 that a word stands for. */
export const presentation = (help: string, remarks: Remarks): Option<number> =>
  custom(
    0,
    EXPECTS,
    help,
    text => {
      const wanted = text.trim().toLowerCase();
      for (const [code, { word }] of PRESENTATIONS) if (word === wanted || String(code) === wanted) return code;
      throw new Invalid(`expected ${EXPECTS}, got '${text}'`);
    },
    { ...remarks, show: code => PRESENTATIONS.get(code)?.word ?? String(code) },
  );
