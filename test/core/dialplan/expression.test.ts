import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../core/dialplan/expression.js';
import { runSteps } from '../../../core/dialplan/steps.js';
import fc from '../../support/property.js';

function evaluated(text: string): { value: string; warnings: string[] } {
  const warnings: string[] = [];
  const value = runSteps(
    evaluate(text, {
      warn: message => void warnings.push(message),
      *read(name, data) {
        if (name === 'LEN') return String(data.length);
        return name === 'LATER' ? yield Promise.resolve(`later ${data}`) : undefined;
      },
    }),
  );
  assert.ok(typeof value === 'string', 'it waits for nothing');
  return { value, warnings };
}

const cases: [text: string, value: string][] = [
  ['', ''],
  ['1', '1'],
  ['1 + 1', '2'],
  ['1+2*3', '7'],
  ['(1+2)*3', '9'],
  ['10-3-2', '5'],
  ['2*3%4', '2'],
  ['7/2', '3.5'],
  ['-3+5', '2'],
  ['-2*-3', '6'],
  ['5 % 3', '2'],
  ['0.1+0.2', '0.3'],
  ['1/3', '0.3333333333333333'],
  ['1000000000*1000000000*1000000000', '1e+27'],
  ['12345678901234567+1', '12345678901234568'],
  ['900000000000000000+1', '900000000000000001'],
  ['1234567890123456789+0', '1.23456789012345679e+18'],
  ['0.00001*1', '1e-05'],
  ['1=1', '1'],
  ['1==1.0', '1'],
  ['"1"=1', '0'],
  ['"a"="a"', '1'],
  ['a=a', '1'],
  ['a!=b', '1'],
  ['a<b', '1'],
  ['10>9', '1'],
  ['"10">"9"', '0'],
  ['2>=2', '1'],
  ['2<=1', '0'],
  ['1|0', '1'],
  ['0|5', '5'],
  ['0||""', '""'],
  ['1&0', '0'],
  ['3&&4', '3'],
  ['!0', '1'],
  ['!5', '0'],
  ['!abc', '1'],
  ['1?yes::no', 'yes'],
  ['0?yes::no', 'no'],
  ['""?yes::no', 'no'],
  ['0?1::0?2::3', '3'],
  ['1=2?a::b', 'b'],
  ['1+1=2 & 2+2=4', '1'],
  ['5551212 : "555(....)"', '1212'],
  ['5551212 : "555"', '3'],
  ['5551212 : "1212"', '0'],
  ['5551212 : "(1212)"', ''],
  ['5551212 =~ "1212"', '4'],
  ['5551212 =~ "(12)(12)"', '12'],
  ['"abc" : "a(x|b)c"', 'b'],
  ['"abcd" =~ "(ab|abcd)"', 'abcd'],
  ['"a" ~~ "b" ~~ c', 'abc'],
  ['ABS(-5)', '5'],
  ['-ABS(-5)', '-5'],
  ['ROUND(2.5)', '3'],
  ['ROUND(-2.5)', '-3'],
  ['RINT(2.5)', '2'],
  ['FLOOR(2.7)+CEIL(2.1)', '5'],
  ['TRUNC(-2.7)', '-2'],
  ['POW(2,10)', '1024'],
  ['SQRT(16)', '4'],
  ['REMAINDER(7,4)', '-1'],
  ['LOG10(1000)', '3'],
  ['EXP10(2)', '100'],
  ['LEN(hello)', '5'],
  ['LEN(1+1)+1', '2'],
  ['LEN()', '0'],
  ['sip:100', '0'],
  ["it's", "it's"],
];

for (const [text, value] of cases) {
  test(`$[${text}] is '${value}'`, () => assert.deepEqual(evaluated(text), { value, warnings: [] }));
}

