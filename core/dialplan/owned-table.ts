/** Things that modules bring under a name: who owns each, found whatever the case of its letters, or by the letter. */
import type { Owned } from './dialplan.js';

export class OwnedTable<T extends { readonly name: string }> {
  readonly #kind: string;
  readonly #keyOf: (name: string) => string;
  readonly #entries = new Map<string, Owned<T>>();

  /** `kind`: what one is called in messages. Functions are told apart by case, applications are not. */
  constructor(kind: string, exact: boolean) {
    this.#kind = kind;
    this.#keyOf = exact ? name => name : name => name.toLowerCase();
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @returns what takes it away. @throws when the name is taken */
  add(owner: string, entry: T): () => void {
    const key = this.#keyOf(entry.name);
    const before = this.#entries.get(key);
    if (before) throw new Error(`${this.#kind} '${entry.name}' is already provided by ${before.owner}`);
    const owned: Owned<T> = { owner, entry };
    this.#entries.set(key, owned);
    return () => {
      if (this.#entries.get(key) === owned) this.#entries.delete(key);
    };
  }

  find(name: string): Owned<T> | undefined {
    return this.#entries.get(this.#keyOf(name));
  }

  /** Sorted by name, whatever its case. */
  all(): readonly Owned<T>[] {
    return [...this.#entries.values()].sort((a, b) => compare(a.entry.name, b.entry.name));
  }
}

function compare(a: string, b: string): number {
  const [first, second] = [a.toLowerCase(), b.toLowerCase()];
  return first < second ? -1 : first > second ? 1 : 0;
}
