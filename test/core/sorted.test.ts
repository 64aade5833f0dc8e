/** Sorting in slices comes to what sorting at once comes to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../core/clock.js';
import { sorted } from '../../core/sorted.js';

for (const size of [0, 1, 2048, 2049, 10_000]) {
  test(`${size} things are in order, and equal ones stay as they stood`, () => {
    const all = Array.from({ length: size }, (_, at) => ({ key: (at * 7919) % 101, at }));
    const compare = (a: { key: number }, b: { key: number }) => a.key - b.key;
    assert.deepEqual(atOnce(sorted(all, compare)), all.toSorted(compare));
  });
}
