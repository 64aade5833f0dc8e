/** WAV files with 16-bit samples, 8000 a second, one channel: the header, read and written. */
import { RATE } from './codec.js';

/** Octets of the header that we write. */
export const WAV_HEADER = 44;

/** Where the samples of a file are, in octets. */
export interface Samples {
  readonly start: number;
  readonly length: number;
}

const PCM = 1;
const text = (data: Buffer, at: number): string => data.toString('latin1', at, at + 4);

/**
 * Where samples are in a file that begins with `data` and is `size` octets long.
 * @returns why not, where it is none that can be played
 */
export function readWav(data: Buffer, size: number): Samples | string {
  if (data.length < 12 || text(data, 0) !== 'RIFF' || text(data, 8) !== 'WAVE') return 'no WAV file';
  let fits = false;
  for (let at = 12; at + 8 <= data.length; ) {
    const length = data.readUInt32LE(at + 4);
    const start = at + 8;
    if (text(data, at) === 'data') {
      if (!fits) return 'a WAV file that does not say how its samples are';
      // A file that was cut, or whose length nobody filled in: a recording that somebody stopped with the process.
      return { start, length: Math.max(0, Math.min(length || size, size - start)) & ~1 };
    }
    if (text(data, at) === 'fmt ') {
      if (length < 16 || start + 16 > data.length) return 'a WAV file that is cut';
      const [kind, channels] = [data.readUInt16LE(start), data.readUInt16LE(start + 2)];
      const [rate, bits] = [data.readUInt32LE(start + 4), data.readUInt16LE(start + 14)];
      if (kind !== PCM || channels !== 1 || rate !== RATE || bits !== 16) {
        return `a WAV file of format ${kind} with ${channels} channels, ${rate} samples a second and ${bits} bits, not 16-bit linear, ${RATE}, mono`;
      }
      fits = true;
    }
    at = start + length + (length & 1);
  }
  return 'a WAV file without samples';
}

/** The header of a file with so many octets of samples. */
export function wavHeader(length: number): Buffer {
  const header = Buffer.alloc(WAV_HEADER);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(length + WAV_HEADER - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(PCM, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(length, 40);
  return header;
}
