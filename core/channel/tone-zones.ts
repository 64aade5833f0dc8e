/** Tones as countries have them: what a caller hears where signalling does not tell them. */
import { token } from '../registry.js';
import type { Channel } from './channel.js';
import type { Playback } from './media.js';
import type { Indication } from './technology.js';

export interface ToneZones {
  /** Tells the far end, and where it is not told by signalling plays the tone: that is what is returned. */
  indicate(channel: Channel, indication: Indication): Playback | undefined;
  /** The tones of that name in the zone of the channel, as channel.play() takes them; undefined: there are none. */
  tones(channel: Channel, name: string): string | undefined;
}

export const toneZones = token<ToneZones>('tone zones');
