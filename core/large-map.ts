/** A map by name that may hold a million entries: a Map of that size moves all of them at once when it grows. */

/** Entries of one part, after which the map has its parts: to divide so many takes some milliseconds. */
const MOST_TOGETHER = 16_384;
/** A power of two. */
const PARTS = 64;

export class LargeMap<V> {
  #parts: Map<string, V>[] = [new Map()];

  get size(): number {
    return this.#parts.reduce((sum, { size }) => sum + size, 0);
  }

  get(key: string): V | undefined {
    return this.#of(key).get(key);
  }

  has(key: string): boolean {
    return this.#of(key).has(key);
  }

  set(key: string, value: V): void {
    const part = this.#of(key);
    part.set(key, value);
    if (part.size > MOST_TOGETHER && this.#parts.length === 1) this.#divide();
  }

  delete(key: string): boolean {
    return this.#of(key).delete(key);
  }

  /** In the order they came, as long as there is one part. */
  *entries(): Generator<[string, V], undefined, void> {
    for (const part of this.#parts) yield* part;
  }

  *values(): Generator<V, undefined, void> {
    for (const part of this.#parts) yield* part.values();
  }

  /** Takes out as many entries as there are, and no more than `most`. */
  take(most: number): Map<string, V> {
    const taken = new Map<string, V>();
    for (const part of this.#parts) {
      for (const [key, value] of part) {
        if (taken.size === most) return taken;
        taken.set(key, value);
        part.delete(key);
      }
    }
    return taken;
  }

  #of(key: string): Map<string, V> {
    return this.#parts.length === 1 ? this.#parts[0]! : this.#parts[partOf(key)]!;
  }

  #divide(): void {
    const whole = this.#parts[0]!;
    const parts = Array.from({ length: PARTS }, () => new Map<string, V>());
    for (const [key, value] of whole) parts[partOf(key)]!.set(key, value);
    this.#parts = parts;
  }
}

/** By the end of the name: names that are numbers, or addresses, differ there. */
function partOf(key: string): number {
  let sum = key.length;
  for (let at = Math.max(0, sum - 6), end = sum; at < end; at++) sum = (sum * 31 + key.charCodeAt(at)) | 0;
  return (sum ^ (sum >>> 6)) & (PARTS - 1);
}
