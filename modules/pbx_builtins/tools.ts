/** What the applications work with. */
import type { Channel, Channels, Dialplan, Indication, Logger, Playback, Prompts, ToneZones } from '#core';

export interface Tools {
  readonly log: Logger;
  readonly dialplan: Dialplan;
  readonly channels: Channels;
  readonly zones: () => ToneZones | undefined;
  readonly prompts: Prompts;
}

/** Tells the far end, and where there are tones plays what it is not told. */
export function indicate({ zones }: Tools, channel: Channel, indication: Indication): Playback | undefined {
  const tones = zones();
  if (tones) return tones.indicate(channel, indication);
  channel.indicate(indication);
  return undefined;
}
