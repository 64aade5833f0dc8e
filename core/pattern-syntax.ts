/** The grammar of extended regular expressions: POSIX brackets and classes, and \d \w \s as other tools know them. No references, no looking around. */
import { Invalid } from './config/options.js';

/** Whether a character, by its code, is one that is meant. */
export type Test = (code: number) => boolean;

export type Node =
  | { readonly kind: 'test'; readonly test: Test; readonly literal?: string }
  | { readonly kind: 'sequence' | 'choice'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number }
  /** What stands in parentheses, counted from 1 by where they open. */
  | { readonly kind: 'group'; readonly number: number; readonly node: Node }
  | { readonly kind: 'start' | 'end' };

/** As POSIX has it. */
const MOST_TIMES = 255;
const DEEPEST = 100;

const within =
  (...ranges: readonly (readonly [from: string, to: string])[]): Test =>
  code =>
    ranges.some(([from, to]) => code >= from.charCodeAt(0) && code <= to.charCodeAt(0));

const among = (characters: string): Test => {
  const codes = new Set([...characters].map(character => character.charCodeAt(0)));
  return code => codes.has(code);
};

const not =
  (test: Test): Test =>
  code =>
    !test(code);

const DIGIT = within(['0', '9']);
const WORD = within(['0', '9'], ['A', 'Z'], ['a', 'z'], ['_', '_']);
const SPACE = among(' \t\n\v\f\r');

const CLASSES: Readonly<Record<string, Test>> = {
  alnum: within(['0', '9'], ['A', 'Z'], ['a', 'z']),
  alpha: within(['A', 'Z'], ['a', 'z']),
  blank: among(' \t'),
  cntrl: within(['\0', '\x1f'], ['\x7f', '\x7f']),
  digit: DIGIT,
  graph: within(['!', '~']),
  lower: within(['a', 'z']),
  print: within([' ', '~']),
  punct: within(['!', '/'], [':', '@'], ['[', '`'], ['{', '~']),
  space: SPACE,
  upper: within(['A', 'Z']),
  xdigit: within(['0', '9'], ['A', 'F'], ['a', 'f']),
};

const ESCAPED_CLASSES: Readonly<Record<string, Test>> = {
  d: DIGIT,
  D: not(DIGIT),
  w: WORD,
  W: not(WORD),
  s: SPACE,
  S: not(SPACE),
};

const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' };

const TIMES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  '*': [0, Number.POSITIVE_INFINITY],
  '+': [1, Number.POSITIVE_INFINITY],
  '?': [0, 1],
};

const character = (literal: string): Node => {
  const wanted = literal.charCodeAt(0);
  return { kind: 'test', test: code => code === wanted, literal };
};

