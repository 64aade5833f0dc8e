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

/** `"Name" <number>`, as lists and CALLERID(all) have it. */
export function formatParty({ name, number }: Party): string {
  if (name && number) return `"${name}" <${number}>`;
  return name ? `"${name}" <>` : (number ?? '');
}
