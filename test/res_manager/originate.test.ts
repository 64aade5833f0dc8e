/** Calls that clients of the manager interface make: what they are given, how they come out, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application, DialplanFunction } from '../../core/dialplan/application.js';
import { toldOf } from '../support/paper.js';
import { CallStage, CLERK } from './call-stage.js';
import { type Fields, fieldOf } from './client.js';
import { ADMIN } from './stage.js';

const bounded = { timeout: 10_000 };

const ran: string[] = [];

const application = (name: string, dangerous = false): Application => ({
  ...{ name, dangerous, synopsis: '', syntax: '' },
  run: (channel, data) => void ran.push(`${name}(${data}) on ${channel.name}`),
});

/** Ends when the channel is wanted elsewhere. */
const WAIT: Application = {
  ...{ name: 'Wait', synopsis: '', syntax: '' },
  run: async channel => void (await channel.wait()),
};

async function staged(user = ADMIN) {
  ran.length = 0;
  const scene = await CallStage.of(user);
  const { applications } = scene.stage.calls;
  for (const each of [application('Note'), application('System', true), application('Format', true), WAIT]) {
    applications.add('test', each);
  }
  scene.write('internal', '600, Note(${EXTEN} ${COLOUR} ${CALLERID(num)})\n600, (again) Note(again)');
  return scene;
}

const PLACE = ['Channel: Paper/1009', 'Context: internal', 'Exten: 600', 'Priority: 1'];
const NOTE = ['Channel: Paper/1009', 'Application: Note', 'Data: hello'];

type Scene = Awaited<ReturnType<typeof staged>>;

/** The channel that is called, once it is. */
const requested = async (scene: Scene, at = 0) => {
  await scene.at.seen(() => scene.paper.requested.length > at);
  const channel = scene.paper.requested[at]!;
  await scene.at.seen(() => toldOf(channel).includes('call'));
  return channel;
};

test('who answers goes into the dialplan, and the client is answered then', bounded, async () => {
  await using scene = await staged();
  const answer = scene.message('Originate', ...PLACE);
  const channel = await requested(scene);
  assert.equal(channel.state, 'Down');
  channel.toState('Ringing');
  channel.nowAnswered();
  assert.equal(await answer, 'Originate successfully queued');
  await channel.whenEnded();
  assert.deepEqual(ran, [`Note(600  ) on ${channel.name}`, `Note(again) on ${channel.name}`]);
  assert.equal(scene.stage.clock.pending, 0);
});

test('who answers has an application run, and is hung up after it', bounded, async () => {
  await using scene = await staged();
  const answer = scene.message('Originate', ...NOTE);
  const channel = await requested(scene);
  channel.nowAnswered();
  assert.equal(await answer, 'Originate successfully queued');
  await channel.whenEnded();
  assert.deepEqual([ran, toldOf(channel)], [[`Note(hello) on ${channel.name}`], ['call', 'hangup 16']]);
});

test('an application is left for the dialplan when the channel is sent there', bounded, async () => {
  await using scene = await staged();
  const answer = scene.message('Originate', 'Channel: Paper/1009', 'Application: Wait');
  const channel = await requested(scene);
  channel.nowAnswered();
  await answer;
  await scene.at.seen(() => channel.running?.application === 'Wait');
  const to = ['Context: internal', 'Exten: 600', 'Priority: again'];
  assert.equal(await scene.message('Redirect', `Channel: ${channel.name}`, ...to), 'Redirect successful');
  await channel.whenEnded();
  assert.deepEqual(ran, [`Note(again) on ${channel.name}`]);
});

