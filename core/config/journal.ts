/** A journal: values that are open, kept in a file until their end; whole after a crash at any moment. */
import { appendFile, type FileHandle, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { formatLine, readJournal } from './journal-lines.js';

export interface JournalParts<T> {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether something read from the file is a value: another version may have written it. */
  readonly accepts: (value: unknown) => value is T;
  /** Bytes up to which a file is not rewritten, whatever it holds. */
  readonly slack?: number;
}

interface Place {
  readonly number: number;
  readonly bytes: number;
}

const FIRST_RETRY = 1000;
const LONGEST_RETRY = 30_000;
/** Lines written at once: each slice is made in one go, on the event loop. */
const SLICE = 200;
/** Nobody else has to read it. */
const MODE = 0o600;

/**
 * Lines reach the operating system with commit(): the death of the process loses nothing that was committed, that of
 * the machine may lose what the system had not written by itself.
 */
export class Journal<T extends object> {
  readonly #parts: JournalParts<T>;
  readonly #slack: number;
  readonly #open = new Map<T, Place>();
  #openBytes = 0;
  #number = 0;
  /** Lines that are not in the file. */
  #fresh = new Pile();
  /** Lines since the rewriting under way began. */
  #tail: Pile | undefined;
  #rewriting: Promise<void> = Promise.resolve();
  /** Ends when nobody changes the file. */
  #turn: Promise<void> = Promise.resolve();
  #commit: Promise<void> | undefined;
  /** Length of the file. */
  #bytes = 0;
  /** The file holds all that is open, but for what is fresh: lines may be added. */
  #sound = true;
  #failures = 0;
  #retryAt = 0;

  constructor(parts: JournalParts<T>) {
    this.#parts = parts;
    this.#slack = parts.slack ?? 256 * 1024;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the file is being replaced; it takes lines meanwhile. */
  get rewriting(): boolean {
    return this.#tail !== undefined;
  }

  /** Values that are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Takes up what the last life left open. @returns it, in order. The file is then rewritten, without what is over. */
  async open(): Promise<readonly T[]> {
    const { file, accepts } = this.#parts;
    const { values, last, bytes, damaged, failed } = await readJournal(file);
    if (failed !== undefined) await this.#putAside(failed);
    await mkdir(dirname(file), { recursive: true }).catch((thrown: unknown) => this.#failed(thrown));
    this.#number = last;
    const strange = [...damaged];
    for (const [number, value] of values) {
      if (accepts(value)) this.#hold(value, number, formatLine([number, value]).length);
      else strange.push(formatLine([number, value]).subarray(0, -1));
    }
    if (strange.length > 0) await this.#keepAside(strange);
    this.#bytes = bytes;
    this.#sound = bytes === 0 && failed === undefined;
    await this.commit();
    await this.#rewriting;
    return [...this.#open.keys()];
  }

  put(value: T): void {
    this.#number += 1;
    const line = formatLine([this.#number, value]);
    this.#hold(value, this.#number, line.length);
    this.#fresh.add(line, this.#most);
  }

  /** The value is over; one that is not open was over before. */
  end(value: T): void {
    const place = this.#open.get(value);
    if (!place) return;
    this.#open.delete(value);
    this.#openBytes -= place.bytes;
    this.#fresh.add(formatLine([place.number]), this.#most);
  }

  /** Resolves when what was put and ended so far is in the file, or the disk refused it, which is told and tried again. */
  commit(): Promise<void> {
    this.#commit ??= this.#exclusive(() => {
      this.#commit = undefined;
      return this.#settle();
    });
    return this.#commit;
  }

  /** Commits what is left, once more if the disk refused it before. */
  async close(): Promise<void> {
    const { file, log } = this.#parts;
    await this.#rewriting;
    this.#retryAt = 0;
    await this.commit();
    await this.#rewriting;
    if (!this.#sound && this.size > 0) log.error(`'${file}' cannot be written: ${this.size} changes are lost`);
  }

  /** Bytes that may pile up in memory. A file that cannot be rewritten may have twice as many: half of them while that is tried. */
  get #most(): number {
    return 64 * this.#slack + 4 * this.#openBytes;
  }

  #hold(value: T, number: number, bytes: number): void {
    this.#open.set(value, { number, bytes });
    this.#openBytes += bytes;
  }

  #exclusive(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined); // whoever asked for the work hears of it
    return done;
  }

  async #settle(): Promise<void> {
    const { bytes, over } = this.#fresh;
    const due = this.#parts.clock.elapsed() >= this.#retryAt;
    this.#tail?.add(bytes, this.#most);
    this.#fresh = new Pile();
    // A rewriting that is too slow for what comes in will fail; the file must not grow until it does.
    if (over || (this.#tail?.over && this.#bytes > this.#most)) this.#sound = false;
    try {
      if (this.size === 0 && !this.#tail) {
        if (this.#sound ? this.#bytes > 0 : due) await this.#empty();
      } else if (this.#sound) await this.#append(bytes);
    } catch (thrown) {
      this.#sound = false;
      this.#failed(thrown);
      return;
    }
    const worn = this.#bytes > this.#slack && this.#bytes > 2 * this.#openBytes;
    if (this.size > 0 && !this.#tail && due && (!this.#sound || worn)) this.#rewriting = this.#rewrite();
  }

  async #append(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    await appendFile(this.#parts.file, bytes, { mode: MODE });
    this.#bytes += bytes.length;
  }

  async #empty(): Promise<void> {
    const { file } = this.#parts;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '', { mode: MODE });
    this.#bytes = 0;
    this.#mended();
  }

  /** Replaces the file by one that holds what is open; the old one takes lines until the very end. */
  async #rewrite(): Promise<void> {
    const { file } = this.#parts;
    const next = `${file}.new`;
    const tail = new Pile();
    this.#tail = tail;
    try {
      await mkdir(dirname(file), { recursive: true });
      await using handle = await open(next, 'w', MODE);
      const copied = await this.#copy(handle);
      await handle.sync();
      await this.#exclusive(async () => {
        if (tail.over) throw new Error('the disk is too slow');
        await handle.appendFile(tail.bytes);
        await rename(next, file);
        this.#bytes = copied + tail.bytes.length;
        this.#tail = undefined;
        this.#mended();
      });
      await using directory = await open(dirname(file), 'r');
      await directory.sync();
    } catch (thrown) {
      this.#tail = undefined;
      // A file that could not be replaced still serves, up to a point.
      if (this.#bytes > this.#most) this.#sound = false;
      this.#failed(thrown);
    }
    if (this.size === 0) await this.commit();
  }

  async #copy(handle: FileHandle): Promise<number> {
    const last = this.#number;
    let lines: Buffer[] = [];
    let copied = 0;
    const write = async (): Promise<void> => {
      const bytes = Buffer.concat(lines);
      lines = [];
      copied += bytes.length;
      await handle.appendFile(bytes);
    };
    for (const [value, { number }] of this.#open) {
      if (number > last) break; // the tail has it
      lines.push(formatLine([number, value]));
      if (lines.length === SLICE) await write();
    }
    await write();
    return copied;
  }

  async #putAside(thrown: unknown): Promise<void> {
    const { file, log } = this.#parts;
    const aside = `${file}.unread`;
    const text = `'${file}' cannot be read to its end: ${messageOf(thrown)}`;
    try {
      await rename(file, aside);
      log.error(`${text}; it is kept as '${aside}'`);
    } catch (again) {
      log.error(`${text}, nor be renamed: ${messageOf(again)}`);
    }
  }

  /** The file is about to be written without them. */
  async #keepAside(lines: readonly Buffer[]): Promise<void> {
    const { file, log } = this.#parts;
    const aside = `${file}.damaged`;
    const text = `'${file}': ${lines.length} damaged lines are left out`;
    try {
      await appendFile(aside, Buffer.concat(lines.flatMap(line => [line, Buffer.from('\n')])), { mode: MODE });
      log.warning(`${text}; they are kept in '${aside}'`);
    } catch (thrown) {
      log.error(`${text}, and cannot be kept in '${aside}': ${messageOf(thrown)}`);
    }
  }

  #failed(thrown: unknown): void {
    const { file, clock, log } = this.#parts;
    this.#failures += 1;
    this.#retryAt = clock.elapsed() + Math.min(FIRST_RETRY * 2 ** (this.#failures - 1), LONGEST_RETRY);
    if (this.#failures > 1) return;
    log.error(`'${file}' cannot be written: ${messageOf(thrown)}; what waits is kept in memory, and tried again`);
  }

  #mended(): void {
    this.#sound = true;
    if (this.#failures > 0) this.#parts.log.notice(`'${this.#parts.file}' is written again`);
    this.#failures = 0;
    this.#retryAt = 0;
  }
}

/** Lines that wait, up to a number of bytes; then none of them, which its owner must make up for. */
class Pile {
  #lines: Buffer[] = [];
  #length = 0;
  over = false;

  get bytes(): Buffer {
    return Buffer.concat(this.#lines);
  }

  add(line: Buffer, most: number): void {
    this.#length += line.length;
    if (this.#length > most) this.over = true;
    if (this.over) this.#lines = [];
    else this.#lines.push(line);
  }
}
