/** Something that is played at a port: samples by the beat, in packets as long as the far end wants them. */
import type { PlaybackEnd } from '#core';
import { encode, isLinear, RATE } from './codec.js';
import { emptyFrame, type Frame } from './frame.js';
import { BEAT } from './pace.js';
import { HEADER } from './packet.js';
import type { Sound } from './tones.js';

const PER_BEAT = (RATE * BEAT) / 1000;
const LONGEST = 200;

/** How a port speaks now. */
export interface Speech {
  readonly codec: string;
  /** Milliseconds of a packet. */
  readonly ptime: number;
}

export interface PlayerParts {
  /** Numbers of its packets belong together under it. */
  readonly source: number;
  readonly speech: () => Speech;
  readonly say: (frame: Frame) => void;
}

const samples = new Int16Array((RATE * LONGEST) / 1000);

export class Player {
  readonly #sound: Sound;
  readonly #parts: PlayerParts;
  readonly #frame = emptyFrame();
  /** Samples whose time has come, and that were played. */
  #due = 0;
  #played = 0;
  #sequence = 0;

  constructor(sound: Sound, parts: PlayerParts) {
    this.#sound = sound;
    this.#parts = parts;
  }

  /** Milliseconds. */
  get position(): number {
    return Math.round((this.#played * 1000) / RATE);
  }

  /** The next 20 ms. @returns how it ended, when it did */
  beat(): PlaybackEnd | undefined {
    this.#due += PER_BEAT;
    const { codec, ptime } = this.#parts.speech();
    if (!isLinear(codec))
      return { how: 'failed', position: this.position, reason: `nothing can be played as ${codec}` };
    const length = (Math.max(10, Math.min(ptime, LONGEST)) * RATE) / 1000;
    while (this.#due >= length) {
      const count = this.#sound.read(samples, length);
      if (count === undefined) {
        this.#due = 0; // what comes late is played late
        return undefined;
      }
      if (count > 0) this.#say(codec, count, length);
      if (count < length) return { how: 'finished', position: this.position };
      this.#due -= length;
    }
    return undefined;
  }

  close(): void {
    this.#sound.close();
  }

  #say(codec: string, count: number, length: number): void {
    samples.fill(0, count, length); // the last packet is as long as the others
    const frame = this.#frame;
    frame.data = encode(codec, samples, length);
    frame.codec = codec;
    frame.start = HEADER;
    frame.end = frame.data.length;
    frame.marker = this.#sequence === 0;
    frame.sequence = this.#sequence & 0xffff;
    frame.timestamp = this.#played >>> 0;
    frame.source = this.#parts.source;
    frame.hops = 0;
    this.#sequence += 1;
    this.#played += count;
    this.#parts.say(frame);
  }
}
