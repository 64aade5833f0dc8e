/** Who calls, who is called, who redirected a call. */

/** Whether a name or number may be shown, as `CALLERID(pres)` words it. */
export const presentations = [
  'allowed_not_screened',
  'allowed_passed_screen',
  'allowed_failed_screen',
  'allowed',
  'prohib_not_screened',
  'prohib_passed_screen',
  'prohib_failed_screen',
  'prohib',
  'unavailable',
] as const;

export type Presentation = (typeof presentations)[number];

/** As Q.931 §4.5.10 numbers them, and as the manager words them. */
const PRESENTATIONS: Readonly<Record<Presentation, readonly [number: number, text: string]>> = {
  allowed_not_screened: [0, 'Presentation Allowed, Not Screened'],
  allowed_passed_screen: [1, 'Presentation Allowed, Passed Screen'],
  allowed_failed_screen: [2, 'Presentation Allowed, Failed Screen'],
  allowed: [3, 'Presentation Allowed, Network Number'],
  prohib_not_screened: [0x20, 'Presentation Prohibited, Not Screened'],
  prohib_passed_screen: [0x21, 'Presentation Prohibited, Passed Screen'],
  prohib_failed_screen: [0x22, 'Presentation Prohibited, Failed Screen'],
  prohib: [0x23, 'Presentation Prohibited, Network Number'],
  unavailable: [0x43, 'Number Unavailable'],
};

export const presentationNumber = (presentation: Presentation): number => PRESENTATIONS[presentation][0];
export const presentationText = (presentation: Presentation): string => PRESENTATIONS[presentation][1];

export interface Party {
  /** Undefined where nobody said. */
  readonly number: string | undefined;
  readonly name: string | undefined;
  readonly presentation: Presentation;
  readonly tag?: string;
}

export const NOBODY: Party = { number: undefined, name: undefined, presentation: 'allowed_not_screened' };

/** Whether it may be shown to whoever is called. */
export const isPrivate = ({ presentation }: Party): boolean => presentation.startsWith('prohib');

/** `"Name" <number>`, `Name <number>`, `<number>`, `number` or a name alone. */
export function parseParty(text: string): Pick<Party, 'name' | 'number'> {
  const [, name = '', number] = /^\s*("(?:[^"\\]|\\.)*"|[^<]*?)\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  if (number !== undefined) return { name: unquoted(name) || undefined, number: number.trim() || undefined };
  const whole = unquoted(text.trim()) || undefined;
  const isNumber = whole !== undefined && /^[+*#\d().\- ]+$/.test(whole);
  return isNumber ? { name: undefined, number: whole } : { name: whole, number: undefined };
}

const unquoted = (text: string): string => (/^"(.*)"$/s.exec(text)?.[1] ?? text).replace(/\\(.)/g, '$1');

/** `"Name" <number>`, as lists and CALLERID(all) have it. */
export function formatParty({ name, number }: Party): string {
  if (name && number) return `"${name}" <${number}>`;
  return name ? `"${name}" <>` : (number ?? '');
}
