/** What clients of the manager interface read of channels and set on them, and what they may not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DialplanFunction } from '../../core/dialplan/application.js';
import { CallStage, CLERK } from './call-stage.js';
import { fieldOf } from './client.js';
import { ADMIN } from './stage.js';

const bounded = { timeout: 30_000 };

/** Runs a program, in a way. */
function shell(): DialplanFunction & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    ...{ name: 'SHELL', synopsis: '', syntax: 'SHELL(command)', dangerous: 'both', ran },
    read({ data }) {
      ran.push(`read ${data}`);
      return 'root';
    },
    write({ data }, value) {
      ran.push(`write ${data} ${value}`);
    },
  };
}

/** Gives back what it is called with, once that has been waited for. */
const LATE: DialplanFunction = {
  ...{ name: 'LATE', synopsis: '', syntax: 'LATE(text)' },
  read: async ({ data, channel }) => `${channel?.name ?? 'nobody'} ${data}`,
  write: ({ data, channel }, value) => channel?.set(data, value),
};

test('Status tells of each channel in its order, with the variables that are asked for', bounded, async () => {
  await using scene = await CallStage.of(ADMIN, {}, 'channelvars=COLOUR\n');
  scene.functions(LATE);
  const [one, two] = scene.two();
  one.set('COLOUR', 'red');
  one.set('_SIZE', '7');
  one.dnid = '100';
  one.limit(90_500);
  one.running = { application: 'Dial', data: 'Paper/1009,20' };
  one.callgroup = '1';
  scene.stage.clock.advance(61_000);
  const { message, entries, end } = await scene.list('Status', 'Variables: SIZE,LATE(x),NONE');
  assert.deepEqual([message, end], ['Channel status will follow', 'StatusComplete 2']);
  assert.deepEqual(entries[0]!.slice(2), [
    ['Privilege', 'Call'],
    ['Channel', 'Paper/1008-00000000'],
    ['ChannelState', '4'],
    ['ChannelStateDesc', 'Ring'],
    ['CallerIDNum', '1008'],
    ['CallerIDName', '<unknown>'],
    ['ConnectedLineNum', '<unknown>'],
    ['ConnectedLineName', '<unknown>'],
    ['Language', 'en'],
    ['AccountCode', ''],
    ['Context', 'internal'],
    ['Exten', '100'],
    ['Priority', '1'],
    ['Uniqueid', one.uniqueid],
    ['Linkedid', one.linkedid],
    ['ChanVariable', 'COLOUR=red'],
    ['Type', 'Paper'],
    ['DNID', '100'],
    ['EffectiveConnectedLineNum', '<unknown>'],
    ['EffectiveConnectedLineName', '<unknown>'],
    ['TimeToHangup', '30'],
    ['BridgeID', ''],
    ['Application', 'Dial'],
    ['Data', 'Paper/1009,20'],
    ['Nativeformats', '(ulaw|alaw)'],
    ['Callgroup', '1'],
    ['Pickupgroup', ''],
    ['Seconds', '61'],
    ['Variable', 'SIZE=7'],
    ['Variable', 'LATE(x)=Paper/1008-00000000 x'],
    ['Variable', 'NONE='],
  ]);
  const all = await scene.list('Status', `Channel: ${one.name}`, 'AllVariables: true');
  assert.equal(all.end, 'StatusComplete 1');
  assert.deepEqual(all.entries[0]!.slice(-2), [
    ['Variable', 'COLOUR=red'],
    ['Variable', 'SIZE=7'],
  ]);
  assert.equal((await scene.list('Status', 'Channel: Paper/7')).message, 'No such channel');
  assert.equal(fieldOf(entries[1]!, 'Channel'), two.name);
});

const GETS: readonly [lines: readonly string[], answer: string][] = [
  [['Channel: Paper/1008-00000000', 'Variable: COLOUR'], 'red'],
  [['Channel: Paper/1008-00000000', 'Variable: COLOUR:1:1'], 'e'],
  [['Channel: Paper/1008-00000000', 'Variable: EXTEN'], '100'],
  [['Channel: Paper/1008-00000000', 'Variable: LATE(a,b)'], 'Paper/1008-00000000 a,b'],
  [['Variable: COLOUR'], 'blue'],
  [['Variable: LATE(x)'], 'nobody x'],
  [['Variable: NONE'], ''],
  [['Channel: Paper/7', 'Variable: COLOUR'], 'No such channel'],
  [['Channel: Paper/1008-00000000'], 'No variable specified'],
];

for (const [lines, answer] of GETS) {
  test(`Getvar of ${lines.join(', ')} gives '${answer}'`, bounded, async () => {
    await using scene = await CallStage.of();
    scene.functions(LATE);
    scene.two()[0].set('COLOUR', 'red');
    scene.stage.dialplan.globals.set('COLOUR', 'blue');
    const fields = await scene.client.ask('Getvar', ...lines);
    assert.equal(fieldOf(fields, 'Value') ?? fieldOf(fields, 'Message'), answer);
    if (fieldOf(fields, 'Value') !== undefined) {
      assert.deepEqual(
        fields.filter(([name]) => name !== 'ActionID').map(([name]) => name),
        ['Response', 'Variable', 'Value'],
      );
    }
  });
}

