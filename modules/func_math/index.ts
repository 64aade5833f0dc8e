/** func_math: one operation on two numbers, and counting up and down. */
import { ApplicationError, type Dialplan, type DialplanFunction, defineModule, dialplan, splitArguments } from '#core';

type Operation = (a: number, b: number) => number | boolean;

/** The longer sign goes before the shorter one that it begins with. */
const OPERATIONS: readonly (readonly [sign: string, operation: Operation])[] = [
  ['>=', (a, b) => a >= b],
  ['<=', (a, b) => a <= b],
  ['==', (a, b) => a === b],
  ['!=', (a, b) => a !== b],
  ['<<', (a, b) => Number(BigInt.asIntN(64, BigInt(Math.trunc(a)) << BigInt(shift(b))))],
  ['>>', (a, b) => Number(BigInt(Math.trunc(a)) >> BigInt(shift(b)))],
  ['**', (a, b) => a ** b],
  ['^', (a, b) => a ** b],
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / divisor(b)],
  ['%', (a, b) => Math.trunc(a) % divisor(Math.trunc(b))],
  ['>', (a, b) => a > b],
  ['<', (a, b) => a < b],
  ['AND', (a, b) => Number(BigInt(Math.trunc(a)) & BigInt(Math.trunc(b)))],
  ['XOR', (a, b) => Number(BigInt(Math.trunc(a)) ^ BigInt(Math.trunc(b)))],
  ['OR', (a, b) => Number(BigInt(Math.trunc(a)) | BigInt(Math.trunc(b)))],
];

function divisor(number: number): number {
  if (number === 0) throw new ApplicationError('a division by zero');
  return number;
}

function shift(number: number): number {
  if (!(number >= 0 && number < 64)) throw new ApplicationError(`a shift by ${number}`);
  return Math.trunc(number);
}

const FORMATS: Readonly<Record<string, (value: number) => string>> = {
  int: value => String(Math.trunc(value)),
  i: value => String(Math.trunc(value)),
  hex: value => BigInt.asUintN(64, BigInt(Math.trunc(value))).toString(16),
  h: value => BigInt.asUintN(64, BigInt(Math.trunc(value))).toString(16),
  char: value => String.fromCharCode(Math.trunc(value) & 0xff),
  c: value => String.fromCharCode(Math.trunc(value) & 0xff),
  float: value => value.toFixed(6),
  f: value => value.toFixed(6),
};

function numberOf(text: string): number {
  const value = Number(text.trim());
  if (text.trim() === '' || !Number.isFinite(value))
    throw new ApplicationError(`a number is expected, got '${text.trim()}'`);
  return value;
}

/** A sign at the beginning belongs to the first number. */
function calculate(expression: string): number | boolean {
  for (let at = 1; at < expression.length; at++) {
    const found = OPERATIONS.find(([sign]) => expression.toUpperCase().startsWith(sign, at));
    if (found && /[\d.\s]/.test(expression[at - 1]!)) {
      const [sign, operation] = found;
      return operation(numberOf(expression.slice(0, at)), numberOf(expression.slice(at + sign.length)));
    }
  }
  throw new ApplicationError(`number1 operation number2 is expected, got '${expression}'`);
}

const math: DialplanFunction = {
  name: 'MATH',
  synopsis: 'Performs a mathematical operation on two numbers.',
  syntax: 'MATH(expression[,type])',
  arguments: [
    {
      name: 'expression',
      help: 'number1 operation number2: + - / * % << >> ^ AND OR XOR < > >= <= ==',
      required: true,
    },
    { name: 'type', help: 'f or float (as it is by itself), i or int, h or hex, c or char' },
  ],
  read({ data }) {
    const [expression = '', type = ''] = splitArguments(data);
    const result = calculate(expression);
    if (typeof result === 'boolean') return result ? 'TRUE' : 'FALSE';
    if (!Number.isFinite(result)) throw new ApplicationError(`'${expression}' comes to no number`);
    const word = type.trim().toLowerCase() || 'float';
    const format = Object.hasOwn(FORMATS, word) ? FORMATS[word] : undefined;
    if (!format) throw new ApplicationError(`'${type}' is no type: int hex char float`);
    return format(result);
  },
};

/** INC and DEC change the variable that they name. */
const counting = (plan: Dialplan, name: string, by: number): DialplanFunction => ({
  name,
  synopsis: `${by > 0 ? 'Increments' : 'Decrements'} the value of a variable, and gets the new one.`,
  syntax: `${name}(variable)`,
  async read({ channel, data }) {
    const variable = data.trim();
    const value = String(numberOf((await plan.read(channel, variable)) || '0') + by);
    await plan.write(channel, variable, value);
    return value;
  },
});

const chosen = (name: string, choose: (...numbers: number[]) => number): DialplanFunction => ({
  name,
  synopsis: `Gets the ${name === 'MIN' ? 'smaller' : 'larger'} of two numbers.`,
  syntax: `${name}(num1,num2)`,
  read({ data }) {
    const numbers = splitArguments(data);
    if (numbers.length !== 2) throw new ApplicationError(`${name} expects two numbers, got '${data}'`);
    return String(choose(...numbers.map(numberOf)));
  },
});

export default defineModule({
  name: 'func_math',
  description: 'Mathematical dialplan function',
  loadModule(core) {
    const plan = core.use(dialplan);
    core.dialplanFunction(math, counting(plan, 'INC', 1), counting(plan, 'DEC', -1));
    core.dialplanFunction(chosen('MIN', Math.min), chosen('MAX', Math.max), {
      name: 'ABS',
      synopsis: 'Gets a number without its sign.',
      syntax: 'ABS(num)',
      read: ({ data }) => String(Math.abs(numberOf(data))),
    });
  },
});
