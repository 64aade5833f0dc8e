import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../core/channel/channel.js';
import sendDtmf from '../../modules/app_senddtmf/index.js';
import { ApplicationStage, toldOf } from '../support/application-stage.js';

const cases: readonly [given: string, at: readonly [ms: number, digit: string][], end: number][] = [
  [
    '12',
    [
      [0, '1'],
      [350, '2'],
    ],
    700,
  ],
  ['1,100,200', [[0, '1']], 300],
  [
    '1wW2',
    [
      [0, '1'],
      [1850, '2'],
    ],
    2200,
  ],
  [
    'a*#',
    [
      [0, 'A'],
      [350, '*'],
      [700, '#'],
    ],
    1050,
  ],
];

/** What is sent on it, with its time. */
function watched(stage: ApplicationStage, channel: Channel): [number, string][] {
  const seen: [number, string][] = [];
  stage.stage.events.on('digitBegan', fact => {
    if (fact.channel === channel) seen.push([stage.clock.elapsed(), fact.digit]);
  });
  return seen;
}

for (const [given, at, end] of cases) {
  test(`SendDTMF(${given}) presses ${at.map(([, digit]) => digit).join(', ')}`, async () => {
    const stage = await ApplicationStage.of([sendDtmf], { in: `100, SendDTMF(${given})` });
    const channel = stage.caller();
    const seen = watched(stage, channel);
    const run = stage.engine.run(channel);
    for (let ms = 0; ms < end; ms += 50) await stage.pass(50);
    await run;
    assert.deepEqual(seen, at);
    await stage.close();
  });
}

test('keys may be pressed on another channel, which is answered with a', async () => {
  const stage = await ApplicationStage.of([sendDtmf], { in: '100, SendDTMF(5,,,${OTHER},a)' });
  const other = stage.caller('100@in', { up: false, device: 'bob' });
  const channel = stage.caller();
  channel.set('OTHER', other.name);
  await stage.ended(channel);
  assert.deepEqual(toldOf(other), ['answer', 'digit 5', 'digit 5 for 100']);
  other.end();
  await stage.close();
});

test('a hangup ends the key that is pressed, and no other follows', async () => {
  const stage = await ApplicationStage.of([sendDtmf], { in: '100, SendDTMF(123)' });
  const channel = stage.caller();
  const run = stage.engine.run(channel);
  await stage.pass(50);
  channel.requestHangup(16);
  await run;
  assert.deepEqual(toldOf(channel), ['answer', 'digit 1', 'digit 1 for 100', 'hangup 16']);
  assert.equal(stage.clock.pending, 0);
  await stage.close();
});
