/** A read-through cache: one look-up at a time for each key, what was found and what was not kept for a moment. */
import type { Clock } from '../clock.js';
import { RealtimeFailed } from './engine.js';
import { Recent } from './recent.js';

/**
 * `overtaken`: it was forgotten while it was looked up, and may be from before what it was forgotten for. `failed` is why it
 * could not be looked up; `stale` what was known before, when it is not too old.
 */
export type Found<V> =
  | { readonly found: V; readonly overtaken?: true }
  | { readonly absent: true }
  | { readonly failed: string; readonly stale?: V };

export interface ReadThroughParts<V> {
  /** For `rows()`. */
  readonly name: string;
  /** Looks up; undefined when there is none. Rejects with RealtimeFailed when the database failed. */
  readonly load: (key: string) => Promise<V | undefined>;
  readonly clock: Clock;
  /** Milliseconds for which what was found is taken for true. */
  readonly life?: number;
  /** The same for what was not found; at most a second. */
  readonly absentLife?: number;
  /** Milliseconds after which what was found is not served any more, even while the database is away. */
  readonly staleLife?: number;
  /** Keys kept at most; as many again that were not found. */
  readonly keys?: number;
  /** Look-ups under way at most. */
  readonly flights?: number;
}

interface Known<V> {
  readonly value: V;
  readonly since: number;
}

/** A look-up under way; set by its beginning, so that each knows itself. */
interface Flight<V> {
  answer: Promise<Found<V>> | undefined;
}

const LONGEST_ABSENCE = 1000;

const absent: Found<never> = { absent: true };

export type CacheRow = {
  readonly name: string;
  readonly keys: number;
  readonly absent: number;
  readonly hits: number;
  readonly negativeHits: number;
  readonly misses: number;
  readonly joined: number;
  readonly underWay: number;
  readonly failures: number;
  readonly stale: number;
  readonly refused: number;
};

export class ReadThrough<V> {
  readonly #parts: ReadThroughParts<V>;
  readonly #life: number;
  readonly #absentLife: number;
  readonly #staleLife: number;
  readonly #limit: number;
  readonly #found: Recent<Known<V>>;
  /** Apart from what was found: made-up names push nothing out. */
  readonly #absent: Recent<number>;
  /** Look-ups whose answer may be kept. */
  readonly #flights = new Map<string, Flight<V>>();
  /** All look-ups, those that were forgotten meanwhile too. */
  #underWay = 0;
  readonly #counts = { hits: 0, negativeHits: 0, misses: 0, joined: 0, failures: 0, stale: 0, refused: 0 };

  constructor(parts: ReadThroughParts<V>) {
    const { life = 1000, absentLife = LONGEST_ABSENCE, staleLife = 600_000, keys = 10_000, flights = 256 } = parts;
    this.#parts = parts;
    this.#life = life;
    this.#absentLife = Math.min(absentLife, LONGEST_ABSENCE);
    this.#staleLife = staleLife;
    this.#limit = flights;
    this.#found = new Recent(keys);
    this.#absent = new Recent(keys);
  }

  /** What is known of the key, from memory or looked up. Rejects only for a fault of ours in `load`. */
  get(key: string): Promise<Found<V>> {
    const known = this.#fresh(key);
    if (known) return Promise.resolve(known);
    const under = this.#flights.get(key)?.answer;
    if (under) {
      this.#counts.joined += 1;
      return under;
    }
    if (this.#underWay >= this.#limit) {
      this.#counts.refused += 1;
      return Promise.resolve(this.#failed(key, `${this.#limit} look-ups are under way already`));
    }
    this.#counts.misses += 1;
    const flight: Flight<V> = { answer: undefined };
    this.#flights.set(key, flight);
    flight.answer = this.#look(key, flight);
    return flight.answer;
  }

  /** Lets go of what is known of the key, or of all: a look-up under way answers who asked for it, and is not kept. */
  forget(key?: string): void {
    if (key === undefined) {
      this.#found.clear();
      this.#absent.clear();
      this.#flights.clear();
      return;
    }
    this.#found.delete(key);
    this.#absent.delete(key);
    this.#flights.delete(key);
  }

  row(): CacheRow {
    const { name } = this.#parts;
    return { name, keys: this.#found.size, absent: this.#absent.size, underWay: this.#underWay, ...this.#counts };
  }

  #fresh(key: string): Found<V> | undefined {
    const now = this.#parts.clock.elapsed();
    const known = this.#found.get(key);
    if (known && now - known.since < this.#life) {
      this.#counts.hits += 1;
      return { found: known.value };
    }
    const since = this.#absent.get(key);
    if (since !== undefined && now - since < this.#absentLife) {
      this.#counts.negativeHits += 1;
      return absent;
    }
    return undefined;
  }

  async #look(key: string, flight: Flight<V>): Promise<Found<V>> {
    // What the row says is true of the moment it was asked for, not of the moment the answer came.
    const since = this.#parts.clock.elapsed();
    const kept = (): boolean => this.#flights.get(key) === flight;
    this.#underWay += 1;
    try {
      const value = await this.#parts.load(key);
      const overtaken = !kept();
      if (!overtaken) this.#keep(key, value, since);
      return value === undefined ? absent : { found: value, ...(overtaken && { overtaken }) };
    } catch (thrown) {
      if (!(thrown instanceof RealtimeFailed)) throw thrown;
      this.#counts.failures += 1;
      return this.#failed(key, thrown.message);
    } finally {
      this.#underWay -= 1;
      if (kept()) this.#flights.delete(key);
    }
  }

  #keep(key: string, value: V | undefined, since: number): void {
    if (value === undefined) {
      this.#found.delete(key);
      this.#absent.set(key, since);
    } else {
      this.#absent.delete(key);
      this.#found.set(key, { value, since });
    }
  }

  #failed(key: string, failed: string): Found<V> {
    const known = this.#found.get(key);
    if (!known || this.#parts.clock.elapsed() - known.since >= this.#staleLife) return { failed };
    this.#counts.stale += 1;
    return { failed, stale: known.value };
  }
}