test('the channel has what the client, and its section of manager.conf, give it', bounded, async () => {
  await using scene = await staged(`${ADMIN}setvar = SIZE=7\nsetvar = COLOUR=blue\n`);
  scene.write('prepare', 's, Note(before)\ns, Return()');
  const late: DialplanFunction = {
    ...{ name: 'LATE', synopsis: '', syntax: '' },
    write: ({ data, channel }, value) => channel!.set(data, value),
  };
  scene.functions(late);
  const answer = scene.message(
    'Originate',
    ...PLACE,
    ...['CallerID: "Wall Board" <77>', 'Variable: COLOUR=red,__DEEP=1', 'Variable: LATE(TASTE)=sweet'],
    ...['Account: sales', 'Codecs: alaw, G722', 'ChannelId: mine-1', 'OtherChannelId: mine-2'],
  );
  const channel = await requested(scene);
  assert.deepEqual(
    [...channel.variables.entries()],
    [
      ['SIZE', '7'],
      ['COLOUR', 'red'],
      ['DEEP', '1'],
      ['TASTE', 'sweet'],
    ],
  );
  const { caller, ani, connected, accountcode, peeraccount, uniqueid } = channel;
  assert.deepEqual(
    [caller.name, caller.number, ani.number, connected.number, accountcode, peeraccount, uniqueid],
    ['Wall Board', '77', '77', '77', 'sales', 'sales', 'mine-1'],
  );
  const { formats, otherUniqueid, requestor } = scene.paper.asked!;
  assert.deepEqual([formats, otherUniqueid, requestor], [['alaw', 'g722'], 'mine-2', undefined]);
  assert.equal(
    await (await scene.at.admin()).ask('Originate', ...PLACE, 'ChannelId: mine-1').then(one => fieldOf(one, 'Message')),
    "There is a channel 'mine-1' already",
  );
  channel.requestHangup(17);
  assert.equal(await answer, 'Originate failed');
});

const FAILURES: readonly [what: string, happens: (scene: Scene) => Promise<void>, reason: string, told: string][] = [
  ['nobody answers in time', async ({ stage }) => stage.clock.advance(3000), '3', 'hangup 19'],
  ['it is busy', async scene => (await requested(scene)).requestHangup(17), '5', 'hangup 17'],
  ['there is congestion', async scene => (await requested(scene)).requestHangup(34), '8', 'hangup 34'],
  ['it hangs up', async scene => (await requested(scene)).requestHangup(16), '1', 'hangup 16'],
];

for (const [what, happens, reason, told] of FAILURES) {
  test(`when ${what} the client is told at once, or with Async by the reason ${reason}`, bounded, async () => {
    await using scene = await staged();
    const listener = await scene.at.admin('Events: call');
    const answer = scene.message('Originate', ...PLACE, 'Timeout: 3000');
    const channel = await requested(scene);
    await happens(scene);
    assert.equal(await answer, 'Originate failed');
    assert.deepEqual([toldOf(channel), channel.ended], [['call', told], true]);
    scene.paper.requested.length = 0;
    const queued = scene.message('Originate', ...PLACE, 'Timeout: 3000', 'Async: true', 'CallerID: 77');
    assert.equal(await queued, 'Originate successfully queued');
    const later = await requested(scene);
    await happens(scene);
    const event = await listener.event('OriginateResponse');
    assert.deepEqual(
      event.filter(([name]) => name !== 'ActionID'),
      [
        ['Event', 'OriginateResponse'],
        ['Privilege', 'call,all'],
        ['Response', 'Failure'],
        ['Channel', later.name],
        ['Context', 'internal'],
        ['Exten', '600'],
        ['Reason', reason],
        ['Uniqueid', later.uniqueid],
        ['CallerIDNum', '77'],
        ['CallerIDName', '<unknown>'],
      ],
    );
    assert.equal(scene.stage.clock.pending, 0);
    assert.equal(scene.channels.size, 0);
  });
}

test('with Async the outcome is told with the ActionID of the request', bounded, async () => {
  await using scene = await staged();
  const listener = await scene.at.admin('Events: call');
  const answer = await scene.client.ask('Originate', ...NOTE, 'Async: yes');
  assert.equal(fieldOf(answer, 'Message'), 'Originate successfully queued');
  (await requested(scene)).nowAnswered();
  const event = await listener.event('OriginateResponse');
  assert.deepEqual(event.slice(2, 8), [
    ['ActionID', fieldOf(answer, 'ActionID')],
    ['Response', 'Success'],
    ['Channel', 'Paper/1009-00000000'],
    ['Application', 'Note'],
    ['Data', 'hello'],
    ['Reason', '4'],
  ]);
});

test('a channel that is not to be had has no name and no uniqueid', bounded, async () => {
  await using scene = await staged();
  const listener = await scene.at.admin('Events: call');
  await scene.message('Originate', 'Channel: Paper/nobody', ...PLACE.slice(1), 'Async: true');
  const event: Fields = await listener.event('OriginateResponse');
  assert.deepEqual(
    ['Channel', 'Reason', 'Uniqueid', 'CallerIDNum'].map(name => fieldOf(event, name)),
    ['Paper/nobody', '0', '<null>', '<unknown>'],
  );
});

