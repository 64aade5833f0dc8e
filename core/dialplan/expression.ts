/** Expressions, `$[…]`: read and worked out in one pass, as both sides of every operator are. */
import { Invalid } from '../config/options.js';
import { compilePattern, type Pattern } from '../pattern.js';
import { ExpressionError, type Token, tokensOf } from './expression-tokens.js';
import { mathFunctions } from './math-functions.js';
import { add, divide, formatNumber, multiply, type Numeric, parseNumber, remainder, subtract } from './number.js';
import type { Steps } from './steps.js';

/** What an expression needs of its surroundings. */
export interface ExpressionHost {
  warn(message: string): void;
  /** A function of the dialplan; undefined: there is none of that name, or it is not to be called. */
  read(name: string, data: string): Steps<string | undefined> | undefined;
}

/** A number that was worked out, or text; `numeric`: text that is a number as it was written. */
type Value =
  | { readonly kind: 'number'; readonly number: Numeric }
  | { readonly kind: 'numeric' | 'text'; readonly text: string };

/** What division by nothing comes to. */
const INT_MAX = 0x7fff_ffff;
/** Parentheses and signs within each other. */
const DEEPEST = 200;

const number = (value: Numeric): Value => ({ kind: 'number', number: value });

const textValue = (text: string): Value => ({ kind: /^[0-9.]+$/.test(text) ? 'numeric' : 'text', text });

const textOf = (value: Value): string => (value.kind === 'number' ? formatNumber(value.number) : value.text);

/** Undefined for text that is no number. */
function numberOf(value: Value): Numeric | undefined {
  if (value.kind === 'number') return value.number;
  return value.kind === 'numeric' ? parseNumber(value.text) : undefined;
}

const isZero = (value: Numeric): boolean => value === 0 || value === 0n;

/** Of `|` and `&`. */
function isNothing(value: Value): boolean {
  const found = numberOf(value);
  return found === undefined ? textOf(value) === '' : isZero(found);
}

/** Of `?`, to which an empty string in quotes is nothing too. */
const isFalse = (value: Value): boolean =>
  isNothing(value) || (value.kind === 'text' && (value.text === '""' || value.text === '0'));

type Warn = (message: string) => void;
type Operation = (a: Value, b: Value, warn: Warn) => Value;

/** Numbers where both are, else what their texts say in the order of their characters. */
const comparing =
  (holds: (order: number) => boolean): Operation =>
  (a, b) => {
    const [x, y] = [numberOf(a), numberOf(b)];
    const [first, second] = x === undefined || y === undefined ? [textOf(a), textOf(b)] : [x, y];
    return number(Number(holds(first < second ? -1 : first > second ? 1 : 0)));
  };

const notANumber = (a: Value, b: Value): string => {
  const wrong = numberOf(a) === undefined ? a : b;
  return `'${textOf(wrong)}' is not a number`;
};

/** `absent`: what it comes to where one of them is no number. */
const calculating =
  (work: (a: Numeric, b: Numeric, warn: Warn) => Numeric, absent: (a?: Numeric, b?: Numeric) => Numeric): Operation =>
  (a, b, warn) => {
    const [x, y] = [numberOf(a), numberOf(b)];
    if (x !== undefined && y !== undefined) return number(work(x, y, warn));
    warn(notANumber(a, b));
    return number(absent(x, y));
  };

function quotient(a: Numeric, b: Numeric, warn: Warn): Numeric {
  if (!isZero(b)) return divide(a, b);
  warn('division by zero');
  return INT_MAX;
}

function rest(a: Numeric, b: Numeric, warn: Warn): Numeric {
  if (!isZero(b)) return remainder(a, b);
  warn('division by zero');
  return 0;
}

/** Without quotes, if it is in quotes. */
function bare(value: Value): string {
  const text = textOf(value);
  return text.startsWith('"') && text.endsWith('"') ? text.replaceAll('"', '') : text;
}

/** The first group, or how long the match is; `anchored`: it begins where the text does. */
const matching =
  (anchored: boolean): Operation =>
  (a, b, warn) => {
    let pattern: Pattern;
    try {
      pattern = compilePattern(bare(b));
    } catch (thrown) {
      if (!(thrown instanceof Invalid)) throw thrown;
      warn(thrown.message);
      return textValue('');
    }
    const match = pattern.match(bare(a));
    if (!match || (anchored && match.start !== 0)) return pattern.groups > 0 ? textValue('') : number(0);
    return match.group === undefined ? number(match.end - match.start) : textValue(match.group);
  };

/** Operators of two sides: how tightly they bind, and what they do. */
const OPERATORS: ReadonlyMap<string, readonly [level: number, work: Operation]> = new Map([
  ...row(2, ['|', '||'], (a, b) => (isNothing(a) ? b : a)),
  ...row(3, ['&', '&&'], (a, b) => (isNothing(a) || isNothing(b) ? number(0) : a)),
  ...row(
    4,
    ['=', '=='],
    comparing(order => order === 0),
  ),
  ...row(
    4,
    ['!='],
    comparing(order => order !== 0),
  ),
  ...row(
    4,
    ['>'],
    comparing(order => order > 0),
  ),
  ...row(
    4,
    ['<'],
    comparing(order => order < 0),
  ),
  ...row(
    4,
    ['>='],
    comparing(order => order >= 0),
  ),
  ...row(
    4,
    ['<='],
    comparing(order => order <= 0),
  ),
  ...row(
    5,
    ['+'],
    calculating(add, (a, b) => a ?? b ?? 0),
  ),
  ...row(
    5,
    ['-'],
    calculating(subtract, (a, b) => a ?? subtract(0, b ?? 0)),
  ),
  ...row(
    6,
    ['*'],
    calculating(multiply, () => 0),
  ),
  ...row(
    6,
    ['/'],
    calculating(quotient, a => (a === undefined ? 0 : INT_MAX)),
  ),
  ...row(
    6,
    ['%'],
    calculating(rest, () => 0),
  ),
  ...row(8, [':'], matching(true)),
  ...row(8, ['=~'], matching(false)),
  ...row(8, ['~~'], (a, b) => textValue(bare(a) + bare(b))),
]);

