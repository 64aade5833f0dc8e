/** Weights: a share of the tries, as RFC 2782 draws them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Srv } from '../../../../modules/chan_sip/transport/resolver/record.js';
import { ordered } from '../../../../modules/chan_sip/transport/resolver/weights.js';

const srv = (target: string, weight: number, priority = 0): Srv => ({ priority, weight, port: 5060, target });
const targets = (records: readonly Srv[]): string => records.map(({ target }) => target).join('');

test('chance decides by weight, once for each place in the order', () => {
  const group = [srv('a', 10), srv('b', 30), srv('c', 60)];
  // Of 0-100: up to 10 is a, up to 40 b, up to 100 c; then among those that are left.
  for (const [draws, order] of [
    [[0, 0, 0], 'abc'],
    [[0.1, 0.9, 0], 'acb'],
    [[0.2, 0, 0], 'bac'],
    [[0.5, 0.9, 0], 'cba'],
    [[0.999, 0, 0], 'cab'],
  ] as const) {
    const left: number[] = [...draws];
    assert.equal(targets(ordered(group, () => left.shift()!)), order);
  }
});

test('a weight of 0 comes first only when 0 is drawn, and a group of them keeps its order', () => {
  assert.equal(targets(ordered([srv('a', 10), srv('z', 0)], () => 0)), 'za');
  // Of eleven numbers, 0-10, this is 1.
  assert.equal(targets(ordered([srv('a', 10), srv('z', 0)], () => 0.095)), 'az');
  assert.equal(targets(ordered([srv('x', 0), srv('y', 0)], () => 0.99)), 'xy');
});

test('no weight goes before a lower priority, and none is lost', () => {
  const records = [srv('c', 65_535, 2), srv('b', 0, 1), srv('a', 1, 0)];
  assert.equal(targets(ordered(records, () => 0.999_999)), 'abc');
  assert.equal(targets(ordered([], () => 0)), '');
});

test('over many tries each has its share', () => {
  let seed = 1;
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  let first = 0;
  for (let n = 0; n < 10_000; n += 1) if (targets(ordered([srv('a', 25), srv('b', 75)], random)) === 'ab') first += 1;
  assert.ok(first > 2300 && first < 2800, `${first} of 10000`);
});
