import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digitSounds, letterSounds, numberSounds } from '../../core/channel/say.js';

const numbers: readonly [number: number, said: string | undefined][] = [
  [0, '0'],
  [7, '7'],
  [20, '20'],
  [21, '20 1'],
  [100, '1 hundred'],
  [110, '1 hundred 10'],
  [999, '9 hundred 90 9'],
  [1000, '1 thousand'],
  [12_345, '12 thousand 3 hundred 40 5'],
  [1_000_001, '1 million 1'],
  [-5, 'minus 5'],
  [999_999_999, '9 hundred 90 9 million 9 hundred 90 9 thousand 9 hundred 90 9'],
  [1_000_000_000, undefined],
  [1.5, undefined],
];

for (const [number, said] of numbers) {
  test(`${number} is ${said === undefined ? 'not said' : `said as ${said}`}`, () => {
    assert.equal(numberSounds(number)?.join(' ').replaceAll('digits/', ''), said);
  });
}

test('digits and letters have a sound each, and what has none is left out', () => {
  assert.deepEqual(digitSounds('1a*-'), ['digits/1', 'digits/star', 'digits/minus']);
  assert.deepEqual(letterSounds('Ab1-é'), ['letters/a', 'letters/b', 'digits/1', 'letters/dash']);
});