/** @throws Invalid */
export function parsePattern(text: string): Node {
  return new Parser(text).whole();
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #groups = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Node {
    const node = this.#choice();
    if (this.#at < this.#text.length) throw this.#wrong("')' without '('");
    return node;
  }

  get #here(): string | undefined {
    return this.#text[this.#at];
  }

  #wrong(what: string): Invalid {
    return new Invalid(`'${this.#text}' is no regular expression: ${what}`);
  }

  #take(): string | undefined {
    const taken = this.#here;
    this.#at += 1;
    return taken;
  }

  #takes(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #choice(): Node {
    const nodes = [this.#sequence()];
    while (this.#takes('|')) nodes.push(this.#sequence());
    return nodes.length === 1 ? nodes[0]! : { kind: 'choice', nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    while (this.#here !== undefined && this.#here !== '|' && this.#here !== ')') nodes.push(this.#repeated());
    return { kind: 'sequence', nodes };
  }

  #repeated(): Node {
    let node = this.#single();
    for (let times = this.#times(); times; times = this.#times()) {
      const [least, most] = times;
      node = { kind: 'repeat', node, least, most };
      // As few as possible, or as many: whether it matches is the same.
      if (this.#here === '?') this.#at += 1;
    }
    return node;
  }

  #times(): readonly [least: number, most: number] | undefined {
    const simple = TIMES[this.#here ?? ''];
    if (simple) {
      this.#at += 1;
      return simple;
    }
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#text.slice(this.#at, this.#at + 16));
    if (!counted) return undefined;
    this.#at += counted[0].length;
    const least = Number(counted[1]);
    const most = counted[2] === undefined ? least : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3]);
    if (least > MOST_TIMES || (most > MOST_TIMES && most !== Number.POSITIVE_INFINITY) || most < least) {
      throw this.#wrong(`${counted[0]} counts too far, or backwards`);
    }
    return [least, most];
  }

  #single(): Node {
    const taken = this.#take()!;
    if (taken === '(') return this.#group();
    if (taken === '[') return { kind: 'test', test: this.#bracket() };
    if (taken === '\\') return this.#escape();
    if (taken === '.') return { kind: 'test', test: () => true };
    if (taken === '^') return { kind: 'start' };
    if (taken === '$') return { kind: 'end' };
    if (TIMES[taken]) throw this.#wrong(`nothing is before '${taken}'`);
    return character(taken);
  }

  #group(): Node {
    const counted = !this.#takes('?:');
    if (this.#here === '?' && counted) throw this.#wrong('(? is not known, but for (?:');
    if (counted) this.#groups += 1;
    const number = this.#groups;
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw this.#wrong('too many groups within groups');
    const node = this.#choice();
    this.#depth -= 1;
    if (!this.#takes(')')) throw this.#wrong("'(' without ')'");
    return counted ? { kind: 'group', number, node } : node;
  }

  #escape(): Node {
    const taken = this.#take();
    if (taken === undefined) throw this.#wrong('it ends in a backslash');
    const test = ESCAPED_CLASSES[taken];
    if (test) return { kind: 'test', test };
    const control = CONTROLS[taken];
    if (control === undefined && /[0-9A-Za-z]/.test(taken)) throw this.#wrong(`\\${taken} is not known`);
    return character(control ?? taken);
  }

  /** `[^]a-z[:digit:]\w]`, behind its `[`. */
  #bracket(): Test {
    const negated = this.#takes('^');
    const tests: Test[] = [];
    for (let first = true; first || this.#here !== ']'; first = false) {
      if (this.#here === undefined) throw this.#wrong("'[' without ']'");
      tests.push(this.#member());
    }
    this.#at += 1;
    const known = new Map<number, boolean>();
    return code => {
      let member = known.get(code);
      if (member === undefined) known.set(code, (member = tests.some(test => test(code)) !== negated));
      return member;
    };
  }

  #member(): Test {
    const named = /^\[:(\w+):\]/.exec(this.#text.slice(this.#at, this.#at + 16));
    if (named) {
      const test = Object.hasOwn(CLASSES, named[1]!) ? CLASSES[named[1]!] : undefined;
      if (!test) throw this.#wrong(`there is no class ${named[0]}`);
      this.#at += named[0].length;
      return test;
    }
    if (/^\[[.=]/.test(this.#text.slice(this.#at, this.#at + 2))) throw this.#wrong('[. and [= are not known');
    const escaped = this.#here === '\\' ? ESCAPED_CLASSES[this.#text[this.#at + 1] ?? ''] : undefined;
    if (escaped) {
      this.#at += 2;
      return escaped;
    }
    const from = this.#end();
    const next = this.#text[this.#at + 1];
    if (this.#here !== '-' || next === ']' || next === undefined) return code => code === from;
    this.#at += 1;
    const to = this.#end();
    if (to < from) throw this.#wrong('a range that runs backwards');
    return code => code >= from && code <= to;
  }

  /** One end of a range, or a character by itself. */
  #end(): number {
    const taken = this.#take();
    const escaped = taken === '\\' ? this.#take() : undefined;
    const meant = escaped === undefined ? taken : (CONTROLS[escaped] ?? escaped);
    if (meant === undefined) throw this.#wrong("'[' without ']'");
    return meant.charCodeAt(0);
  }
}
