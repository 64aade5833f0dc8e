import assert from 'node:assert/strict';
import { test } from 'node:test';
import read from '../../modules/app_read/index.js';
import builtins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage, heardBy, toldOf } from '../support/application-stage.js';
import { PaperLeg } from '../support/paper.js';

const cases: readonly [given: string, pressed: string, result: string, heard?: string[]][] = [
  ['pin', '12#', 'OK 12'],
  ['pin,,2', '123', 'OK 12'],
  ['pin', '12', 'TIMEOUT 12'],
  ['pin', '', 'TIMEOUT '],
  ['pin', '#', 'OK '],
  ['pin,,,e', '#', 'OK #'],
  ['pin,,,e', '1#', 'OK 1'],
  ['pin,,,t(*5)', '1#5', 'OK 1#'],
  ['pin,,3,t()', '1#*', 'OK 1#*'],
  ['pin,ask&more', '1#', 'OK 1', ['play en/ask', 'stopped after 100']],
  ['pin,ask&more', '', 'TIMEOUT ', ['play en/ask', 'play en/more']],
  ['pin,ask,,,2', '', 'TIMEOUT ', ['play en/ask', 'play en/ask']],
  ['pin,dial,,i', '1#', 'OK 1', ['tone 350+440', 'stopped after 100']],
  ['pin,gone', '1#', 'OK 1', []],
  ['pin,,,,,0.5', '1', 'TIMEOUT 1'],
];

for (const [given, pressed, result, heard] of cases) {
  test(`Read(${given}) with keys ${pressed || 'none'} comes to ${result}`, async () => {
    const stage = await ApplicationStage.of([builtins, read], {
      in: `100, Read(${given})\n100, NoOp(\${READSTATUS} \${pin})`,
    });
    stage.missing.add('gone');
    const channel = stage.caller();
    const run = stage.engine.run(channel);
    await stage.pass(100);
    await stage.press(channel, pressed);
    await stage.ended(channel, run);
    assert.equal(stage.ran.at(-1), `NoOp(${result})`);
    if (heard) assert.deepEqual(heardBy(channel), heard);
    await stage.close();
  });
}

for (const [options, told, status] of [
  ['', ['answer'], 'TIMEOUT'],
  ['n', [], 'TIMEOUT'],
  ['s', [], 'SKIPPED'],
] as const) {
  test(`Read with options '${options}' on a channel that is not up comes to ${status}`, async () => {
    const stage = await ApplicationStage.of([builtins, read], {
      in: `100, Read(pin,,,${options})\n100, NoOp(\${READSTATUS})`,
    });
    const channel = stage.caller('100@in', { up: false });
    await stage.ended(channel);
    assert.deepEqual(toldOf(channel), [...told, 'hangup 0']);
    assert.equal(stage.ran.at(-1), `NoOp(${status})`);
    await stage.close();
  });
}

for (const given of ['pin,ask', 'pin', 'pin,dial,,i']) {
  test(`a hangup ends Read(${given}) and is its status`, async () => {
    const stage = await ApplicationStage.of([builtins, read], {
      in: `100, Read(${given})\nh, NoOp(\${READSTATUS} \${pin})`,
    });
    const channel = stage.caller();
    const run = stage.engine.run(channel);
    await stage.pass(100);
    channel.requestHangup(16);
    await run;
    assert.equal(stage.ran.at(-1), 'NoOp(HANGUP )');
    assert.equal(stage.clock.pending, 0);
    await stage.close();
  });
}

test('a tone that cannot be played is told, and digits are read all the same', async () => {
  const stage = await ApplicationStage.of([builtins, read], { in: '100, Read(pin,dial,,i)\n100, NoOp(${pin})' });
  const channel = stage.caller();
  assert.ok(channel.leg instanceof PaperLeg);
  channel.leg.media = undefined;
  const run = stage.engine.run(channel);
  await stage.press(channel, '12#');
  await stage.ended(channel, run);
  assert.equal(stage.ran.at(-1), 'NoOp(12)');
  assert.match(stage.lines.join('\n'), /Read: the tone 'dial' is not played: .* has no media/);
  await stage.close();
});
