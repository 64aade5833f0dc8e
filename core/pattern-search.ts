/** Where a compiled expression matches, and what its first group has: all ways at once, so that no text is read twice. */
import type { Test } from './pattern-syntax.js';

export type Step =
  | { readonly op: 'test'; readonly test: Test }
  | { readonly op: 'split'; to: readonly number[] }
  | { readonly op: 'start' | 'end' | 'open' | 'close' | 'match' };

export interface Match {
  readonly start: number;
  readonly end: number;
  /** What the first group matched last; undefined where it took no part. */
  readonly group: string | undefined;
}

/** A way that is still open: where it began, and where the first group did and ended. */
interface Way {
  readonly step: number;
  readonly start: number;
  readonly open: number;
  readonly close: number;
}

/** The leftmost match, and of those the longest. */
export function search(steps: readonly Step[], text: string): Match | undefined {
  return new Search(steps, text).run();
}

class Search {
  readonly #steps: readonly Step[];
  readonly #text: string;
  /** The position at which a step was reached last: the first to come there is the one that counts. */
  readonly #seen: Int32Array;
  #position = 0;
  #waiting: Way[] = [];
  #best: (Way & { readonly end: number }) | undefined;

  constructor(steps: readonly Step[], text: string) {
    this.#steps = steps;
    this.#text = text;
    this.#seen = new Int32Array(steps.length).fill(-1);
  }

  run(): Match | undefined {
    for (let ways: readonly Way[] = []; this.#position <= this.#text.length; this.#position++) {
      this.#waiting = [];
      for (const way of ways) this.#follow(way);
      if (!this.#best) this.#follow({ step: 0, start: this.#position, open: -1, close: -1 });
      if (this.#best && this.#waiting.length === 0) break;
      ways = this.#read();
    }
    if (!this.#best) return undefined;
    const { start, end, open, close } = this.#best;
    return { start, end, group: open >= 0 && close >= open ? this.#text.slice(open, close) : undefined };
  }

  /** The ways that go on with the character; none at the end of the text. */
  #read(): Way[] {
    if (this.#position === this.#text.length) return [];
    const code = this.#text.charCodeAt(this.#position);
    const next: Way[] = [];
    for (const way of this.#waiting) {
      const step = this.#steps[way.step]!;
      if (step.op === 'test' && step.test(code)) next.push({ ...way, step: way.step + 1 });
    }
    return next;
  }

  /** Goes on without reading, to every step that reads, those that are wanted most first. */
  #follow(from: Way): void {
    const stack = [from];
    for (let way = stack.pop(); way; way = stack.pop()) {
      if (this.#seen[way.step] === this.#position) continue;
      this.#seen[way.step] = this.#position;
      const found = this.#steps[way.step]!;
      const next = { ...way, step: way.step + 1 };
      if (found.op === 'test') this.#waiting.push(way);
      else if (found.op === 'match') this.#take(way);
      else if (found.op === 'split') for (const step of [...found.to].reverse()) stack.push({ ...way, step });
      else if (found.op === 'open') stack.push({ ...next, open: this.#position });
      else if (found.op === 'close') stack.push({ ...next, close: this.#position });
      else if (this.#position === (found.op === 'start' ? 0 : this.#text.length)) stack.push(next);
    }
  }

  #take(way: Way): void {
    if (!this.#best || way.start <= this.#best.start) this.#best = { ...way, end: this.#position };
  }
}
