/** The formats that can be changed into each other: octets to samples and back. All of them have 8000 samples a second. */

import type { Frame } from './frame.js';
import { ALAW_TO_ULAW, FROM_ALAW, FROM_ULAW, TO_ALAW, TO_ULAW, ULAW_TO_ALAW } from './g711.js';
import { HEADER } from './packet.js';

/** Samples in a second. */
export const RATE = 8000;

interface Codec {
  /** Octets of a sample. */
  readonly width: number;
  /** Sample number `index` of what begins at `start`. */
  sample(data: Buffer, start: number, index: number): number;
  write(data: Buffer, start: number, index: number, sample: number): void;
  /** An octet that says nothing. */
  readonly silence: number;
}

const byTable = (from: Int16Array, to: Uint8Array, silence: number): Codec => ({
  width: 1,
  sample: (data, start, index) => from[data[start + index]!]!,
  write(data, start, index, sample) {
    data[start + index] = to[sample & 0xffff]!;
  },
  silence,
});

/** Samples as RTP has them, the high octet first (RFC 3551 §4.5.11). */
const linear: Codec = {
  width: 2,
  sample: (data, start, index) => data.readInt16BE(start + 2 * index),
  write: (data, start, index, sample) => void data.writeInt16BE(sample, start + 2 * index),
  silence: 0,
};

const CODECS: Readonly<Record<string, Codec>> = {
  ulaw: byTable(FROM_ULAW, TO_ULAW, 0xff),
  alaw: byTable(FROM_ALAW, TO_ALAW, 0xd5),
  slin: linear,
};

export const TRANSCODES: readonly string[] = Object.keys(CODECS);

/** Whether there are samples to be had of it. */
export const isLinear = (name: string): boolean => Object.hasOwn(CODECS, name);

/** Clocks of timestamps where they are not 8000 (RFC 3551 §6, RFC 7587 §4.1). */
const CLOCKS: Readonly<Record<string, number>> = {
  opus: 48_000,
  slin12: 12_000,
  slin16: 16_000,
  slin24: 24_000,
  slin32: 32_000,
  slin44: 44_100,
  slin48: 48_000,
  slin96: 96_000,
  slin192: 192_000,
  speex16: 16_000,
  speex32: 32_000,
  silk12: 12_000,
  silk16: 16_000,
  silk24: 24_000,
  siren7: 16_000,
  siren14: 32_000,
  g719: 48_000,
};

/** Ticks of the timestamps of a format in a second. */
export const clockOf = (name: string): number => CLOCKS[name] ?? RATE;

const TABLES: Readonly<Record<string, Uint8Array>> = { 'ulaw alaw': ULAW_TO_ALAW, 'alaw ulaw': ALAW_TO_ULAW };

/** Changes a frame into another format, in place where its size allows. @returns whether that is possible */
export function transcode(frame: Frame, into: string): boolean {
  const from = CODECS[frame.codec];
  const to = CODECS[into];
  if (!from || !to) return false;
  const table = TABLES[`${frame.codec} ${into}`];
  if (table) {
    const { data, end } = frame;
    for (let at = frame.start; at < end; at++) data[at] = table[data[at]!]!;
  } else {
    const count = samplesIn(frame);
    const data = Buffer.allocUnsafe(HEADER + count * to.width);
    for (let index = 0; index < count; index++)
      to.write(data, HEADER, index, from.sample(frame.data, frame.start, index));
    frame.data = data;
    frame.start = HEADER;
    frame.end = data.length;
  }
  frame.codec = into;
  return true;
}

/** How many samples a frame of a linear format has. */
export const samplesIn = ({ codec, start, end }: Frame): number =>
  Math.floor((end - start) / (CODECS[codec]?.width ?? 1));

/** Sample number `index` of a frame of a linear format. */
export const sampleOf = (frame: Frame, index: number): number =>
  CODECS[frame.codec]!.sample(frame.data, frame.start, index);

/** The samples of a frame, as many as `into` has room for. @returns how many */
export function samplesOf(frame: Frame, into: Int16Array): number {
  const codec = CODECS[frame.codec];
  if (!codec) return 0;
  const count = Math.min(samplesIn(frame), into.length);
  for (let index = 0; index < count; index++) into[index] = codec.sample(frame.data, frame.start, index);
  return count;
}

/** Samples as the data of a frame, with room for a header. */
export function encode(name: string, samples: Int16Array, count: number): Buffer {
  const codec = CODECS[name]!;
  const data = Buffer.allocUnsafe(HEADER + count * codec.width);
  for (let index = 0; index < count; index++) codec.write(data, HEADER, index, samples[index]!);
  return data;
}

/** Makes silence of a frame. */
export function hush({ codec, data, start, end }: Frame): void {
  data.fill(CODECS[codec]?.silence ?? 0, start, end);
}
