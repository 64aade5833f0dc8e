/** How the PBX comes to its end while there are calls: core/shutdown.ts and the table of channels. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityCount } from '../../core/activity.js';
import { openCalls } from '../../core/calls.js';
import { TestClock } from '../../core/clock.js';
import { Shutdown } from '../../core/shutdown.js';
import { testChannel } from '../support/test-channel.js';

function stage() {
  const clock = new TestClock();
  const activity = new ActivityCount();
  const shutdown = new Shutdown(activity);
  const takes = () => shutdown.taken;
  const emit = () => undefined;
  const { channels } = openCalls({
    clock,
    systemname: '',
    language: 'en',
    maxcalls: 0,
    activity,
    takes,
    failed: assert.fail,
    emit,
  });
  const told: string[] = [];
  const finish = async () => void told.push('finished');
  const { channel } = testChannel(channels);
  const create = (requestor?: typeof channel) =>
    channels.create({ technology: channel.technology, device: 'b', state: 'Down', leg: () => channel.leg, requestor });
  return { clock, activity, shutdown, channels, channel, create, told, finish };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

for (const [manner, ofNew, ofKnown] of [
  ['gracefully', false, true],
  ['when convenient', true, true],
] as const) {
  test(`a stop ${manner} waits for the last channel, and takes ${ofNew ? 'new calls' : 'no new call'} until then`, async () => {
    const { shutdown, channel, create, told, finish } = stage();
    shutdown.stop({ manner, restart: false }, finish);
    const begun = create();
    const dialled = create(channel);
    assert.deepEqual([begun !== undefined, dialled !== undefined], [ofNew, ofKnown]);
    begun?.end();
    dialled?.end();
    await turn();
    assert.deepEqual(told, []);
    channel.end();
    await turn();
    assert.deepEqual([told, shutdown.ending, create()], [['finished'], true, undefined]);
  });
}

test('a stop that is called off takes calls again, and ends nothing when they are over', async () => {
  const { shutdown, channel, create, told, finish } = stage();
  assert.equal(shutdown.abort(), false);
  shutdown.stop({ manner: 'gracefully', restart: true }, finish);
  assert.equal(shutdown.abort(), true);
  create()!.end();
  channel.end();
  await turn();
  assert.deepEqual([told, shutdown.stopping], [[], undefined]);
});

test('a stop now does not wait, takes no channel, and cannot be called off once it has begun', async () => {
  const { shutdown, channel, create, told, finish } = stage();
  shutdown.stop({ manner: 'gracefully', restart: false }, finish);
  shutdown.stop({ manner: 'now', restart: false }, finish);
  assert.equal(create(channel), undefined);
  await turn();
  assert.deepEqual([told, shutdown.abort()], [['finished'], false]);
});

test('all channels are asked to hang up; those whose owner does not end them in time are ended', async () => {
  const { clock, channels, channel, create } = stage();
  const heeding = create()!;
  void heeding.wait().then(() => heeding.end());
  const over = channels.hangUp(800);
  await turn();
  assert.deepEqual([heeding.ended, channel.ended, channel.hangingUp], [true, false, true]);
  clock.advance(800);
  assert.equal(await over, 1);
  assert.deepEqual([channel.ended, channels.size, clock.pending], [true, 0, 0]);
  assert.equal(await channels.hangUp(800), 0);
});
