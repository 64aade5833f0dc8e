/** Calls that would never end, or take all time: what bounds them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application } from '../../support/dialplan-stage.js';
import { walk } from './pbx-loop-stage.js';

test('a loop that never waits keeps nobody from anything, and ends with the call', async () => {
  const scene = await walk({ in: '100,Goto(1)\nh,NoOp()' });
  const run = scene.engine.run(scene.channel);
  for (let turns = 0; turns < 20; turns++) await new Promise(resolve => setImmediate(resolve));
  assert.ok(scene.stage.ran.length > 20);
  scene.channel.requestHangup(16);
  await run;
  assert.equal(scene.stage.ran.at(-1), 'h@in:1 NoOp()');
});

test('an h that loops is ended', async () => {
  const scene = await walk({ in: '100,NoOp()\nh,Goto(1)' });
  await scene.engine.run(scene.channel);
  assert.match(scene.stage.lines.at(-1)!, /h@in:1 does not come to an end/);
});

for (const plan of ['100,Goto(200,1)\ni,Goto(200,1)', '100,Digit(1)\ni,Digit(1)', '100,Result(error)\ne,Goto(200,1)']) {
  test(`a call that goes round for ever (${plan.replaceAll('\n', ' | ')}) leaves others their turn, and can be ended`, async () => {
    const { stage, channel, engine } = await walk({ in: plan });
    const run = engine.run(channel);
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
    channel.requestHangup(16);
    await run;
    assert.ok(channel.ended);
    assert.equal(stage.clock.pending, 0);
  });
}

test('a call that loops without waiting is held to a pace once it has made ten thousand steps', async () => {
  const { stage, channel, engine } = await walk({ in: '100,NoOp()\n100,Goto(1)' });
  const run = engine.run(channel);
  while (stage.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
  assert.ok(stage.ran.length >= 10_000, `${stage.ran.length}`);
  const before = stage.ran.length;
  for (let round = 0; round < 50; round++) {
    stage.clock.advance(20);
    while (stage.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
  }
  assert.ok(Math.abs(stage.ran.length - before - 1000) <= 40, `${stage.ran.length - before} steps in a second`);
  channel.requestHangup(16);
  await run;
});

test('a call that has waited long before it loops is held to the pace as soon as another', async () => {
  const { stage, channel, engine } = await walk({ in: '100,Wait(3600)\n100,NoOp()\n100,Goto(2)' });
  const run = engine.run(channel);
  await new Promise(resolve => setImmediate(resolve));
  stage.clock.advance(3_600_000);
  while (stage.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
  assert.ok(stage.ran.length <= 10_100, `${stage.ran.length}`);
  channel.requestHangup(16);
  await run;
});

test('a call that waits now and then goes on as fast as it likes', async () => {
  const { stage, channel, engine } = await walk({ in: '100,Wait(0.1)\n100,NoOp()\n100,Goto(1)' });
  const run = engine.run(channel);
  for (let round = 0; round < 20_000; round++) {
    while (stage.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
    stage.clock.advance(100);
  }
  assert.ok(stage.ran.length >= 59_990, `${stage.ran.length}`);
  channel.requestHangup(16);
  await run;
});

test('extension h that waits again and again has a minute, and then hangup handlers have theirs', async () => {
  const { stage, channel, engine } = await walk({
    in: '100,NoOp()\nh,Wait(7)\nh,Goto(1)\nlast,NoOp(last)\nlast,Return()',
  });
  channel.hangupHandlers.push('in,last,1');
  const begun = stage.clock.elapsed();
  const run = engine.run(channel);
  for (let turn = 0; !channel.ended && turn < 2000; turn++) {
    await new Promise(resolve => setImmediate(resolve));
    stage.clock.advance(500);
  }
  await run;
  assert.ok(stage.clock.elapsed() - begun < 65_000);
  assert.match(stage.lines.join('\n'), /h@in:\d takes more than a minute after the hangup/);
  assert.ok(stage.ran.includes('last@in:1 NoOp(last)'), stage.ran.join());
  assert.equal(stage.clock.pending, 0);
});

test('the hangup handler that takes more than a minute is named, and those that do not run for it', async () => {
  const { stage, channel, engine } = await walk({
    in: '100,NoOp()\nslow,Wait(3600)\nslow,Return()\nnever,NoOp(never)\nnever,Return()',
  });
  channel.hangupHandlers.push('in,never,1', 'in,slow,1');
  const run = engine.run(channel);
  while (stage.clock.pending === 0 || !stage.ran.includes('slow@in:1 Wait(3600)')) {
    await new Promise(resolve => setImmediate(resolve));
  }
  stage.clock.advance(60_000);
  await run;
  const lines = stage.lines.join('\n');
  assert.match(lines, /hangup handler in,slow,1 takes more than a minute after the hangup/);
  assert.match(lines, /1 hangup handlers do not run for it, in,never,1 the first of them/);
  assert.ok(!stage.ran.some(step => step.includes('never')));
  assert.equal(stage.clock.pending, 0);
});

test('a hangup handler that pushes itself comes to an end', async () => {
  const { stage, channel, engine } = await walk({ in: '100,NoOp()\nlast,Again()\nlast,Return()' });
  stage.bring(application('Again', ({ hangupHandlers }) => void hangupHandlers.push('in,last,1')));
  channel.hangupHandlers.push('in,last,1');
  const run = engine.run(channel);
  let over = false;
  void run.then(() => {
    over = true;
  });
  while (!over) {
    await new Promise(resolve => setImmediate(resolve));
    stage.clock.advance(20);
  }
  assert.match(stage.lines.join('\n'), /hangup handler in,last,1 (does not come to an end|takes more than a minute)/);
});
