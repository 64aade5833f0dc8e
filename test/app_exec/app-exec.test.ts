import assert from 'node:assert/strict';
import { test } from 'node:test';
import exec from '../../modules/app_exec/index.js';
import builtins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage } from '../support/application-stage.js';

const cases: readonly [says: string, plan: string, ran: readonly string[], logs?: RegExp][] = [
  ['Exec runs what it is given', '100, Exec(NoOp(a,b))', ['Exec(NoOp(a,b))', 'NoOp(a,b)']],
  [
    'Exec replaces variables once more',
    '100, Set(inner=deep)\n100, Set(what=NoOp($' + '{inner}))\n100, Exec(${what})',
    ['Set(inner=deep)', 'Set(what=NoOp(deep))', 'Exec(NoOp(deep))', 'NoOp(deep)'],
  ],
  [
    'Exec may send the dialplan elsewhere',
    '100, Exec(Goto(200,1))\n200, NoOp()',
    ['Exec(Goto(200,1))', 'Goto(200,1)', 'NoOp()'],
  ],
  [
    'Exec of what is not there ends the call',
    '100, Exec(Nothing())\n100, NoOp()',
    ['Exec(Nothing())'],
    /no application Nothing/,
  ],
  [
    'TryExec goes on whatever comes of it',
    '100, TryExec(Hangup())\n100, NoOp(${TRYSTATUS})\n100, TryExec(Nothing())\n100, NoOp(${TRYSTATUS})\n100, TryExec(NoOp())\n100, NoOp(${TRYSTATUS})\n100, TryExec(Goto())\n100, NoOp(${TRYSTATUS})',
    [
      ...['TryExec(Hangup())', 'Hangup()', 'NoOp(FAILED)', 'TryExec(Nothing())', 'NoOp(NOAPP)'],
      ...['TryExec(NoOp())', 'NoOp()', 'NoOp(SUCCESS)', 'TryExec(Goto())', 'Goto()', 'NoOp(FAILED)'],
    ],
  ],
  [
    'ExecIf runs the first where the condition holds, and the second where not',
    '100, ExecIf(1?NoOp(a:b):NoOp(c))\n100, ExecIf(0?NoOp(a):NoOp(c))\n100, ExecIf(0?NoOp(a))',
    ['ExecIf(1?NoOp(a:b):NoOp(c))', 'NoOp(a:b)', 'ExecIf(0?NoOp(a):NoOp(c))', 'NoOp(c)', 'ExecIf(0?NoOp(a))'],
  ],
  [
    'Exec of itself comes to an end, and the call with it',
    '100, Set(d=$)\n100, Set(what=Exec(${d}{what}))\n100, Exec(${what})\n100, NoOp()',
    ['Set(d=$)', 'Set(what=Exec($' + '{what}))', ...Array.from({ length: 50 }, () => 'Exec(Exec($' + '{what}))')],
    /more than 50 applications run each other/,
  ],
  ['ExecIf without a question mark does nothing', '100, ExecIf(1)\n100, NoOp()', ['ExecIf(1)', 'NoOp()'], /condition/],
];

for (const [says, plan, ran, logs] of cases) {
  test(says, async () => {
    const stage = await ApplicationStage.of([builtins, exec], { in: plan });
    await stage.ended(stage.caller());
    assert.deepEqual(stage.ran, ran);
    if (logs) assert.match(stage.lines.join('\n'), logs);
    await stage.close();
  });
}
