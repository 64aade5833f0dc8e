/** Sorting a million things without standing still. */
import type { Sliced } from './clock.js';

/** Sorted at once: some milliseconds. */
const TOGETHER = 2048;

/** The same things in order; those that are equal stay as they stood. */
export function* sorted<T>(all: readonly T[], compare: (a: T, b: T) => number): Sliced<T[]> {
  let runs: T[][] = [];
  for (let at = 0; at < all.length; at += TOGETHER) {
    runs.push(all.slice(at, at + TOGETHER).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const longer: T[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [one, other] = [runs[at]!, runs[at + 1]];
      longer.push(other ? yield* merged(one, other, compare) : one);
    }
    runs = longer;
  }
  return runs[0] ?? [];
}

function* merged<T>(one: readonly T[], other: readonly T[], compare: (a: T, b: T) => number): Sliced<T[]> {
  const all: T[] = [];
  for (let left = 0, right = 0; left < one.length || right < other.length; ) {
    const fromOther = left === one.length || (right < other.length && compare(one[left]!, other[right]!) > 0);
    all.push(fromOther ? other[right++]! : one[left++]!);
    if (all.length % TOGETHER === 0) yield;
  }
  return all;
}
