/** `callerid`, its parts, and `callingpres`: who a device says is calling. */
import {
  custom,
  type Fold,
  Invalid,
  into,
  type Option,
  type Presentation,
  parseParty,
  presentationNumber,
  presentations,
  presentationText,
  type Remarks,
} from '#core';

export interface CallerId {
  readonly name: string;
  readonly number: string;
}

export const NOBODY: CallerId = { name: '', number: '' };

/** As parseParty() takes it; what is not there is empty. */
export function parseCallerId(text: string): CallerId {
  const { name = '', number = '' } = parseParty(text);
  return { name, number };
}

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

const BY_NUMBER: ReadonlyMap<number, Presentation> = new Map(
  presentations.map(word => [presentationNumber(word), word]),
);

const EXPECTS = `${presentations.join(', ')}, or the number of one`;

export function presentationWords(code: number): string {
  const word = BY_NUMBER.get(code);
  return word === undefined ? 'unknown' : presentationText(word);
}

/** As channels have it. */
export const presentationWord = (code: number): Presentation => BY_NUMBER.get(code) ?? 'allowed_not_screened';

/** The number of Q.931 that a word stands for. */
export const presentation = (help: string, remarks: Remarks): Option<number> =>
  custom(
    0,
    EXPECTS,
    help,
    text => {
      const wanted = text.trim().toLowerCase();
      for (const [code, word] of BY_NUMBER) if (word === wanted || String(code) === wanted) return code;
      throw new Invalid(`expected ${EXPECTS}, got '${text}'`);
    },
    { ...remarks, show: code => BY_NUMBER.get(code) ?? String(code) },
  );
