/** A recording: what comes in, and with it what goes out, on one line of time, written to a WAV file bit by bit. */
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '#core';
import { isLinear, RATE, sampleOf, samplesIn } from './codec.js';
import type { Frame } from './frame.js';
import { timestampDelta } from './packet.js';
import { readWav, WAV_HEADER, wavHeader } from './wav.js';

/** Samples that are kept before they are written: whatever comes by then has its place. */
const KEPT = RATE / 2;
/** Samples written at a time. */
const PIECE = RATE;
/** How far the place of a packet may be from the time at which it came: half of what is kept. */
const AWAY = KEPT / 2;
/** Room for a second beside what is kept, so that a held-up thread loses nothing. */
const ROOM = KEPT + 2 * RATE;
/** Octets that wait for a slow disk; beyond them it has failed. */
const MOST_WAITING = 4 * 1024 * 1024;

/** Not mkdir's own `recursive`, which never comes back where the system says that nothing can be made, as in /proc. */
async function makeDirectory(path: string, above = true): Promise<void> {
  try {
    await mkdir(path);
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || !above || dirname(path) === path) throw thrown;
    await makeDirectory(dirname(path));
    await makeDirectory(path, false);
  }
}

const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && 'code' in thrown ? thrown.code : undefined);

/** One direction: where its next packet belongs. */
interface Track {
  source: number | undefined;
  sequence: number;
  timestamp: number;
  at: number;
}

const track = (): Track => ({ source: undefined, sequence: 0, timestamp: 0, at: 0 });

/** Whether the network gave the packet before once more. */
const isTwice = (of: Track, { source, sequence, timestamp }: Frame): boolean =>
  of.source === source && of.sequence === sequence && of.timestamp === timestamp;

export interface RecorderOptions {
  readonly path: string;
  readonly append: boolean;
  readonly both: boolean;
}

export class Recorder {
  readonly both: boolean;
  readonly #path: string;
  readonly #append: boolean;
  readonly #startedAt: number;
  /** Samples around now: sample number n is at n modulo its length. */
  readonly #ring = new Int16Array(ROOM);
  readonly #tracks = { in: track(), out: track() };
  /** Samples that are written, or on their way. */
  #flushed = 0;
  #waiting = 0;
  #file: FileHandle | undefined;
  /** Octets of samples in the file. */
  #octets = 0;
  #work: Promise<void>;
  #failure: string | undefined;

  constructor(options: RecorderOptions, now: number) {
    this.both = options.both;
    this.#path = options.path;
    this.#append = options.append;
    this.#startedAt = now;
    this.#work = this.#guarded(() => this.#open());
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  take(direction: 'in' | 'out', frame: Frame, now: number): void {
    if (!isLinear(frame.codec)) {
      this.#failure ??= `${frame.codec} cannot be recorded`;
      return;
    }
    this.beat(now); // room for it, however long the thread was held up
    const count = samplesIn(frame);
    const of = this.#tracks[direction];
    if (isTwice(of, frame)) return;
    const at = this.#place(of, frame, this.#samplesAt(now) - count);
    for (let index = Math.max(0, this.#flushed - at); index < count; index++) {
      const slot = (at + index) % ROOM;
      const sum = this.#ring[slot]! + sampleOf(frame, index);
      this.#ring[slot] = sum > 32_767 ? 32_767 : sum < -32_768 ? -32_768 : sum;
    }
  }

  /** Writes what nothing can be added to any more. */
  beat(now: number): void {
    const ready = this.#samplesAt(now) - KEPT - this.#flushed;
    if (ready >= PIECE) this.#flush(ready);
  }

  /** Writes the rest. @returns how many milliseconds were recorded */
  async close(now: number): Promise<number> {
    const total = this.#samplesAt(now);
    this.#flush(total - this.#flushed);
    await this.#work;
    await this.#guarded(() => this.#finish());
    return Math.round((total * 1000) / RATE);
  }

  #samplesAt(now: number): number {
    return Math.round(((now - this.#startedAt) * RATE) / 1000);
  }

  /** After the one before it by its timestamp, unless that is far from when it came. */
  #place(of: Track, { source, sequence, timestamp }: Frame, came: number): number {
    const follows = of.at + timestampDelta(timestamp, of.timestamp);
    const at = of.source === source && Math.abs(follows - came) <= AWAY ? follows : came;
    of.source = source;
    of.sequence = sequence;
    of.timestamp = timestamp;
    of.at = at;
    return Math.max(at, 0);
  }

  #flush(count: number): void {
    for (let left = count; left > 0 && this.#failure === undefined; left -= PIECE) this.#write(Math.min(left, PIECE));
  }

  #write(count: number): void {
    const data = Buffer.allocUnsafe(2 * count);
    for (let index = 0; index < count; index++) {
      const slot = (this.#flushed + index) % ROOM;
      data.writeInt16LE(this.#ring[slot]!, 2 * index);
      this.#ring[slot] = 0;
    }
    this.#flushed += count;
    this.#waiting += data.length;
    if (this.#waiting > MOST_WAITING) this.#failure ??= 'the disk is too slow';
    this.#work = this.#work.then(() => this.#guarded(() => this.#save(data)));
  }

  async #save(data: Buffer): Promise<void> {
    this.#waiting -= data.length;
    if (!this.#file || this.#failure !== undefined) return;
    await this.#file.write(data, 0, data.length, WAV_HEADER + this.#octets);
    this.#octets += data.length;
  }

  async #open(): Promise<void> {
    await makeDirectory(dirname(this.#path));
    if (this.#append) await this.#reopen();
    this.#file ??= await open(this.#path, 'w');
    await this.#file.write(wavHeader(this.#octets), 0, WAV_HEADER, 0);
  }

  /** A file that is there goes on where it ends; it must be as ours are. */
  async #reopen(): Promise<void> {
    let file: FileHandle;
    try {
      file = await open(this.#path, 'r+');
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return;
      throw thrown;
    }
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(WAV_HEADER), 0, WAV_HEADER, 0);
    const samples = size === 0 ? { start: WAV_HEADER, length: 0 } : readWav(buffer.subarray(0, bytesRead), size);
    if (typeof samples === 'string' || samples.start !== WAV_HEADER) {
      await file.close();
      throw new Error(typeof samples === 'string' ? samples : 'a WAV file with another header than ours');
    }
    this.#file = file;
    this.#octets = samples.length;
  }

  async #finish(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (!file) return;
    try {
      await file.write(wavHeader(this.#octets), 0, WAV_HEADER, 0);
    } finally {
      await file.close();
    }
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#failure ??= messageOf(thrown);
    }
  }
}
