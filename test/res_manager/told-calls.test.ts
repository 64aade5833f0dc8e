/** What clients of the manager interface are told of calls, field by field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bridge } from '../../core/bridge/bridge.js';
import type { Channel } from '../../core/channel/channel.js';
import type { CallFacts } from '../../core/events.js';
import { Paper } from '../support/paper.js';
import { type Fields, fieldOf } from './client.js';
import { ADMIN, GENERAL, ManagerStage } from './stage.js';

const bounded = { timeout: 30_000 };

/** A call between two channels of paper, and a bridge for them. */
interface Scene {
  readonly at: ManagerStage;
  readonly paper: Paper;
  readonly caller: Channel;
  readonly callee: Channel;
  readonly bridge: Bridge;
}

function sceneOf(at: ManagerStage): Scene {
  const { channels } = at.stage.calls;
  const paper = new Paper(channels);
  const caller = paper.incoming('1008');
  const callee = paper.request('1009', { requestor: caller });
  assert.ok('name' in callee);
  return { at, paper, caller, callee, bridge: channels.bridge('b-1') };
}

/** The block of a channel, which every test of one expects. */
const block = (prefix: string, values: string): Fields => {
  const names =
    'Channel ChannelState ChannelStateDesc CallerIDNum CallerIDName ConnectedLineNum ConnectedLineName Language AccountCode Context Exten Priority Uniqueid Linkedid';
  const given = values.split(' ');
  return names.split(' ').map((name, at) => [`${prefix}${name}`, given[at] === '-' ? '' : given[at]!]);
};

const CALLER =
  'Paper/1008-00000000 4 Ring 1008 <unknown> <unknown> <unknown> en - internal 100 1 1795348800.0 1795348800.0';
const CALLEE =
  'Paper/1009-00000001 0 Down <unknown> <unknown> <unknown> <unknown> en - default s 1 1795348800.1 1795348800.0';
/** With something else in it. */
const but = (values: string, from: string, to: string): string => values.replace(from, to);

const bridgeBlock = (count: number): Fields => [
  ['BridgeUniqueid', 'b-1'],
  ['BridgeType', 'basic'],
  ['BridgeTechnology', 'simple_bridge'],
  ['BridgeCreator', '<unknown>'],
  ['BridgeName', '<unknown>'],
  ['BridgeNumChannels', String(count)],
  ['BridgeVideoSourceMode', 'none'],
];

const RECORD: CallFacts = {
  accountcode: 'sales',
  src: '1008',
  dst: '100',
  dcontext: 'internal',
  clid: '"Alice" <1008>',
  channel: 'Paper/1008-00000000',
  dstchannel: '',
  lastapp: 'Echo',
  lastdata: '',
  start: Date.UTC(2026, 10, 22, 12, 0, 0),
  answer: undefined,
  end: Date.UTC(2026, 10, 22, 12, 0, 7),
  duration: 7,
  billsec: 0,
  disposition: 'NO ANSWER',
  amaflags: 'DOCUMENTATION',
  uniqueid: '1795348800.0',
  userfield: '',
};

/** As this machine's clock says it. */
const local = (ms: number): string => {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString();
  return `${date.slice(0, 10)} ${date.slice(11, 19)}`;
};

type Case = readonly [event: string, privileges: string, happens: (scene: Scene) => unknown, fields: Fields];

