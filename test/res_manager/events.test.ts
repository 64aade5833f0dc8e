/** What clients of the manager interface are told, and when. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event, Fact } from '../../core/events.js';
import type { Privilege } from '../../core/manager.js';
import { type Fields, fieldOf, type ManagerClient } from './client.js';
import { ADMIN, GENERAL, ManagerStage } from './stage.js';

const bounded = { timeout: 30_000 };

type Told = { [E in Event]: readonly [event: E, fact: Fact<E>] }[Event];

const FACTS: readonly [told: Told, event: Fields][] = [
  [
    ['peerStatus', { technology: 'SIP', peer: '1008', status: 'Registered', address: '192.0.2.1:5060' }],
    [
      ['Event', 'PeerStatus'],
      ['Privilege', 'system,all'],
      ['ChannelType', 'SIP'],
      ['Peer', 'SIP/1008'],
      ['PeerStatus', 'Registered'],
      ['Address', '192.0.2.1:5060'],
    ],
  ],
  [
    ['peerStatus', { technology: 'SIP', peer: '1008', status: 'Unreachable', time: -1 }],
    [
      ['Event', 'PeerStatus'],
      ['Privilege', 'system,all'],
      ['ChannelType', 'SIP'],
      ['Peer', 'SIP/1008'],
      ['PeerStatus', 'Unreachable'],
      ['Time', '-1'],
    ],
  ],
  [
    ['registryStatus', { technology: 'SIP', username: '2001', domain: 'example.org', status: 'Registered' }],
    [
      ['Event', 'Registry'],
      ['Privilege', 'system,all'],
      ['ChannelType', 'SIP'],
      ['Username', '2001'],
      ['Domain', 'example.org'],
      ['Status', 'Registered'],
    ],
  ],
  [
    ['moduleReloaded', { module: 'chan_sip', reason: 'cli', status: 'Failure', why: 'x' }],
    [
      ['Event', 'Reload'],
      ['Privilege', 'system,all'],
      ['Module', 'chan_sip.so'],
      ['Status', '3'],
    ],
  ],
  [
    ['moduleUnloaded', { module: 'chan_sip', status: 'Success' }],
    [
      ['Event', 'Unload'],
      ['Privilege', 'system,all'],
      ['Module', 'chan_sip.so'],
      ['Status', 'Success'],
    ],
  ],
  [
    ['shutdown', { cleanly: true, restart: false }],
    [
      ['Event', 'Shutdown'],
      ['Privilege', 'system,all'],
      ['Shutdown', 'Cleanly'],
      ['Restart', 'False'],
    ],
  ],
  [
    ['managerEvent', { event: 'UserEvent', privileges: ['user'], fields: [['UserEvent', 'x\r\nEvent: Fake']] }],
    [
      ['Event', 'UserEvent'],
      ['Privilege', 'user,all'],
      ['UserEvent', 'x\\x0d\\x0aEvent: Fake'],
    ],
  ],
];

/** Behind everything that was told before. */
const after = async (client: ManagerClient): Promise<string[]> => {
  await client.ask('Echo');
  return client.messages.map(message => fieldOf(message, 'Event')).filter(name => name !== undefined);
};

for (const [told, event] of FACTS) {
  test(`the fact ${told[0]} is told as ${event[0]![1]}, field by field`, bounded, async () => {
    await using at = await ManagerStage.of();
    const client = await at.admin('Events: system,user');
    at.stage.core.emit(...(told as ['shutdown', Fact<'shutdown'>]));
    assert.deepEqual(await client.event(event[0]![1]!, 2), event);
  });
}

const NEWS: Fact<'peerStatus'> = { technology: 'SIP', peer: '1008', status: 'Registered' };

const AUDIENCE: readonly [who: string, read: string, events: string, heard: boolean][] = [
  ['who may read the class', 'system', '', true],
  ['who may read another class', 'call,security', '', false],
  ['who wants none', 'system', 'off', false],
  ['who wants the class', 'all', 'system,call', true],
  ['who wants it by its bit', 'all', '1', true],
  ['who wants another', 'all', 'call', false],
  ['who wants more than he may read', 'call', 'on', false],
];

for (const [who, read, events, heard] of AUDIENCE) {
  test(`an event is ${heard ? '' : 'not '}told to one ${who}`, bounded, async () => {
    await using at = await ManagerStage.of(`${GENERAL}[admin]\nsecret=s3cret\nread=${read}\n`);
    const client = await at.admin(`Events: ${events}`);
    at.stage.core.emit('peerStatus', NEWS);
    assert.equal((await after(client)).includes('PeerStatus'), heard);
  });
}

test('Events changes what is told, and says so', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin('Events: off');
  for (const [mask, answer, heard] of [
    ['on', 'On', 1],
    ['off', 'Off', 1],
    ['system', 'On', 2],
    ['nonsense', undefined, 3],
  ] as const) {
    assert.equal(fieldOf(await client.ask('Events', `EventMask: ${mask}`), 'Events'), answer);
    at.stage.core.emit('peerStatus', NEWS);
    assert.equal((await after(client)).filter(name => name === 'PeerStatus').length, heard, mask);
  }
});