test('what is heard before the answer is enough with EarlyMedia', bounded, async () => {
  for (const [early, message] of [
    ['true', 'Originate successfully queued'],
    ['false', 'Originate failed'],
  ] as const) {
    await using scene = await staged();
    const answer = scene.message('Originate', ...NOTE, `EarlyMedia: ${early}`, 'Timeout: 1000');
    const channel = await requested(scene);
    channel.nowProceeding('progress');
    scene.stage.clock.advance(1000);
    assert.equal(await answer, message);
  }
});

test('the way of the call is told as of a dial that nobody makes', bounded, async () => {
  await using scene = await staged();
  const listener = await scene.at.admin('Events: call');
  const answer = scene.message('Originate', ...NOTE);
  const channel = await requested(scene);
  channel.toState('Ringing');
  channel.nowAnswered();
  await answer;
  const end = await listener.event('DialEnd');
  const told = listener.messages
    .filter(one => /^Dial/.test(fieldOf(one, 'Event') ?? ''))
    .map(one => [
      fieldOf(one, 'Event'),
      fieldOf(one, 'DialStatus'),
      fieldOf(one, 'DestChannel'),
      fieldOf(one, 'Channel'),
    ]);
  assert.deepEqual(told, [
    ['DialBegin', undefined, channel.name, undefined],
    ['DialState', 'RINGING', channel.name, undefined],
    ['DialEnd', 'ANSWER', channel.name, undefined],
  ]);
  assert.equal(fieldOf(end, 'DestChannelStateDesc'), 'Up');
});

const WRONG: readonly [lines: readonly string[], message: string][] = [
  [PLACE.slice(1), 'Channel not specified'],
  [['Channel: Paper', ...PLACE.slice(1)], 'Invalid channel'],
  [['Channel: Nowhere/1009', ...PLACE.slice(1)], 'Originate failed'],
  [['Channel: Paper/nobody', ...PLACE.slice(1)], 'Originate failed'],
  [[...PLACE, 'Timeout: soon'], 'Invalid timeout'],
  [[...PLACE, 'Timeout: 0'], 'Invalid timeout'],
  [[...PLACE.slice(0, 3), 'Priority: nowhere'], 'Invalid priority'],
  [[...PLACE.slice(0, 3), 'Priority: 0'], 'Invalid priority'],
  [PLACE.slice(0, 3), "Originate with 'Exten' requires 'Context' and 'Priority'"],
  [['Channel: Paper/1009'], "Originate with 'Exten' requires 'Context' and 'Priority'"],
  [['Channel: Paper/1009', 'Application: Nothing'], "There is no application 'Nothing'"],
  [[...PLACE, `ChannelId: ${'x'.repeat(150)}`], 'Uniqueid length exceeds maximum of 149'],
  [[...PLACE, 'PreDialGoSub: nowhere,s,1'], 'there is no s@nowhere:1'],
];

for (const [lines, message] of WRONG) {
  test(`Originate with ${lines.join(', ').slice(0, 90)} is answered: ${message}`, bounded, async () => {
    await using scene = await staged();
    assert.equal(await scene.message('Originate', ...lines), message);
    assert.equal(scene.channels.size, 0);
    assert.equal(scene.stage.clock.pending, 0);
  });
}

const DENIED = 'Originate Access Forbidden: app or data blacklisted';

