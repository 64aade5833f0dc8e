/** A log file: an asynchronous writer with a bounded queue, which says once when it cannot write and how much it lost. */
import { constants, open } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { SonicBoom } from 'sonic-boom';
import { messageOf } from '../errors.js';

export interface LogFileParts {
  /** Records that may wait for the disk; those that are to be kept may be KEPT_FACTOR times as many. */
  readonly limit: number;
  /** The text that tells of so many lost records. */
  readonly lost: (count: number) => string;
  /** Tells the operator by another way than the log. */
  readonly complain: (text: string) => void;
}

const KEPT_FACTOR = 10;
/** A pipe without a reader would keep whoever opens it waiting, and one that is full whoever writes. */
const APPENDING = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
/** Owner and group: what is in a log is not for everybody. */
const MODE = 0o640;

export class LogFile {
  readonly path: string;
  readonly #parts: LogFileParts;
  readonly #stream: SonicBoom;
  /** Texts that the writer does not have yet. */
  #queue: string[] = [];
  /** Records that the writer has, and has not written. */
  #handed = 0;
  #busy = false;
  #failing = false;
  #closed = false;
  /** What cannot be written now never will be. */
  #last = false;
  /** Records lost since the last one that was written. */
  #unreported = 0;
  /** Records lost, in all. */
  dropped = 0;

  private constructor(path: string, fd: number, parts: LogFileParts) {
    this.path = path;
    this.#parts = parts;
    // A pipe that is full is tried again, but not at the end: who does not read then never will.
    this.#stream = new SonicBoom({ fd, sync: false, retryEAGAIN: () => !this.#closed && !this.#last });
    this.#stream.on('drain', () => this.#drained());
    this.#stream.on('error', thrown => this.#failed(thrown));
  }

  /** Opens it for appending, its directory made where missing. @throws when it cannot be. */
  static async open(path: string, parts: LogFileParts): Promise<LogFile> {
    await mkdir(dirname(path), { recursive: true });
    return new LogFile(path, await descriptorOf(path), parts);
  }

  get failing(): boolean {
    return this.#failing;
  }

  /** Takes one record, as one text of whole lines. Never waits, never throws. */
  write(text: string, keep: boolean): void {
    if (this.#closed) return;
    const limit = keep ? this.#parts.limit * KEPT_FACTOR : this.#parts.limit;
    if (this.#queue.length + this.#handed < limit) this.#queue.push(text);
    else {
      this.dropped += 1;
      this.#unreported += 1;
    }
    if (!this.#busy) this.#hand();
  }

  /** Writes at once what waits, for a process that is about to die. */
  flushSync(): void {
    if (this.#closed) return;
    this.#hand();
    this.#last = true;
    try {
      this.#stream.flushSync();
    } catch (thrown) {
      this.#failed(thrown);
    }
    this.#last = false;
  }

  /** Writes what waits, as far as it can be written, and lets the file go. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await new Promise<void>(resolve => {
      this.#stream.once('close', resolve);
      this.#stream.once('error', () => this.#stream.destroy());
      this.#report();
      this.#hand();
      this.#stream.end();
    });
  }

  /** Gives the writer all there is; with nothing new, what it could not write before is tried again. */
  #hand(): void {
    const texts = this.#queue;
    if (texts.length + this.#handed === 0) return;
    this.#queue = [];
    this.#handed += texts.length;
    this.#busy = true;
    if (texts.length > 0) this.#stream.write(texts.join(''));
    else this.#stream.flush();
  }

  #drained(): void {
    this.#busy = false;
    this.#handed = 0;
    if (this.#failing) this.#parts.complain(`'${this.path}' is written again`);
    this.#failing = false;
    this.#report();
    this.#hand();
  }

  #failed(thrown: unknown): void {
    this.#busy = false;
    if (!this.#failing) this.#parts.complain(`'${this.path}' cannot be written: ${messageOf(thrown)}`);
    this.#failing = true;
  }

  #report(): void {
    if (this.#unreported > 0) this.#queue.push(this.#parts.lost(this.#unreported));
    this.#unreported = 0;
  }
}

async function descriptorOf(path: string): Promise<number> {
  try {
    return await promisify(open)(path, APPENDING, MODE);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENXIO')
      throw new Error('it is a pipe that nobody reads, or a socket');
    throw thrown;
  }
}
