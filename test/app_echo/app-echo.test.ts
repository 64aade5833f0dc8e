import assert from 'node:assert/strict';
import { test } from 'node:test';
import echo from '../../modules/app_echo/index.js';
import { ApplicationStage, heardBy, toldOf } from '../support/application-stage.js';

test('a caller hears themselves and their keys until they press #', async () => {
  const stage = await ApplicationStage.of([echo], { in: '100, Echo()' });
  const channel = stage.caller();
  const run = stage.engine.run(channel);
  await stage.press(channel, '5#');
  await run;
  assert.deepEqual(heardBy(channel), ['connect itself', 'connect nothing']);
  assert.deepEqual(toldOf(channel), ['answer', 'digit 5', 'digit 5 for 100', 'hangup 0']);
  await stage.close();
});

test('a hangup ends it', async () => {
  const stage = await ApplicationStage.of([echo], { in: '100, Echo()' });
  const channel = stage.caller();
  const run = stage.engine.run(channel);
  await stage.settled();
  channel.requestHangup(16);
  await run;
  assert.deepEqual(heardBy(channel), ['connect itself', 'connect nothing']);
  await stage.close();
});
