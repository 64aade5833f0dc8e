/** Words against a grammar: what each of them was taken for, and what could come next. */
import type { Grammar, Node, Sequence } from './grammar.js';

/** How far words went into a grammar, the best way there is. */
export interface Match {
  /** Words that are words of the syntax; the command with the most of them is the one that is meant. */
  readonly literals: number;
  /** Whether the words are all of the syntax and the syntax is all of the words. */
  readonly complete: boolean;
  /** Words that were taken: all of them for one that is merely unfinished. */
  readonly taken: number;
  readonly args: Readonly<Record<string, string | undefined>>;
  readonly rest: readonly string[];
  readonly chosen: ReadonlySet<string>;
}

/** One way through the grammar; each step knows the one before it, so that ways may part without copying. */
interface Path {
  readonly at: number;
  readonly literals: number;
  readonly before: Path | undefined;
  /** What the word before `at` was taken for. */
  readonly node: Node | undefined;
  readonly depth: number;
}

const START: Path = { at: 0, literals: 0, before: undefined, node: undefined, depth: 0 };

/** The best way of the words through the grammar. A word of the syntax goes before a parameter. */
export function match({ nodes }: Grammar, words: readonly string[]): Match {
  let best = START;
  let complete = false;
  const walk = new Walk(words, path => {
    if (path.literals > best.literals || (path.literals === best.literals && !complete && path.at > best.at)) {
      best = path;
      complete = false;
    }
  });
  for (const path of walk.sequence(nodes, 0, START, 0)) {
    if (path.at < words.length) continue;
    if (path.literals > best.literals || (path.literals === best.literals && !complete)) {
      best = path;
      complete = true;
    }
  }
  return { literals: best.literals, complete, taken: best.at, ...read(best, words) };
}

/** What may follow the words: words of the syntax and parameters. Empty when the words do not fit. */
export function following({ nodes }: Grammar, words: readonly string[]): Node[] {
  const expected: Node[] = [];
  const walk = new Walk(words, undefined, node => expected.push(node));
  // Walking is what fills the list; where a way ends is of no interest here.
  for (const _ of walk.sequence(nodes, 0, START, 0));
  return expected;
}

class Walk {
  readonly #words: readonly string[];
  readonly #reached: ((path: Path) => void) | undefined;
  readonly #expected: ((node: Node) => void) | undefined;

  /** `reached` hears of every word that was taken, `expected` of what stands in the grammar where the words end. */
  constructor(words: readonly string[], reached?: (path: Path) => void, expected?: (node: Node) => void) {
    this.#words = words;
    this.#reached = reached;
    this.#expected = expected;
  }

  *sequence(nodes: Sequence, index: number, path: Path, depth: number): Generator<Path> {
    const node = nodes[index];
    if (!node) yield path;
    else for (const next of this.#node(node, path, depth)) yield* this.sequence(nodes, index + 1, next, depth);
  }

  *#node(node: Node, path: Path, depth: number): Generator<Path> {
    if (node.kind === 'choice') {
      for (const way of node.ways) yield* this.sequence(way, 0, path, depth + 1);
      if (node.optional) yield path;
      return;
    }
    const word = this.#words[path.at];
    if (word === undefined) {
      this.#expected?.(node);
      return;
    }
    if (node.kind === 'word' && word.toLowerCase() !== node.text) return;
    const literals = path.literals + (node.kind === 'word' ? 1 : 0);
    const next: Path = { at: path.at + 1, literals, before: path, node, depth };
    this.#reached?.(next);
    if (node.kind === 'parameter' && node.many) yield* this.#node(node, next, depth);
    yield next;
  }
}

function read(path: Path, words: readonly string[]): Pick<Match, 'args' | 'rest' | 'chosen'> {
  const steps: Path[] = [];
  for (let step: Path | undefined = path; step?.node; step = step.before) steps.push(step);
  const args: Record<string, string | undefined> = {};
  const rest: string[] = [];
  const chosen = new Set<string>();
  for (const { node, at, depth } of steps.reverse()) {
    const word = words[at - 1]!;
    if (node?.kind === 'word' && depth > 0) chosen.add(node.text);
    if (node?.kind !== 'parameter') continue;
    args[node.name] ??= word;
    if (node.many) rest.push(word);
  }
  return { args, rest, chosen };
}
