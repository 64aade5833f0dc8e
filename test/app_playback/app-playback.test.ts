import assert from 'node:assert/strict';
import { test } from 'node:test';
import control from '../../modules/app_controlplayback/index.js';
import playback from '../../modules/app_playback/index.js';
import builtins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage, heardBy, toldOf } from '../support/application-stage.js';

const cases: readonly [application: string, up: boolean, heard: string[], told: string[], status: string][] = [
  ['Playback(a&b)', true, ['play en/a', 'play en/b'], ['answer'], 'SUCCESS'],
  ['Playback(a)', false, ['play en/a'], ['answer'], 'SUCCESS'],
  ['Playback(a,noanswer)', false, ['play en/a'], [], 'SUCCESS'],
  ['Playback(a,skip)', false, [], [], 'SUCCESS'],
  ['Playback(a,skip)', true, ['play en/a'], ['answer'], 'SUCCESS'],
  ['Playback(gone&b)', true, ['play en/b'], ['answer'], 'FAILED'],
];

for (const [application, up, heard, told, status] of cases) {
  test(`${application} on a channel that is ${up ? 'up' : 'not up'} comes to ${status}`, async () => {
    const stage = await ApplicationStage.of([builtins, playback], {
      in: `100, ${application}\n100, NoOp(\${PLAYBACKSTATUS})`,
    });
    stage.missing.add('gone');
    const channel = stage.caller('100@in', { up });
    await stage.ended(channel);
    assert.deepEqual(heardBy(channel), heard);
    assert.deepEqual(toldOf(channel), [...told, 'hangup 0']);
    assert.equal(stage.ran.at(-1), `NoOp(${status})`);
    await stage.close();
  });
}

test('an option that Playback does not have is a warning', async () => {
  const stage = await ApplicationStage.of([playback], { in: '100, Playback(a,say)' });
  await stage.ended(stage.caller());
  assert.match(stage.lines.join('\n'), /no option 'say'/);
  await stage.close();
});

for (const application of ['Playback(a&b)', 'ControlPlayback(a)']) {
  test(`a hangup ends ${application} at once`, async () => {
    const stage = await ApplicationStage.of([playback, control], { in: `100, ${application}` });
    const channel = stage.caller();
    const run = stage.engine.run(channel);
    await stage.pass(100);
    channel.requestHangup(16);
    await run;
    assert.equal(heardBy(channel).at(-1), 'stopped after 100');
    assert.equal(stage.clock.pending, 0);
    await stage.close();
  });
}

test('ControlPlayback answers', async () => {
  const stage = await ApplicationStage.of([playback, control], { in: '100, ControlPlayback(a)' });
  const channel = stage.caller('100@in', { up: false });
  await stage.ended(channel);
  assert.ok(channel.answeredAt !== undefined);
  await stage.close();
});

/** Keys that are pressed every 200 ms. */
const wound: readonly [arguments_: string, pressed: string, heard: string[], result: string][] = [
  ['a', '', ['play en/a'], 'SUCCESS 1000 '],
  ['a,300', '#', ['play en/a', 'stopped after 200', 'play en/a from 500'], 'SUCCESS 1000 '],
  [
    'a,100',
    '**',
    ['play en/a', 'stopped after 200', 'play en/a from 100', 'stopped after 200', 'play en/a from 200'],
    'SUCCESS 1000 ',
  ],
  ['a,,,,5', '5', ['play en/a', 'stopped after 200'], 'USERSTOPPED 200 5'],
  ['a,,,,5,6', '66', ['play en/a', 'stopped after 200', 'play en/a from 200'], 'SUCCESS 1000 '],
  ['a,,,,5,6', '65', ['play en/a', 'stopped after 200'], 'USERSTOPPED 200 5'],
  ['a,,,,,,7', '7', ['play en/a', 'stopped after 200', 'play en/a'], 'SUCCESS 1000 '],
  ['a,,,,,,,o(400)', '', ['play en/a from 400'], 'SUCCESS 1000 '],
  ['gone', '', [], 'ERROR 0 '],
];

for (const [given, pressed, heard, result] of wound) {
  test(`ControlPlayback(${given})${pressed && ` with keys ${pressed}`} comes to ${result}`, async () => {
    const said = '${CPLAYBACKSTATUS} ${CPLAYBACKOFFSET} ${CPLAYBACKSTOPKEY}';
    const stage = await ApplicationStage.of([builtins, control], {
      in: `100, ControlPlayback(${given})\n100, NoOp(${said})`,
    });
    stage.missing.add('gone');
    const channel = stage.caller();
    const run = stage.engine.run(channel);
    for (const key of pressed) {
      await stage.pass(200);
      await stage.press(channel, key);
    }
    await stage.ended(channel, run);
    assert.deepEqual(heardBy(channel), heard);
    assert.equal(stage.ran.at(-1), `NoOp(${result})`);
    await stage.close();
  });
}
