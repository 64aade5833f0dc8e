/** What waits to be read by one client of the JSON mode: answers all of them, pushes as far as there is room. */
import type { Socket } from 'node:net';
import type { Scheduler } from '#core';
import type { Push } from './json-protocol.js';
import { PIECE, Writer } from './writer.js';

/** Bytes of pushes that may wait for a client; of answers, before no more requests are read. */
export const MOST_WAITING = 1024 * 1024;

/** How long a client may read nothing of what waits for it. */
export const LONGEST_STALL = 30_000;

/** Places of pushes that are gone, at the front of the queue, before it is made shorter. */
const MOST_EMPTY = 1024;

export class JsonOutbox {
  readonly #writer: Writer;
  readonly #room: () => void;
  #answers: Buffer[] = [];
  #answered = 0;
  /** The oldest is at `#first`: nothing moves when it goes. */
  #pushes: Waiting[] = [];
  #first = 0;
  #pushed = 0;
  /** Pushes that were left out in front of the oldest; how many of them were of feeds. */
  #lost = 0;
  #lostOfFeeds = 0;
  /** What is left of a line that has begun to go out. */
  #rest: Buffer | undefined;

  /** `cut` hears, once, that the client is to be let go; `room` when answers went out. */
  constructor(socket: Socket, sched: Scheduler, hooks: { cut(reason: string): void; room(): void }) {
    this.#room = hooks.room;
    this.#writer = new Writer({ socket, sched, stall: LONGEST_STALL, take: () => this.#take(), cut: hooks.cut });
  }

  /** Whether so much waits that nothing more is to be asked for. */
  get full(): boolean {
    return this.#answered > MOST_WAITING;
  }

  /** Never left out: the client asked for it. It goes before pushes that wait. */
  answer(message: object): void {
    if (this.#writer.ended) return;
    const line = encode(message);
    this.#answers.push(line);
    this.#answered += line.length;
    this.#writer.wake();
  }

  /** When there is no room the oldest pushes go, and the client is told how many. */
  push(message: Push): void {
    if (this.#writer.ended) return;
    const line = encode(message);
    this.#pushes.push({ line, feed: message.push === 'feed' });
    this.#pushed += line.length;
    while (this.#pushed > MOST_WAITING) {
      this.#lost += 1;
      if (this.#shift().feed) this.#lostOfFeeds += 1;
    }
    this.#writer.wake();
  }

  /** Resolves when everything has gone out, or nothing ever will. */
  drained(): Promise<void> {
    return this.#writer.drained();
  }

  /** Nothing goes out any more. */
  close(): void {
    this.#answers = [];
    this.#pushes = [];
    this.#rest = undefined;
    this.#writer.close();
  }

  /** The next piece: lines joined, a long one cut. Nothing comes between the parts of a line. */
  #take(): Buffer | undefined {
    const parts: Buffer[] = [];
    let size = 0;
    while (size < PIECE) {
      const line = this.#line();
      if (!line) break;
      const part = line.subarray(0, PIECE - size);
      if (part.length < line.length) this.#rest = line.subarray(part.length);
      parts.push(part);
      size += part.length;
    }
    if (size === 0) return undefined;
    if (!this.full) this.#room();
    return Buffer.concat(parts, size);
  }

  #line(): Buffer | undefined {
    const rest = this.#rest;
    if (rest) {
      this.#rest = undefined;
      return rest;
    }
    const answer = this.#answers.shift();
    if (answer) {
      this.#answered -= answer.length;
      return answer;
    }
    if (this.#lost > 0) {
      const lost: Push = { push: 'lost', count: this.#lost, feeds: this.#lostOfFeeds };
      this.#lost = 0;
      this.#lostOfFeeds = 0;
      return encode(lost);
    }
    return this.#first < this.#pushes.length ? this.#shift().line : undefined;
  }

  /** Takes the oldest push out. */
  #shift(): Waiting {
    const push = this.#pushes[this.#first]!;
    this.#pushed -= push.line.length;
    // The place is emptied, too: the queue must not hold what has gone.
    this.#pushes[this.#first++] = GONE;
    if (this.#first === this.#pushes.length || this.#first > MOST_EMPTY) {
      this.#pushes.splice(0, this.#first);
      this.#first = 0;
    }
    return push;
  }
}

/** A push, encoded; whether it is of a feed. */
interface Waiting {
  readonly line: Buffer;
  readonly feed: boolean;
}

const GONE: Waiting = { line: Buffer.alloc(0), feed: false };

const encode = (message: object): Buffer => Buffer.from(`${JSON.stringify(message)}\n`);
