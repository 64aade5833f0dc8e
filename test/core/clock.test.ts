/** How late the event loop is, and long work that leaves it its turns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, inSlices, LoopDelay, type Sliced } from '../../core/clock.js';

test('a loop that stood still was as late as that, and only until it is asked', t => {
  const delay = new LoopDelay();
  t.after(() => delay.close());
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  const stood = delay.take();
  assert.ok(stood.most > 400 && stood.p99 > 400 && stood.mean > 400, JSON.stringify(stood));
  assert.ok(delay.take().most < stood.most);
});

test('long work in slices lets the event loop have turns, and comes to the same as at once', async () => {
  let turned = false;
  setImmediate(() => (turned = true));
  function* untilTurned(): Sliced<boolean> {
    while (!turned) yield;
    return turned;
  }
  assert.equal(await inSlices(untilTurned()), true);
  assert.equal(atOnce(untilTurned()), true);
});
