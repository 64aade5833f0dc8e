/** A map that is divided when it becomes large holds what a Map would hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LargeMap } from '../../core/large-map.js';

test('a large map holds what was put into it, and nothing that was taken out, on both sides of its division', () => {
  const map = new LargeMap<number>();
  for (let key = 0; key < 100_000; key++) map.set(`key ${key}`, key);
  for (let key = 0; key < 100_000; key += 2) assert.equal(map.delete(`key ${key}`), true);
  map.set('key 1', -1);
  assert.deepEqual(
    [map.size, map.get('key 1'), map.get('key 2'), map.has('key 3'), map.delete('key 4'), map.get('')],
    [50_000, -1, undefined, true, false, undefined],
  );
  const wanted = Array.from({ length: 50_000 }, (_, at) => (at === 0 ? -1 : 2 * at + 1));
  assert.deepEqual(
    [...map.values()].toSorted((a, b) => a - b),
    wanted,
  );
  assert.deepEqual(
    [...map.entries()].filter(([key, value]) => key !== `key ${value}`),
    [['key 1', -1]],
  );
});

test('a small one has its entries in the order they came', () => {
  const map = new LargeMap<number>();
  for (const key of ['b', 'c', 'a']) map.set(key, map.size);
  assert.deepEqual(
    [...map.entries()],
    [
      ['b', 0],
      ['c', 1],
      ['a', 2],
    ],
  );
});

test('what is taken out at once is taken out, and no more than was asked for', () => {
  const map = new LargeMap<number>();
  for (let key = 0; key < 50_000; key++) map.set(`key ${key}`, key);
  const taken = map.take(20_000);
  assert.deepEqual([taken.size, map.size, [...taken.keys()].some(key => map.has(key))], [20_000, 30_000, false]);
  assert.deepEqual([map.take(40_000).size, map.size], [30_000, 0]);
});