const CASES: readonly Case[] = [
  [
    'Newchannel',
    'call',
    ({ paper }) => paper.incoming('1010', { extension: '200' }),
    block(
      '',
      'Paper/1010-00000002 4 Ring <unknown> <unknown> <unknown> <unknown> en - default s 1 1795348800.2 1795348800.2',
    ),
  ],
  ['Newstate', 'call', ({ caller }) => caller.answer(), block('', but(CALLER, '4 Ring', '6 Up'))],
  [
    'Newexten',
    'dialplan',
    ({ at, caller }) =>
      at.stage.core.emit('applicationStarted', { channel: caller, application: 'Dial', data: 'Paper/1009,20' }),
    [...block('', CALLER), ['Extension', '100'], ['Application', 'Dial'], ['AppData', 'Paper/1009,20']],
  ],
  [
    'VarSet',
    'dialplan',
    ({ caller }) => caller.set('__COLOUR', 'red'),
    [...block('', CALLER), ['Variable', 'COLOUR'], ['Value', 'red']],
  ],
  [
    'VarSet',
    'dialplan',
    ({ at }) => at.stage.core.emit('variableSet', { channel: undefined, name: 'COLOUR', value: 'red' }),
    [
      ['Variable', 'COLOUR'],
      ['Value', 'red'],
    ],
  ],
  [
    'LocalBridge',
    'call',
    ({ at, caller, callee }) =>
      at.stage.core.emit('localBridged', {
        ...{ first: caller, second: callee, context: 'internal', extension: '100', stays: false },
      }),
    [
      ...block('LocalOne', CALLER),
      ...block('LocalTwo', CALLEE),
      ...([
        ['Context', 'internal'],
        ['Exten', '100'],
        ['LocalOptimization', 'Yes'],
      ] as const),
    ],
  ],
  [
    'UserEvent',
    'user',
    ({ at, caller }) =>
      at.stage.core.emit('managerEvent', {
        event: 'UserEvent',
        privileges: ['user'],
        channel: caller,
        fields: [
          ['UserEvent', 'Alarm'],
          ['Note', 'a\r\nb'],
        ],
      }),
    [...block('', CALLER), ['UserEvent', 'Alarm'], ['Note', 'a\\x0d\\x0ab']],
  ],
  [
    'NewCallerid',
    'call',
    ({ caller }) => caller.changeCaller({ number: '77', name: 'Alice', presentation: 'prohib_passed_screen' }),
    [
      ...block('', but(CALLER, '1008 <unknown>', '77 Alice')),
      ['CID-CallingPres', '33 (Presentation Prohibited, Passed Screen)'],
    ],
  ],
  [
    'NewConnectedLine',
    'call',
    ({ caller }) => caller.connect({ number: '1009', name: 'Bob', presentation: 'allowed' }),
    block('', but(CALLER, '1008 <unknown> <unknown> <unknown>', '1008 <unknown> 1009 Bob')),
  ],
  [
    'NewAccountCode',
    'call',
    ({ caller }) => caller.changeAccount('sales'),
    [...block('', but(CALLER, 'en -', 'en sales')), ['OldAccountCode', '']],
  ],
  [
    'DialBegin',
    'call',
    ({ at, caller, callee }) => at.stage.core.emit('dialBegan', { caller, callee, dialString: '1009' }),
    [...block('', CALLER), ...block('Dest', CALLEE), ['DialString', '1009']],
  ],
  [
    'DialState',
    'call',
    ({ at, caller, callee }) => at.stage.core.emit('dialState', { caller, callee, status: 'RINGING' }),
    [...block('', CALLER), ...block('Dest', CALLEE), ['DialStatus', 'RINGING']],
  ],
  [
    'DialEnd',
    'call',
    ({ at, caller, callee }) => at.stage.core.emit('dialEnded', { caller, callee, status: 'BUSY' }),
    [...block('', CALLER), ...block('Dest', CALLEE), ['DialStatus', 'BUSY']],
  ],
  [
    'DialEnd',
    'call',
    ({ at, callee }) =>
      at.stage.core.emit('dialEnded', { caller: undefined, callee, status: 'CANCEL', forward: 'Local/7@x' }),
    [...block('Dest', CALLEE), ['DialStatus', 'CANCEL'], ['Forward', 'Local/7@x']],
  ],
  ['Hold', 'call', ({ caller }) => caller.nowHeld(true), block('', CALLER)],
  [
    'Hold',
    'call',
    ({ caller }) => {
      caller.musicclass = 'jazz';
      caller.nowHeld(true);
    },
    [...block('', CALLER), ['MusicClass', 'jazz']],
  ],
  ['Unhold', 'call', ({ caller }) => caller.nowHeld(false), block('', CALLER)],
  [
    'HangupRequest',
    'call',
    ({ caller }) => caller.requestHangup(16, caller.name),
    [...block('', CALLER), ['Cause', '16']],
  ],
  ['SoftHangupRequest', 'call', ({ caller }) => caller.requestHangup(), block('', CALLER)],
  [
    'Hangup',
    'call',
    ({ caller }) => caller.end(17),
    [...block('', CALLER), ['Cause', '17'], ['Cause-txt', 'User busy']],
  ],
  ['BridgeCreate', 'call', ({ at }) => at.stage.calls.channels.bridge('b-1'), bridgeBlock(0)],
  ['BridgeEnter', 'call', ({ bridge, caller }) => bridge.enter(caller), [...bridgeBlock(1), ...block('', CALLER)]],
  [
    'BridgeLeave',
    'call',
    ({ bridge, caller }) => {
      bridge.enter(caller);
      bridge.leave(caller);
    },
    [...bridgeBlock(0), ...block('', CALLER)],
  ],
  ['BridgeDestroy', 'call', ({ bridge }) => bridge.destroy(), bridgeBlock(0)],
  [
    'DTMFBegin',
    'dtmf',
    ({ caller }) => caller.digitBegan('5'),
    [...block('', CALLER), ['Digit', '5'], ['Direction', 'Received']],
  ],
  [
    'DTMFEnd',
    'dtmf',
    ({ caller }) => caller.endDigit('5', 120),
    [...block('', CALLER), ['Digit', '5'], ['DurationMs', '120'], ['Direction', 'Sent']],
  ],
  [
    'DeviceStateChange',
    'call',
    ({ at }) => at.stage.core.emit('deviceStateChanged', { device: 'Paper/1008', state: 'INUSE' }),
    [
      ['Device', 'Paper/1008'],
      ['State', 'INUSE'],
    ],
  ],
  [
    'ExtensionStatus',
    'call',
    ({ at }) =>
      at.stage.core.emit('extensionStateChanged', {
        context: 'internal',
        extension: '100',
        hint: 'Paper/1008',
        status: 1,
        statusText: 'InUse',
      }),
    [
      ['Exten', '100'],
      ['Context', 'internal'],
      ['Hint', 'Paper/1008'],
      ['Status', '1'],
      ['StatusText', 'InUse'],
    ],
  ],
  [
    'Cdr',
    'cdr',
    ({ at }) => at.stage.core.emit('callRecorded', { record: RECORD }),
    [
      ['AccountCode', 'sales'],
      ['Source', '1008'],
      ['Destination', '100'],
      ['DestinationContext', 'internal'],
      ['CallerID', '"Alice" <1008>'],
      ['Channel', 'Paper/1008-00000000'],
      ['DestinationChannel', ''],
      ['LastApplication', 'Echo'],
      ['LastData', ''],
      ['StartTime', local(RECORD.start)],
      ['AnswerTime', ''],
      ['EndTime', local(RECORD.end)],
      ['Duration', '7'],
      ['BillableSeconds', '0'],
      ['Disposition', 'NO ANSWER'],
      ['AMAFlags', 'DOCUMENTATION'],
      ['UniqueID', '1795348800.0'],
      ['UserField', ''],
    ],
  ],
];

