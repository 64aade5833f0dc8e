/** Writes to one client what waits for it, piece by piece: never blocking, and given up when nobody reads. */
import type { Socket } from 'node:net';
import type { Job, Scheduler } from '#core';

/** Bytes written at once: between two of these it shows whether the client reads. */
export const PIECE = 64 * 1024;

export interface WriterParts {
  readonly socket: Socket;
  readonly sched: Scheduler;
  /** How long a client may read nothing of what waits for it. */
  readonly stall: number;
  /** The next piece, about `PIECE` long; undefined when nothing waits. */
  take(): Buffer | undefined;
  /** Hears that the client is to be let go, once. */
  cut(reason: string): void;
}

export class Writer {
  readonly #parts: WriterParts;
  #writing = false;
  #ended = false;
  #stall: Job | undefined;
  #drained: (() => void)[] = [];

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Something waits. */
  wake(): void {
    if (!this.#writing) this.#next();
  }

  /** Resolves when everything has gone out, or nothing ever will. */
  drained(): Promise<void> {
    if (this.#ended || !this.#writing) return Promise.resolve();
    return new Promise(resolve => this.#drained.push(resolve));
  }

  /** Lets the client go. */
  giveUp(reason: string): void {
    if (this.#ended) return;
    this.close();
    this.#parts.cut(reason);
  }

  /** Nothing goes out any more. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stall?.cancel();
    this.#settle();
  }

  #next(): void {
    const { socket, sched, stall, take } = this.#parts;
    this.#stall?.cancel();
    this.#stall = undefined;
    if (this.#ended) return;
    // Set before: taking a piece may bring more, which waits for its turn.
    this.#writing = true;
    const piece = take();
    if (piece === undefined) {
      this.#writing = false;
      this.#settle();
      return;
    }
    this.#stall = sched.after('console not reading', stall, () => this.giveUp('it reads nothing'));
    // A failed write ends in the socket's 'close', which closes this too.
    socket.write(piece, () => this.#next());
  }

  #settle(): void {
    const waiters = this.#drained;
    this.#drained = [];
    for (const resolve of waiters) resolve();
  }
}
