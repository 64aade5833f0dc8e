/** Writes to one client what waits for it, piece by piece: never blocking, and given up when nobody reads. */
import type { Socket } from 'node:net';
import type { Job, Scheduler } from '#core';

/** Characters written at once: between two of these it shows whether the client reads. */
export const PIECE = 64 * 1024;

export interface OutboxParts {
  readonly socket: Socket;
  readonly sched: Scheduler;
  /** How long a client may read nothing of what waits for it. */
  stall(): number;
  /** Hears that the client is to be let go, once. */
  cut(reason: string): void;
}

export class Outbox {
  readonly #parts: OutboxParts;
  #waiting: string[] = [];
  #writing = false;
  #ended = false;
  #stall: Job | undefined;
  #drained: (() => void)[] = [];

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Whether something waits to be read. */
  get busy(): boolean {
    return this.#writing;
  }

  send(text: string): void {
    if (this.#ended || text === '') return;
    this.#waiting.push(text);
    if (!this.#writing) this.#next();
  }

  /** Resolves when everything has gone out, or nothing ever will. */
  drained(): Promise<void> {
    if (this.#ended || !this.#writing) return Promise.resolve();
    return new Promise(resolve => this.#drained.push(resolve));
  }

  /** Nothing goes out any more. */
  close(): void {
    this.#ended = true;
    this.#waiting = [];
    this.#stall?.cancel();
    this.#settle();
  }

  #next(): void {
    this.#stall?.cancel();
    if (this.#ended) return;
    const piece = this.#take();
    this.#writing = piece !== '';
    if (!this.#writing) {
      this.#settle();
      return;
    }
    this.#stall = this.#watch(this.#parts.stall(), () => {
      // When it is we who were late, what came in the meantime shows first.
      this.#stall = this.#watch(1, () => this.#giveUp());
    });
    // A failed write ends in the socket's 'close', which closes this too.
    this.#parts.socket.write(piece, () => this.#next());
  }

  /** Small texts joined, a large one cut. */
  #take(): string {
    const parts: string[] = [];
    let size = 0;
    let taken = 0;
    for (const text of this.#waiting) {
      if (size > 0 && size + text.length > PIECE) break;
      parts.push(text);
      size += text.length;
      taken += 1;
    }
    this.#waiting.splice(0, taken);
    const piece = parts.join('');
    if (piece.length <= PIECE) return piece;
    // Not within a character of two halves.
    const end = /[\ud800-\udbff]/.test(piece[PIECE - 1]!) ? PIECE - 1 : PIECE;
    this.#waiting.unshift(piece.slice(end));
    return piece.slice(0, end);
  }

  #watch(ms: number, late: () => void): Job {
    return this.#parts.sched.after('manager client not reading', ms, late);
  }

  #giveUp(): void {
    if (this.#ended) return;
    this.close();
    this.#parts.cut('it reads nothing');
  }

  #settle(): void {
    const waiters = this.#drained;
    this.#drained = [];
    for (const resolve of waiters) resolve();
  }
}