for (const [event, privileges, happens, fields] of CASES) {
  test(
    `${event} tells ${fields
      .map(([name]) => name)
      .slice(-3)
      .join(', ')} in its order`,
    bounded,
    async () => {
      await using at = await ManagerStage.of();
      const scene = sceneOf(at);
      const client = await at.admin();
      const from = client.messages.length;
      happens(scene);
      assert.deepEqual(await client.event(event, from), [
        ['Event', event],
        ['Privilege', `${privileges},all`],
        ...fields,
      ]);
      for (const channel of [...at.stage.calls.channels.values()]) channel.end();
    },
  );
}

test('channelvars are told with every channel that has them, of a second one under its prefix', bounded, async () => {
  await using at = await ManagerStage.of(`${GENERAL}channelvars = COLOUR, SIZE,CDR(userfield)\n${ADMIN}`);
  assert.match(at.stage.lines.join('\n'), /'CDR\(userfield\)' is no name of a variable/);
  const { caller, callee } = sceneOf(at);
  caller.set('COLOUR', 'red\r\nEvent: Fake');
  callee.set('SIZE', '7');
  const client = await at.admin();
  at.stage.core.emit('dialState', { caller, callee, status: 'RINGING' });
  const told = await client.event('DialState');
  assert.deepEqual(
    told.filter(([name]) => name.includes('ChanVariable')),
    [
      ['ChanVariable', 'COLOUR=red\\x0d\\x0aEvent: Fake'],
      ['DestChanVariable', 'SIZE=7'],
    ],
  );
  assert.equal(told[told.findIndex(([name]) => name === 'ChanVariable') - 1]![0], 'Linkedid');
  for (const channel of [caller, callee]) channel.end();
});

test('a hangup by somebody else and one by the far end are told apart, once each', bounded, async () => {
  await using at = await ManagerStage.of();
  const { caller, callee } = sceneOf(at);
  const client = await at.admin();
  const from = client.messages.length;
  caller.requestHangup(16);
  caller.requestHangup(17, caller.name);
  callee.requestHangup(17, callee.name);
  callee.end();
  caller.end();
  await client.ask('Echo');
  const told = client.messages.slice(from).map(message => [fieldOf(message, 'Event'), fieldOf(message, 'Cause')]);
  assert.deepEqual(told.slice(0, 4), [
    ['SoftHangupRequest', '16'],
    ['HangupRequest', '17'],
    ['Hangup', '17'],
    ['Hangup', '16'],
  ]);
});
