/** Mistakes in arguments that end no call: what comes next runs, and the log says what was wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import appSendDtmf from '../../modules/app_senddtmf/index.js';
import appVerbose from '../../modules/app_verbose/index.js';
import funcCallerId from '../../modules/func_callerid/index.js';
import pbxBuiltins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage } from '../support/application-stage.js';

for (const [application, said] of [
  ['Set()', /Set: expected name=value, got ''/],
  ['Set(nothing)', /expected name=value, got 'nothing'/],
  ['Set(NOSUCH(x)=1)', /there is no function NOSUCH/],
  ['Set(CALLERID(pres)=bogus)', /'bogus' is no presentation/],
  ['Set(=x)', /expected name=value, got '=x'/],
  ['GotoIf()', /expected condition\?/],
  ['GotoIf(1)', /expected condition\?/],
  ['MSet(CALLERID(pres)=bogus,A=1)', /MSet: 'bogus' is no presentation/],
  ['MSet(nothing,A=1)', /MSet: expected name=value, got 'nothing'/],
  ['ImportVar(A)', /expected newvar=channel,variable/],
  ['Answer(soon)', /'soon' is no number of milliseconds/],
  ['SayNumber(many)', /'many' is no number/],
  ['SayDigits()', /it needs something to say/],
  ['SendDTMF()', /it needs digits to send/],
  ['Log(SHOUT,text)', /'SHOUT' is none of/],
] as const) {
  test(`${application} is told in the log, and the call goes on`, async () => {
    const stage = await ApplicationStage.of([funcCallerId, appSendDtmf, appVerbose, pbxBuiltins], {
      in: `100, ${application}\n100, NoOp(next)`,
    });
    const caller = stage.caller();
    await stage.ended(caller);
    assert.equal(stage.ran.at(-1), 'NoOp(next)');
    assert.match(stage.lines.join('\n'), said);
    if (application.startsWith('MSet')) assert.equal(caller.variables.get('A'), '1');
    await stage.close();
  });
}