function row(level: number, operators: readonly string[], work: Operation): [string, readonly [number, Operation]][] {
  return operators.map(operator => [operator, [level, work]]);
}

/** `a ? b :: c` */
const CONDITION = 1;
const SIGN = 7;

/** What the expression comes to. One that cannot be read is warned of, and comes to 0. */
export function* evaluate(text: string, host: ExpressionHost): Steps<string> {
  const warn = (message: string): void => host.warn(`$[${text}]: ${message}`);
  try {
    const tokens = tokensOf(text);
    if (tokens.length === 0) return '';
    return textOf(yield* new Evaluation(tokens, text.length, warn, host).whole());
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown;
    warn(`syntax error at character ${thrown.at + 1}: ${thrown.message}`);
    return '0';
  }
}

class Evaluation {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  readonly #warn: Warn;
  readonly #host: ExpressionHost;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], end: number, warn: Warn, host: ExpressionHost) {
    this.#tokens = tokens;
    this.#end = end;
    this.#warn = warn;
    this.#host = host;
  }

  *whole(): Steps<Value> {
    const value = yield* this.#level(CONDITION);
    if (this.#next < this.#tokens.length) throw this.#unexpected();
    return value;
  }

  /** All that binds as tightly as `least`, or more. */
  *#level(least: number): Steps<Value> {
    if (++this.#depth > DEEPEST) throw new ExpressionError(`more than ${DEEPEST} levels within each other`, this.#at());
    let value = yield* this.#operand();
    for (;;) {
      if (least <= CONDITION && this.#take('?')) {
        const yes = yield* this.#level(CONDITION);
        if (!this.#take('::')) throw this.#unexpected("'::'");
        const no = yield* this.#level(CONDITION);
        value = isFalse(value) ? no : yes;
        continue;
      }
      const token = this.#tokens[this.#next];
      const operator = token?.kind === 'operator' ? OPERATORS.get(token.text) : undefined;
      if (!operator || operator[0] < least) break;
      this.#next += 1;
      value = operator[1](value, yield* this.#level(operator[0] + 1), this.#warn);
    }
    this.#depth -= 1;
    return value;
  }

  *#operand(): Steps<Value> {
    const token = this.#tokens[this.#next];
    if (!token) throw this.#unexpected();
    if (this.#take('(')) {
      const value = yield* this.#level(CONDITION);
      this.#close();
      return value;
    }
    if (this.#take('-')) return this.#negative(yield* this.#level(SIGN));
    if (this.#take('!')) return opposite(yield* this.#level(SIGN));
    if (token.kind === 'operator') throw this.#unexpected();
    this.#next += 1;
    if (this.#take('(')) return yield* this.#called(token.text);
    return { kind: /^\d+(?:\.\d+)?$/.test(token.text) ? 'numeric' : 'text', text: token.text };
  }

  #negative(value: Value): Value {
    const found = numberOf(value);
    if (found !== undefined) return number(subtract(0, found));
    this.#warn(`'${textOf(value)}' is not a number`);
    return number(0);
  }

  *#called(name: string): Steps<Value> {
    const given: Value[] = [];
    while (!this.#take(')')) {
      if (given.length > 0 && !this.#take(',')) throw this.#unexpected("',' or ')'");
      if (this.#peek(',') || this.#peek(')')) given.push(textValue(''));
      else given.push(yield* this.#level(CONDITION));
    }
    const math = Object.hasOwn(mathFunctions, name) ? mathFunctions[name] : undefined;
    if (math) return this.#calculated(name, math, given);
    const steps = this.#host.read(name, given.map(textOf).join());
    const read = steps && (yield* steps);
    if (read === undefined) this.#warn(`there is no function ${name}, or it came in with a value`);
    return read === undefined ? number(0) : /^[-0-9. \t]+$/.test(read) ? number(parseNumber(read)) : textValue(read);
  }

  #calculated(name: string, math: (...numbers: number[]) => number, given: readonly Value[]): Value {
    const numbers = given.map(numberOf);
    const fit = numbers.length === math.length && numbers.every(found => found !== undefined);
    if (fit) return number(math(...numbers.map(Number)));
    this.#warn(`${name}() takes ${math.length === 1 ? 'a number' : `${math.length} numbers`}`);
    return number(0);
  }

  #close(): void {
    if (!this.#take(')')) throw this.#unexpected("')'");
  }

  #peek(operator: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.kind === 'operator' && token.text === operator;
  }

  #take(operator: string): boolean {
    if (!this.#peek(operator)) return false;
    this.#next += 1;
    return true;
  }

  #at(): number {
    return this.#tokens[this.#next]?.at ?? this.#end;
  }

  #unexpected(wanted?: string): ExpressionError {
    const token = this.#tokens[this.#next];
    const found = token ? `'${token.text}'` : 'the end';
    return new ExpressionError(
      wanted ? `${wanted} expected, not ${found}` : `${found} is not expected here`,
      this.#at(),
    );
  }
}

/** `!`: text counts by the number that it begins with. */
function opposite(value: Value): Value {
  if (value.kind === 'number') return number(Number(isZero(value.number)));
  return number(Number(Number.parseInt(value.text, 10) === 0 || !/^\s*[-+]?\d/.test(value.text)));
}
