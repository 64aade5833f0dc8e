/** Tones as indications.conf writes them: `440+480/2000,0/4000`. Read, and made into samples. */
import { RATE } from './codec.js';

/** Of one frequency; as many as may sound together stay below what a sample holds. */
const AMPLITUDE = 7000;
/** Up to four frequencies together, or one that changes the strength of another. */
const TONE = /^(!?)(\d{1,5}(?:(?:\+\d{1,5}){0,3}|(\*\d{1,5})))(?:\/(\d{1,7}))?$/;
const MOST_PARTS = 100;
const HIGHEST = RATE / 2;

/** One part of a list. */
interface Tone {
  readonly frequencies: readonly number[];
  /** The second frequency changes the strength of the first. */
  readonly modulated: boolean;
  /** Samples; Infinity: for good. */
  readonly length: number;
  readonly once: boolean;
}

export interface Sound {
  /**
   * Fills `into` with the next `count` samples. @returns how many there were: fewer is the end, undefined that they
   * are not there yet
   */
  read(into: Int16Array, count: number): number | undefined;
  close(): void;
}

/** @returns what is wrong with it, where it is no list of tones */
export function parseTones(text: string): readonly Tone[] | string {
  const words = text.split(',').map(word => word.trim());
  if (words.length > MOST_PARTS) return `more than ${MOST_PARTS} tones`;
  const tones: Tone[] = [];
  for (const word of words) {
    const [, once, together, product, ms] = TONE.exec(word) ?? [];
    if (together === undefined) return `'${word}' is no tone`;
    const frequencies = together.split(/[+*]/).map(Number);
    if (frequencies.some(frequency => frequency >= HIGHEST)) return `'${word}' is too high to be played`;
    const length = ms === undefined ? Number.POSITIVE_INFINITY : (Number(ms) * RATE) / 1000;
    tones.push({ frequencies, modulated: product !== undefined, length, once: once === '!' });
  }
  // Parts that take no time and come again and again would never give a sample.
  if (!tones.some(({ length, once }) => length > 0 && !once) && !tones.every(({ once }) => once))
    return 'tones without length';
  return tones;
}

/** A sine without a call for each sample: the next follows from the two before. */
class Oscillator {
  readonly #factor: number;
  #before: number;
  #now = 0;

  constructor(frequency: number) {
    const step = (2 * Math.PI * frequency) / RATE;
    this.#factor = 2 * Math.cos(step);
    this.#before = -Math.sin(step);
  }

  next(): number {
    const value = this.#now;
    this.#now = this.#factor * value - this.#before;
    this.#before = value;
    return value;
  }
}

export class ToneSound implements Sound {
  readonly #tones: readonly Tone[];
  #index = 0;
  #left: number;
  #oscillators: Oscillator[];

  constructor(tones: readonly Tone[]) {
    this.#tones = tones;
    this.#left = tones[0]?.length ?? 0;
    this.#oscillators = oscillatorsOf(tones[0]);
  }

  read(into: Int16Array, count: number): number {
    for (let at = 0; at < count; ) {
      while (this.#left <= 0) if (!this.#advance()) return at;
      const stop = at + Math.min(count - at, this.#left);
      this.#left -= stop - at;
      const modulated = this.#tones[this.#index]!.modulated;
      for (; at < stop; at++) into[at] = modulated ? this.#product() : this.#sum();
    }
    return count;
  }

  close(): void {}

  #sum(): number {
    let sum = 0;
    for (const oscillator of this.#oscillators) sum += oscillator.next();
    return Math.round(sum * AMPLITUDE);
  }

  #product(): number {
    const [carrier, modulator] = this.#oscillators;
    return Math.round(carrier!.next() * (1 + (modulator?.next() ?? 0)) * AMPLITUDE);
  }

  /** The next part; after the last the first of those that are played again. */
  #advance(): boolean {
    let next = this.#index + 1;
    if (next >= this.#tones.length) next = this.#tones.findIndex(({ once }) => !once);
    if (next < 0) return false;
    this.#index = next;
    this.#left = this.#tones[next]!.length;
    this.#oscillators = oscillatorsOf(this.#tones[next]);
    return true;
  }
}

/** A frequency of 0 is silence. */
const oscillatorsOf = (tone: Tone | undefined): Oscillator[] =>
  (tone?.frequencies ?? []).filter(frequency => frequency > 0).map(frequency => new Oscillator(frequency));
