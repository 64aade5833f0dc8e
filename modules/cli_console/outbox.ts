/** What waits to be read by one client: bounded, never blocking, and given up when nobody reads. */
import type { Socket } from 'node:net';
import type { Job, Scheduler } from '#core';

/** Bytes of log lines that may wait for a client. */
export const MOST_WAITING = 1024 * 1024;

/** How long a client may read nothing of what waits for it. */
export const LONGEST_STALL = 60_000;

/** Bytes written at once: between two of these it shows whether the client reads. */
const PIECE = 64 * 1024;

export class Outbox {
  readonly #socket: Socket;
  readonly #sched: Scheduler;
  readonly #cut: (reason: string) => void;
  #waiting: Buffer[] = [];
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
    this.#put(Buffer.from(text));
  }

  /** A line of the log. */
  log(line: Buffer): void {
    if (this.#ended) return;
    this.#logged += line.length;
    if (this.#logged > MOST_WAITING) this.#giveUp('its log lines were not read');
    else this.#put(line);
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

  #put(bytes: Buffer): void {
    if (this.#ended || bytes.length === 0) return;
    this.#waiting.push(bytes);
    if (!this.#writing) this.#next();
  }

  #next(): void {
    this.#stall?.cancel();
    this.#stall = undefined;
    if (this.#ended) return;
    const piece = this.#take();
    this.#writing = piece !== undefined;
    if (!piece) {
      this.#logged = 0;
      this.#settle();
      return;
    }
    this.#stall = this.#sched.after('console not reading', LONGEST_STALL, () => this.#giveUp('it reads nothing'));
    // A failed write ends in the socket's 'close', which closes this too.
    this.#socket.write(piece, () => this.#next());
  }

  /** The next piece: small buffers joined, a large one cut. */
  #take(): Buffer | undefined {
    let size = 0;
    let count = 0;
    while (count < this.#waiting.length && size < PIECE) size += this.#waiting[count++]!.length;
    if (count === 0) return undefined;
    const joined = count === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting.slice(0, count));
    const rest = joined.subarray(PIECE);
    this.#waiting.splice(0, count, ...(rest.length > 0 ? [rest] : []));
    return joined.subarray(0, PIECE);
  }

  #settle(): void {
    const waiters = this.#drained;
    this.#drained = [];
    for (const resolve of waiters) resolve();
  }
}
