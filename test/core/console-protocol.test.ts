/** The wire format of the control socket. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { split } from '../../core/cli/words.js';
import {
  encodeCommand,
  encodeIndented,
  encodeVerbose,
  FrameReader,
  formatGreeting,
  LineReader,
  LONGEST_COMMAND,
  matchesRequest,
  oneShot,
  oneShotOf,
  parseGreeting,
  parseMatches,
  verboseIndent,
  widthOf,
  widthRequest,
} from '../../core/console-protocol.js';

test('commands come out whole, however the bytes are cut', () => {
  const bytes = Buffer.concat(['core show version', '', 'databäse show'].map(encodeCommand));
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new FrameReader();
    const commands: (string | undefined)[] = [];
    for (let at = 0; at < bytes.length; at += size) commands.push(...reader.read(bytes.subarray(at, at + size)));
    assert.deepEqual(commands, ['core show version', '', 'databäse show'], `pieces of ${size}`);
  }
});

test('a command of the longest length is taken, one byte more is dropped, and the next is read again', () => {
  const reader = new FrameReader();
  const longest = 'x'.repeat(LONGEST_COMMAND);
  assert.deepEqual(reader.read(encodeCommand(longest)), [longest]);
  assert.deepEqual(reader.read(Buffer.from(longest)), []);
  assert.deepEqual(reader.read(Buffer.from(longest)), []);
  assert.deepEqual(reader.read(Buffer.from('x\0next\0')), [undefined, 'next']);
});

test('a NUL in a command cannot end it early', () => {
  assert.deepEqual(encodeCommand('core\0 stop now'), Buffer.from('core stop now\0'));
});

const marks: [level: number, mark: number][] = [
  [0, 0xff],
  [1, 0xfe],
  [4, 0xfb],
  [9, 0xf6],
  [10, 0xf5],
  [11, 0xf5],
];

for (const [level, mark] of marks) {
  test(`a verbose line of level ${level} begins with ${mark.toString(16)}`, () => {
    const bytes = encodeVerbose(level, 'Registered ü');
    assert.equal(bytes[0], mark);
    assert.deepEqual(new LineReader().read(bytes), [{ text: 'Registered ü', verbose: Math.min(level, 10) }]);
  });
}

const indented = [
  ' one',
  '  == two',
  '    -- three',
  '       > four',
  '        > five',
  '             > ten',
  'none',
  '   some blanks',
  '{"json": 1}',
  '',
];

test('a verbose line is read as the log indented it', () => {
  const lines = new LineReader().read(Buffer.concat(indented.map(encodeIndented)));
  assert.deepEqual(
    lines.map(({ text, verbose }) => verboseIndent(verbose!) + text),
    indented,
  );
  assert.deepEqual(
    lines.map(({ verbose }) => verbose),
    [1, 2, 3, 4, 5, 10, 0, 1, 0, 0],
  );
});

test('lines come out whole, however the bytes are cut', () => {
  const bytes = Buffer.concat([Buffer.from('grüße\n\n'), encodeVerbose(2, 'zwölf'), Buffer.from('rest')]);
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new LineReader();
    const lines = [];
    for (let at = 0; at < bytes.length; at += size) lines.push(...reader.read(bytes.subarray(at, at + size)));
    assert.deepEqual(lines, [
      { text: 'grüße', verbose: undefined },
      { text: '', verbose: undefined },
      { text: 'zwölf', verbose: 2 },
    ]);
    assert.deepEqual(reader.rest(), { text: 'rest', verbose: undefined });
    assert.equal(reader.rest(), undefined);
  }
});

test('verbose lines stand further right the deeper they are', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 10, 11].map(verboseIndent), [
    '',
    ' ',
    '  == ',
    '    -- ',
    '       > ',
    '        > ',
    '             > ',
    '             > ',
  ]);
});

test('the greeting is host, pid and version', () => {
  const greeting = { host: 'pbx.example.com', pid: 42, version: '1.2/3 beta' };
  assert.equal(formatGreeting(greeting), 'pbx.example.com/42/1.2/3 beta\n');
  assert.deepEqual(parseGreeting('pbx.example.com/42/1.2/3 beta'), greeting);
  assert.equal(parseGreeting('there are 128 consoles already'), undefined);
});

test('requests of the protocol are told from commands', () => {
  assert.equal(oneShotOf(oneShot('core show\nversion')), 'core show\nversion');
  assert.equal(oneShotOf('core show version'), undefined);
  assert.equal(widthOf(widthRequest(132)), 132);
  assert.equal(widthOf('_COMMAND WIDTH -1'), undefined);
});

const lines = ['', 'core sh', 'core show ', 'database put a "b c', 'a\\b "c\\"', '" "', 'say "x" "y'];

for (const line of lines) {
  test(`the line <${line}> reaches completion as it was typed`, () => {
    const { words } = split(matchesRequest(line));
    assert.deepEqual(words, ['_COMMAND', 'MATCHESARRAY', line, line.split(' ').at(-1)]);
  });
}

const answers: [answer: string, candidates: string[]][] = [
  ['s set show _EOF_', ['set', 'show']],
  ['version version _EOF_', ['version']],
  [' a b _EOF_', ['a', 'b']],
  ['a_EOF_ a_EOF_ _EOF_', ['a_EOF_']],
  ['_EOF_', []],
  ['cut off', []],
];

for (const [answer, candidates] of answers) {
  test(`the answer <${answer}> offers ${candidates.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(parseMatches(answer), candidates);
  });
}
