/** Audio of 16 bits and 8000 samples a second: melodies to play, and whether one recording contains another. */
import { readFile, writeFile } from 'node:fs/promises';

const RATE = 8000;
const HEADER = 44;

/** A melody that no other seed gives: a tone of another pitch every 50 ms. */
export function melody(seed: number, seconds: number): Int16Array {
  const samples = new Int16Array(seconds * RATE);
  let state = seed;
  let phase = 0;
  let pitch = 0;
  for (let at = 0; at < samples.length; at++) {
    if (at % (RATE / 20) === 0) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      pitch = 300 + ((state >>> 16) % 2700);
    }
    phase += (2 * Math.PI * pitch) / RATE;
    samples[at] = Math.round(9000 * Math.sin(phase));
  }
  return samples;
}

export async function writeWav(path: string, samples: Int16Array): Promise<void> {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const header = Buffer.alloc(HEADER);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(2 * RATE, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  await writeFile(path, Buffer.concat([header, data]));
}

export async function readWav(path: string): Promise<Int16Array> {
  const whole = await readFile(path);
  const data = whole.subarray(HEADER, HEADER + ((whole.length - HEADER) & ~1));
  return new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
}

/**
 * How much a part of one recording is like the best place of another: 1 is the same, 0 nothing. The part is a second
 * from the middle.
 */
export function likeness(played: Int16Array, recorded: Int16Array): number {
  const part = played.subarray((played.length - RATE) / 2, (played.length + RATE) / 2);
  const own = Math.sqrt(energy(part, 0, part.length));
  let best = 0;
  for (let lag = 0; lag + part.length <= recorded.length; lag++) {
    const theirs = Math.sqrt(energy(recorded, lag, part.length));
    if (theirs === 0) continue;
    let sum = 0;
    for (let at = 0; at < part.length; at++) sum += part[at]! * recorded[lag + at]!;
    best = Math.max(best, sum / (own * theirs));
  }
  return best;
}

/** Sums of squares up to each place, so that any stretch is one subtraction. */
const sums = new WeakMap<Int16Array, Float64Array>();

function energy(samples: Int16Array, from: number, length: number): number {
  let upTo = sums.get(samples);
  if (!upTo) {
    upTo = new Float64Array(samples.length + 1);
    for (let at = 0; at < samples.length; at++) upTo[at + 1] = upTo[at]! + samples[at]! ** 2;
    sums.set(samples, upTo);
  }
  return upTo[from + length]! - upTo[from]!;
}
