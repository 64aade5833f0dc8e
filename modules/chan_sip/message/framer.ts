/** Cuts a stream into messages by their Content-Length: RFC 3261 §7.5, §18.3; keep-alives by RFC 5626 §3.5.1. */
import { headerName } from './headers.js';
import { HeaderLines } from './lines.js';
import { digits } from './scan.js';

/** The longest message that a stream may carry. */
export const LONGEST_STREAMED = 20_480;

const CONTENT_LENGTH = headerName('Content-Length');
const [NUL, LF, CR] = [0x00, 0x0a, 0x0d];
const NOTHING = Buffer.alloc(0);

/** What stands next in the stream. `data` is good until the next chunk is taken. */
export type Frame =
  | { readonly kind: 'message'; readonly data: Buffer }
  /** Two empty lines, to be answered by one. */
  | { readonly kind: 'ping'; readonly data: Buffer }
  /** A head that does not say where its message ends: nothing behind it can be read. */
  | { readonly kind: 'endless'; readonly data: Buffer; readonly detail: string }
  | { readonly kind: 'oversized' };

export class Framer {
  /** What came of a message that is not whole. Grows by doubling, so that octets that come one by one cost no more. */
  #store = NOTHING;
  #held = 0;
  /** Of the message at hand: where the search for the end of its head goes on. */
  #searched = 0;
  /** Of the message at hand: its length; 0 while its head is not whole. */
  #length = 0;
  /** Empty lines since the last message or ping. */
  #empty = 0;

  /** Whether a message has begun and is not whole. */
  get midway(): boolean {
    return this.#held > 0;
  }

  /** Takes what came next. After a frame that is `endless` or `oversized` the stream is of no use. */
  *push(chunk: Buffer): Generator<Frame> {
    const data = this.#joined(chunk);
    let at = 0;
    for (;;) {
      if (this.#length === 0 && this.#searched === 0) {
        for (; at < data.length && isBetween(data[at]!); at++) {
          if (data[at] !== LF || ++this.#empty < 2) continue;
          this.#empty = 0;
          yield { kind: 'ping', data: data.subarray(at, at + 1) };
        }
      }
      if (at === data.length) break;
      const frame = this.#next(data.subarray(at));
      if (!frame) break;
      if (frame.kind === 'message') {
        at += frame.data.length;
        this.#searched = this.#length = this.#empty = 0;
      }
      yield frame;
      if (frame.kind !== 'message') return;
    }
    this.#keep(data, at);
  }

  /** The message that `rest` begins with; undefined while it is not whole. */
  #next(rest: Buffer): Frame | undefined {
    if (this.#length === 0) {
      const end = this.#headEnd(rest);
      if (end === undefined) return rest.length > LONGEST_STREAMED ? { kind: 'oversized' } : undefined;
      if (end > LONGEST_STREAMED) return { kind: 'oversized' };
      const head = rest.subarray(0, end);
      const body = bodyLength(head.toString('latin1'));
      if (typeof body === 'string') return { kind: 'endless', data: head, detail: body };
      this.#length = end + body;
    }
    if (this.#length > LONGEST_STREAMED) return { kind: 'oversized' };
    return rest.length < this.#length ? undefined : { kind: 'message', data: rest.subarray(0, this.#length) };
  }

  /** Where the empty line behind the headers ends. A line end is CRLF or a bare LF, as the parser takes them. */
  #headEnd(rest: Buffer): number | undefined {
    for (;;) {
      const end = rest.indexOf(LF, this.#searched);
      if (end < 0) {
        this.#searched = rest.length;
        return undefined;
      }
      // What follows this line end may not have come yet: the search goes on from it.
      this.#searched = end;
      const next = rest[end + 1];
      if (next === LF) return end + 2;
      if (next === CR && rest[end + 2] === LF) return end + 3;
      if (next === undefined || (next === CR && end + 2 === rest.length)) return undefined;
      this.#searched = end + 1;
    }
  }

  #joined(chunk: Buffer): Buffer {
    if (this.#held === 0) return chunk;
    const length = this.#held + chunk.length;
    if (length > this.#store.length) {
      const store = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#store.length));
      this.#store.copy(store, 0, 0, this.#held);
      this.#store = store;
    }
    chunk.copy(this.#store, this.#held);
    this.#held = length;
    return this.#store.subarray(0, length);
  }

  #keep(data: Buffer, at: number): void {
    const length = data.length - at;
    const inPlace = at === 0 && this.#held > 0;
    if (!inPlace) {
      this.#store = length === 0 ? NOTHING : Buffer.allocUnsafeSlow(length);
      data.copy(this.#store, 0, at);
    }
    this.#held = length;
  }
}

/** Between messages stand empty lines, and the NUL octets that some phones keep their way open with. */
const isBetween = (octet: number): boolean => octet === CR || octet === LF || octet === NUL;

/** The octets of the body, or why nobody can tell (RFC 3261 §20.14: mandatory over a stream). */
function bodyLength(head: string): number | string {
  const stated = new HeaderLines(head, head.indexOf('\n') + 1).all(CONTENT_LENGTH);
  if (stated.length === 0) return 'no Content-Length over a stream';
  if (stated.length > 1) return 'more than one Content-Length';
  // What is a number beyond all bounds is longer than what is taken, as any other that is too long.
  return /^\d+$/.test(stated[0]!)
    ? (digits(stated[0]!, LONGEST_STREAMED) ?? LONGEST_STREAMED)
    : 'a Content-Length that is no number';
}
