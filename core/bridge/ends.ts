/**
 * The ends of a chain of bridges: a channel of a Local pair leads to another bridge, and audio goes past both of the pair
 * to whoever is at the end there. The channels stay where they are, and tell each other all else.
 */
import type { Channel } from '../channel/channel.js';
import type { Bridge } from './bridge.js';

/** How many bridges audio goes past at most. */
const LONGEST = 50;

/** Who is heard where this channel is: itself, or who is at the end of what it leads to. */
function endBehind(channel: Channel): Channel {
  let end = channel;
  for (let passed = 0; passed < LONGEST; passed++) {
    const next = passing(end);
    if (!next) break;
    end = next;
  }
  return end;
}

/** Who is in the bridge that a channel leads to; undefined: it leads nowhere, or audio is needed on the way. */
function passing(channel: Channel): Channel | undefined {
  const { across } = channel.leg;
  const beyond = across?.bridge;
  if (!across || !beyond || beyond.needsAudio || channel.bridge?.needsAudio) return undefined;
  return beyond.other(across);
}

/** The bridge, and those that its channels lead to, whether or not audio goes past. */
export function chainOf(bridge: Bridge): ReadonlySet<Bridge> {
  const chain = new Set([bridge]);
  // What is added meanwhile is walked, too.
  for (const one of chain) {
    for (const channel of one.channels) {
      const beyond = channel.leg.across?.bridge;
      if (beyond && chain.size < LONGEST) chain.add(beyond);
    }
  }
  return chain;
}

/** They hear each other, and who is at the ends of what they lead to. */
export function join(a: Channel, b: Channel): void {
  const [x, y] = [endBehind(a), endBehind(b)];
  const [first, second] = [x.leg.media, y.leg.media];
  if (first && second) first.connect(second);
  x.leg.bridged?.(y.leg);
  y.leg.bridged?.(x.leg);
}

/** Who is told when two channels hear each other no more. */
export const endsOf = (a: Channel, b: Channel): readonly Channel[] => [...new Set([endBehind(a), endBehind(b), a, b])];

/** They hear nobody. */
export function part(ends: readonly Channel[]): void {
  for (const { leg } of ends) leg.bridged?.(undefined);
  for (const { leg } of ends) leg.media?.connect(undefined);
}
