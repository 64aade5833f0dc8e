import assert from 'node:assert/strict';
import { test } from 'node:test';
import stack from '../../modules/app_stack/index.js';
import builtins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage } from '../support/application-stage.js';

const cases: readonly [says: string, plan: string, ran: readonly string[], logs?: RegExp][] = [
  [
    'Gosub goes to a subroutine with arguments, and Return comes back behind it',
    '100, Gosub(200,1(a,b))\n100, NoOp(${GOSUB_RETVAL}${ARG1})\n200, Return(${ARGC}${ARG2})',
    ['Gosub(200,1(a,b))', 'Return(2b)', 'NoOp(2b)'],
  ],
  [
    'Gosub goes to a label of the extension that it stands in',
    '100, Gosub(sub)\n100, Hangup()\n100, (sub) Return()',
    ['Gosub(sub)', 'Return()', 'Hangup()'],
  ],
  [
    'GosubIf goes to the first where the condition holds, arguments with colons in parentheses',
    '100, GosubIf(1?200,1(a:b):300,1)\n100, NoOp(${GOSUB_RETVAL})\n200, Return(${ARG1})\n300, Return(no)',
    ['GosubIf(1?200,1(a:b):300,1)', 'Return(a:b)', 'NoOp(a:b)'],
  ],
  [
    'GosubIf goes to the second where it does not, and nowhere where that is not there',
    '100, GosubIf(0?200,1:300,1)\n100, GosubIf(0?200,1)\n100, NoOp()\n300, Return()',
    ['GosubIf(0?200,1:300,1)', 'Return()', 'GosubIf(0?200,1)', 'NoOp()'],
  ],
  [
    'StackPop stays in the subroutine, which cannot come back then',
    '100, Gosub(200,1(a))\n200, StackPop()\n200, NoOp(${ARG1})\n200, Return()',
    ['Gosub(200,1(a))', 'StackPop()', 'NoOp()', 'Return()'],
    /no subroutine/,
  ],
  ['Return outside of a subroutine ends the call', '100, Return()\n100, NoOp()', ['Return()'], /no subroutine/],
  ['StackPop outside of one goes on', '100, StackPop()\n100, NoOp()', ['StackPop()', 'NoOp()'], /outside/],
  ['Gosub to nowhere ends the call', '100, Gosub(200,1)\n100, NoOp()', ['Gosub(200,1)'], /no 200@in:1/],
  [
    'subroutines within each other have arguments of their own',
    '100, Gosub(200,1(a))\n100, NoOp(${ARG1})\n200, Gosub(300,1(b))\n200, NoOp(${ARG1})\n200, Return()\n300, NoOp(${ARG1})\n300, Return()',
    ['Gosub(200,1(a))', 'Gosub(300,1(b))', 'NoOp(b)', 'Return()', 'NoOp(a)', 'Return()', 'NoOp()'],
  ],
];

for (const [says, plan, ran, logs] of cases) {
  test(says, async () => {
    const stage = await ApplicationStage.of([builtins, stack], { in: plan });
    await stage.ended(stage.caller());
    assert.deepEqual(stage.ran, ran);
    if (logs) assert.match(stage.lines.join('\n'), logs);
    await stage.close();
  });
}
