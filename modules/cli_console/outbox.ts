/** What waits to be read by one client of the plain mode, in order: bounded, and given up when nobody reads. */
import type { Socket } from 'node:net';
import type { Scheduler } from '#core';
import { PIECE, Writer } from './writer.js';

/** Bytes of log lines that may wait for a client. */
export const MOST_WAITING = 1024 * 1024;

/** How long a client may read nothing of what waits for it. */
export const LONGEST_STALL = 60_000;

interface Entry {
  readonly bytes: Buffer;
  readonly log: boolean;
}

export class Outbox {
  readonly #writer: Writer;
  #waiting: Entry[] = [];
  /** Bytes of log lines among what waits. */
  #logged = 0;

  /** `cut` hears, once, that the client is to be let go. */
  constructor(socket: Socket, sched: Scheduler, cut: (reason: string) => void) {
    this.#writer = new Writer({ socket, sched, stall: LONGEST_STALL, take: () => this.#take(), cut });
  }

  /** A part of an answer: never left out, whatever its size, for the client asked for it. */
  answer(text: string): void {
    this.#put({ bytes: Buffer.from(text), log: false });
  }

  /** A line of the log. */
  log(bytes: Buffer): void {
    if (this.#writer.ended) return;
    if (this.#logged + bytes.length <= MOST_WAITING) this.#put({ bytes, log: true });
    else {
      this.#waiting = [];
      this.#writer.giveUp('its log lines were not read');
    }
  }

  /** Resolves when everything has gone out, or nothing ever will. */
  drained(): Promise<void> {
    return this.#writer.drained();
  }

  /** Nothing goes out any more. */
  close(): void {
    this.#waiting = [];
    this.#writer.close();
  }

  #put(entry: Entry): void {
    if (this.#writer.ended || entry.bytes.length === 0) return;
    if (entry.log) this.#logged += entry.bytes.length;
    this.#waiting.push(entry);
    this.#writer.wake();
  }

  /** The next piece: small entries joined, a large one cut. */
  #take(): Buffer | undefined {
    if (this.#waiting.length === 0) return undefined;
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
}