const ATTACKS: readonly [advisory: string, what: string, lines: readonly string[], message: string][] = [
  ['AST-2011-006', 'the application System', ['Application: System', 'Data: id'], DENIED],
  ['AST-2011-006', 'it in other letters', ['Application: sYsTeM', 'Data: id'], DENIED],
  ['AST-2011-006', 'TrySystem', ['Application: TrySystem', 'Data: id'], DENIED],
  ['AST-2012-004', 'a function in arguments', ['Application: Note', 'Data: ${SHELL(id)}'], DENIED],
  ['AST-2012-004', 'EVAL in arguments', ['Application: Note', 'Data: ${EVAL(${x})}'], DENIED],
  ['AST-2012-004', 'a database', ['Application: Note', 'Data: ${DB(a/b)}'], DENIED],
  ['AST-2013-007', 'a function as a variable', ['Application: Note', 'Variable: SHELL(id)=1'], 'Permission denied'],
  ['AST-2013-007', 'it behind another', ['Application: Note', 'Variable: A=1,SHELL(id)=1'], 'Permission denied'],
  ['AST-2019-007', 'AGI', ['Application: AGI', 'Data: x'], DENIED],
  ['AST-2019-007', 'EAGI and its like', ['Application: EAGI', 'Data: x'], DENIED],
  ['AST-2019-007', 'an application that runs others', ['Application: TryExec', 'Data: System(id)'], DENIED],
  ['AST-2019-007', 'ExternalIVR', ['Application: ExternalIVR', 'Data: x'], DENIED],
  ['GHSA-c4cg-9275-6w44', 'MixMonitor', ['Application: MixMonitor', 'Data: /etc/x'], DENIED],
  ['GHSA-c4cg-9275-6w44', 'FILE', ['Application: Note', 'Data: ${FILE(/etc/passwd)}'], DENIED],
  ['GHSA-c4cg-9275-6w44', 'Originate', ['Application: Originate', 'Data: x'], DENIED],
  ['GHSA-c4cg-9275-6w44', 'Reload', ['Application: Reload'], DENIED],
  ['GHSA-c4cg-9275-6w44', 'DBdeltree', ['Application: DBdeltree', 'Data: x'], DENIED],
  ['GHSA-c4cg-9275-6w44', 'what its module says is dangerous', ['Application: Format', 'Data: c:'], DENIED],
];

for (const [advisory, what, lines, message] of ATTACKS) {
  test(`${advisory}: Originate with ${what} needs the class system: ${lines.at(-1)}`, bounded, async () => {
    await using scene = await staged(CLERK);
    const shell: DialplanFunction = {
      ...{ name: 'SHELL', synopsis: '', syntax: '' },
      dangerous: 'both',
      read: () => 'root',
      write() {},
    };
    scene.functions(shell);
    for (const how of ['Async: false', 'Async: true']) {
      assert.equal(await scene.message('Originate', 'Channel: Paper/1009', ...lines, how), message);
    }
    assert.deepEqual([scene.paper.requested, ran], [[], []]);
  });
}

test('Queue with a script needs the class system or agi', bounded, async () => {
  for (const [user, message] of [
    [CLERK.replace(',agi', ''), DENIED],
    [CLERK, "There is no application 'Queue'"],
  ] as const) {
    await using scene = await staged(user);
    const lines = ['Channel: Paper/1009', 'Application: Queue', 'Data: sales,t,,,60,script.agi'];
    assert.equal(await scene.message('Originate', ...lines), message);
  }
});

test('arguments of an application are not read once more: what stands in them is text', bounded, async () => {
  await using scene = await staged();
  const answer = scene.message('Originate', 'Channel: Paper/1009', 'Application: Note', 'Data: ${EXTEN}');
  (await requested(scene)).nowAnswered();
  await answer;
  await scene.at.seen(() => ran.length > 0);
  assert.match(ran[0]!, /^Note\(\$\{EXTEN\}\)/);
});

test('a user with the class system may run System', bounded, async () => {
  await using scene = await staged();
  const answer = scene.message('Originate', 'Channel: Paper/1009', 'Application: System', 'Data: id');
  (await requested(scene)).nowAnswered();
  assert.equal(await answer, 'Originate successfully queued');
  await scene.at.seen(() => ran.length > 0);
});

test('no more than 200 ring for clients at a time', bounded, async () => {
  await using scene = await staged();
  for (let n = 0; n < 200; n += 1) scene.client.send('Action: Originate', ...PLACE, 'Async: true', 'Timeout: 1000');
  assert.match((await scene.message('Originate', ...PLACE))!, /Originate failed: 200 calls of clients ring already/);
  scene.stage.clock.advance(1000);
  await scene.stage.settled();
  const answer = scene.message('Originate', ...PLACE);
  (await requested(scene, 200)).nowAnswered();
  assert.equal(await answer, 'Originate successfully queued');
});

test('a client that goes away while it rings leaves nothing behind', bounded, async () => {
  await using scene = await staged();
  const gone = await scene.at.admin();
  gone.send('Action: Originate', ...PLACE, 'Timeout: 5000');
  const channel = await requested(scene);
  gone.socket.destroy();
  await gone.closed;
  scene.stage.clock.advance(5000);
  await channel.whenEnded();
  assert.deepEqual([scene.channels.size, scene.stage.clock.pending], [0, 0]);
});
