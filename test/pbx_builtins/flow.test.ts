import assert from 'node:assert/strict';
import { test } from 'node:test';
import builtins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage, deafen, heardBy, toldOf } from '../support/application-stage.js';

interface Case {
  readonly says: string;
  readonly plan: string;
  readonly ran: readonly string[];
  readonly logs?: RegExp;
  readonly up?: boolean;
}

const cases: readonly Case[] = [
  {
    says: 'Goto leads to a label of another extension',
    plan: '100, Goto(200,there)\n200, NoOp(no)\n200, (there) NoOp(yes)',
    ran: ['Goto(200,there)', 'NoOp(yes)'],
  },
  {
    says: 'Goto leads on from where it stands',
    plan: '100, Goto(+2)\n100, NoOp(no)\n100, NoOp(yes)',
    ran: ['Goto(+2)', 'NoOp(yes)'],
  },
  { says: 'Goto to nowhere ends the call', plan: '100, Goto()\n100, NoOp()', ran: ['Goto()'], logs: /where to/ },
  {
    says: 'GotoIf takes the first branch where the condition holds',
    plan: '100, GotoIf(1?200,1:300,1)\n200, NoOp(yes)\n300, NoOp(no)',
    ran: ['GotoIf(1?200,1:300,1)', 'NoOp(yes)'],
  },
  {
    says: 'GotoIf takes the second branch where it does not',
    plan: '100, GotoIf(0?200,1:300,1)\n200, NoOp(yes)\n300, NoOp(no)',
    ran: ['GotoIf(0?200,1:300,1)', 'NoOp(no)'],
  },
  {
    says: 'GotoIf goes on where the branch is empty',
    plan: '100, GotoIf(?200,1)\n100, NoOp(on)\n200, NoOp(no)',
    ran: ['GotoIf(?200,1)', 'NoOp(on)'],
  },
  {
    says: 'GotoIfTime takes the branch of the time that it is: Sunday at noon',
    plan: '100, GotoIfTime(11:00-13:00,sun,*,nov,UTC?200,1:300,1)\n200, GotoIfTime(*,mon,*,*,UTC?300,1)\n200, NoOp(yes)\n300, NoOp(no)',
    ran: ['GotoIfTime(11:00-13:00,sun,*,nov,UTC?200,1:300,1)', 'GotoIfTime(*,mon,*,*,UTC?300,1)', 'NoOp(yes)'],
  },
  {
    says: 'GotoIfTime with a time that is none ends the call',
    plan: '100, GotoIfTime(25:00,*,*,*?200,1)\n200, NoOp()',
    ran: ['GotoIfTime(25:00,*,*,*?200,1)'],
    logs: /25:00/,
  },
  {
    says: 'ExecIfTime runs an application at its time alone',
    plan: '100, ExecIfTime(*,sun,*,*,UTC?NoOp(a:b))\n100, ExecIfTime(*,mon,*,*,UTC?NoOp(no))',
    ran: ['ExecIfTime(*,sun,*,*,UTC?NoOp(a:b))', 'NoOp(a:b)', 'ExecIfTime(*,mon,*,*,UTC?NoOp(no))'],
  },
  {
    says: 'Set writes a variable, whose value may have equals signs',
    plan: '100, Set(a=b=c)\n100, NoOp(${a})',
    ran: ['Set(a=b=c)', 'NoOp(b=c)'],
  },
  {
    says: 'Set without an equals sign goes on',
    plan: '100, Set(a)\n100, NoOp()',
    ran: ['Set(a)', 'NoOp()'],
    logs: /name=value/,
  },
  {
    says: 'MSet writes several, commas in quotes included',
    plan: '100, MSet(a=1,b="2,3")\n100, NoOp(${a} ${b})',
    ran: ['MSet(a=1,b="2,3")', 'NoOp(1 2,3)'],
  },
  {
    says: 'RaiseException leads to extension e',
    plan: '100, RaiseException(mine)\ne, NoOp(here)',
    ran: ['RaiseException(mine)', 'NoOp(here)'],
  },
  { says: 'Hangup ends the call', plan: '100, Hangup()\n100, NoOp()', ran: ['Hangup()'] },
  { says: 'Wait goes on in its time', plan: '100, Wait(1.5)\n100, NoOp()', ran: ['Wait(1.5)', 'NoOp()'] },
  {
    says: 'Wait for no time warns and goes on',
    plan: '100, Wait(x)\n100, NoOp()',
    ran: ['Wait(x)', 'NoOp()'],
    logs: /'x'/,
  },
  {
    says: 'WaitExten goes on at the next priority where nobody presses a key',
    plan: '100, WaitExten(1)\n100, NoOp()',
    ran: ['WaitExten(1)', 'NoOp()'],
  },
  {
    says: 'WaitExten goes to t where there is no next priority',
    plan: '100, WaitExten(1)\nt, NoOp(late)',
    ran: ['WaitExten(1)', 'NoOp(late)'],
  },
  {
    says: 'WaitExten goes to e where there is no t',
    plan: '100, WaitExten(1)\ne, NoOp(late)',
    ran: ['WaitExten(1)', 'NoOp(late)'],
  },
  {
    says: 'WaitExten ends the call where there is neither',
    plan: '100, WaitExten(1)',
    ran: ['WaitExten(1)'],
    logs: /neither t nor e/,
  },
  {
    says: 'Incomplete leads to extension i where no longer extension is there',
    plan: '100, Incomplete()\ni, NoOp(invalid)',
    ran: ['Incomplete()', 'NoOp(invalid)'],
  },
];

