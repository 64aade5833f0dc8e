/** The wire format of the control socket. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CommandReader,
  commonStart,
  encodeCommand,
  encodeVerbose,
  formatGreeting,
  formatMatches,
  LineReader,
  LONGEST_COMMAND,
  matchesLineOf,
  matchesRequest,
  once,
  onceOf,
  parseGreeting,
  parseMatches,
  verboseIndent,
  widthOf,
  widthRequest,
} from '../../core/console-protocol.js';

test('commands come out whole, however the bytes are cut', () => {
  const bytes = Buffer.concat(['core show version', '', 'databäse show'].map(encodeCommand));
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new CommandReader();
    const commands: (string | undefined)[] = [];
    for (let at = 0; at < bytes.length; at += size) commands.push(...reader.read(bytes.subarray(at, at + size)));
    assert.deepEqual(commands, ['core show version', '', 'databäse show'], `pieces of ${size}`);
  }
});

test('a command of the longest length is taken, one byte more is dropped, and the next is read again', () => {
  const reader = new CommandReader();
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
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 10, 11].map(verboseIndent),
    ['', ' ', '  == ', '    -- ', '       > ', '        > ', '             > ', '             > '],
  );
});

test('the greeting is host, pid and version', () => {
  const greeting = { host: 'pbx.example.com', pid: 42, version: '1.2/3 beta' };
  assert.equal(formatGreeting(greeting), 'pbx.example.com/42/1.2/3 beta\n');
  assert.deepEqual(parseGreeting('pbx.example.com/42/1.2/3 beta'), greeting);
  assert.equal(parseGreeting('there are 128 consoles already'), undefined);
});

test('requests of the protocol are told from commands', () => {
  assert.equal(onceOf(once('core show\nversion')), 'core show\nversion');
  assert.equal(onceOf('core show version'), undefined);
  assert.equal(widthOf(widthRequest(132)), 132);
  assert.equal(widthOf('_COMMAND WIDTH -1'), undefined);
  assert.equal(matchesLineOf('core show'), undefined);
});

const lines = ['', 'core sh', 'core show ', 'database put a "b c', 'a\\b "c\\"', '" "', 'say "x" "y'];

for (const line of lines) {
  test(`the line <${line}> reaches completion as it was typed`, () => {
    assert.equal(matchesLineOf(matchesRequest(line)), line);
  });
}

test('quotes of a client that escapes none are understood', () => {
  assert.equal(matchesLineOf('_COMMAND MATCHESARRAY "say "hello wor" "wor"'), 'say "hello wor');
});

test('matches are what they begin with, then each once, sorted, then the end mark', () => {
  assert.equal(formatMatches(['show', 'set', 'show', 'Stop']), 'S Stop set show _EOF_');
  assert.equal(formatMatches(['version']), 'version version _EOF_');
  assert.equal(formatMatches([]), '_EOF_');
});

test('candidates survive the way to the client, blanks and end marks in them too', () => {
  const candidates = ['a b', 'a\\b', 'a_EOF_', 'ab'];
  assert.deepEqual(parseMatches(formatMatches(candidates)), candidates);
  assert.deepEqual(parseMatches('cut off'), []);
});

test('what words begin with is found whatever their case', () => {
  assert.equal(commonStart(['Show', 'shoulder', 'SHoe']), 'Sho');
  assert.equal(commonStart(['a', 'b']), '');
  assert.equal(commonStart([]), '');
});