test('a module brings a list action, and events of classes that not everybody may read', bounded, async () => {
  const readers = '[calls]\nsecret=s3cret\nread=call\nwrite=call\n[keys]\nsecret=s3cret\nread=call,dtmf\n';
  await using at = await ManagerStage.of(GENERAL + readers);
  const { core } = at.stage;
  core.action({
    name: 'Status',
    privileges: ['system', 'call', 'reporting'],
    summary: 'List channels',
    arguments: [{ name: 'Channel', help: 'One of them alone' }],
    run(call) {
      const list = call.list('Channel status will follow');
      for (const channel of ['SIP/1008-1', 'SIP/1009-2']) list.entry('Status', [['Channel', channel]]);
      list.complete('StatusComplete');
    },
  });
  let asked = 0;
  const tell = (event: string, ...privileges: Privilege[]) =>
    core.emit('managerEvent', {
      event,
      privileges,
      fields: () => {
        asked += 1;
        return [['Channel', 'SIP/1008-1']];
      },
    });
  tell('Newchannel', 'call');
  assert.equal(asked, 0);
  const [calls, keys] = [at.client(), at.client()];
  await calls.login('calls');
  await keys.login('keys');
  tell('Newchannel', 'call');
  tell('DTMFBegin', 'dtmf');
  tell('VarSet', 'dialplan');
  assert.deepEqual([await after(calls), await after(keys)], [['Newchannel'], ['Newchannel', 'DTMFBegin']]);
  assert.equal(asked, 2);
  assert.deepEqual(await keys.event('DTMFBegin'), [
    ['Event', 'DTMFBegin'],
    ['Privilege', 'dtmf,all'],
    ['Channel', 'SIP/1008-1'],
  ]);
  const from = calls.messages.length;
  assert.equal(fieldOf(await calls.ask('Status'), 'EventList'), 'start');
  const end = await calls.event('StatusComplete', from);
  assert.deepEqual([fieldOf(end, 'EventList'), fieldOf(end, 'ListItems')], ['Complete', '2']);
  assert.equal(fieldOf(await keys.ask('Status'), 'Message'), 'Permission denied');
});

test('FullyBooted follows the login at once, before other events', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin();
  await client.event('SuccessfulAuth');
  assert.deepEqual(
    client.messages.map(([first]) => first![1]),
    ['Success', 'FullyBooted', 'SuccessfulAuth'],
  );
});

test('a filter of the file, and one that is added, decide what is told', bounded, async () => {
  const filtered = `${GENERAL}${ADMIN}eventfilter=PeerStatus\neventfilter(action(exclude),header(Peer),method(ends_with))=/1009\n`;
  await using at = await ManagerStage.of(filtered);
  const client = await at.admin();
  for (const peer of ['1008', '1009']) at.stage.core.emit('peerStatus', { ...NEWS, peer });
  at.stage.core.emit('moduleLoaded', { module: 'x', status: 'Success' });
  assert.deepEqual(await after(client), ['FullyBooted', 'PeerStatus']);
  assert.equal(
    fieldOf(await client.ask('Filter', 'Operation: Add', 'Filter: !1008'), 'Message'),
    'Filter Added Successfully',
  );
  at.stage.core.emit('peerStatus', NEWS);
  assert.deepEqual(await after(client), ['FullyBooted', 'PeerStatus']);
  assert.match(fieldOf(await client.ask('Filter', 'Operation: Add', 'Filter: ('), 'Message')!, /no regular expression/);
});

test('filters that are added are no more together than what can be looked through at once', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin();
  const answers = [];
  for (let n = 0; n < 3; n += 1) {
    const answer = await client.ask('Filter', 'Operation: Add', 'Filter: !([ab][cd]?){80}x');
    answers.push(fieldOf(answer, 'Message'));
  }
  const added = 'Filter Added Successfully';
  assert.deepEqual(answers, [added, added, 'Filter: the filters of the session are too much together']);
});

test(
  'time, sequence and system are told where they are wanted; events that are disabled are not',
  bounded,
  async () => {
    const conf = `${GENERAL}timestampevents=yes\ndebug=yes\ndisabledevents=Load,Unload\n${ADMIN}`;
    await using at = await ManagerStage.of(conf, { 'asterisk.conf': '[options]\nsystemname=desk\n' });
    const client = await at.admin('Events: system');
    at.stage.core.emit('moduleLoaded', { module: 'x', status: 'Success' });
    at.stage.core.emit('peerStatus', NEWS);
    const names = (await client.event('PeerStatus')).map(([name]) => name);
    assert.deepEqual(names.slice(0, 5), ['Event', 'Privilege', 'SequenceNumber', 'Timestamp', 'SystemName']);
    assert.equal((await after(client)).includes('Load'), false);
  },
);

test('WaitEvent gives what waits, or waits for it, or for its time', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin('Events: system');
  const came = client.ask('WaitEvent', 'Timeout: 60');
  await at.seen(() => at.stage.heap.size > 0);
  at.stage.core.emit('peerStatus', NEWS);
  assert.equal(fieldOf(await came, 'Message'), 'Waiting for Event completed.');
  await client.event('WaitEventComplete');
  assert.deepEqual(await after(client), ['FullyBooted', 'PeerStatus', 'WaitEventComplete']);
  const nothing = client.ask('WaitEvent', 'Timeout: 3');
  await at.seen(() => at.stage.heap.size > 0);
  at.stage.clock.advance(3000);
  assert.equal(fieldOf(await nothing, 'Response'), 'Success');
});
