/** What a Dial works with. */
import type { Channel, Channels, Core, Dialplan, Sounds, ToneZones } from '#core';

export interface Tools {
  readonly core: Core;
  readonly channels: Channels;
  readonly dialplan: Dialplan;
  readonly sounds: Sounds;
  readonly zones: ToneZones;
}

/** Plays a file to a channel, to its end or until the channel is wanted elsewhere. */
export async function playFile({ core, sounds }: Tools, channel: Channel, name: string): Promise<void> {
  const path = await sounds.find(name, channel.language);
  if (path === undefined) {
    core.log.warning(`${channel.name}: there is no sound '${name}' in language '${channel.language}'`);
    return;
  }
  const playback = channel.play({ kind: 'file', path });
  const end = await channel.race(playback.ended);
  if (!end) playback.stop();
  else if (end.how === 'failed') core.log.warning(`${channel.name}: '${name}' is not played: ${end.reason}`);
}

/** `context^extension^priority(a^b)` as a subroutine is written elsewhere. */
export const subroutineOf = (text: string): string => text.replaceAll('^', ',');