const wrong: [text: string, value: string, warning: string][] = [
  ['1 +', '0', '$[1 +]: syntax error at character 4: the end is not expected here'],
  ['1 2', '0', "$[1 2]: syntax error at character 3: '2' is not expected here"],
  ['(1', '0', "$[(1]: syntax error at character 3: ')' expected, not the end"],
  ['1?2', '0', "$[1?2]: syntax error at character 4: '::' expected, not the end"],
  ['"a', '0', '$["a]: syntax error at character 1: \'"\' is not understood'],
  ['a + 1', '1', "$[a + 1]: 'a' is not a number"],
  ['1 - a', '1', "$[1 - a]: 'a' is not a number"],
  ['a - 1', '-1', "$[a - 1]: 'a' is not a number"],
  ['a * 2', '0', "$[a * 2]: 'a' is not a number"],
  ['-a', '0', "$[-a]: 'a' is not a number"],
  ['1/0', '2147483647', '$[1/0]: division by zero'],
  ['1%0', '0', '$[1%0]: division by zero'],
  ['a : "("', '', "$[a : \"(\"]: '(' is no regular expression: '(' without ')'"],
  ['NOSUCH(1)', '0', '$[NOSUCH(1)]: there is no function NOSUCH, or it came in with a value'],
  ['SQRT(a)', '0', '$[SQRT(a)]: SQRT() takes a number'],
  ['POW(1)', '0', '$[POW(1)]: POW() takes 2 numbers'],
];

for (const [text, value, warning] of wrong) {
  test(`$[${text}] is '${value}' and warned of`, () => {
    assert.deepEqual(evaluated(text), { value, warnings: [warning] });
  });
}

test('only a function that waits makes an expression wait', async () => {
  const value = runSteps(
    evaluate('LATER(x) ~~ "!"', {
      warn: assert.fail,
      *read(_name, data) {
        return yield Promise.resolve(`later ${data}`);
      },
    }),
  );
  assert.ok(value instanceof Promise);
  assert.equal(await value, 'later x!');
});

/** Expressions of whole numbers with what they come to, as a mathematician would. */
const arithmetic = fc.letrec<{ node: [string, number] }>(tie => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc.integer({ min: 0, max: 999 }).map((value): [string, number] => [String(value), value]),
    fc
      .tuple(tie('node'), fc.constantFrom('+', '-', '*', '<', '='), tie('node'))
      .map(([[a, x], operator, [b, y]]): [string, number] => [`(${a}${operator}${b})`, apply(operator, x, y)]),
  ),
}));

function apply(operator: string, x: number, y: number): number {
  if (operator === '+') return x + y;
  if (operator === '-') return x - y;
  if (operator === '*') return x * y;
  return Number(operator === '<' ? x < y : x === y);
}

test('numbers come to what they come to elsewhere', () => {
  fc.assert(
    fc.property(arithmetic.node, ([text, value]) => {
      fc.pre(Math.abs(value) < 1e15);
      assert.equal(Number(evaluated(text).value), value);
    }),
  );
});

test('without parentheses, operators bind as in JavaScript', () => {
  const operators = fc.constantFrom('+', '-', '*');
  const chain = fc.tuple(fc.nat(99), fc.array(fc.tuple(operators, fc.nat(99)), { maxLength: 8 }));
  fc.assert(
    fc.property(chain, ([first, others]) => {
      const text = `${first}${others.map(([operator, value]) => ` ${operator} ${value}`).join('')}`;
      const products = text.split(/ (?=[+-])/).map(term => {
        const [sign, rest] = /^[+-] /.test(term) ? [term[0], term.slice(2)] : ['+', term];
        const product = rest.split(' * ').reduce((total, factor) => total * Number(factor), 1);
        return sign === '-' ? -product : product;
      });
      const sum = products.reduce((total, value) => total + value, 0);
      fc.pre(Math.abs(sum) < 1e15 && products.every(value => Math.abs(value) < 1e15));
      assert.equal(Number(evaluated(text).value), sum);
    }),
  );
});

test('no text makes it throw', () => {
  const likely = fc.string({ unit: fc.constantFrom(...'0123.abAB()"=~:?|&!<>+-*/%, $[]{}^'), maxLength: 60 });
  fc.assert(
    fc.property(fc.oneof(fc.string(), likely), text => void evaluated(text)),
    { numRuns: 2000 },
  );
});

for (const text of ['('.repeat(8000), '-'.repeat(8000), '1+'.repeat(4000), '1?'.repeat(4000), 'A('.repeat(4000)]) {
  test(`${text.slice(0, 2)} thousands of times is refused, not a crash`, () => {
    const { value, warnings } = evaluated(text);
    assert.equal(value, '0');
    assert.equal(warnings.length, 1);
  });
}

test('a long sum is worked out', () => assert.equal(evaluated(`0${'+1'.repeat(4000)}`).value, '4000'));

test('a pattern that backtracks elsewhere takes no time', () => {
  const { value } = evaluated(`${'a'.repeat(2000)} : "(a+)+$b"`);
  assert.equal(value, '');
});
