/** What somebody has taken, in order; close() gives it back, last first, one at a time. */

type Undo = () => void | Promise<void>;

interface Held {
  readonly label: string;
  readonly undo: Undo;
}

export class Scope {
  readonly #held = new Set<Held>();
  readonly #failed: (label: string, thrown: unknown) => void;
  readonly #bound: (work: Promise<void>) => Promise<void>;
  #closed = false;

  /**
   * @param failed hears of an undo that threw: the others are done all the same
   * @param bound rejects when the promise of an undo takes too long, so that the others get their turn
   */
  constructor(
    failed: (label: string, thrown: unknown) => void,
    bound: (work: Promise<void>) => Promise<void> = work => work,
  ) {
    this.#failed = failed;
    this.#bound = bound;
  }

  /** Remembers how to give something back. @returns what gives it back now, once. @throws after close(). */
  defer(label: string, undo: Undo): Undo {
    return this.take(label, () => undo);
  }

  /** Takes something; `take` returns how to give it back. After close() nothing is taken any more: it throws. */
  take(label: string, take: () => Undo): Undo {
    if (this.#closed) throw new Error(`'${label}' was asked for after the end of its owner`);
    const held: Held = { label, undo: take() };
    this.#held.add(held);
    return () => (this.#held.delete(held) ? held.undo() : undefined);
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
        const undone = held.undo();
        if (undone !== undefined) await this.#bound(undone);
      } catch (thrown) {
        this.#failed(held.label, thrown);
      }
    }
  }
}
