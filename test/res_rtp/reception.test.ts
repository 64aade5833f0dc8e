/** What is counted of a stream that comes in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reception } from '../../modules/res_rtp/worker/reception.js';

const taken = (sequences: readonly number[]): Reception => {
  const reception = new Reception();
  for (const sequence of sequences) reception.take(1, sequence);
  return reception;
};

for (const [what, sequences, lost] of [
  ['nothing is lost', [1, 2, 3], 0],
  ['a gap is lost', [1, 2, 5, 6], 2],
  ['what comes late is not lost', [1, 2, 4, 3, 5], 0],
  ['numbers go round', [65_534, 65_535, 0, 2], 1],
  ['one that comes twice makes up for none of those after it', [1, 1, 2], 0],
] as const) {
  test(`${what}: ${sequences.join(' ')}`, () => {
    const reception = taken(sequences);
    assert.equal(reception.lost, lost);
    assert.equal(reception.received, sequences.length);
  });
}

test('a fraction is of what was expected since the last report', () => {
  const reception = taken([1, 2, 3, 4]);
  assert.deepEqual(reception.report(), { ssrc: 1, fraction: 0, lost: 0, highest: 4, jitter: 0 });
  for (const sequence of [5, 8]) reception.take(1, sequence);
  assert.deepEqual(reception.report(), { ssrc: 1, fraction: 128, lost: 2, highest: 8, jitter: 0 });
  reception.take(1, 9);
  assert.equal(reception.report()?.fraction, 0);
});

test('what another sender lost before stays counted', () => {
  const reception = taken([1, 3]);
  reception.take(2, 100);
  reception.take(2, 102);
  assert.equal(reception.lost, 2);
  assert.equal(reception.received, 4);
});

test('jitter is as RFC 3550 A.8 says', () => {
  const reception = new Reception();
  const arrivals = [0, 20, 45, 60, 95, 100];
  let jitter = 0;
  let before: number | undefined;
  arrivals.forEach((now, index) => {
    reception.take(1, index);
    reception.time(index * 160, 8000, now);
    const transit = now * 8 - index * 160;
    if (before !== undefined) jitter += (Math.abs(transit - before) - jitter) / 16;
    before = transit;
  });
  assert.equal(reception.jitter, jitter / 8);
  assert.ok(reception.jitter > 1);
});

test('even packets have no jitter, whatever their timestamps begin with', () => {
  const reception = new Reception();
  for (let index = 0; index < 100; index++) {
    reception.take(1, index);
    reception.time((0xffff_ff00 + index * 160) >>> 0, 8000, 1_000_000 + index * 20);
  }
  assert.equal(reception.jitter, 0);
});
