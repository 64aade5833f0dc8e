/** Tones that tell a channel what signalling cannot: each goes on until something else is there to be heard. */
import type { Channel, Core, Indication, Playback, ToneZones } from '#core';

export class Indicated {
  readonly #zones: ToneZones;
  readonly #playing = new Map<Channel, Playback>();

  constructor(core: Core, zones: ToneZones) {
    this.#zones = zones;
    core.on('bridgeEntered', ({ channel }) => this.stop(channel));
    core.on('channelEnded', ({ channel }) => this.stop(channel));
    core.on('channelState', ({ channel }) => channel.isUp && this.stop(channel));
    core.defer('tones of indications', () => {
      for (const channel of [...this.#playing.keys()]) this.stop(channel);
    });
  }

  /** Tells the channel, and plays what it cannot be told otherwise. */
  tell(channel: Channel, indication: Indication): void {
    this.stop(channel);
    const tone = this.#zones.indicate(channel, indication);
    if (tone) this.#playing.set(channel, tone);
  }

  stop(channel: Channel): void {
    this.#playing.get(channel)?.stop();
    this.#playing.delete(channel);
  }
}
