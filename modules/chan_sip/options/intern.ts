/** One copy of equal values: a hundred thousand devices of one template hold one list of codecs. */

export class Interner {
  readonly #known = new Map<string, unknown>();
  readonly #limit: number;

  /** Of more than `limit` values it forgets all and begins anew. */
  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  /** The first of the values that are equal to this one. Functions in a value are taken to follow from its data. */
  share<T>(value: T): T {
    if (typeof value !== 'object' || value === null) return value;
    const key = JSON.stringify(value);
    const before = this.#known.get(key);
    if (before !== undefined) return before as T;
    if (this.#known.size >= this.#limit) this.#known.clear();
    this.#known.set(key, value);
    return value;
  }
}
