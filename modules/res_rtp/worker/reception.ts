/** What is known of a stream that comes in: how much was lost, and how evenly it comes (RFC 3550 A.1, A.3, A.8). */
import { sequenceDelta } from './packet.js';

/** Numbers further apart than this are of a sender that has begun anew. */
const JUMP = 3000;

/** The part of a report that is about a stream (RFC 3550 §6.4.1). */
export interface ReceptionReport {
  readonly ssrc: number;
  /** Of 256, since the last report. */
  readonly fraction: number;
  readonly lost: number;
  readonly highest: number;
  /** In ticks of the stream's clock. */
  readonly jitter: number;
}

export class Reception {
  ssrc: number | undefined;
  /** Packets of all senders so far. */
  received = 0;
  #jitter = 0;
  #clock = 8000;
  #transit: number | undefined;
  #base = 0;
  #highest = 0;
  #cycles = 0;
  #count = 0;
  /** Lost of senders before this one. */
  #lostBefore = 0;
  #expectedPrior = 0;
  #countPrior = 0;

  /** Whether this is the latest packet so far, not one that comes late. */
  take(ssrc: number, sequence: number): boolean {
    this.received += 1;
    const ahead = sequenceDelta(sequence, this.#highest);
    if (ssrc !== this.ssrc || Math.abs(ahead) > JUMP) {
      this.#begin(ssrc, sequence);
      return true;
    }
    this.#count += 1;
    if (ahead <= 0) return false;
    if (sequence < this.#highest) this.#cycles += 0x1_0000;
    this.#highest = sequence;
    return true;
  }

  /** When a packet came. Not for packets whose timestamp says when something else began. @param now milliseconds */
  time(timestamp: number, clock: number, now: number): void {
    if (clock !== this.#clock) {
      this.#transit = undefined;
      this.#jitter = 0;
      this.#clock = clock;
    }
    const transit = (Math.round((now * clock) / 1000) - timestamp) | 0;
    if (this.#transit !== undefined) {
      const change = Math.abs((transit - this.#transit) | 0);
      // A jump of timestamps is no delay.
      if (change < clock) this.#jitter += (change - this.#jitter) / 16;
    }
    this.#transit = transit;
  }

  get lost(): number {
    return this.#lostBefore + Math.max(0, this.#expected - this.#count);
  }

  /** Milliseconds. */
  get jitter(): number {
    return (this.#jitter * 1000) / this.#clock;
  }

  /** What to tell the sender; the fraction begins anew with each. */
  report(): ReceptionReport | undefined {
    if (this.ssrc === undefined) return undefined;
    const expected = this.#expected - this.#expectedPrior;
    const lost = expected - (this.#count - this.#countPrior);
    this.#expectedPrior = this.#expected;
    this.#countPrior = this.#count;
    return {
      ssrc: this.ssrc,
      fraction: expected === 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected)),
      lost: this.#expected - this.#count,
      highest: (this.#cycles + this.#highest) >>> 0,
      jitter: Math.floor(this.#jitter),
    };
  }

  get #expected(): number {
    return this.ssrc === undefined ? 0 : this.#cycles + this.#highest - this.#base + 1;
  }

  #begin(ssrc: number, sequence: number): void {
    this.#lostBefore = this.lost;
    this.ssrc = ssrc;
    this.#base = this.#highest = sequence;
    this.#cycles = 0;
    this.#count = 1;
    this.#expectedPrior = 0;
    this.#countPrior = 0;
    this.#transit = undefined;
    this.#jitter = 0;
  }
}
