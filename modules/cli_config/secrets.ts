/** Which values are not to be printed. */
import type { SectionDescription } from '#core';

/** What an option is taken for that nobody describes. */
const TELLING = /secret|passw|key|auth|token/i;

export const isSecret = (description: SectionDescription | undefined, option: string): boolean =>
  description?.table[option.toLowerCase()]?.secret ??
  (description?.anyOption ? false : (knownAs(description, option) ?? TELLING.test(option)));

/** Whether the row is secret that has the option as an alias; undefined when none has. */
const knownAs = (description: SectionDescription | undefined, option: string): boolean | undefined => {
  const rows = Object.entries(description?.table ?? {});
  const row = rows.find(([name, { aliases }]) => [name, ...(aliases ?? [])].includes(option.toLowerCase()));
  return row && row[1].secret === true;
};

/** As commands of modules show a secret. */
export const hidden = (value: string): string => (value === '' ? '' : '<Set>');
