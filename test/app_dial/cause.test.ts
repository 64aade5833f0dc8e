/** What a Dial leaves as the cause of the call, for HANGUPCAUSE, the answers to who calls and the end of who was called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../core/channel/channel.js';
import appDial from '../../modules/app_dial/index.js';
import appVerbose from '../../modules/app_verbose/index.js';
import pbxBuiltins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage, toldOf } from '../support/application-stage.js';

/** A caller whose first Dial was busy and whose second is answered. `options`: of the second. */
async function answeredAfterBusy(options = '') {
  const lines = ['Dial(Paper/busy)', `Dial(Paper/bob,,${options})`, `Verbose(cause ${'${'}HANGUPCAUSE})`];
  const text = lines.map(line => `100, ${line}`).join('\n');
  const stage = await ApplicationStage.of([pbxBuiltins, appVerbose, appDial], { in: text });
  const caller = stage.caller('100@in', { up: false });
  const run = stage.engine.run(caller);
  await stage.settled();
  stage.callee().requestHangup(17);
  await stage.settled();
  const callee = stage.callee();
  callee.nowAnswered();
  await stage.settled();
  return { stage, caller, callee, run };
}

const ENDS: readonly [who: string, by: (caller: Channel, callee: Channel) => Channel][] = [
  ['who calls', caller => caller],
  ['who was called', (_caller, callee) => callee],
];

for (const [who, by] of ENDS)
  test(`a call that was answered ends normally, ${who} hangs up, whoever was busy before`, async () => {
    const { stage, caller, callee, run } = await answeredAfterBusy();
    by(caller, callee).requestHangup(16);
    await stage.ended(caller, run);
    for (const channel of [caller, callee]) assert.equal(toldOf(channel).at(-1), 'hangup 16', channel.name);
    await stage.close();
  });

test('where the dialplan goes on after a conversation, HANGUPCAUSE is why it ended', async () => {
  const { stage, caller, callee, run } = await answeredAfterBusy('g');
  callee.requestHangup(16);
  await stage.ended(caller, run);
  assert.ok(stage.ran.includes('Verbose(cause 16)'), stage.ran.join('\n'));
  await stage.close();
});
