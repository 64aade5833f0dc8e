/** Extended regular expressions whose matching takes time in proportion to the text, whatever they are and whoever wrote them. */
import { Invalid } from './config/options.js';
import { type Match, type Step, search } from './pattern-search.js';
import { type Node, parsePattern, type Test } from './pattern-syntax.js';

export type { Match } from './pattern-search.js';

/** Steps of a compiled expression. */
const MOST_STEPS = 1024;
/** Nodes that are compiled: repetitions of repetitions of nothing cost time as well. */
const MOST_WORK = 16_384;

export interface Pattern {
  /** As it was written. */
  readonly text: string;
  /** What a character of a text may cost, at most: the steps it has. */
  readonly size: number;
  /** How many groups in parentheses it has. */
  readonly groups: number;
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
  /** Where it matches: the leftmost match, and of those the longest, as POSIX has it. */
  match(text: string): Match | undefined;
}

/** @throws Invalid */
export function compilePattern(text: string): Pattern {
  const node = parsePattern(text);
  const literal = literalOf(node);
  if (literal !== undefined) return { text, size: 1, groups: 0, ...literally(literal) };
  const compiler = new Compiler();
  const steps = compiler.compile(node);
  const matching = {
    test: (subject: string) => new Run(steps).test(subject),
    match: (subject: string) => search(steps, subject),
  };
  const size = steps.filter(({ op }) => op !== 'open' && op !== 'close').length;
  return { text, size, groups: compiler.groups, ...matching };
}

/** Characters and nothing else need no machine. */
function literalOf(node: Node): string | undefined {
  if (node.kind === 'test') return node.literal;
  if (node.kind !== 'sequence') return undefined;
  let literal = '';
  for (const part of node.nodes) {
    if (part.kind !== 'test' || part.literal === undefined) return undefined;
    literal += part.literal;
  }
  return literal;
}

const literally = (literal: string): Pick<Pattern, 'test' | 'match'> => ({
  test: subject => subject.includes(literal),
  match(subject) {
    const start = subject.indexOf(literal);
    return start < 0 ? undefined : { start, end: start + literal.length, group: undefined };
  },
});

class Compiler {
  groups = 0;
  readonly #steps: Step[] = [];
  #work = 0;

  compile(node: Node): readonly Step[] {
    this.#emit(node);
    this.#push({ op: 'match' });
    return this.#steps;
  }

  #push<S extends Step>(step: S): S {
    if (this.#steps.length >= MOST_STEPS) throw new Invalid('the expression is too long');
    this.#steps.push(step);
    return step;
  }

  #emit(node: Node): void {
    this.#work += 1;
    if (this.#work > MOST_WORK) throw new Invalid('the expression is too long');
    if (node.kind === 'sequence') for (const part of node.nodes) this.#emit(part);
    else if (node.kind === 'choice') this.#choice(node.nodes);
    else if (node.kind === 'repeat') this.#repeat(node);
    else if (node.kind === 'group') this.#group(node);
    else if (node.kind === 'test') this.#push({ op: 'test', test: node.test });
    else this.#push({ op: node.kind });
  }

  /** Only of the first group it is kept what it matched. */
  #group({ number, node }: Extract<Node, { kind: 'group' }>): void {
    this.groups = Math.max(this.groups, number);
    if (number === 1) this.#push({ op: 'open' });
    this.#emit(node);
    if (number === 1) this.#push({ op: 'close' });
  }

  #choice(nodes: readonly Node[]): void {
    const fork = this.#push({ op: 'split', to: [] as readonly number[] });
    const exits = nodes.map(node => {
      fork.to = [...fork.to, this.#steps.length];
      this.#emit(node);
      return this.#push({ op: 'split', to: [] as readonly number[] });
    });
    for (const exit of exits) exit.to = [this.#steps.length];
  }

  #repeat({ node, least, most }: Extract<Node, { kind: 'repeat' }>): void {
    for (let count = 0; count < least; count += 1) this.#emit(node);
    if (most === Number.POSITIVE_INFINITY) {
      const loop = this.#steps.length;
      const fork = this.#push({ op: 'split', to: [] as readonly number[] });
      this.#emit(node);
      this.#push({ op: 'split', to: [loop] });
      fork.to = [loop + 1, this.#steps.length];
      return;
    }
    const exits = [];
    for (let count = least; count < most; count += 1) {
      const exit = this.#push({ op: 'split', to: [this.#steps.length + 1] });
      exits.push(exit);
      this.#emit(node);
    }
    for (const exit of exits) exit.to = [...exit.to, this.#steps.length];
  }
}

/** All ways through the steps at once, a character at a time. */
class Run {
  readonly #steps: readonly Step[];
  /** The position at which a step was reached last: no step is taken twice at one. */
  readonly #seen: Int32Array;
  readonly #stack: number[] = [];
  #waiting: Test[] = [];
  #next: number[] = [];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.#seen = new Int32Array(steps.length).fill(-1);
  }

  test(text: string): boolean {
    let at: readonly number[] = [];
    for (let position = 0; position <= text.length; position += 1) {
      this.#waiting = [];
      this.#next = [];
      if (this.#reach([...at, 0], position, text.length)) return true;
      if (position === text.length) return false;
      const code = text.charCodeAt(position);
      const next = this.#next;
      at = next.filter((_, index) => this.#waiting[index]!(code));
    }
    return false;
  }

  /** Follows every way as far as it goes without a character. @returns whether one is at its end */
  #reach(from: readonly number[], position: number, length: number): boolean {
    const stack = this.#stack;
    stack.length = 0;
    for (const step of from) stack.push(step);
    for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
      if (this.#seen[step] === position) continue;
      this.#seen[step] = position;
      const found = this.#steps[step]!;
      if (found.op === 'match') return true;
      if (found.op === 'split') stack.push(...found.to);
      else if (found.op === 'test') {
        this.#waiting.push(found.test);
        this.#next.push(step + 1);
      } else if (found.op === 'open' || found.op === 'close') stack.push(step + 1);
      else if (position === (found.op === 'start' ? 0 : length)) stack.push(step + 1);
    }
    return false;
  }
}
