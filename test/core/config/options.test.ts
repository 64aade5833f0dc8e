import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  initial,
  knows,
  type Line,
  nearest,
  type Option,
  optionsOf,
  read,
  shown,
  type Table,
} from '../../../core/config/options.js';
import {
  custom,
  integer,
  into,
  listOf,
  milliseconds,
  oneOf,
  seconds,
  text,
  truth,
  yesno,
} from '../../../core/config/types.js';
import { formatProblem } from '../../../core/errors.js';

const list = (help: string) => listOf('a word', help, value => value);

const table = {
  realm: text('here', 'The realm.'),
  expiry: seconds(120, [1, 3600], 'How long.', { aliases: ['expirey', 'Expires'] }),
  Loud: yesno(false, 'Whether loud.'),
  allow: list('What is let in.'),
  disallow: into<readonly string[]>('allow', 'a word', 'What is not.', (word, before) =>
    (before ?? []).filter(one => one !== word),
  ),
} satisfies Table;

const lines = (...pairs: [name: string, value: string][]): Line[] =>
  pairs.map(([name, value], index) => ({ name, value, file: 't.conf', line: index + 1 }));

test('only what the lines set is set', () => {
  const { set, problems, warnings } = read(table, lines(['realm', 'there'], ['loud', 'yes']));
  assert.deepEqual([set, problems, warnings], [{ realm: 'there', Loud: true }, [], []]);
});

test('names and aliases compare whatever their case, and the value goes by the own name', () => {
  assert.deepEqual(read(table, lines(['EXPIRES', '60'])).set, { expiry: 60 });
  assert.deepEqual(read(table, lines(['expirey', '61'])).set, { expiry: 61 });
  assert.deepEqual([knows(table, 'exPires'), knows(table, 'expire'), knows(table, 'disallow')], [true, false, true]);
});

test('of several lines the last decides, and its place is known', () => {
  const { set, places } = read(table, lines(['realm', 'a'], ['Realm', 'b'], ['expires', '9']));
  assert.deepEqual(set, { realm: 'b', expiry: 9 });
  assert.deepEqual([places.get('realm')?.line, places.get('expiry')?.line, places.get('loud')], [2, 3, undefined]);
});

test('lists add up, and what changes them does so in the order of the file', () => {
  const { set, places } = read(table, lines(['allow', 'a'], ['allow', 'b'], ['disallow', 'a'], ['allow', 'c']));
  assert.deepEqual([set, places.get('allow')?.line], [{ allow: ['b', 'c'] }, 4]);
  assert.deepEqual(read(table, lines(['allow', 'a'], ['disallow', 'a'], ['allow', 'a'])).set, { allow: ['a'] });
});

test('every value that cannot be taken is a problem with its place, and the others are read', () => {
  const { set, problems, places } = read(table, lines(['expiry', '0'], ['realm', 'x'], ['Expires', 'soon']));
  assert.deepEqual(problems.map(formatProblem), [
    "t.conf:1: expiry: expected 1-3600 seconds, got '0'",
    "t.conf:3: Expires: expected 1-3600 seconds, got 'soon'",
  ]);
  assert.deepEqual([set, [...places.keys()]], [{ realm: 'x' }, ['realm']]);
});

test('unknown options and doubtful values are warnings', () => {
  const { warnings } = read(table, lines(['relm', 'x'], ['constructor', 'x'], ['loud', 'maybe']));
  assert.deepEqual(warnings.map(formatProblem), [
    "t.conf:1: unknown option 'relm', did you mean 'realm'?",
    "t.conf:2: unknown option 'constructor'",
    "t.conf:3: loud: 'maybe' is neither yes nor no, taken as no",
  ]);
});

test('what a row throws that is not about the value is our own fault and stays one', () => {
  const broken = {
    x: custom(0, 'nothing', '', () => {
      throw new TypeError('ours');
    }),
  };
  assert.throws(() => read(broken, lines(['x', '1'])), TypeError);
});

test('with nothing set every option has its default', () => {
  assert.deepEqual(initial(table), { realm: 'here', expiry: 120, Loud: false, allow: [] });
  assert.deepEqual(
    optionsOf(table).map(([name]) => name),
    ['realm', 'expiry', 'Loud', 'allow'],
  );
});

