/** Expressions whose matching takes time in proportion to the text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Invalid } from '../../core/config/options.js';
import { compilePattern } from '../../core/pattern.js';
import fc from '../support/property.js';

const CASES: readonly [pattern: string, text: string, found: boolean][] = [
  ['', 'x', true],
  ['b', 'abc', true],
  ['^b', 'abc', false],
  ['c$', 'abc', true],
  ['^abc$', 'abc', true],
  ['^$', '', true],
  ['^$', 'a', false],
  ['a.c', 'a\nc', true],
  ['a|b', 'xb', true],
  ['^(a|bc)+$', 'abca', true],
  ['^(a|bc)+$', 'abcb', false],
  ['^(?:ab)?c', 'c', true],
  ['^a{2,3}$', 'aaaa', false],
  ['^a{2,3}$', 'aaa', true],
  ['^a{2}$', 'aaa', false],
  ['^a{2,}$', 'aaaaa', true],
  ['a{', 'a{', true],
  ['[[:digit:]]', 'a1', true],
  ['[^[:digit:]]', '12', false],
  ['[]a]', ']', true],
  ['[^]a]', 'a]', false],
  ['[a-c-]', '-', true],
  ['[\\d-]', '5', true],
  ['[\\]]', ']', true],
  ['\\d\\s\\w', '1 a', true],
  ['\\D', '12', false],
  ['a\\.b', 'axb', false],
  ['\\(a\\)', '(a)', true],
  ['a\\tb', 'a\tb', true],
  ['ü', 'für', true],
  ['[à-ý]', 'ü', true],
  ['(a*)*b', 'b', true],
  ['(|a)+$', 'b', true],
  ['a+?b', 'aab', true],
];

for (const [pattern, text, found] of CASES) {
  test(`${JSON.stringify(pattern)} is ${found ? '' : 'not '}found in ${JSON.stringify(text)}`, () => {
    assert.equal(compilePattern(pattern).test(text), found);
  });
}

const WRONG = [
  ...[
    '(',
    ')',
    '[',
    '[a',
    '*a',
    '+',
    '(?=a)',
    '(?<a>b)',
    '\\1',
    '\\b',
    'a\\',
    '[[:nosuch:]]',
    '[[:constructor:]]',
    '[[.a.]]',
    '[z-a]',
  ],
  ...[
    'a{256}',
    'a{3,2}',
    `${'('.repeat(101)}${')'.repeat(101)}`,
    '((a{99}){99})',
    '((((){255}){255}){255}){255}',
    'a'.repeat(2000).replaceAll('a', 'a?'),
  ],
];

for (const pattern of WRONG) {
  test(`${pattern.slice(0, 30)} is refused`, () => assert.throws(() => compilePattern(pattern), Invalid));
}

/** Expressions that this language has in common with that of JavaScript. */
const { expression } = fc.letrec<{ expression: string; part: string }>(tie => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    tie('part'),
    fc.tuple(tie('part'), tie('expression')).map(([a, b]) => a + b),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a}|${b}`),
  ),
  part: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '[a-c]', '^', '$', '\\w', 'c', '\\n'),
    fc
      .tuple(tie('expression'), fc.constantFrom('', '*', '+', '?', '{2}', '{0,2}', '{1,}'))
      .map(([inner, times]) => `(?:${inner})${times}`),
  ),
}));

test('what it finds is what JavaScript finds', () => {
  fc.assert(
    fc.property(
      expression,
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n'), maxLength: 12 }),
      (pattern, text) => {
        assert.equal(compilePattern(pattern).test(text), new RegExp(pattern, 's').test(text), `${pattern} in ${text}`);
      },
    ),
    { numRuns: 3000 },
  );
});

test('the time is in proportion to the text, whatever the expression', () => {
  for (const pattern of ['(a+)+$', '(a*)*b', '(a|aa)+$', '.*.*.*.*.*x']) {
    const from = process.cpuUsage();
    assert.equal(compilePattern(pattern).test(`${'a'.repeat(50_000)}!`), false);
    // Of the processor, which others may be using.
    assert.ok(process.cpuUsage(from).user < 3_000_000, pattern);
  }
});

const matches: [pattern: string, text: string, found: string | undefined, group?: string][] = [
  ['b', 'abc', 'b'],
  ['a|ab|abc', 'xabcd', 'abc'],
  ['a*', 'baa', ''],
  ['a+', 'baa', 'aa'],
  ['(a|b)*c', 'xabc', 'abc', 'b'],
  ['x(y)?', 'x', 'x'],
  ['^(.*)-([0-9]+)$', 'SIP-7', 'SIP-7', 'SIP'],
  ['(?:a)(b)', 'ab', 'ab', 'b'],
  ['z', 'abc', undefined],
];

for (const [pattern, text, found, group] of matches) {
  test(`${pattern} finds the leftmost and longest in '${text}'`, () => {
    const match = compilePattern(pattern).match(text);
    assert.deepEqual([match && text.slice(match.start, match.end), match?.group], [found, group]);
  });
}

test('where it finds something, it begins where JavaScript finds it', () => {
  const pattern = fc.stringMatching(/^[ab]{1,3}([*+?][ab]|\|[ab]{1,2}){0,3}$/);
  fc.assert(
    fc.property(pattern, fc.stringMatching(/^[abc]{0,12}$/), (expression, text) => {
      assert.equal(compilePattern(expression).match(text)?.start ?? -1, text.search(new RegExp(expression)));
    }),
  );
});
