/** The end of channels that somebody else owns: they are asked, awaited within bounds, and those that are left are ended. */
import { type Clock, within } from '../clock.js';
import { Q850 } from './causes.js';
import type { Channel } from './channel.js';

/** @param free resolves when the channels are gone, or not needed gone any more. @returns how many had to be ended */
export async function hangUp(
  left: () => readonly Channel[],
  { clock, ms, free }: { readonly clock: Clock; readonly ms: number; readonly free: () => Promise<unknown> },
): Promise<number> {
  for (const channel of left()) channel.requestHangup(Q850.normalClearing);
  if (left().length === 0) return 0;
  const late = await within(clock, ms, free()).then(
    () => [],
    () => left(),
  );
  for (const channel of late) channel.end();
  return late.length;
}
