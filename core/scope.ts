/** What somebody has taken, in order; close() gives it back, last first, one at a time. */

interface Held {
  readonly label: string;
  readonly undo: () => void | Promise<void>;
}

export class Scope {
  readonly #held = new Set<Held>();
  readonly #failed: (label: string, thrown: unknown) => void;
  #closed = false;

  /** `failed` hears of an undo that threw: the others are done all the same. */
  constructor(failed: (label: string, thrown: unknown) => void) {
    this.#failed = failed;
  }

  /** Remembers how to give something back. @returns what gives it back now, once. @throws after close(). */
  defer(label: string, undo: () => void | Promise<void>): () => void | Promise<void> {
    if (this.#closed) throw new Error(`'${label}' was taken after the end of its owner`);
    const held: Held = { label, undo };
    this.#held.add(held);
    return () => (this.#held.delete(held) ? undo() : undefined);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Labels of what is held, in the order it was taken. */
  labels(): string[] {
    return [...this.#held].map(({ label }) => label);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const held of [...this.#held].reverse()) {
      if (!this.#held.delete(held)) continue;
      try {
        await held.undo();
      } catch (thrown) {
        this.#failed(held.label, thrown);
      }
    }
  }
}