test('Setvar sets a variable of a channel or of all, and writes a function', bounded, async () => {
  await using scene = await CallStage.of();
  scene.functions(LATE);
  const [one] = scene.two();
  const set = (...lines: string[]) => scene.message('Setvar', ...lines);
  const channel = `Channel: ${one.name}`;
  assert.equal(await set(channel, 'Variable: _COLOUR', 'Value: red'), 'Variable Set');
  assert.equal(await set(channel, 'Variable: LATE(SIZE)', 'Value: 7'), 'Variable Set');
  assert.equal(await set('Variable: COLOUR', 'Value: blue'), 'Variable Set');
  assert.equal(await set(channel, 'Variable: EMPTY'), 'Variable Set');
  assert.deepEqual(
    [...one.variables.entries()],
    [
      ['COLOUR', 'red'],
      ['SIZE', '7'],
      ['EMPTY', ''],
    ],
  );
  assert.equal(scene.stage.dialplan.globals.get('COLOUR'), 'blue');
  assert.equal(await set(channel, 'Value: red'), 'No variable specified');
  assert.equal(await set('Channel: Paper/7', 'Variable: COLOUR'), 'No such channel');
  assert.match((await set(channel, 'Variable: NOWHERE(x)', 'Value: 1'))!, /there is no function NOWHERE/);
});

/** Ways to a function that runs programs. */
const ATTACKS: readonly [advisory: string, action: string, lines: readonly string[]][] = [
  ['AST-2012-004', 'Getvar', ['Variable: SHELL(id)']],
  ['AST-2012-004', 'Getvar', ['Channel: Paper/1008-00000000', 'Variable: SHELL(id)']],
  ['AST-2012-004', 'Getvar', ['Channel: Paper/1008-00000000', 'Variable: SHELL(id):0:2']],
  ['AST-2012-004', 'Status', ['Variables: SHELL(id)']],
  ['AST-2012-004', 'Status', ['Channel: Paper/1008-00000000', 'Variables: EXTEN,SHELL(id)']],
  ['AST-2013-007', 'Setvar', ['Channel: Paper/1008-00000000', 'Variable: SHELL(id)', 'Value: 1']],
  ['AST-2013-007', 'Getvar', ['Channel: Paper/1008-00000000', 'Variable: LATER(${SHELL(id)})']],
  ['AST-2013-007', 'Setvar', ['Channel: Paper/1008-00000000', 'Variable: LATER(x)', 'Value: ${SHELL(id)}']],
];

for (const [advisory, action, lines] of ATTACKS) {
  const name = `${action} of ${lines.at(-1)}`;
  test(`${advisory}: ${name} runs no program for a user without the class system`, bounded, async () => {
    await using scene = await CallStage.of(CLERK);
    const program = shell();
    scene.functions(program, {
      ...{ name: 'LATER', synopsis: '', syntax: '' },
      // Reads what it is given once more, as EVAL does.
      read: ({ data, channel }) => scene.stage.dialplan.substitute(channel, data),
      write: async ({ channel }, value) => void (await scene.stage.dialplan.substitute(channel, value)),
    });
    scene.two();
    const message = await scene.message(action, ...lines);
    assert.deepEqual(program.ran, []);
    if (!lines.join().includes('LATER')) assert.match(message!, /Permission denied|only the dialplan may write/);
  });
}

test(
  'a user with the class system, and with live_dangerously every user, reaches the functions that the dialplan does',
  bounded,
  async () => {
    const dangerously = { 'asterisk.conf': '[options]\nlive_dangerously=yes\n' };
    for (const [user, files] of [
      [ADMIN, {}],
      [CLERK, dangerously],
    ] as const) {
      await using scene = await CallStage.of(user, files);
      const program = shell();
      scene.functions(program);
      assert.equal(fieldOf(await scene.client.ask('Getvar', 'Variable: SHELL(id)'), 'Value'), 'root');
      assert.equal(await scene.message('Setvar', 'Variable: SHELL(id)', 'Value: 1'), 'Variable Set');
      assert.deepEqual(program.ran, ['read id', 'write id 1']);
    }
  },
);

test('a value with line ends stays one line', bounded, async () => {
  await using scene = await CallStage.of();
  scene.two()[0].set('COLOUR', 'red\r\nResponse: Error');
  const fields = await scene.client.ask('Getvar', 'Channel: Paper/1008-00000000', 'Variable: COLOUR');
  assert.equal(fieldOf(fields, 'Value'), 'red\\x0d\\x0aResponse: Error');
});
