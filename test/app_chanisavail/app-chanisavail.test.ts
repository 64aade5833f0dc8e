import assert from 'node:assert/strict';
import { test } from 'node:test';
import chanIsAvail from '../../modules/app_chanisavail/index.js';
import builtins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage, toldOf } from '../support/application-stage.js';

const cases: readonly [given: string, said: string][] = [
  ['Paper/bob', 'Paper/bob-00000001|Paper/bob|0|0'],
  ['Paper/nobody', '||0|20'],
  ['Paper/nobody&Paper/bob&Paper/carol', 'Paper/bob-00000001|Paper/bob|0|0'],
  ['Paper/bob&Paper/nobody&Paper/carol,a', 'Paper/bob-00000001&Paper/carol-00000002|Paper/bob&Paper/carol|0|0'],
  ['Paper/alice,s', '||2|0'],
  ['Paper/alice', 'Paper/alice-00000001|Paper/alice|2|0'],
  ['Paper/bob,t', 'Paper/bob|Paper/bob|0|0'],
  ['Nothing/bob', '||4|44'],
];

for (const [given, said] of cases) {
  test(`ChanIsAvail(${given}) says ${said}`, async () => {
    const status = '${AVAILCHAN}|${AVAILORIGCHAN}|${AVAILSTATUS}|${AVAILCAUSECODE}';
    const stage = await ApplicationStage.of([builtins, chanIsAvail], {
      in: `100, ChanIsAvail(${given})\n100, NoOp(${status})`,
    });
    await stage.ended(stage.caller());
    assert.equal(stage.ran.at(-1), `NoOp(${said})`);
    for (const asked of stage.paper.requested) assert.deepEqual(toldOf(asked), ['hangup 16']);
    assert.equal(stage.stage.calls.channels.size, 0);
    await stage.close();
  });
}
