/** A file that is played: read in pieces, one ahead, never as a whole. */
import { type FileHandle, open } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileFormats, messageOf } from '#core';
import { RATE } from './codec.js';
import { FROM_ALAW, FROM_ULAW } from './g711.js';
import type { Sound } from './tones.js';
import { readWav, type Samples } from './wav.js';

/** Octets that are read at a time: half a second of linear samples, a second of G.711. */
const PIECE = 8000;
/** The beginning, in which the samples of a WAV file must begin. */
const BEGINNING = 4096;

interface Encoding {
  readonly width: 1 | 2;
  sample(data: Buffer, at: number): number;
}

const ulaw: Encoding = { width: 1, sample: (data, at) => FROM_ULAW[data[at]!]! };
const alaw: Encoding = { width: 1, sample: (data, at) => FROM_ALAW[data[at]!]! };
/** Files have the low octet first. */
const linear: Encoding = { width: 2, sample: (data, at) => data.readInt16LE(at) };

const BY_CODEC: Readonly<Record<string, Encoding>> = { ulaw, alaw, slin: linear };

/** By the ending of a file. */
const ENCODINGS: ReadonlyMap<string, Encoding> = new Map(
  fileFormats.flatMap(({ codec, extensions }) => extensions.map(ending => [`.${ending}`, BY_CODEC[codec]!])),
);

/** Opens a file to be played from so many milliseconds on. @returns why not */
export async function openFile(path: string, from: number): Promise<FileSound | string> {
  const extension = extname(path).toLowerCase();
  const encoding = ENCODINGS.get(extension);
  if (!encoding) return `no format is known by '${extension}'`;
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    const samples = extension === '.wav' ? await samplesOf(file, size) : { start: 0, length: size };
    if (typeof samples !== 'string') {
      const sound = new FileSound(file, encoding, samples, from);
      file = undefined;
      return sound;
    }
    return samples;
  } catch (thrown) {
    return messageOf(thrown);
  } finally {
    await file?.close();
  }
}

async function samplesOf(file: FileHandle, size: number): Promise<Samples | string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
  return readWav(buffer.subarray(0, bytesRead), size);
}

export class FileSound implements Sound {
  readonly #file: FileHandle;
  readonly #encoding: Encoding;
  /** The piece that is being played, and the one after it. */
  #piece: Buffer = Buffer.alloc(0);
  #at = 0;
  #next: Buffer | undefined;
  #reading: Promise<void> | undefined;
  /** What is left to read, in octets. */
  #position: number;
  readonly #end: number;
  #failure: string | undefined;
  #closed = false;

  constructor(file: FileHandle, encoding: Encoding, { start, length }: Samples, from: number) {
    this.#file = file;
    this.#encoding = encoding;
    const skip = Math.round((Math.max(0, from) * RATE) / 1000) * encoding.width;
    this.#end = start + length;
    this.#position = Math.min(start + skip, this.#end);
    this.#fetch();
  }

  /** Why it ended early. */
  get failure(): string | undefined {
    return this.#failure;
  }

  read(into: Int16Array, count: number): number | undefined {
    const { width } = this.#encoding;
    for (let at = 0; at < count; at++) {
      if (this.#at + width > this.#piece.length && !this.#turn()) {
        if (!this.#reading) return at;
        if (at === 0) return undefined; // the disk is slow
        into.fill(0, at, count);
        return count;
      }
      into[at] = this.#encoding.sample(this.#piece, this.#at);
      this.#at += width;
    }
    return count;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#release();
  }

  async #release(): Promise<void> {
    await this.#reading;
    await this.#file.close().catch(thrown => (this.#failure ??= messageOf(thrown)));
  }

  #turn(): boolean {
    if (!this.#next) return false;
    this.#piece = this.#next;
    this.#at = 0;
    this.#next = undefined;
    this.#fetch();
    return this.#piece.length >= this.#encoding.width;
  }

  #fetch(): void {
    const length = Math.min(PIECE, this.#end - this.#position);
    if (length < this.#encoding.width || this.#closed || this.#failure !== undefined) return;
    const into = Buffer.allocUnsafe(length);
    this.#reading = this.#file
      .read(into, 0, length, this.#position)
      .then(({ bytesRead }) => {
        this.#position = bytesRead === 0 ? this.#end : this.#position + bytesRead;
        if (bytesRead > 0) this.#next = into.subarray(0, bytesRead);
      })
      .catch(thrown => (this.#failure = messageOf(thrown)))
      .then(() => (this.#reading = undefined));
  }
}
