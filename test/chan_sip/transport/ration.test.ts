/** What strangers can cause does not fill the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../core/clock.js';
import { heldBack, Ration } from '../../../modules/chan_sip/transport/ration.js';

test('a cause is said once a minute, and then with how often it was not', () => {
  const clock = new TestClock();
  const ration = new Ration(clock);
  const taken = [0, 0, 59_999, 1, 0].map(wait => {
    clock.advance(wait);
    return ration.take('EPERM');
  });
  assert.deepEqual(taken, [0, undefined, undefined, 2, undefined]);
  assert.equal(ration.take('EACCES'), 0, 'another cause has a line of its own');
});

test('causes without end share one line', () => {
  const ration = new Ration(new TestClock());
  let said = 0;
  for (let count = 0; count < 10_000; count += 1) if (ration.take(`cause ${count}`) !== undefined) said += 1;
  assert.equal(said, 65);
});

test('what was held back is said only if something was', () => {
  assert.deepEqual([heldBack(0), heldBack(3)], ['', ' (and 3 more like it since the last line)']);
});
