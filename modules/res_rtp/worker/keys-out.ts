/** Keys that are sent: as events (RFC 4733 §2.5) or, where the far end takes none, as tones, by the beat. */
import { encode, isLinear, RATE } from './codec.js';
import { tonesOf } from './dtmf.js';
import { emptyFrame, type Frame } from './frame.js';
import { KEYS } from './keys-in.js';
import { BEAT } from './pace.js';
import { HEADER } from './packet.js';
import type { Speech } from './player.js';
import { parseTones, ToneSound } from './tones.js';

/** Keys that wait while one is sent. */
const MOST = 64;
/** Milliseconds between two keys in band. */
const GAP = 60;
const TICKS_PER_BEAT = (RATE * BEAT) / 1000;
const LONGEST = 0xffff;
/** Volume of an event: -10 dBm0. */
const VOLUME = 10;
const OVER = 0x80;
/** How often the end of an event is sent, since no other packet would make up for it. */
const ENDS = 3;

const isKey = (digit: string): boolean => digit.length === 1 && KEYS.includes(digit);

interface Key {
  readonly digit: string;
  /** Milliseconds that it is to last, once that is known. */
  length: number | undefined;
}

/** How a port sends keys. */
export interface KeySender {
  /** Whether the far end takes events. */
  readonly takesEvents: () => boolean;
  readonly speech: () => Speech;
  /** An event packet: `began` is its first. */
  readonly event: (data: Buffer, began: boolean) => void;
  readonly say: (frame: Frame) => void;
  readonly source: number;
}

export class KeysOut {
  readonly #sender: KeySender;
  readonly #frame = emptyFrame();
  readonly #samples = new Int16Array(TICKS_PER_BEAT);
  readonly #keys: Key[] = [];
  #sound: ToneSound | undefined;
  #asEvent = false;
  /** Ticks that the key has lasted; -1 before it begins. */
  #ticks = -1;
  /** Beats until the next may begin. */
  #pause = 0;
  #sequence = 0;
  #timestamp = 0;

  constructor(sender: KeySender) {
    this.#sender = sender;
  }

  /** Whether something is to be sent: nothing else is heard meanwhile. */
  get busy(): boolean {
    return this.#keys.length > 0;
  }

  /** Whether beats are needed, be it to wait between two keys. */
  get active(): boolean {
    return this.busy || this.#pause > 0;
  }

  begin(digit: string): void {
    if (this.#keys.length < MOST && isKey(digit)) this.#keys.push({ digit, length: undefined });
  }

  /** A key that was never begun lasts as long from now on. */
  end(digit: string, duration: number): void {
    const open = this.#keys.find(key => key.digit === digit && key.length === undefined);
    if (open) open.length = duration;
    else if (this.#keys.length < MOST && isKey(digit)) this.#keys.push({ digit, length: duration });
  }

  beat(): void {
    if (this.#pause > 0) {
      this.#pause -= 1;
      return;
    }
    const key = this.#keys[0];
    if (!key) return;
    const began = this.#ticks < 0;
    if (began) this.#open(key);
    this.#ticks = Math.min(this.#ticks + TICKS_PER_BEAT, LONGEST);
    const over = this.#ticks >= Math.min(((key.length ?? Number.POSITIVE_INFINITY) * RATE) / 1000, LONGEST);
    if (this.#asEvent) this.#sendEvent(key.digit, began, over);
    else this.#sendTone();
    if (!over) return;
    this.#keys.shift();
    this.#ticks = -1;
    if (!this.#asEvent) this.#pause = GAP / BEAT;
  }

  #open({ digit }: Key): void {
    this.#ticks = 0;
    this.#asEvent = this.#sender.takesEvents();
    const tones = parseTones(tonesOf(digit) ?? '0');
    this.#sound = typeof tones === 'string' ? undefined : new ToneSound(tones);
  }

  #sendEvent(digit: string, began: boolean, over: boolean): void {
    for (let count = over ? ENDS : 1; count > 0; count--) {
      const data = Buffer.allocUnsafe(HEADER + 4);
      data[HEADER] = KEYS.indexOf(digit);
      data[HEADER + 1] = over ? VOLUME | OVER : VOLUME;
      data.writeUInt16BE(this.#ticks, HEADER + 2);
      this.#sender.event(data, began && count === (over ? ENDS : 1));
    }
  }

  #sendTone(): void {
    const { codec } = this.#sender.speech();
    const count = TICKS_PER_BEAT;
    this.#sound?.read(this.#samples, count);
    this.#timestamp = (this.#timestamp + count) >>> 0;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    if (!isLinear(codec)) return;
    const frame = this.#frame;
    frame.codec = codec;
    frame.data = encode(codec, this.#samples, count);
    frame.start = HEADER;
    frame.end = frame.data.length;
    frame.marker = false;
    frame.sequence = this.#sequence;
    frame.timestamp = this.#timestamp;
    frame.source = this.#sender.source;
    frame.hops = 0;
    this.#sender.say(frame);
  }
}
