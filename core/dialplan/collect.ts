/** Collects the digits of an extension, as long as more of them could make another one. */
import type { Channel } from '../channel/channel.js';
import type { Lookup } from './dialplan.js';

/** As long as an extension may be. */
const LONGEST = 79;

/** What was dialled, beginning with `begun`: less than an extension where no digit came in time, or all waits end. */
export async function collectDigits(
  channel: Channel,
  begun: string,
  lookup: (extension: string) => Promise<Lookup>,
): Promise<string> {
  const { digit, response } = channel.timeouts;
  let digits = begun;
  while (digits.length < LONGEST && (await lookup(digits)).matchMore) {
    const next = await channel.nextDigit(digits === '' ? response : digit);
    if (next === undefined) break;
    digits += next;
  }
  return digits;
}
