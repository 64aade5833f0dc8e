/** Keys in the body of an INFO: `application/dtmf-relay`, `application/dtmf`, `application/vnd.nortelnetworks.digits`. */

export interface InfoKey {
  /** `0`-`9`, `*`, `#`, `A`-`D`; `F`: a hook flash. */
  readonly digit: string;
  readonly duration: number;
}

/** Milliseconds of a key whose length nobody says. */
const USUAL = 100;
const LONGEST = 60_000;
const MOST_OCTETS = 1024;

const FLASH = 'F';
const FLASH_EVENT = 16;
/** The events of RFC 4733 §3.2 before the flash, in order. */
const BY_EVENT = '0123456789*#ABCD';

/** `5`, `*`, `11`, `16`, `!`. */
function keyOf(text: string): string | undefined {
  const word = text.trim().toUpperCase();
  if (word === '!' || word === String(FLASH_EVENT)) return FLASH;
  if (word.length === 1) return BY_EVENT.includes(word) ? word : undefined;
  return /^1\d$/.test(word) ? BY_EVENT[Number(word)] : undefined;
}

/** The value behind `Signal=`, whatever its case. */
function field(body: string, names: string): string | undefined {
  return new RegExp(`^[ \\t]*(?:${names})[ \\t]*=[ \\t]*([^\\r\\n]*)`, 'im').exec(body)?.[1];
}

function durationOf(body: string): number {
  const text = field(body, 'duration')?.trim() ?? '';
  const duration = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return duration > 0 ? Math.min(duration, LONGEST) : USUAL;
}

const relay = (body: string): InfoKey | undefined => {
  const digit = keyOf(field(body, 'signal|d') ?? '');
  return digit === undefined ? undefined : { digit, duration: durationOf(body) };
};

const plain = (body: string): InfoKey | undefined => {
  const digit = keyOf(body.split(/[\r\n]/, 1)[0] ?? '');
  return digit === undefined ? undefined : { digit, duration: USUAL };
};

const READERS: ReadonlyMap<string, (body: string) => InfoKey | undefined> = new Map([
  ['application/dtmf-relay', relay],
  ['application/vnd.nortelnetworks.digits', relay],
  ['application/dtmf', plain],
  ['application/hook-flash', () => ({ digit: FLASH, duration: USUAL })],
]);

/** A type without its parameters, as types are compared. */
const bare = (type: string): string => type.split(';', 1)[0]!.trim().toLowerCase();

/** Whether bodies of this type are keys. */
export const isKeyType = (type: string): boolean => READERS.has(bare(type));

/** Undefined: the body names no key. */
export const parseInfoKey = (type: string, body: string): InfoKey | undefined =>
  READERS.get(bare(type))?.(body.slice(0, MOST_OCTETS));

/** What an INFO carries, by dtmfmode: the key as it is, or the number of its event. */
export function formatInfoKey(
  mode: 'info' | 'shortinfo',
  { digit, duration }: InfoKey,
): { readonly type: string; readonly body: string } {
  const flash = digit === FLASH;
  if (mode === 'shortinfo') {
    return { type: 'application/dtmf', body: `${flash ? FLASH_EVENT : BY_EVENT.indexOf(digit.toUpperCase())}\r\n` };
  }
  return {
    type: 'application/dtmf-relay',
    body: `Signal=${flash ? '!' : digit}\r\nDuration=${Math.max(Math.round(duration), 1)}\r\n`,
  };
}
