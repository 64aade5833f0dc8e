import assert from 'node:assert/strict';
import { test } from 'node:test';
import playTones from '../../modules/app_playtones/index.js';
import builtins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage, heardBy } from '../support/application-stage.js';

test('tones end when the channel is connected with another', async () => {
  const stage = await ApplicationStage.of([builtins, playTones], { in: '100, PlayTones(dial)\n100, Wait(60)' });
  const channel = stage.caller();
  const run = stage.engine.run(channel);
  await stage.pass(100);
  stage.stage.events.emit('bridgeEntered', { channel, bridge: stage.stage.calls.channels.bridge() });
  assert.deepEqual(heardBy(channel), ['tone 350+440', 'stopped after 100']);
  channel.requestHangup(16);
  await run;
  await stage.close();
});

const cases: readonly [plan: string, heard: readonly string[]][] = [
  ['PlayTones(dial)|Wait(1)|StopPlayTones()', ['tone 350+440', 'stopped after 1000']],
  [
    'PlayTones(350+440/100)|Wait(1)|PlayTones(busy)|StopPlayTones()',
    ['tone 350+440/100', 'stopped after 1000', 'tone 480+620/500,0/500', 'stopped after 0'],
  ],
  ['StopPlayTones()', []],
];

for (const [plan, heard] of cases) {
  test(`${plan.replaceAll('|', ' ')} is heard as ${heard.join(', ') || 'nothing'}`, async () => {
    const lines = plan.split('|').map(line => `100, ${line}`);
    const stage = await ApplicationStage.of([builtins, playTones], { in: lines.join('\n') });
    const channel = stage.caller();
    await stage.ended(channel);
    assert.deepEqual(heardBy(channel), heard);
    await stage.close();
  });
}
