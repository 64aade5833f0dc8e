import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue, parseInvocation, parseOptions, splitArguments } from '../../../core/dialplan/arguments.js';
import fc from '../../support/property.js';

const splits: [text: string, parts: string[]][] = [
  ['', []],
  ['a', ['a']],
  ['a,b,c', ['a', 'b', 'c']],
  ['a,,c,', ['a', '', 'c', '']],
  ['SIP/1,20,m(a,b)T', ['SIP/1', '20', 'm(a,b)T']],
  ['[a,b],c', ['[a,b]', 'c']],
  ['"a,b",c', ['a,b', 'c']],
  ['a\\,b,c', ['a,b', 'c']],
  ['a\\"b,c', ['a"b', 'c']],
  ['a),b', ['a)', 'b']],
  ['(a,b', ['(a,b']],
];

for (const [text, parts] of splits) {
  test(`arguments of '${text}'`, () => assert.deepEqual(splitArguments(text), parts));
}

test('the last argument that is asked for keeps the rest as it is', () => {
  assert.deepEqual(splitArguments('a,"b",c\\,d', { most: 2 }), ['a', '"b",c\\,d']);
  assert.deepEqual(splitArguments('a', { most: 2 }), ['a']);
});

test('raw arguments keep quotes and backslashes', () => {
  assert.deepEqual(splitArguments('"a,b",c\\,d', { raw: true }), ['"a,b"', 'c\\,d']);
});

test('parts within an argument are split by another character', () => {
  assert.deepEqual(splitArguments('ctx^s^1(a^b)', { by: '^' }), ['ctx', 's', '1(a^b)']);
  assert.deepEqual(splitArguments('60000:5000:', { by: ':' }), ['60000', '5000', '']);
});

test('options are letters, some with an argument', () => {
  const parsed = parseOptions('tm(jazz)TL(1:(2))x(y)xq', {
    t: 'flag',
    T: 'flag',
    m: 'argument',
    L: 'argument',
    g: 'flag',
  });
  assert.deepEqual(parsed, {
    options: { t: true, T: true, m: 'jazz', L: '1:(2)', g: false },
    unknown: ['x', 'q'],
    unclosed: undefined,
  });
});

const options: [text: string, argument: string | undefined, unclosed: string | undefined][] = [
  ['', undefined, undefined],
  ['A', '', undefined],
  ['A(x)', 'x', undefined],
  ['A("x)y")', 'x)y', undefined],
  ['A(x\\)y)', 'x)y', undefined],
  ['A(x', undefined, 'A'],
];

for (const [text, argument, unclosed] of options) {
  test(`the option of '${text}'`, () => {
    const parsed = parseOptions(text, { A: 'argument' });
    assert.deepEqual([parsed.options.A, parsed.unclosed], [argument, unclosed]);
  });
}

test('an application with its arguments ends at the last parenthesis', () => {
  assert.deepEqual(parseInvocation('Dial(SIP/1,,m(a))'), { name: 'Dial', data: 'SIP/1,,m(a)' });
  assert.deepEqual(parseInvocation(' Answer '), { name: 'Answer', data: '' });
});

for (const [text, truth] of [
  ['', false],
  ['0', false],
  ['00', false],
  ['0.5', false],
  ['1', true],
  ['-1', true],
  ['no', true],
  ['a0', true],
] as const) {
  test(`'${text}' is ${truth}`, () => assert.equal(isTrue(text), truth));
}

test('splitting loses no character but quotes, backslashes and separators, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      assert.equal(splitArguments(text, { raw: true }).join(), text);
      parseOptions(text, { a: 'flag', b: 'argument' });
    }),
  );
});
