/** Keys as tones (ITU-T Q.23): which frequencies a key has, and which key some samples are. */
import { RATE } from './codec.js';

const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477, 1633] as const;
const KEYS = ['123A', '456B', '789C', '*0#D'] as const;

/** Both frequencies of a key, as a list of tones; undefined for a flash, which has none. */
export function tonesOf(key: string): string | undefined {
  const row = KEYS.findIndex(keys => keys.includes(key));
  return row < 0 || key === '' ? undefined : `${ROWS[row]}+${COLUMNS[KEYS[row]!.indexOf(key)]}`;
}

/** Samples that are looked at together: 102 tell neighbouring frequencies apart, in 12.75 ms. */
const BLOCK = 102;
/** Blocks that must agree before a key is pressed, and be silent of it before it is let go. */
const AGREE = 2;
/** The least power of a frequency, of samples up to 32767: about -35 dBm0. */
const LEAST = (BLOCK * 300) ** 2 / 4;
/** How much stronger than the second of its group a frequency is to be. */
const APART = 6;
/** How many times one frequency of a key may be as strong as the other (ITU-T Q.24: 4 dB and 8 dB). */
const ROW_STRONGER = 6.4;
const COLUMN_STRONGER = 4;
/** How much of all there is to hear the two must be. */
const SHARE = 0.6;

/** Goertzel's algorithm: the power of one frequency. */
class Bin {
  readonly #factor: number;
  #one = 0;
  #two = 0;

  constructor(frequency: number) {
    this.#factor = 2 * Math.cos((2 * Math.PI * frequency) / RATE);
  }

  take(sample: number): void {
    const value = this.#factor * this.#one - this.#two + sample;
    this.#two = this.#one;
    this.#one = value;
  }

  /** Its power since the last time. */
  power(): number {
    const power = this.#one ** 2 + this.#two ** 2 - this.#factor * this.#one * this.#two;
    this.#one = 0;
    this.#two = 0;
    return power;
  }
}

const strongest = (powers: readonly number[]): number => powers.indexOf(Math.max(...powers));

const standsOut = (powers: readonly number[], best: number): boolean =>
  powers.every((power, index) => index === best || power * APART < powers[best]!);

export class KeyDetector {
  readonly #rows = ROWS.map(frequency => new Bin(frequency));
  readonly #columns = COLUMNS.map(frequency => new Bin(frequency));
  #count = 0;
  #energy = 0;
  /** What the last block was, and how many like it there were. */
  #candidate = '';
  #times = 0;
  #key = '';

  /** The key that is held now; empty: none. */
  get key(): string {
    return this.#key;
  }

  take(samples: Int16Array, count: number): void {
    for (let at = 0; at < count; at++) {
      const sample = samples[at]!;
      for (const bin of this.#rows) bin.take(sample);
      for (const bin of this.#columns) bin.take(sample);
      this.#energy += sample * sample;
      if (++this.#count === BLOCK) this.#block();
    }
  }

  /** Nothing is held, whatever was. */
  renew(): void {
    this.#key = this.#candidate = '';
    this.#times = 0;
  }

  #block(): void {
    const heard = this.#heard();
    this.#count = 0;
    this.#energy = 0;
    this.#times = heard === this.#candidate ? this.#times + 1 : 1;
    this.#candidate = heard;
    if (this.#times >= AGREE) this.#key = heard;
  }

  #heard(): string {
    const rows = this.#rows.map(bin => bin.power());
    const columns = this.#columns.map(bin => bin.power());
    const [row, column] = [strongest(rows), strongest(columns)];
    const [low, high] = [rows[row]!, columns[column]!];
    if (low < LEAST || high < LEAST) return '';
    if (low > high * ROW_STRONGER || high > low * COLUMN_STRONGER) return '';
    if (!standsOut(rows, row) || !standsOut(columns, column)) return '';
    // A sine of all the energy E has the power E * BLOCK / 2.
    if (low + high < (SHARE * this.#energy * BLOCK) / 2) return '';
    return KEYS[row]![column]!;
  }
}
