import assert from 'node:assert/strict';
import { test } from 'node:test';
import loops from '../../modules/app_while/index.js';
import builtins from '../../modules/pbx_builtins/index.js';
import { ApplicationStage } from '../support/application-stage.js';

const cases: readonly [says: string, plan: string, said: readonly string[], logs?: RegExp][] = [
  [
    'a loop runs as long as its condition holds',
    'Set(i=0)|While($[${i} < 3])|NoOp(${i})|Set(i=$[${i} + 1])|EndWhile()|NoOp(end)',
    ['0', '1', '2', 'end'],
  ],
  ['a loop whose condition never holds is left out', 'While(0)|NoOp(no)|EndWhile()|NoOp(end)', ['end']],
  [
    'loops within each other',
    'Set(i=0)|While($[${i} < 2])|Set(j=0)|While($[${j} < 2])|NoOp(${i}${j})|Set(j=$[${j} + 1])|EndWhile()|Set(i=$[${i} + 1])|EndWhile()|NoOp(end)',
    ['00', '01', '10', '11', 'end'],
  ],
  [
    'a loop that is left out leaves out those in it',
    'While(0)|While(1)|NoOp(no)|EndWhile()|NoOp(no)|EndWhile()|NoOp(end)',
    ['end'],
  ],
  [
    'ExitWhile leaves the innermost loop alone',
    'Set(i=0)|While($[${i} < 2])|Set(i=$[${i} + 1])|While(1)|ExitWhile()|EndWhile()|NoOp(${i})|EndWhile()|NoOp(end)',
    ['1', '2', 'end'],
  ],
  [
    'ContinueWhile begins the next round',
    'Set(i=0)|While($[${i} < 3])|Set(i=$[${i} + 1])|GotoIf($[${i} != 2]?skip)|NoOp(two)|(skip) ContinueWhile()|EndWhile()|NoOp(end)',
    ['two', 'end'],
  ],
  ['EndWhile without a While ends the call', 'NoOp(a)|EndWhile()|NoOp(b)', ['a'], /has no While/],
  ['While without an EndWhile ends the call', 'While(0)|NoOp(b)', [], /has no EndWhile/],
];

for (const [says, plan, said, logs] of cases) {
  test(says, async () => {
    const lines = plan.split('|').map(line => `100, ${line}`);
    const stage = await ApplicationStage.of([builtins, loops], { in: lines.join('\n') });
    await stage.ended(stage.caller());
    assert.deepEqual(
      stage.ran.flatMap(line => /^NoOp\((.*)\)$/.exec(line)?.[1] ?? []),
      said,
    );
    if (logs) assert.match(stage.lines.join('\n'), logs);
    await stage.close();
  });
}