for (const { says, plan, ran, logs } of cases) {
  test(says, async () => {
    const stage = await ApplicationStage.of([builtins], { in: plan });
    await stage.ended(stage.caller());
    assert.deepEqual(stage.ran, ran);
    if (logs) assert.match(stage.lines.filter(line => line.startsWith('warning')).join('\n'), logs);
    else
      assert.deepEqual(
        stage.lines.filter(line => /^(?:warning|error)/.test(line)),
        [],
      );
    await stage.close();
  });
}

test('ImportVar copies a variable of another channel', async () => {
  const stage = await ApplicationStage.of([builtins], {
    in: '100, ImportVar(mine=${THEIRS},colour)\n100, NoOp(${mine})',
  });
  const other = stage.caller('100@in', { device: 'bob' });
  other.set('colour', 'blue');
  const channel = stage.caller();
  channel.set('THEIRS', other.name);
  await stage.ended(channel);
  assert.equal(stage.ran.at(-1), 'NoOp(blue)');
  other.end();
  await stage.close();
});

const signals: readonly [plan: string, told: readonly string[]][] = [
  [
    '100, Ringing()\n100, Progress()\n100, Proceeding()',
    ['indicate ringing', 'indicate progress', 'indicate proceeding', 'hangup 0'],
  ],
  ['100, Answer()\n100, Answer()', ['answer', 'hangup 0']],
  ['100, Busy(1)', ['indicate busy', 'hangup 17']],
  ['100, Congestion(1)', ['indicate congestion', 'hangup 34']],
  ['100, Hangup()', ['hangup 16']],
  ['100, Hangup(17)', ['hangup 17']],
  ['100, Hangup(USER_BUSY)', ['hangup 17']],
  ['100, Hangup(nonsense)', ['hangup 16']],
  ['100, Incomplete(n)', ['indicate incomplete', 'hangup 0']],
  ['100, Incomplete()', ['answer', 'indicate incomplete', 'hangup 0']],
];

for (const [plan, told] of signals) {
  test(`the far end of a call that runs ${plan.replaceAll('\n', ' ')} hears ${told.join(', ')}`, async () => {
    const stage = await ApplicationStage.of([builtins], { in: plan });
    const channel = stage.caller('100@in', { up: false });
    await stage.ended(channel);
    assert.deepEqual(toldOf(channel), told);
    await stage.close();
  });
}

const waits = [
  'Wait(60)',
  'WaitExten(60)',
  'WaitExten(60,d)',
  'WaitDigit(60)',
  'Busy()',
  'Congestion()',
  'Answer(60000)',
];
const sounds = ['BackGround(a&b)', 'SayDigits(123)', 'SayNumber(123)', 'SayAlpha(abc)'];

for (const application of [...waits, ...sounds]) {
  test(`${application} ends when the caller hangs up, and leaves nothing pending`, async () => {
    const stage = await ApplicationStage.of([builtins], { in: `100, ${application}\n100, NoOp()` });
    const channel = stage.caller();
    const run = stage.engine.run(channel);
    await stage.pass(10);
    channel.requestHangup(16);
    await run;
    assert.deepEqual(stage.ran, [application]);
    assert.equal(stage.clock.pending, 0);
    await stage.close();
  });
}

const tones: readonly [plan: string, happens: string, heard: readonly string[]][] = [
  ['Ringing()|Wait(60)', 'connected', ['tone 440+480/2000,0/4000', 'stopped after 100']],
  ['Ringing()|Wait(0.05)|Progress()|Wait(60)', 'nothing', ['tone 440+480/2000,0/4000', 'stopped after 50']],
  ['Busy()', 'nothing', ['tone 480+620/500,0/500']],
  ['Busy(0.05)', 'nothing', ['tone 480+620/500,0/500', 'stopped after 50']],
];

for (const [plan, happens, heard] of tones) {
  test(`who cannot be told by signalling hears ${plan.replaceAll('|', ' ')} until ${happens} as ${heard.join(', ')}`, async () => {
    const stage = await ApplicationStage.of([builtins], {
      in: plan
        .split('|')
        .map(line => `100, ${line}`)
        .join('\n'),
    });
    const channel = stage.caller();
    deafen(channel);
    const run = stage.engine.run(channel);
    await stage.pass(50);
    await stage.pass(50);
    if (happens === 'connected') {
      stage.stage.events.emit('bridgeEntered', { channel, bridge: stage.stage.calls.channels.bridge() });
    }
    assert.deepEqual(heardBy(channel), heard);
    channel.requestHangup(16);
    await run;
    await stage.close();
  });
}
