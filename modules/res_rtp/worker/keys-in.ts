/** Keys that come as events (RFC 4733 §2): each is told once when it is pressed and once when it is let go. */
import { timestampDelta } from './packet.js';

/** By event number (RFC 4733 §3.2); 16 is the hook flash. */
export const KEYS = '0123456789*#ABCDF';

/** Keys in a second that are told: nobody presses more, and somebody may send more. */
const MOST = 20;
/** Ticks of a telephone-event in a millisecond. */
const TICKS = 8;
/** Ticks by which a packet may come too late. */
const LATE = 10_000 * TICKS;

export interface KeyListener {
  digitBegan(digit: string): void;
  digitEnded(digit: string, durationMs: number): void;
}

interface Held {
  readonly key: string;
  duration: number;
  /** When the last packet came. */
  at: number;
  readonly told: boolean;
}

export class KeysIn {
  readonly #listener: KeyListener;
  /** Milliseconds without a packet after which a key counts as let go. */
  readonly #timeout: number;
  #held: Held | undefined;
  /** Of the latest event, held or over. */
  #timestamp: number | undefined;
  #second = 0;
  #inSecond = 0;
  /** Keys that were too many to be told. */
  dropped = 0;

  /** @param timeout in ticks of the events, as dtmftimeout counts */
  constructor(listener: KeyListener, timeout: number) {
    this.#listener = listener;
    this.#timeout = timeout / TICKS;
  }

  get holding(): boolean {
    return this.#held !== undefined;
  }

  /** @returns whether it is an event that we know */
  take(data: Buffer, start: number, end: number, timestamp: number, now: number): boolean {
    const key = end - start >= 4 ? KEYS[data[start]!] : undefined;
    if (key === undefined) return false;
    const since = this.#timestamp === undefined ? 1 : timestampDelta(timestamp, this.#timestamp);
    if (since < 0 && since > -LATE) return true; // it comes late; what is far older is of a clock that was set anew
    const over = (data[start + 1]! & 0x80) !== 0;
    if (since !== 0) this.#begin(key, timestamp, now);
    const held = this.#held;
    if (!held) return true; // over already: an end comes three times
    held.at = now;
    held.duration = Math.max(held.duration, data.readUInt16BE(start + 2));
    if (over) this.#end();
    return true;
  }

  /** A key whose end was lost is let go. */
  check(now: number): void {
    if (this.#held && now - this.#held.at >= this.#timeout) this.#end();
  }

  /** Another sends from here on, whose timestamps are others; or nobody does. */
  renew(): void {
    this.#end();
    this.#timestamp = undefined;
  }

  #begin(key: string, timestamp: number, now: number): void {
    this.#end();
    this.#timestamp = timestamp;
    const told = this.#mayTell(now);
    if (!told) this.dropped += 1;
    this.#held = { key, duration: 0, at: now, told };
    if (told) this.#listener.digitBegan(key);
  }

  #end(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held?.told) this.#listener.digitEnded(held.key, Math.round(held.duration / TICKS));
  }

  #mayTell(now: number): boolean {
    if (now - this.#second >= 1000) {
      this.#second = now;
      this.#inSecond = 0;
    }
    this.#inSecond += 1;
    return this.#inSecond <= MOST;
  }
}
