/** Patterns of extensions: what they match, what they could match, and their order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Invalid } from '../../../core/config/options.js';
import {
  behindEnd,
  comparePatterns,
  matchPattern,
  parseExtension,
  withoutDashes,
} from '../../../core/dialplan/pattern.js';
import fc from '../../support/property.js';

const CASES: readonly (readonly [pattern: string, text: string, match: boolean, more: boolean])[] = [
  ['600', '600', true, false],
  ['600', '60', false, true],
  ['600', '6000', false, false],
  ['555-1234', '5551234', true, false],
  ['5551234', '555-1234', true, false],
  ['_1XXX', '1008', true, false],
  ['_1xxx', '1008', true, false],
  ['_1XXX', '100', false, true],
  ['_1XXX', '10081', false, false],
  ['_NXX', '199', false, false],
  ['_NXX', '211', true, false],
  ['_ZX', '10', true, false],
  ['_ZX', '01', false, false],
  ['_[1-35]0', '50', true, false],
  ['_[1-35]0', '40', false, false],
  ['_[a-c]X', 'b7', true, false],
  ['_[X]1', 'X1', true, false],
  ['_[X]1', '11', false, false],
  ['_[]1', '1', true, false],
  ['_[9-1]1', '1', true, false],
  ['_9-XX', '912', true, false],
  ['_[-1]X', '1', false, true],
  ['_0.', '0', false, true],
  ['_0.', '01', true, true],
  ['_0.', '0123', true, true],
  ['_0!', '0', true, false],
  ['_0!', '0123', true, false],
  ['_0!', '', false, true],
  ['_.', 's', true, true],
  ['_!', '', true, false],
  ['_0.5', '04', true, true],
];

for (const [pattern, text, match, more] of CASES) {
  test(`${pattern} ${match ? 'matches' : 'does not match'} '${text}'${more ? ', more could' : ''}`, () => {
    const found = matchPattern(parseExtension(pattern), withoutDashes(text));
    assert.deepEqual([found.match, found.more], [match, more]);
  });
}

test('patterns are asked the narrowest first, after all that are none', () => {
  const sorted = ['_640X', '_64NX', '_64XX', '_6[34]NX', '_6[45]NX', '_6XX1', '_6.'];
  const others = ['600', '7', ...sorted, '_6!', '_XXX', '_XX', '_.'];
  for (const given of [others, others.toReversed()]) {
    const order = [...given].sort((a, b) => comparePatterns(parseExtension(a), parseExtension(b)));
    assert.deepEqual(order, ['600', '7', ...sorted, '_6!', '_XXX', '_XX', '_.']);
  }
});

test('the same pattern written differently is the same', () => {
  for (const [a, b] of [
    ['_NX', '_[2-9]x'],
    ['_[123]', '_[1-3]'],
    ['_[5]1', '_51'],
    ['_9-1', '_91'],
    ['_[21]', '_[12]'],
  ] as const) {
    assert.equal(parseExtension(a).key, parseExtension(b).key);
    assert.equal(comparePatterns(parseExtension(a), parseExtension(b)), 0);
  }
});

test('a bracket that is not closed is refused', () => {
  assert.throws(() => parseExtension('_1[23'), new Invalid("'_1[23': '[' without ']'"));
});

test('what stands behind the end of a pattern is told', () => {
  assert.deepEqual(['_X.5', '_[.]5', '_X!', '_5[1-9]!x', '500.1'].map(behindEnd), ['5', '', '', 'x', '']);
});

const char = fc.constantFrom('0', '1', '2', '5', '9', 'a', 'z');
const set = fc
  .array(
    fc.oneof(
      char,
      fc.tuple(char, char).map(([a, b]) => (a < b ? `${a}-${b}` : `${b}-${a}`)),
    ),
    { minLength: 1 },
  )
  .map(parts => `[${parts.join('')}]`);
const place = fc.oneof(
  char.filter(c => /\d/.test(c)),
  fc.constantFrom('X', 'N', 'Z', 'x'),
  set,
);
const pattern = fc
  .tuple(fc.array(place, { maxLength: 5 }), fc.constantFrom('', '.', '!'))
  .map(([places, ending]) => ({ places, ending, text: `_${places.join('')}${ending}` }));
const dialled = fc.array(char, { maxLength: 7 }).map(chars => chars.join(''));

const CLASSES: Readonly<Record<string, string>> = { X: '[0-9]', N: '[2-9]', Z: '[1-9]' };

test('matching agrees with regular expressions', () => {
  fc.assert(
    fc.property(pattern, dialled, ({ places, ending, text }, digits) => {
      const classes = places.map(part => CLASSES[part.toUpperCase()] ?? part);
      const tail = { '': '', '.': '.+', '!': '.*' }[ending];
      const found = matchPattern(parseExtension(text), digits);
      assert.equal(found.match, new RegExp(`^${classes.join('')}${tail}$`).test(digits));
      const short = digits.length < places.length + (ending === '.' ? 1 : 0);
      const begun = new RegExp(`^${classes.slice(0, digits.length).join('')}`).test(digits);
      assert.equal(found.more, ending === '.' && found.match ? true : short && begun);
      assert.equal(found.final, ending === '!' && found.match);
    }),
  );
});

test('the order of patterns is total: nothing is before itself, it is antisymmetric and transitive', () => {
  const any = fc.oneof(
    pattern.map(({ text }) => text),
    dialled,
  );
  fc.assert(
    fc.property(any, any, any, (x, y, z) => {
      const [a, b, c] = [parseExtension(x), parseExtension(y), parseExtension(z)];
      const sign = (p: typeof a, q: typeof a) => Math.sign(comparePatterns(p, q));
      assert.equal(sign(a, a), 0);
      assert.equal(sign(a, b) + sign(b, a), 0);
      if (sign(a, b) <= 0 && sign(b, c) <= 0) assert.ok(sign(a, c) <= 0);
      assert.equal(sign(a, b) === 0, a.key === b.key);
    }),
    { numRuns: 2000 },
  );
});
