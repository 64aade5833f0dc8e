/** Nonces and To tags without a record: keyed hashes over time and Call-ID (RFC 3261 §8.2.7), and the marks of those that have served. */
import { hash, randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '#core';
import { sameHash } from '../message/digest.js';

/** 64*T1: as long as the dialog that holds the original's nonce. */
export const NONCE_LIFE = 32_000;

/** Hex digits of the issuing time: milliseconds for 500 years. */
const TIME_DIGITS = 11;
/** Hex digits of a count, so that no two challenges of a millisecond are the same. */
const COUNT_DIGITS = 4;
/** What stands before the hash, and is hashed. */
const STAMP_DIGITS = TIME_DIGITS + COUNT_DIGITS;
/** Hex digits of the keyed hash: 96 bits. */
const HASH_DIGITS = 24;
const NONCE_DIGITS = STAMP_DIGITS + HASH_DIGITS;
/** Hex digits of the keyed hash over the address, where there is one. */
const PLACE_DIGITS = 12;
const PLACED_DIGITS = NONCE_DIGITS + PLACE_DIGITS;
/** The time starts anywhere below this, so that a nonce does not tell how long the process has been up. */
const TIME_OFFSET = 2 ** 40;

export class Nonces {
  readonly #clock: Clock;
  readonly #key: string;
  readonly #offset: number;
  #count = 0;

  constructor(clock: Clock, key = randomBytes(16).toString('hex'), offset = randomInt(TIME_OFFSET)) {
    this.#clock = clock;
    this.#key = key;
    this.#offset = offset;
  }

  /** The time that nonces carry. */
  now(): number {
    return this.#offset + Math.floor(this.#clock.elapsed());
  }

  // Deviates from the original's 8 hex digits: nothing is stored, so the text itself has to prove where it comes from.
  /** @param address to whom it goes, where somebody will ask that */
  issue(callId: string, address?: string): string {
    this.#count = (this.#count + 1) % 16 ** COUNT_DIGITS;
    const stamp = hex(this.now(), TIME_DIGITS) + hex(this.#count, COUNT_DIGITS);
    const nonce = stamp + this.#proof(stamp, callId);
    return address === undefined ? nonce : nonce + this.#place(stamp, address);
  }

  /** Whether we sent this nonce to that address for this Call-ID, however long ago. */
  isIssuedTo(nonce: string, callId: string, address: string): boolean {
    if (nonce.length !== PLACED_DIGITS) return false;
    const stamp = nonce.slice(0, STAMP_DIGITS).toLowerCase();
    const proof = this.#proof(stamp, callId) + this.#place(stamp, address);
    return sameHash(proof, nonce.slice(STAMP_DIGITS));
  }

  /** When this nonce was issued for this Call-ID; undefined when it was not, or has expired. */
  issuedAt(nonce: string, callId: string): number | undefined {
    if (nonce.length !== NONCE_DIGITS && nonce.length !== PLACED_DIGITS) return undefined;
    const issued = Number.parseInt(nonce.slice(0, TIME_DIGITS), 16);
    const age = this.now() - issued;
    if (!(age >= 0 && age < NONCE_LIFE)) return undefined;
    const proof = this.#proof(nonce.slice(0, STAMP_DIGITS).toLowerCase(), callId);
    return sameHash(proof, nonce.slice(STAMP_DIGITS, NONCE_DIGITS)) ? issued : undefined;
  }

  /** The To tag of every answer to this Call-ID and From tag. */
  tag(callId: string, fromTag: string): string {
    return `as${this.#keyed(`tag ${fromTag} ${callId}`).slice(0, 8)}`;
  }

  #proof(stamp: string, callId: string): string {
    return this.#keyed(`nonce ${stamp} ${callId}`).slice(0, HASH_DIGITS);
  }

  #place(stamp: string, address: string): string {
    return this.#keyed(`place ${stamp} ${address}`).slice(0, PLACE_DIGITS);
  }

  /** Only a part of it may be shown: who knew the whole could continue the text behind the key. */
  #keyed(text: string): string {
    return hash('sha256', `${this.#key} ${text}`);
  }
}

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

interface Spent {
  readonly nonce: string;
  readonly issued: number;
  /** The highest count that was used with it; infinite where there was none: it served once. */
  highest: number;
  /** Which of that count and those before it were used, the highest in the lowest bit. */
  used: number;
}

/**
 * How many marks one device can have: as many right answers it may give while one of its challenges is on its way.
 * A trunk, or an account that many phones share, gives many.
 */
export const MARKS = 256;
/** Counts that may come behind a higher one: datagrams overtake each other. */
export const COUNT_WINDOW = 32;

/** The nonces that got a right answer for one device, with their counts. What is forgotten early counts as spent, never as new. */
export class SpentNonces {
  /** Oldest first. */
  #marks: Spent[] = [];
  #floor = Number.NEGATIVE_INFINITY;

  /** @param count of an answer with qop; without, a nonce serves once */
  has(nonce: string, issued: number, count?: number): boolean {
    if (issued <= this.#floor) return true;
    const mark = this.#find(nonce, issued);
    return mark !== undefined && (count === undefined || isUsed(mark, count));
  }

  add(nonce: string, issued: number, now: number, count = Number.POSITIVE_INFINITY): void {
    const mark = count < Number.POSITIVE_INFINITY ? this.#find(nonce, issued) : undefined;
    if (mark) use(mark, count);
    else this.#mark({ nonce: nonce.toLowerCase(), issued, highest: count, used: 1 }, now);
  }

  #find(nonce: string, issued: number): Spent | undefined {
    const text = nonce.toLowerCase();
    // From the latest on, as far as they may be it: nearly every nonce is later than those that have served.
    for (let at = this.#marks.length - 1; at >= 0 && this.#marks[at]!.issued >= issued; at--) {
      const mark = this.#marks[at]!;
      if (mark.issued === issued && mark.nonce === text) return mark;
    }
    return undefined;
  }

  #mark(mark: Spent, now: number): void {
    const marks = this.#marks;
    while (marks.length > 0 && now - marks[0]!.issued >= NONCE_LIFE) marks.shift();
    // Most have one, and a list that is pushed to has room for seventeen.
    if (marks.length === 0) {
      this.#marks = [mark];
      return;
    }
    marks.push(mark);
    // A nonce is nearly always used after those that were issued before it; otherwise it goes to its place.
    if (marks.at(-2)!.issued > mark.issued) marks.sort((one, other) => one.issued - other.issued);
    if (marks.length > MARKS) this.#floor = marks.shift()!.issued;
  }

  get size(): number {
    return this.#marks.length;
  }
}

function isUsed({ highest, used }: Spent, count: number): boolean {
  const behind = highest - count;
  return behind >= COUNT_WINDOW || (behind >= 0 && ((used >>> behind) & 1) === 1);
}

function use(mark: Spent, count: number): void {
  const ahead = count - mark.highest;
  if (ahead <= 0) mark.used |= 1 << -ahead;
  else {
    mark.used = ahead >= COUNT_WINDOW ? 1 : (mark.used << ahead) | 1;
    mark.highest = count;
  }
}
