/** Messages out of a stream, however the network cuts it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Framer, LONGEST_STREAMED } from '../../../modules/chan_sip/message/framer.js';
import fc from '../../support/property.js';

const TORTURE = join(__dirname, '../../../../test/torture/rfc4475');
const torture = (name: string) => readFileSync(join(TORTURE, `${name}.dat`), 'latin1');

/** What a framer makes of these pieces: messages as their text, others by their kind. */
function framed(...pieces: readonly string[]): string[] {
  const framer = new Framer();
  const found: string[] = [];
  for (const piece of pieces) {
    for (const frame of framer.push(Buffer.from(piece, 'latin1'))) {
      found.push(frame.kind === 'message' ? frame.data.toString('latin1') : frame.kind);
      if (frame.kind === 'endless' || frame.kind === 'oversized') return found;
    }
  }
  return found;
}

const message = (body: string, length = `Content-Length: ${body.length}`, end = '\r\n') =>
  ['MESSAGE sip:a@b SIP/2.0', 'To: <sip:a@b>', length].join(end) + end + end + body;

const whole = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map(octets => message(Buffer.from(octets).toString('latin1'))),
  fc.constantFrom(
    message('', 'l: 0'),
    message('\r\n\r\n', 'Content-Length \t:\r\n 4'),
    message('INVITE x SIP/2.0\r\n\r\n'),
    message('x', 'CONTENT-LENGTH:1', '\n'),
    ...['wsinv', 'longreq', 'intmeth', 'esc01', 'semiuri'].map(torture),
  ),
);

/** A text in pieces of these lengths, in turn. */
function cut(text: string, lengths: readonly number[]): string[] {
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const length = lengths[turn % lengths.length]!;
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

const lengths = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });

test('any messages, cut anywhere, come out as they went in', () => {
  fc.assert(
    fc.property(fc.array(whole, { maxLength: 6 }), lengths, (messages, at) => {
      assert.deepEqual(framed(...cut(messages.join(''), at)), messages);
    }),
  );
});

test('what comes of any octets does not depend on where they are cut', () => {
  const piece = fc.oneof(
    whole,
    fc.constantFrom('\r\n', '\r\n\r\n', '\n', '\0', 'x', 'l: 3\r\n\r\n', '\r\nl: 2\r\n\r\n', 'A b SIP/2.0\r\n'),
    fc.uint8Array({ maxLength: 20 }).map(octets => Buffer.from(octets).toString('latin1')),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), lengths, (pieces, at) => {
      const text = pieces.join('');
      assert.deepEqual(framed(...cut(text, at)), framed(text));
    }),
  );
});

const OTHERS: readonly [what: string, text: string, found: readonly string[]][] = [
  ['two empty lines are a ping', '\r\n\r\n', ['ping']],
  ['one empty line is none', '\r\n', []],
  ['empty lines before and between messages', `\r\n${message('a')}\r\n${message('b')}`, [message('a'), message('b')]],
  ['pings around a message', `\r\n\r\n${message('a')}\r\n\r\n`, ['ping', message('a'), 'ping']],
  ['NUL octets between messages', `\0\0${message('a')}\0`, [message('a')]],
  ['no Content-Length', torture('ncl'), ['endless']],
  ['two of them', torture('mcl01'), ['endless']],
  ['one that is no number', message('', 'Content-Length: 1x'), ['endless']],
  ['a negative one', message('', 'Content-Length: -1'), ['endless']],
  ['an empty one', message('', 'Content-Length:'), ['endless']],
  ['another protocol', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', ['endless']],
  ['a body that would be too long', message('', `l: ${LONGEST_STREAMED}`), ['oversized']],
  ['a length beyond all numbers', message('', `l: ${'9'.repeat(400)}`), ['oversized']],
  ['a head without an end', `A b SIP/2.0\r\n${'x'.repeat(LONGEST_STREAMED)}`, ['oversized']],
  [
    'a head that is too long, without a length',
    `A b SIP/2.0\r\n${'x'.repeat(LONGEST_STREAMED)}\r\n\r\n`,
    ['oversized'],
  ],
  ['a message that is not whole', message('').slice(0, -1), []],
];

for (const [what, text, found] of OTHERS) {
  test(`${what}: ${found.map(one => one.slice(0, 9)).join(', ') || 'nothing'}`, () => {
    assert.deepEqual(framed(text), found);
    assert.deepEqual(framed(...text), found);
  });
}

test('the longest message is taken, and not one octet more', () => {
  const head = message('', 'Content-Length: 00000').length;
  const of = (length: number) => message('x'.repeat(length - head), `Content-Length: ${length - head}`);
  assert.equal(framed(of(LONGEST_STREAMED))[0]?.length, LONGEST_STREAMED);
  assert.deepEqual(framed(of(LONGEST_STREAMED + 1)), ['oversized']);
});
