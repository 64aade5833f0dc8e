/** Log lines: their form in files and on consoles, and that no text can break it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleLines, fileLines, type LogRecord } from '../../../core/log/format.js';
import { printable } from '../../../core/log/printable.js';
import fc from '../../support/property.js';

const around = { pid: 27228, host: 'pbx', date: () => 'Nov 22 11:44:07' };
const record = (parts: Partial<LogRecord> = {}): LogRecord => ({
  at: 0,
  level: 'notice',
  name: 'chan_sip',
  text: 'Peer alice is reachable',
  verbosity: 0,
  ...parts,
});

test('a line of a file', () => {
  assert.deepEqual(fileLines('default', record(), around), [
    '[Nov 22 11:44:07] NOTICE[27228] chan_sip: Peer alice is reachable',
  ]);
  assert.deepEqual(fileLines('plain', record({ level: 'error' }), around), [
    '[Nov 22 11:44:07] ERROR[27228]: chan_sip: Peer alice is reachable',
  ]);
  assert.deepEqual(fileLines('default', record({ level: 'verbose', verbosity: 3 }), around), [
    '[Nov 22 11:44:07] VERBOSE[27228] chan_sip: Peer alice is reachable',
  ]);
});

test('a line of JSON', () => {
  const [line, ...more] = fileLines('json', record({ text: 'one\ntwo "quoted" \x1b' }), around);
  assert.deepEqual(JSON.parse(line!), {
    hostname: 'pbx',
    timestamp: 'Nov 22 11:44:07',
    identifiers: { lwp: 27228 },
    logmsg: { location: { filename: 'chan_sip' }, level: 'NOTICE', message: 'one\ntwo "quoted" \\x1b' },
  });
  assert.deepEqual(more, []);
  assert.deepEqual(consoleLines('json', record({ text: 'one\ntwo "quoted" \x1b' }), around, true), [line]);
});

test('a line of a console, coloured only if it asks', () => {
  assert.deepEqual(consoleLines('default', record({ level: 'warning' }), around, false), [
    '[Nov 22 11:44:07] WARNING[27228]: chan_sip: Peer alice is reachable',
  ]);
  assert.deepEqual(consoleLines('default', record({ level: 'warning' }), around, true), [
    '[Nov 22 11:44:07] \x1b[1;31mWARNING\x1b[0m[27228]: chan_sip: Peer alice is reachable',
  ]);
  assert.deepEqual(consoleLines('plain', record({ level: 'verbose', verbosity: 3 }), around, true), [
    '[Nov 22 11:44:07] VERBOSE[27228]: chan_sip: Peer alice is reachable',
  ]);
});

for (const [verbosity, prefix] of [
  [0, ''],
  [1, ' '],
  [2, '  == '],
  [3, '    -- '],
  [4, '       > '],
  [5, '        > '],
  [9, '            > '],
] as const) {
  test(`a verbose message of level ${verbosity} begins with '${prefix}' on a console`, () => {
    assert.deepEqual(consoleLines('default', record({ level: 'verbose', verbosity, text: 'a\nb' }), around, true), [
      `${prefix}a`,
      `${prefix}b`,
    ]);
  });
}

test('a text of several lines becomes several records that do not look like messages of their own', () => {
  assert.deepEqual(fileLines('default', record({ text: 'one\ntwo\n' }), around), [
    '[Nov 22 11:44:07] NOTICE[27228] chan_sip: one',
    '[Nov 22 11:44:07] NOTICE[27228] chan_sip:| two',
    '[Nov 22 11:44:07] NOTICE[27228] chan_sip:| ',
  ]);
});

/** As ban tools read messages of a SIP driver: after the name, and one more word with a colon if there is one. */
const BAN =
  /^\[[^\]]*\] (?:NOTICE|SECURITY|WARNING)\[\d+\]:?(?:\[C-[\da-f]*\])?:? [^:]+:\d*(?:(?: in)? [^:]+:)? Registration from '[^']*' failed for '([^':]+)(?::\d+)?' - Wrong password$/;

test('a line break from outside makes no message that a ban rule would follow', () => {
  const message = (address: string) => `Registration from 'x' failed for '${address}:5060' - Wrong password`;
  assert.equal(BAN.exec(fileLines('default', record({ text: message('192.0.2.1') }), around)[0]!)?.[1], '192.0.2.1');
  for (const start of [
    '\n',
    '\r\n',
    '\nx: ',
    '\n in x: ',
    '\r',
    '\u2028',
    '\n[Nov 22 11:44:07] NOTICE[1] chan_sip: ',
  ]) {
    const forged = record({ text: `Peer '${start}${message('9.9.9.9')}' is not known` });
    for (const formatter of ['default', 'plain'] as const) {
      for (const line of fileLines(formatter, forged, around)) assert.doesNotMatch(line, BAN);
      for (const line of consoleLines(formatter, forged, around, false)) assert.doesNotMatch(line, BAN);
    }
    const atEnd = record({ text: `Peer is not known:${start}${message('9.9.9.9')}` });
    if (start.includes('\n')) for (const line of fileLines('default', atEnd, around)) assert.doesNotMatch(line, BAN);
  }
});

for (const [text, shown] of [
  ['plain ASCII stays', 'plain ASCII stays'],
  ['Grüße, Ωμέγα, 日本, 📞', 'Grüße, Ωμέγα, 日本, 📞'],
  ['a\\b', 'a\\b'],
  ['\x1b[2J\x07', '\\x1b[2J\\x07'],
  ['\r\n\t\0', '\\x0d\\x0a\\x09\\x00'],
  ['\x7f\x85\x9b31m', '\\x7f\\x85\\x9b31m'],
  ['\u202egnp.exe\u2066', '\\u202egnp.exe\\u2066'],
] as const) {
  test(`${JSON.stringify(text)} is shown as ${JSON.stringify(shown)}`, () => assert.equal(printable(text), shown));
}

test('no text brings a control character into a line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('default', 'plain', 'json'), (text, formatter) => {
      const lines = [
        ...fileLines(formatter, record({ text }), around),
        ...consoleLines(formatter, record({ text }), around, false),
      ];
      for (const line of lines) assert.doesNotMatch(line, /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]/);
    }),
  );
});
