/** What clients send, cut into messages: the same however it is cut on the way, and bounded whatever comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Framer, LONGEST_LINE, MOST_HEADERS, type Request } from '../../modules/res_manager/framer.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

const request = (...headers: [string, string][]): Request => ({ headers, fault: undefined });

const CASES: readonly [what: string, text: string, requests: readonly Request[]][] = [
  ['a message', 'Action: Ping\r\nActionID: 1\r\n\r\n', [request(['Action', 'Ping'], ['ActionID', '1'])]],
  ['plain newlines', 'Action: Ping\n\n', [request(['Action', 'Ping'])]],
  ['no blank, and many', 'a:b\r\nc:   d  \r\n\r\n', [request(['a', 'b'], ['c', 'd  '])]],
  ['empty lines between', '\r\n\r\n\r\nA: b\r\n\r\n\r\n', [request(['A', 'b'])]],
  ['two at once', 'A: 1\r\n\r\nB: 2\r\n\r\nC: 3', [request(['A', '1']), request(['B', '2'])]],
  ['a colon in the value', 'A: b: c\r\n\r\n', [request(['A', 'b: c'])]],
  ['a line that is no header', 'A: 1\r\nnothing\r\n: x\r\nB: 2\r\n\r\n', [request(['A', '1'], ['B', '2'])]],
  [
    'a line as long as may be',
    `A:${'x'.repeat(LONGEST_LINE - 2)}\r\n\r\n`,
    [request(['A', 'x'.repeat(LONGEST_LINE - 2)])],
  ],
  [
    'a line too long',
    `Action: X\r\nActionID: 7\r\nA:${'x'.repeat(LONGEST_LINE - 1)}\r\nB: c\r\n\r\nA: 1\r\n\r\n`,
    [{ headers: [['ActionID', '7']], fault: 'line too long' }, request(['A', '1'])],
  ],
  [
    'too many lines',
    `${'A: b\r\n'.repeat(MOST_HEADERS + 1)}\r\nA: 1\r\n\r\n`,
    [{ headers: [], fault: 'too many lines' }, request(['A', '1'])],
  ],
];

for (const [what, text, requests] of CASES) {
  test(`${what}: whole or byte by byte`, () => {
    assert.deepEqual(new Framer().read(bytes(text)), requests);
    const framer = new Framer();
    assert.deepEqual(
      [...bytes(text)].flatMap(byte => framer.read(Buffer.of(byte))),
      requests,
    );
  });
}

test('messages in one packet are the same wherever it is cut', () => {
  const text = bytes('Action: Ping\r\nActionID: 1\r\n\r\nAction: Command\r\nCommand: a: b\r\n\r\n\r\nX: y\n\n');
  const whole = new Framer().read(text);
  assert.equal(whole.length, 3);
  for (let at = 0; at <= text.length; at += 1) {
    const framer = new Framer();
    assert.deepEqual([...framer.read(text.subarray(0, at)), ...framer.read(text.subarray(at))], whole, `cut at ${at}`);
  }
});

test('a line without an end is not held', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const framer = new Framer();
  const before = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < 4096; count += 1) {
    assert.deepEqual(framer.read(Buffer.alloc(64 * 1024, 0x41)), []);
    if (count % 128 === 0) collect();
  }
  collect();
  assert.ok(process.memoryUsage().arrayBuffers - before < 64 * 1024 * 1024);
  assert.deepEqual(framer.read(bytes('\r\n\r\nA: 1\r\n\r\n')), [
    { headers: [], fault: 'line too long' },
    request(['A', '1']),
  ]);
});
