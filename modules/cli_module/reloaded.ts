/** What is said of a reload: one answer for each of its results. */
import type { ReloadOutcome, ReloadResult } from '#core';

const OF_ONE: Readonly<Record<ReloadResult, (name: string) => string>> = {
  success: name => `Module '${name}' reloaded successfully.`,
  'not found': name => `No such module '${name}'`,
  'not running': name => `The module '${name}' is not running; 'module load ${name}' loads it`,
  unsupported: name => `The module '${name}' does not support reloads`,
  error: name => `The module '${name}' reported a reload failure`,
  'in progress': name => `The module '${name}' was not reloaded: another reload is under way, try again after it`,
};

/** When all went well there is nothing to say. */
const OF_ALL: Readonly<Partial<Record<ReloadResult, string>>> = {
  error: 'Not everything was reloaded; what was refused keeps its old values',
  'in progress': 'Nothing was reloaded: another reload is under way, try again after it',
};

/** The answer to the reload of one module, the reason first. */
export const reloadedOne = (name: string, { result, why }: ReloadOutcome): string[] => [
  ...(why === undefined ? [] : [why]),
  OF_ONE[result](name),
];

/** The answer to the reload of everything, the reasons first. */
export const reloadedAll = ({ result, why }: ReloadOutcome): string[] =>
  [why, OF_ALL[result]].filter(line => line !== undefined);
