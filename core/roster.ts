/**
 * Tables of what comes and goes often and hangs on to much, as calls do. V8 keeps the table of a Map that has lived for
 * a while where it collects seldom, and whatever table takes its place as well: each that was replaced goes on holding
 * all that stood in it then, long after it was deleted. Here tables hold cells, which are emptied.
 */

interface Cell<V> {
  value: V | undefined;
}

/** By a name or a number, in the order in which they came. */
export class Roster<K extends string | number, V> {
  readonly #cells = new Map<K, Cell<V>>();

  get size(): number {
    return this.#cells.size;
  }

  has(key: K): boolean {
    return this.#cells.has(key);
  }

  get(key: K): V | undefined {
    return this.#cells.get(key)?.value;
  }

  /** In the place of the one before, where there is one. */
  set(key: K, value: V): void {
    const cell = this.#cells.get(key);
    if (cell) cell.value = value;
    else this.#cells.set(key, { value });
  }

  /** @returns whether there was one */
  delete(key: K): boolean {
    const cell = this.#cells.get(key);
    if (!cell) return false;
    cell.value = undefined;
    return this.#cells.delete(key);
  }

  clear(): void {
    for (const key of this.#cells.keys()) this.delete(key);
  }

  *values(): IterableIterator<V> {
    for (const { value } of this.#cells.values()) yield value as V;
  }

  *[Symbol.iterator](): IterableIterator<[K, V]> {
    for (const [key, { value }] of this.#cells) yield [key, value as V];
  }
}

/** Without a name: who joins is given what takes it away again. */
export class Members<V> {
  readonly #members = new Roster<number, V>();
  #next = 0;

  get size(): number {
    return this.#members.size;
  }

  /** @returns what takes it away */
  add(member: V): () => void {
    const key = this.#next++;
    this.#members.set(key, member);
    return () => void this.#members.delete(key);
  }

  [Symbol.iterator](): IterableIterator<V> {
    return this.#members.values();
  }
}
