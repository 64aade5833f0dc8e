import assert from 'node:assert/strict';
import { test } from 'node:test';
import verbose from '../../modules/app_verbose/index.js';
import { ApplicationStage } from '../support/application-stage.js';

const cases: readonly [application: string, line: string][] = [
  ['Verbose(2,hello, world)', 'verbose: hello, world'],
  ['Verbose(hello)', 'verbose: hello'],
  ['Verbose(hello, world)', 'verbose: hello, world'],
  ['Log(NOTICE,hello, world)', 'notice: 100@in:1: hello, world'],
  ['Log(warning,x)', 'warning: 100@in:1: x'],
  ['Log(ERROR,x)', 'error: 100@in:1: x'],
  ['Log(DEBUG,x)', 'debug: 100@in:1: x'],
  ['Log(NONSENSE,x)', "warning: [100@in:1] Log: 'NONSENSE' is none of ERROR, WARNING, NOTICE, DEBUG, VERBOSE"],
];

for (const [application, line] of cases) {
  test(`${application} logs ${line}`, async () => {
    const stage = await ApplicationStage.of([verbose], { in: `100, ${application}` });
    await stage.ended(stage.caller());
    assert.ok(stage.lines.includes(line), stage.lines.join('\n'));
    await stage.close();
  });
}
