/** G.711 against the formulas of the recommendation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplesOf, transcode } from '../../modules/res_rtp/worker/codec.js';
import { emptyFrame } from '../../modules/res_rtp/worker/frame.js';
import {
  ALAW_TO_ULAW,
  FROM_ALAW,
  FROM_ULAW,
  TO_ALAW,
  TO_ULAW,
  ULAW_TO_ALAW,
} from '../../modules/res_rtp/worker/g711.js';

const octets = Array.from({ length: 256 }, (_, octet) => octet);

test('every octet of u-law is the sample that the formula gives', () => {
  const wanted = octets.map(octet => {
    const bits = 255 - octet;
    const [sign, segment, step] = [bits >> 7, (bits >> 4) & 7, bits & 15];
    return (sign ? -1 : 1) * 4 * ((2 * step + 33) * 2 ** segment - 33) + 0;
  });
  assert.deepEqual(
    [...FROM_ULAW],
    wanted.map(value => value + 0),
  );
});

test('every octet of A-law is the sample that the formula gives', () => {
  const wanted = octets.map(octet => {
    const bits = octet ^ 0x55;
    const [sign, segment, step] = [bits >> 7, (bits >> 4) & 7, bits & 15];
    return (sign ? 1 : -1) * 8 * (segment === 0 ? 2 * step + 1 : (2 * step + 33) * 2 ** (segment - 1));
  });
  assert.deepEqual([...FROM_ALAW], wanted);
});

for (const [name, from, to] of [
  ['u-law', FROM_ULAW, TO_ULAW],
  ['A-law', FROM_ALAW, TO_ALAW],
] as const) {
  test(`every sample becomes the nearest there is in ${name}`, () => {
    const sorted = [...from].sort((a, b) => a - b);
    let near = 0;
    for (let sample = -32_768; sample < 32_768; sample++) {
      while (near < 255 && Math.abs(sorted[near + 1]! - sample) <= Math.abs(sorted[near]! - sample)) near += 1;
      const got = from[to[sample & 0xffff]!]!;
      assert.equal(Math.abs(got - sample), Math.abs(sorted[near]! - sample), `${sample} became ${got}`);
    }
  });

  test(`every octet of ${name} is itself again, but for a zero with a sign`, () => {
    assert.deepEqual(
      octets.filter(octet => to[from[octet]! & 0xffff] !== octet && from[octet] !== 0),
      [],
    );
  });
}

test('between u-law and A-law the way is by samples', () => {
  for (const octet of octets) {
    assert.equal(ULAW_TO_ALAW[octet], TO_ALAW[FROM_ULAW[octet]! & 0xffff]);
    assert.equal(ALAW_TO_ULAW[octet], TO_ULAW[FROM_ALAW[octet]! & 0xffff]);
  }
});

test('linear samples become octets and octets samples, the high octet first', () => {
  const frame = { ...emptyFrame(), codec: 'ulaw', data: Buffer.from([0x00, 0xff, 0x80]), start: 0, end: 3 };
  assert.ok(transcode(frame, 'slin'));
  assert.equal(frame.end - frame.start, 6);
  assert.deepEqual(
    [0, 2, 4].map(at => frame.data.readInt16BE(frame.start + at)),
    [-32_124, 0, 32_124],
  );
  const samples = new Int16Array(3);
  assert.equal(samplesOf(frame, samples), 3);
  assert.ok(transcode(frame, 'ulaw'));
  assert.deepEqual([...frame.data.subarray(frame.start, frame.end)], [0x00, 0xff, 0x80]);
});

test('what cannot be decoded is not changed', () => {
  const frame = { ...emptyFrame(), codec: 'g729', data: Buffer.from([1, 2]), start: 0, end: 2 };
  assert.equal(transcode(frame, 'ulaw'), false);
  assert.equal(frame.codec, 'g729');
});
