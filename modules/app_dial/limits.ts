/** How long a conversation may last: the options L and S of Dial, with what is played before the end. */
import { ApplicationError, type Channel } from '#core';

export interface Limit {
  /** Milliseconds; undefined: without end. */
  readonly most: number | undefined;
  /** Milliseconds from the answer at which whoever is to be warned is warned. */
  readonly warnings: readonly number[];
}

/** Warnings of one call; more would be noise. */
const MOST_WARNINGS = 1000;

/** Reads `x[:y[:z]]` in milliseconds, and the seconds of S: the shorter one counts. @throws ApplicationError */
export function limitOf(long: string | undefined, short: string | undefined): Limit {
  const hangUp = short === undefined ? undefined : 1000 * number(short, 'S', 'seconds');
  if (long === undefined) return { most: hangUp, warnings: [] };
  const [first = '', second, third] = long.split(':');
  const most = number(first, 'L', 'milliseconds');
  const before = second ? number(second, 'L', 'milliseconds') : 0;
  const every = third ? number(third, 'L', 'milliseconds') : 0;
  const warnings: number[] = [];
  if (before > 0 && before < most) {
    for (let at = most - before; at < most && warnings.length < MOST_WARNINGS; at += every) {
      warnings.push(at);
      if (every <= 0) break;
    }
  }
  return { most: hangUp === undefined ? most : Math.min(most, hangUp), warnings };
}

function number(text: string, letter: string, unit: string): number {
  const value = Number(text.trim());
  if (text.trim() === '' || !(value > 0) || value > 0x7fff_ffff) {
    throw new ApplicationError(`option ${letter} expects ${unit}, got '${text}'`);
  }
  return value;
}

/** Who hears warnings, by variables of the channel: who calls, unless it is said. */
export function listeners(caller: Channel, callee: Channel): Channel[] {
  const says = (name: string, usual: boolean): boolean => {
    const value = caller.variables.get(name)?.toLowerCase();
    return value === undefined || value === '' ? usual : ['yes', 'true', 'y', 't', '1', 'on'].includes(value);
  };
  const them = says('LIMIT_PLAYAUDIO_CALLEE', false);
  return [...(says('LIMIT_PLAYAUDIO_CALLER', !them) ? [caller] : []), ...(them ? [callee] : [])];
}
