/** Mistakes in arguments that end no call: what comes next runs, and the log says what was wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import appPlayTones from '../../modules/app_playtones/index.js';
import appRead from '../../modules/app_read/index.js';
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
  ['GotoIfTime(25:00-26:00,*,*,*?200,1)', /expected a time of day.*such a time never holds/],
  ['ExecIfTime(*,moonday,*,*?Hangup())', /expected a day of the week.*such a time never holds/],
  ['Read()', /Read: it needs a variable/],
  ['PlayTones()', /PlayTones: it needs a tone/],
  ['Answer(soon)', /'soon' is no number of milliseconds/],
  ['SayNumber(many)', /'many' is no number/],
  ['SayDigits()', /it needs something to say/],
  ['SendDTMF()', /it needs digits to send/],
  ['Log(SHOUT,text)', /'SHOUT' is none of/],
] as const) {
  test(`${application} is told in the log, and the call goes on`, async () => {
    const stage = await ApplicationStage.of(
      [funcCallerId, appPlayTones, appRead, appSendDtmf, appVerbose, pbxBuiltins],
      {
        in: `100, ${application}\n100, NoOp(next)`,
      },
    );
    const caller = stage.caller();
    await stage.ended(caller);
    assert.equal(stage.ran.at(-1), 'NoOp(next)');
    assert.match(stage.lines.join('\n'), said);
    if (application === 'Read()') assert.equal(caller.variables.get('READSTATUS'), 'ERROR');
    if (application.startsWith('MSet')) assert.equal(caller.variables.get('A'), '1');
    await stage.close();
  });
}

test('GotoIfTime with a time that cannot be read goes where it goes at other times', async () => {
  const stage = await ApplicationStage.of([pbxBuiltins], {
    in: '100, GotoIfTime(noon,*,*,*?200,1:300,1)\n200, NoOp(now)\n300, NoOp(not now)',
  });
  await stage.ended(stage.caller());
  assert.equal(stage.ran.at(-1), 'NoOp(not now)');
  await stage.close();
});

test('Answer with a time that cannot be read answers', async () => {
  const stage = await ApplicationStage.of([pbxBuiltins], { in: '100, Answer(soon)\n100, NoOp(${CHANNEL})' });
  const caller = stage.caller('100@in', { up: false });
  await stage.ended(caller);
  assert.ok(caller.answeredAt !== undefined);
  await stage.close();
});
