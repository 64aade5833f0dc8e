/** What is played until a digit, by an engine that tells only now and then how far it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlaybackEnd } from '../../../core/channel/media.js';
import { untilDigit } from '../../../core/channel/prompts.js';
import { TestClock } from '../../../core/clock.js';
import { Events } from '../../../core/events.js';
import { testCalls } from '../../support/test-calls.js';
import { testChannel } from '../../support/test-channel.js';

function stage() {
  const clock = new TestClock();
  const events = new Events((event, thrown) => assert.fail(`${event}: ${thrown}`));
  const { channel } = testChannel(testCalls(clock, events).channels, 's@default', 'Up');
  const { promise: ended, resolve } = Promise.withResolvers<PlaybackEnd>();
  let stops = 0;
  const playback = {
    ended,
    position: 1000,
    stop(): void {
      stops += 1;
    },
  };
  const heard = untilDigit(channel, playback, digit => digit === '5');
  return { channel, heard, end: resolve, stops: () => stops };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

test('a digit that ends it is told with where it ended, not with what was last known of that', async () => {
  const { channel, heard, end, stops } = stage();
  await turn();
  channel.digitEnded('5', 100);
  await turn();
  assert.equal(stops(), 1);
  end({ how: 'stopped', position: 1480 });
  assert.deepEqual(await heard, { how: 'digit', digit: '5', position: 1480 });
});

test('a hangup does not wait for the engine', async () => {
  const { channel, heard } = stage();
  await turn();
  channel.digitEnded('5', 100);
  await turn();
  channel.requestHangup(16);
  assert.deepEqual(await heard, { how: 'digit', digit: '5', position: 1000 });
});
