/** Typed lines and syntaxes: core/cli/words.ts, core/cli/grammar.ts, core/cli/match.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../../../core/cli/grammar.js';
import { match } from '../../../core/cli/match.js';
import { split, typed } from '../../../core/cli/words.js';
import fc from '../../support/property.js';

const LINES: [line: string, words: string[], open: boolean][] = [
  ['', [], false],
  ['  \t ', [], false],
  ['sip show peers', ['sip', 'show', 'peers'], true],
  ['  sip\tshow  peers ', ['sip', 'show', 'peers'], false],
  ['put "two words" x', ['put', 'two words', 'x'], true],
  ['put "" x', ['put', '', 'x'], true],
  ['put a"b c"d', ['put', 'ab cd'], true],
  ['put two\\ words', ['put', 'two words'], true],
  ['put \\"x\\" "a\\"b" \\\\', ['put', '"x"', 'a"b', '\\'], true],
  ['put "open quote ', ['put', 'open quote '], true],
  ['put x\\', ['put', 'x'], true],
  ['put "x" ', ['put', 'x'], false],
];

for (const [line, words, open] of LINES) {
  test(`the line ${JSON.stringify(line)} is ${words.length} words, ${open ? 'the last one unfinished' : 'all finished'}`, () => {
    const found = split(line);
    assert.deepEqual([found.words, found.open], [words, open]);
  });
}

test('whatever a word is, typed as it must be it is read back', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), words => {
      assert.deepEqual(split(words.map(typed).join(' ')).words, words);
    }),
  );
});

const LABELS: [syntax: string, head: string, label: string][] = [
  ['sip show peer <name> [load]', 'sip show peer', 'sip show peer [load]'],
  ['Core Stop {now|gracefully|when convenient}', 'core stop', 'core stop {now|gracefully|when convenient}'],
  ['module show [like <pattern>|<name>]', 'module show', 'module show [like]'],
  ['core show help [<topic>...]', 'core show help', 'core show help'],
  ['sip set debug {on|ip <a>|{x|y} <z>}', 'sip set debug', 'sip set debug {on|ip|{x|y}}'],
];

for (const [syntax, head, label] of LABELS) {
  test(`'${syntax}' is called '${head}' and listed as '${label}'`, () => {
    const grammar = parse(syntax);
    assert.deepEqual([grammar.head.join(' '), grammar.label], [head, label]);
  });
}

for (const [syntax, message] of [
  ['', /must begin with a word/],
  ['<name>', /must begin with a word/],
  ['a {b|c', /'{' is not closed by '}'/],
  ['a {b]', /'{' is not closed by '}'/],
  ['a b}', /'}' closes nothing/],
  ['a|b', /'\|' closes nothing/],
  ['a <b', /cannot be read from '<b'/],
  ['a <>', /cannot be read from '<>'/],
] as const) {
  test(`'${syntax}' is no syntax`, () => {
    assert.throws(() => parse(syntax), message);
  });
}

const DEBUG = 'sip set debug {on|off|ip <address>|peer <name>}';
const MATCHES: [syntax: string, line: string, expected: Record<string, unknown>][] = [
  [DEBUG, 'SIP Set DEBUG On', { complete: true, literals: 4, args: {}, chosen: ['on'] }],
  [DEBUG, 'sip set debug ip 10.0.0.1', { complete: true, literals: 4, args: { address: '10.0.0.1' }, chosen: ['ip'] }],
  [DEBUG, 'sip set debug ip', { complete: false, literals: 4, chosen: ['ip'] }],
  [DEBUG, 'sip set debug', { complete: false, literals: 3, chosen: [] }],
  [DEBUG, 'sip set debug on now', { complete: false, literals: 4, taken: 4 }],
  [DEBUG, 'sip set deb on', { complete: false, literals: 2 }],
  ['a [b] <c>', 'a x', { complete: true, args: { c: 'x' }, chosen: [] }],
  ['a [b] <c>', 'a b x', { complete: true, args: { c: 'x' }, chosen: ['b'] }],
  // A word of the syntax goes before a parameter, so this is an unfinished `a b <c>`.
  ['a [b] <c>', 'a b', { complete: false, literals: 2 }],
  ['a <b> [c]', 'a c', { complete: true, args: { b: 'c' }, chosen: [] }],
  ['a <b>...', 'a x Y z', { complete: true, args: { b: 'x' }, rest: ['x', 'Y', 'z'] }],
  ['a <b>...', 'a', { complete: false }],
  ['a <b>... on', 'a x y on', { complete: true, rest: ['x', 'y'], chosen: [] }],
  ['a <b> [<b>...]', 'a x y z', { complete: true, args: { b: 'x' }, rest: ['y', 'z'] }],
  ['a [<x>] [<y>]', 'a 1', { complete: true, args: { x: '1' } }],
  ['a {when convenient|<t>}', 'a when convenient', { complete: true, chosen: ['when', 'convenient'] }],
  ['a [{b|c} [d]]', 'a c d', { complete: true, chosen: ['c', 'd'] }],
  ['a <module name>', 'a ""', { complete: true, args: { 'module name': '' } }],
];

for (const [syntax, line, expected] of MATCHES) {
  test(`'${line}' as '${syntax}'`, () => {
    const found = match(parse(syntax), split(line).words);
    const whole: Record<string, unknown> = { ...found, chosen: [...found.chosen] };
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map(key => [key, whole[key]])), expected);
  });
}
