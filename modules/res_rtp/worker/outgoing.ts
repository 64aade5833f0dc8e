/** One stream of packets that goes out: its numbers run on whatever the sources of what it carries (RFC 3550 §5.1). */
import { randomInt } from 'node:crypto';
import { sequenceDelta, timestampDelta } from './packet.js';

/** Numbers this far apart are of something new, even of the same source. */
const JUMP = 3000;
/** Milliseconds of timestamps likewise. */
const TIME_JUMP = 10_000;
/** Milliseconds between two packets that come at the same moment. */
const LEAST_STEP = 20;

const LONG = 0x1_0000_0000;

/** The first numbers of sound that is ours are below these. */
const FIRST_SEQUENCE = 256;
const FIRST_TIMESTAMP = 8000;

/** Where a stream begins, if what it carries does not say. */
export interface Start {
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
}

/**
 * Numbers are low, or those of what is carried first. Phones that go by the latest numbers whoever sent them (baresip is
 * one) take what the other end sends them itself, by direct media, for late where ours were higher.
 */
const atRandom = (): Start => ({
  ssrc: randomInt(LONG),
  sequence: randomInt(FIRST_SEQUENCE),
  timestamp: randomInt(FIRST_TIMESTAMP),
});

export class Outgoing {
  readonly ssrc: number;
  /** Of the packet that goes out now. */
  sequence: number;
  timestamp: number;
  marker = false;
  /** Packets and octets that went out. */
  packets = 0;
  octets = 0;
  #latestSequence: number;
  #latestTimestamp: number;
  /** When the latest was sent; undefined before the first. */
  #latestAt: number | undefined;
  #source: number | undefined;
  #sequenceOffset = 0;
  #timestampOffset = 0;

  constructor(start: Start = atRandom()) {
    this.ssrc = start.ssrc;
    this.sequence = this.#latestSequence = start.sequence;
    this.timestamp = this.#latestTimestamp = start.timestamp;
  }

  /** Numbers for a packet of a source. Gaps and order of one source stay as they are. @param clock ticks in a second */
  carry(source: number, sequence: number, timestamp: number, marker: boolean, clock: number, now: number): void {
    this.marker = marker;
    if (source !== this.#source || this.#jumps(sequence, timestamp, clock)) {
      this.#source = source;
      this.marker = true;
      const first = this.#latestAt === undefined;
      this.#sequenceOffset = first ? 0 : this.#latestSequence + 1 - sequence;
      this.#timestampOffset = first ? 0 : this.timeAt(now, clock) - timestamp;
    }
    this.sequence = (sequence + this.#sequenceOffset) & 0xffff;
    this.timestamp = (timestamp + this.#timestampOffset) >>> 0;
    if (this.#latestAt !== undefined && sequenceDelta(this.sequence, this.#latestSequence) <= 0) return;
    this.#latestSequence = this.sequence;
    this.#latestTimestamp = this.timestamp;
    this.#latestAt = now;
  }

  /** The next number, for a packet of our own that no source has: whatever is carried after it is something new. */
  insert(timestamp: number, marker: boolean, now: number): void {
    this.#source = undefined;
    this.marker = marker;
    this.sequence = this.#latestSequence = (this.#latestSequence + 1) & 0xffff;
    // A key that is held keeps the time at which it was pressed.
    if (timestamp !== this.#latestTimestamp || this.#latestAt === undefined) this.#latestAt = now;
    this.timestamp = this.#latestTimestamp = timestamp >>> 0;
  }

  /** A packet of that source is not carried: the next closes up. */
  passOver(source: number): void {
    if (source === this.#source) this.#sequenceOffset -= 1;
  }

  /** The timestamp of something that happens now, `least` milliseconds after the latest. */
  timeAt(now: number, clock: number, least = LEAST_STEP): number {
    if (this.#latestAt === undefined) return this.#latestTimestamp;
    const passed = Math.max(least, now - this.#latestAt);
    return (this.#latestTimestamp + Math.round((passed * clock) / 1000)) >>> 0;
  }

  #jumps(sequence: number, timestamp: number, clock: number): boolean {
    const ahead = sequenceDelta((sequence + this.#sequenceOffset) & 0xffff, this.#latestSequence);
    const later = timestampDelta(timestamp + this.#timestampOffset, this.#latestTimestamp);
    return Math.abs(ahead) > JUMP || Math.abs(later) > (TIME_JUMP * clock) / 1000;
  }
}