const words: [word: string, is: boolean | undefined][] = [
  ...['yes', 'true', 'y', 't', '1', 'on', 'YES', 'On'].map((word): [string, boolean] => [word, true]),
  ...['no', 'false', 'n', 'f', '0', 'off', 'OFF', ''].map((word): [string, boolean] => [word, false]),
  ...['yess', '2', 'oui', ' yes'].map((word): [string, undefined] => [word, undefined]),
];

for (const [word, is] of words) test(`'${word}' is ${is}`, () => assert.equal(truth(word), is));

const age = integer(5, [-1, 10], '');
const taken: [type: string, option: Option<unknown>, value: string, read: unknown, shown: string][] = [
  ['a boolean', yesno(true, ''), 'off', false, 'No'],
  ['a boolean', yesno(false, ''), 'T', true, 'Yes'],
  ['a text', text('', ''), ' "a" ', ' "a" ', ' "a" '],
  ['a number', age, '-1', -1, '-1'],
  ['a number', age, '+10', 10, '10'],
  ['a number', age, '007', 7, '7'],
  ['a number', age, '-0', 0, '0'],
  ['milliseconds', milliseconds(5, [0, 9], ''), '9', 9, '9'],
  ['one of some words', oneOf(['UDP', 'tcp'], 'UDP', ''), 'udp', 'UDP', 'UDP'],
  ['a list', list(''), 'a', ['a'], 'a'],
];

for (const [type, option, value, result, text] of taken) {
  test(`${type} takes '${value}'`, () => {
    const got = option.read(value, undefined, message => assert.fail(message));
    assert.deepEqual([got, shown(option, got)], [result, text]);
  });
}

const refused: [type: string, option: Option<unknown>, values: string[], message: (value: string) => string][] = [
  [
    'a number',
    age,
    ['', '-2', '11', '1.0', '1e1', '0x1', '5s', '９', ' 5', 'NaN', '1'.repeat(400)],
    value => `expected -1 to 10, got '${value}'`,
  ],
  ['seconds', seconds(5, [0, 9], ''), ['10', '-1'], value => `expected 0-9 seconds, got '${value}'`],
  ['milliseconds', milliseconds(5, [0, 9], ''), ['10'], value => `expected 0-9 milliseconds, got '${value}'`],
  [
    'one of some words',
    oneOf(['UDP', 'tcp'], 'UDP', ''),
    ['', 'ud', 'udp,tcp'],
    value => `expected one of UDP, tcp, got '${value}'`,
  ],
];

for (const [type, option, values, message] of refused) {
  for (const value of values) {
    test(`${type} refuses '${value.slice(0, 20)}'`, () => {
      assert.throws(() => option.read(value, undefined, () => undefined), { name: 'Invalid', message: message(value) });
    });
  }
}

const near: [word: string, known: string[], nearest: string | undefined][] = [
  ['relam', ['realm', 'real'], 'realm'],
  ['udpbindadr', ['udpbindaddr', 'bindaddr'], 'udpbindaddr'],
  ['SECRT', ['Secret'], 'Secret'],
  ['qualify', ['qualifyfreq', 'quality'], 'quality'],
  ['maxexpiryy', ['maxexpiry', 'minexpiry'], 'maxexpiry'],
  ['xyz', ['abc'], undefined],
  ['a', ['b', 'c'], undefined],
  ['', ['a'], undefined],
  ['nta', ['nat'], 'nat'],
  ['nat', [], undefined],
  ['registertrying', ['registertimeout'], undefined],
];

for (const [word, known, is] of near)
  test(`nearest to '${word}' is ${is}`, () => assert.equal(nearest(word, known), is));

test('a name that no table has costs no more for standing in very many sections', () => {
  const many: Table = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`option_number_${at}`, text('', '')]));
  const from = process.cpuUsage();
  let told = 0;
  for (let section = 0; section < 100_000; section++) told += read(many, lines(['option_numbr_7', ''])).warnings.length;
  assert.equal(told, 100_000);
  assert.ok(process.cpuUsage(from).user < 2_000_000, 'less than 2 s for all');
});
