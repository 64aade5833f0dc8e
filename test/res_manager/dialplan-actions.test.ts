/** Where clients of the manager interface send channels, and what they see and change of the dialplan. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallStage, CLERK } from './call-stage.js';
import { fieldOf } from './client.js';

const bounded = { timeout: 30_000 };

const REDIRECTS: readonly [lines: readonly string[], message: string, one: string, two: string][] = [
  [
    ['Channel: Paper/1008-00000000', 'Context: other', 'Exten: 300', 'Priority: 2'],
    'Redirect successful',
    '300@other:2',
    '-',
  ],
  [
    ['Channel: Paper/1008-00000000', 'Context: other', 'Exten: 300', 'Priority: there'],
    'Redirect successful',
    '300@other:2',
    '-',
  ],
  [['Channel: Paper/1008-00000000', 'Exten: 200'], 'Redirect successful', '200@internal:1', '-'],
  [
    [
      'Channel: Paper/1008-00000000',
      'ExtraChannel: Paper/1009-00000001',
      'Context: other',
      'Exten: 300',
      'Priority: 1',
    ],
    'Dual Redirect successful',
    '300@other:1',
    '300@other:1',
  ],
  [
    [
      ...['Channel: Paper/1008-00000000', 'Context: other', 'Exten: 300', 'Priority: 1'],
      ...['ExtraChannel: Paper/1009-00000001', 'ExtraContext: internal', 'ExtraExten: 100', 'ExtraPriority: 1'],
    ],
    'Dual Redirect successful',
    '300@other:1',
    '100@internal:1',
  ],
  [
    ['Channel: Paper/1008-00000000', 'ExtraChannel: Paper/7', 'Context: other', 'Exten: 300', 'Priority: 1'],
    'No such channel',
    '-',
    '-',
  ],
  [
    [
      ...['Channel: Paper/1008-00000000', 'Context: other', 'Exten: 300', 'Priority: 1'],
      ...['ExtraChannel: Paper/1009-00000001', 'ExtraContext: other', 'ExtraExten: 300', 'ExtraPriority: nowhere'],
    ],
    "300@other has no priority or label 'nowhere'",
    '-',
    '-',
  ],
  [['Channel: Paper/7', 'Context: other', 'Exten: 300', 'Priority: 1'], 'No such channel', '-', '-'],
  [['Context: other', 'Exten: 300', 'Priority: 1'], 'No channel specified', '-', '-'],
];

for (const [lines, message, ...went] of REDIRECTS) {
  test(`Redirect with ${lines.join(', ')} is answered: ${message}`, bounded, async () => {
    await using scene = await CallStage.of();
    scene.write('internal', '100, Echo()\n200, Echo()');
    scene.write('other', '300, Echo()\n300, (there) Echo()');
    const channels = scene.two();
    assert.equal(await scene.message('Redirect', ...lines), message);
    const places = channels.map(channel => {
      const to = channel.takeInterruption()?.to;
      return to ? `${to.extension}@${to.context}:${to.priority}` : '-';
    });
    assert.deepEqual(places, went);
  });
}

test('a channel that hangs up is not sent elsewhere', bounded, async () => {
  await using scene = await CallStage.of();
  const [one] = scene.two();
  one.requestHangup(16);
  assert.equal(
    await scene.message('Redirect', `Channel: ${one.name}`, 'Exten: 100'),
    'Redirect failed, channel not up',
  );
});

test('ExtensionState tells the state of a hint, as recorded, and -1 where there is none', bounded, async () => {
  await using scene = await CallStage.of();
  const { dialplan } = scene.stage;
  const hint = { context: 'internal', extension: '1008', priority: 'hint' as const, registrar: 'test', data: '' };
  dialplan.addExtension({ ...hint, application: 'Paper/1008' });
  const fields = async (...lines: string[]) =>
    (await scene.client.ask('ExtensionState', ...lines)).filter(([name]) => name !== 'ActionID');
  assert.deepEqual(await fields('Exten: 1008', 'Context: internal'), [
    ['Response', 'Success'],
    ['Message', 'Extension Status'],
    ['Exten', '1008'],
    ['Context', 'internal'],
    ['Hint', 'Paper/1008'],
    ['Status', '0'],
    ['StatusText', 'Idle'],
  ]);
  assert.deepEqual((await fields('Exten: 7')).slice(2), [
    ['Exten', '7'],
    ['Context', 'default'],
    ['Hint', ''],
    ['Status', '-1'],
    ['StatusText', 'Unknown'],
  ]);
  assert.equal(await scene.message('ExtensionState'), 'Extension not specified');
  const { entries, end } = await scene.list('ExtensionStateList');
  assert.equal(end, 'ExtensionStateListComplete 1');
  assert.deepEqual(entries[0]!.slice(2), [
    ['Exten', '1008'],
    ['Context', 'internal'],
    ['Hint', 'Paper/1008'],
    ['Status', '0'],
    ['StatusText', 'Idle'],
  ]);
});

test('DeviceStateList tells devices that are in use, and those that hints watch', bounded, async () => {
  await using scene = await CallStage.of();
  const hint = { context: 'internal', extension: '1008', priority: 'hint' as const, registrar: 'test', data: '' };
  scene.stage.dialplan.addExtension({ ...hint, application: 'Paper/1008&Custom:night' });
  scene.paper.incoming('1010');
  scene.channels.deviceChanged('Paper/1010');
  const { entries, end } = await scene.list('DeviceStateList');
  assert.equal(end, 'DeviceStateListComplete 3');
  assert.deepEqual(
    entries.map(entry => [fieldOf(entry, 'Device'), fieldOf(entry, 'State')]),
    [
      ['Paper/1010', 'INUSE'],
      ['Paper/1008', 'UNKNOWN'],
      ['Custom:night', 'INVALID'],
    ],
  );
});

test('AST-2012-015: names that no device has leave nothing behind in the list of states', bounded, async () => {
  await using scene = await CallStage.of();
  for (let n = 0; n < 1000; n += 1) {
    const caller = scene.paper.incoming(`stranger-${n}`);
    scene.channels.deviceChanged(`Paper/stranger-${n}`);
    caller.end();
    scene.channels.deviceChanged(`Paper/stranger-${n}`);
    scene.channels.deviceChanged(`Nowhere/stranger-${n}`);
    scene.channels.deviceChanged(`Custom:stranger-${n}`);
  }
  assert.deepEqual(scene.channels.deviceStates(), []);
  assert.equal((await scene.list('DeviceStateList')).end, 'DeviceStateListComplete 0');
});

test('ShowDialPlan lists contexts with all that is in them, or one extension alone', bounded, async () => {
  await using scene = await CallStage.of();
  scene.write('internal', '_1XX, (in) Dial(Paper/${EXTEN})\n_1XX, Hangup()');
  scene.write('other', '300, Echo()');
  const { contexts } = scene.stage.dialplan;
  contexts.addInclude('internal', 'other', 'test');
  contexts.addIgnored('internal', '9', 'test');
  const whole = await scene.list('ShowDialPlan');
  assert.deepEqual([whole.message, whole.end], ['DialPlan list will follow', 'ShowDialPlanComplete 5']);
  assert.deepEqual(
    whole.entries.map(entry =>
      entry
        .slice(2)
        .map(([name, value]) => `${name}: ${value}`)
        .join(', '),
    ),
    [
      'Context: internal, Extension: _1XX, ExtensionLabel: in, Priority: 1, Application: Dial, AppData: Paper/${EXTEN}, Registrar: test',
      'Context: internal, Extension: _1XX, Priority: 2, Application: Hangup, Registrar: test',
      'Context: internal, IncludeContext: other, Registrar: test',
      'Context: internal, IgnorePattern: 9, Registrar: test',
      'Context: other, Extension: 300, Priority: 1, Application: Echo, Registrar: test',
    ],
  );
  assert.equal((await scene.list('ShowDialPlan', 'Context: other')).end, 'ShowDialPlanComplete 1');
  assert.equal((await scene.list('ShowDialPlan', 'Extension: 300')).entries.length, 1);
  assert.equal(await scene.message('ShowDialPlan', 'Context: no'), 'Did not find context no');
  assert.equal(await scene.message('ShowDialPlan', 'Extension: no'), 'Did not find extension no');
  const end = scene.client.messages.find(one => fieldOf(one, 'Event') === 'ShowDialPlanComplete')!;
  assert.deepEqual(end.slice(2), [
    ['EventList', 'Complete'],
    ['ListItems', '5'],
    ['ListExtensions', '2'],
    ['ListPriorities', '3'],
    ['ListContexts', '2'],
  ]);
});

test('extensions are added, replaced and taken out', bounded, async () => {
  await using scene = await CallStage.of();
  const at = ['Context: internal', 'Extension: 100/555', 'Priority: 1'];
  const add = (...more: string[]) => scene.message('DialplanExtensionAdd', ...at, ...more);
  assert.equal(await add('Application: Echo'), 'Added requested extension');
  assert.match((await add('Application: Hangup'))!, /is there already/);
  assert.equal(await add('Application: Hangup', 'ApplicationData: 17', 'Replace: yes'), 'Added requested extension');
  const step = scene.stage.dialplan.contexts.get('internal')?.extension('100', '555')?.steps.get(1);
  assert.deepEqual([step?.application, step?.data, step?.registrar], ['Hangup', '17', 'AMI']);
  assert.equal(await scene.message('DialplanExtensionRemove', ...at), 'Removed the requested extension');
  assert.equal(await scene.message('DialplanExtensionRemove', ...at), 'There is no such extension');
  for (const [lines, message] of [
    [['Context: x', 'Extension: 1', 'Priority: 0', 'Application: Echo'], /The priority must be a number/],
    [['Context: x', 'Extension: 1', 'Priority: 1'], /Application must be specified/],
    [['Extension: 1', 'Priority: 1', 'Application: Echo'], /Context and Extension must be specified/],
    [['Context: x', 'Extension: _[', 'Priority: 1', 'Application: Echo'], /./],
  ] as const) {
    assert.match((await scene.message('DialplanExtensionAdd', ...lines))!, message);
  }
  await using clerk = await CallStage.of(CLERK);
  assert.equal(await clerk.message('DialplanExtensionAdd', ...at, 'Application: System'), 'Permission denied');
});
