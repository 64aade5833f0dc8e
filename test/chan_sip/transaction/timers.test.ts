/** The values of the timers: RFC 3261 table 4, RFC 6026 §8.7. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TIMERS, TIMERS, type TimerName } from '../../../modules/chan_sip/transaction/timers.js';
import fc from '../../support/property.js';

/** Name, first wait over an unreliable transport, over a reliable one. */
const VALUES: readonly [TimerName, number, number | undefined][] = [
  ['A', 500, undefined],
  ['B', 32_000, 32_000],
  ['D', 32_000, 0],
  ['E', 500, undefined],
  ['F', 32_000, 32_000],
  ['G', 500, undefined],
  ['H', 32_000, 32_000],
  ['I', 5000, 0],
  ['J', 32_000, 0],
  ['K', 5000, 0],
  ['L', 32_000, 32_000],
  ['M', 32_000, 32_000],
];

test('each timer has the value of the table, and the table is all of them', () => {
  const found = VALUES.map(([name]) => [
    name,
    TIMERS[name].first(DEFAULT_TIMERS, false),
    TIMERS[name].first(DEFAULT_TIMERS, true),
  ]);
  assert.deepEqual(found, VALUES);
  assert.deepEqual(
    Object.keys(TIMERS),
    VALUES.map(([name]) => name),
  );
});

test('each timer is labelled with its name', () => {
  for (const [name, { label }] of Object.entries(TIMERS)) assert.equal(label, `timer ${name}`);
});

test('a slow network makes timer D longer, a fast one never shorter than 32 s', () => {
  assert.equal(TIMERS.D.first({ ...DEFAULT_TIMERS, t1: 1000 }, false), 64_000);
  assert.equal(TIMERS.D.first({ ...DEFAULT_TIMERS, t1: 100 }, false), 32_000);
});

test('whatever T1 is, no repeat waits longer than 64*T1, and none ever stops growing into nonsense', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0x7fff_ffff }), fc.integer({ min: 1, max: 200 }), (t1, repeats) => {
      const timers = { ...DEFAULT_TIMERS, t1 };
      let wait = TIMERS.A.first(timers, false)!;
      for (let count = 0; count < repeats; count += 1) wait = TIMERS.A.next!(wait, timers, 'calling');
      assert.equal(wait, Math.min(64, 2 ** repeats) * t1);
    }),
  );
});
