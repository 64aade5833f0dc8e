/** app_playtones: tones that go on while the dialplan does. */
import {
  type Application,
  ApplicationError,
  type Channel,
  type Core,
  defineModule,
  type Playback,
  toneZones,
} from '#core';

export default defineModule({
  name: 'app_playtones',
  description: 'Playtones Application',
  loadModule(core) {
    const tones = new Tones(core);
    core.application(playTones(tones), stopPlayTones(tones));
  },
});

/** What is playing, by channel. */
class Tones {
  readonly #playing = new Map<Channel, Playback>();
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
    core.on('channelEnded', ({ channel }) => void this.#playing.delete(channel));
    core.on('bridgeEntered', ({ channel }) => this.stop(channel));
    core.defer('tones', () => {
      for (const playback of this.#playing.values()) playback.stop();
    });
  }

  /** By the name that the tone zone of the channel has for it, or written out. */
  play(channel: Channel, text: string): void {
    this.stop(channel);
    const tones = this.#core.use(toneZones).tones(channel.tonezone, text) ?? text;
    const playback = channel.play({ kind: 'tone', tones });
    this.#playing.set(channel, playback);
    this.#core.spawn(`tones of ${channel.name}`, this.#follow(channel, text, playback));
  }

  stop(channel: Channel): void {
    this.#playing.get(channel)?.stop();
    this.#playing.delete(channel);
  }

  async #follow(channel: Channel, text: string, playback: Playback): Promise<void> {
    const { how, reason } = await playback.ended;
    if (this.#playing.get(channel) === playback) this.#playing.delete(channel);
    if (how === 'failed') this.#core.log.warning(`PlayTones: '${text}' is not played: ${reason}`);
  }
}

const playTones = (tones: Tones): Application => ({
  name: 'PlayTones',
  synopsis: 'Play tones while the dialplan goes on.',
  syntax: 'PlayTones(arg)',
  arguments: [
    {
      name: 'arg',
      help: 'dial, busy or another name of indications.conf, or tones as they stand there',
      required: true,
    },
  ],
  seeAlso: ['StopPlayTones()'],
  run(channel, data) {
    if (data === '') throw new ApplicationError('it needs a tone to play', 'goes on');
    tones.play(channel, data);
  },
});

const stopPlayTones = (tones: Tones): Application => ({
  name: 'StopPlayTones',
  synopsis: 'End what PlayTones plays.',
  syntax: 'StopPlayTones()',
  seeAlso: ['PlayTones()'],
  run: channel => tones.stop(channel),
});
