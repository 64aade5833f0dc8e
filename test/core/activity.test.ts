/** What a graceful stop waits for: core/activity.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityCount } from '../../core/activity.js';

const settled = async (promise: Promise<void>): Promise<boolean> => {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await new Promise(resolve => setImmediate(resolve));
  return done;
};

test('nothing under way is idle at once', async () => {
  assert.equal(await settled(new ActivityCount().whenIdle()), true);
});

test('idle comes when the last of several things has ended, each counted under its label', async () => {
  const count = new ActivityCount();
  const ends = [count.begin('call'), count.begin('call'), count.begin('recording')];
  const idle = count.whenIdle();
  assert.deepEqual(
    [...count.rows()],
    [
      ['call', 2],
      ['recording', 1],
    ],
  );
  ends[0]!();
  ends[0]!(); // ends once
  ends[2]!();
  assert.deepEqual([...count.rows()], [['call', 1]]);
  assert.equal(await settled(idle), false);
  ends[1]!();
  assert.equal(await settled(idle), true);
});
