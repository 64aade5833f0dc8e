import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../../core/events.js';
import userEvent from '../../modules/app_userevent/index.js';
import { ApplicationStage } from '../support/application-stage.js';

const cases: readonly [given: string, fields: readonly (readonly [string, string])[], logs?: RegExp][] = [
  ['Alarm', [['UserEvent', 'Alarm']]],
  [
    'Alarm,Door: 3,Note: a:b',
    [
      ['UserEvent', 'Alarm'],
      ['Door', '3'],
      ['Note', 'a:b'],
    ],
  ],
  [
    'Alarm,"Note: a, b"',
    [
      ['UserEvent', 'Alarm'],
      ['Note', 'a, b'],
    ],
  ],
  ['Alarm,nothing', [['UserEvent', 'Alarm']], /'nothing' is no field/],
  ['Alarm,Event: Shutdown,Privilege: system', [['UserEvent', 'Alarm']], /'Event: Shutdown'/],
  ['Alarm,A\r\nB: 1', [['UserEvent', 'Alarm']], /is no field/],
];

for (const [given, fields, logs] of cases) {
  test(`UserEvent(${JSON.stringify(given)}) tells ${JSON.stringify(fields)}`, async () => {
    const stage = await ApplicationStage.of([userEvent], { in: '100, UserEvent(${GIVEN})' });
    const told: Fact<'managerEvent'>[] = [];
    stage.stage.events.on('managerEvent', fact => told.push(fact));
    const channel = stage.caller();
    channel.set('GIVEN', given);
    await stage.ended(channel);
    assert.deepEqual(told, [{ event: 'UserEvent', privileges: ['user'], channel, fields }]);
    if (logs) assert.match(stage.lines.join('\n'), logs);
    await stage.close();
  });
}
