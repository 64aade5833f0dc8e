/** `qualify` and `keepalive`: yes, no, or a number of one's own. */
import { custom, Invalid, type Option, type Remarks, truth } from '#core';

/** Off is 0; `yes` stays as it is until it is known what yes means here. */
export type Switch = number | 'yes';

/** What `qualify=yes` means where nobody says more. */
export const QUALIFY_MS = 2000;
/** What `keepalive=yes` means. */
export const KEEPALIVE_SECONDS = 60;

const numberOrYes = (unit: string, text: string, [least, most]: readonly [number, number]): Switch => {
  const word = text.trim();
  const number = /^\d{1,9}$/.test(word) ? Number(word) : Number.NaN;
  if (number === 0 || (number >= least && number <= most)) return number;
  const answer = Number.isNaN(number) ? truth(word) : undefined;
  if (answer === undefined) throw new Invalid(`expected yes, no or ${least}-${most} ${unit}, got '${text}'`);
  return answer ? 'yes' : 0;
};

/** The most milliseconds an answer may take. `own` is what the section says, `inherited` what [general] came to. */
export const resolveSwitch = (own: Switch, inherited: Switch, yes: number): number => {
  if (own !== 'yes') return own;
  return inherited === 'yes' || inherited === 0 ? yes : inherited;
};

const option = (unit: string, range: readonly [number, number]) => (help: string, remarks: Remarks) =>
  custom<Switch>(
    0,
    `yes, no or ${range[0]}-${range[1]} ${unit}`,
    help,
    text => numberOrYes(unit, text, range),
    remarks,
  );

export const qualifyLimit: (help: string, remarks: Remarks) => Option<Switch> = option('milliseconds', [1, 60_000]);
export const keepaliveInterval: (help: string, remarks: Remarks) => Option<Switch> = option('seconds', [1, 86_400]);
