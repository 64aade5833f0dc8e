import assert from 'node:assert/strict';
import { test } from 'node:test';
import originate from '../../modules/app_originate/index.js';
import stack from '../../modules/app_stack/index.js';
import builtins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage, toldOf } from '../support/application-stage.js';

const PLAN = {
  in: '100, Originate(${GIVEN})\n100, NoOp(${ORIGINATE_STATUS})\nsub, Set(HERE=${ARG1})\nsub, Return()',
  out: 's, NoOp(out ${VAR} ${HERE})\n7, NoOp(seven)\n7, (two) NoOp(two)',
};

async function calling(given: string) {
  const stage = await ApplicationStage.of([builtins, stack, originate], PLAN);
  const channel = stage.caller();
  channel.set('GIVEN', given);
  const run = stage.engine.run(channel);
  await stage.settled();
  return { stage, channel, run, made: stage.paper.requested[0] };
}

const answered: readonly [given: string, ran: string][] = [
  ['Paper/bob,exten,out', 'NoOp(out  )'],
  ['Paper/bob,exten,out,7', 'NoOp(seven)'],
  ['Paper/bob,exten,out,7,2', 'NoOp(two)'],
  ['Paper/bob,app,NoOp,hello', 'NoOp(hello)'],
  ['Paper/bob,exten,out,s,1,5,v(VAR=a b^OTHER=c)', 'NoOp(out a b )'],
  ['Paper/bob,exten,out,s,1,5,b(in^sub^1(x))', 'NoOp(out  x)'],
];

for (const [given, ran] of answered) {
  test(`Originate(${given}): who answers runs ${ran}, and the caller goes on`, async () => {
    const { stage, channel, run, made } = await calling(given);
    assert.ok(made);
    assert.deepEqual(toldOf(made), ['call']);
    made.nowAnswered();
    await stage.ended(channel, run);
    assert.ok(stage.ran.includes(ran), stage.ran.join());
    assert.ok(stage.ran.includes('NoOp(SUCCESS)'), stage.ran.join());
    assert.equal(stage.stage.calls.channels.size, 0);
    await stage.close();
  });
}

const missed: readonly [status: string, cause: number | undefined][] = [
  ['BUSY', 17],
  ['CONGESTION', 34],
  ['HANGUP', 16],
  ['RINGING', undefined],
];

for (const [status, cause] of missed) {
  test(`who does not answer, ${cause === undefined ? 'in time' : `for the cause ${cause}`}, is ${status}`, async () => {
    const { stage, channel, run, made } = await calling('Paper/bob,exten,out,s,1,5');
    if (cause === undefined) await stage.pass(5000);
    else made?.requestHangup(cause);
    await stage.ended(channel, run);
    assert.ok(stage.ran.includes(`NoOp(${status})`), stage.ran.join());
    assert.equal(stage.stage.calls.channels.size, 0);
    await stage.close();
  });
}

const refused: readonly [given: string, ran: string | undefined, logs: RegExp | undefined][] = [
  ['Paper/nobody,exten,out', 'NoOp(FAILED)', undefined],
  ['Nothing/bob,exten,out', 'NoOp(FAILED)', undefined],
  ['Paper/bob,exten,out,s,1,5,v(nonsense)', 'NoOp(FAILED)', /name=value/],
  ['Paper/bob,nonsense,out', undefined, /neither exten nor app/],
  ['Paper/bob', undefined, /needs/],
];

for (const [given, ran, logs] of refused) {
  test(`Originate(${given}) ${ran === undefined ? 'ends the call' : `goes on with ${ran}`}`, async () => {
    const { stage, channel, run } = await calling(given);
    await stage.ended(channel, run);
    assert.equal(
      stage.ran.find(line => line.startsWith('NoOp')),
      ran,
    );
    if (logs) assert.match(stage.lines.join('\n'), logs);
    assert.equal(stage.stage.calls.channels.size, 0);
    await stage.close();
  });
}

test('the number and the name of who calls are shown, with a the caller does not wait, with B it runs a subroutine', async () => {
  const { stage, channel, run, made } = await calling('Paper/bob,exten,out,s,1,5,ac(123)n(Alice)B(in^sub^1(mine))');
  await stage.ended(channel, run);
  assert.ok(stage.ran.includes('NoOp(SUCCESS)'));
  assert.equal(channel.variables.get('HERE'), 'mine');
  assert.deepEqual([made?.caller.number, made?.caller.name], ['123', 'Alice']);
  await stage.pass(5000);
  assert.equal(stage.stage.calls.channels.size, 0);
  await stage.close();
});

test('a hangup ends the wait, and not the call that was made', async () => {
  const { stage, channel, run, made } = await calling('Paper/bob,exten,out,7');
  channel.requestHangup(16);
  await run;
  made?.nowAnswered();
  await stage.settled();
  assert.ok(stage.ran.includes('NoOp(seven)'));
  assert.equal(stage.clock.pending, 0);
  await stage.close();
});
