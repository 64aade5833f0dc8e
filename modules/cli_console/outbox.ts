/** What waits to be read by one client: bounded, never blocking, and given up when nobody reads. */
import type { Socket } from 'node:net';
import type { Job, Scheduler } from '#core';

/** Bytes of log lines that may wait for a client. */
export const MOST_WAITING = 1024 * 1024;

/** How long a client may read nothing of what waits for it. */
export const LONGEST_STALL = 60_000;

/** Bytes written at once: between two of these it shows whether the client reads. */
const PIECE = 64 * 1024;

interface Entry {
  readonly bytes: Buffer;
  readonly log: boolean;
}

export class Outbox {
  readonly #socket: Socket;
  readonly #sched: Scheduler;
  readonly #cut: (reason: string) => void;
  #waiting: Entry[] = [];
  /** Bytes of log lines among what waits. */
  #logged = 0;
  #writing = false;
  #ended = false;
  #stall: Job | undefined;
  #drained: (() => void)[] = [];

  /** `cut` hears, once, that the client is to be let go. */
  constructor(socket: Socket, sched: Scheduler, cut: (reason: string) => void) {
    this.#socket = socket;
    this.#sched = sched;
    this.#cut = cut;
  }

  /** A part of an answer: never left out, whatever its size, for the client asked for it. */
  answer(text: string): void {
    this.#put({ bytes: Buffer.from(text), log: false });
  }

  /** A line of the log. */
  log(bytes: Buffer): void {
    if (this.#ended) return;
    if (this.#logged + bytes.length > MOST_WAITING) this.#giveUp('its log lines were not read');
    else this.#put({ bytes, log: true });
  }

  /** Resolves when everything has gone out, or nothing ever will. */
  drained(): Promise<void> {
    if (this.#ended || (!this.#writing && this.#waiting.length === 0)) return Promise.resolve();
    return new Promise(resolve => this.#drained.push(resolve));
  }

  /** Nothing goes out any more. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting = [];
    this.#stall?.cancel();
    this.#settle();
  }

  #giveUp(reason: string): void {
    this.close();
    this.#cut(reason);
  }

  #put(entry: Entry): void {
    if (this.#ended || entry.bytes.length === 0) return;
    if (entry.log) this.#logged += entry.bytes.length;
    this.#waiting.push(entry);
    if (!this.#writing) this.#next();
  }

  #next(): void {
    this.#stall?.cancel();
    this.#stall = undefined;
    if (this.#ended) return;
    this.#writing = this.#waiting.length > 0;
    if (!this.#writing) {
      this.#settle();
      return;
    }
    this.#stall = this.#sched.after('console not reading', LONGEST_STALL, () => this.#giveUp('it reads nothing'));
    // A failed write ends in the socket's 'close', which closes this too.
    this.#socket.write(this.#take(), () => this.#next());
  }

  /** The next piece: small entries joined, a large one cut. */
  #take(): Buffer {
    const parts: Buffer[] = [];
    let size = 0;
    let taken = 0;
    let rest: Entry | undefined;
    while (size < PIECE && taken < this.#waiting.length) {
      const { bytes, log } = this.#waiting[taken++]!;
      const part = bytes.subarray(0, PIECE - size);
      parts.push(part);
      size += part.length;
      if (log) this.#logged -= part.length;
      if (part.length < bytes.length) rest = { bytes: bytes.subarray(part.length), log };
    }
    this.#waiting.splice(0, taken, ...(rest ? [rest] : []));
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
  }

  #settle(): void {
    const waiters = this.#drained;
    this.#drained = [];
    for (const resolve of waiters) resolve();
  }
}
