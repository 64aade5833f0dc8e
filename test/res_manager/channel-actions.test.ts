/** What clients of the manager interface do with calls that are there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toldOf } from '../support/paper.js';
import { CallStage } from './call-stage.js';
import { fieldOf } from './client.js';
import { ADMIN } from './stage.js';

const bounded = { timeout: 30_000 };

/** With two that call. */
async function staged(user?: string) {
  const stage = await CallStage.of(user);
  const [one, two] = stage.two();
  return Object.assign(stage, { one, two });
}

test(
  'CoreShowChannels lists channels with what runs on them, how long they last, and their bridge',
  bounded,
  async () => {
    await using scene = await staged();
    const { at, one, two, channels } = scene;
    one.running = { application: 'Dial', data: 'Paper/1009' };
    channels.bridge('b-1').enter(one);
    at.stage.clock.advance(3_723_400);
    const { message, entries, end } = await scene.list('CoreShowChannels');
    assert.deepEqual([message, end], ['Channels will follow', 'CoreShowChannelsComplete 2']);
    const id = fieldOf(entries[0]!, 'ActionID')!;
    assert.deepEqual(entries[0], [
      ['Event', 'CoreShowChannel'],
      ['ActionID', id],
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
      ['Application', 'Dial'],
      ['ApplicationData', 'Paper/1009'],
      ['Duration', '01:02:03'],
      ['BridgeId', 'b-1'],
    ]);
    assert.equal(fieldOf(entries[1]!, 'Channel'), two.name);
  },
);

test('no channels are a list without entries, as recorded', bounded, async () => {
  await using scene = await staged();
  for (const channel of [scene.one, scene.two]) channel.end();
  assert.deepEqual(await scene.list('CoreShowChannels'), {
    message: 'Channels will follow',
    entries: [],
    end: 'CoreShowChannelsComplete 0',
  });
});

test('BridgeList tells each bridge and how many are in it', bounded, async () => {
  await using scene = await staged();
  const bridge = scene.channels.bridge('b-1');
  bridge.enter(scene.one);
  const { entries, end } = await scene.list('BridgeList');
  assert.equal(end, 'BridgeListComplete 1');
  assert.deepEqual(entries[0]!.slice(2), [
    ['BridgeUniqueid', 'b-1'],
    ['BridgeType', 'basic'],
    ['BridgeTechnology', 'simple_bridge'],
    ['BridgeCreator', '<unknown>'],
    ['BridgeName', '<unknown>'],
    ['BridgeNumChannels', '1'],
    ['BridgeVideoSourceMode', 'none'],
  ]);
});

const HANGUPS: readonly [lines: readonly string[], message: string, hungUp: readonly string[], causes: string][] = [
  [['Channel: paper/1008-00000000'], 'Channel Hungup', [], '0 -'],
  [['Channel: UNIQUEID', 'Cause: 17'], 'Channel Hungup', [], '17 -'],
  [['Channel: Paper/1008-00000000', 'Cause: user_busy'], 'Channel Hungup', [], '17 -'],
  [['Channel: Paper/7'], 'No such channel', [], '- -'],
  [['Cause: 17'], 'No channel specified', [], '- -'],
  [['Channel: Paper/1008-00000000', 'Cause: 400'], 'Invalid cause specified', [], '- -'],
  [
    ['Channel: /^Paper\\/100[89]-/', 'Cause: 21'],
    'Channels hung up will follow',
    ['Paper/1008-00000000', 'Paper/1009-00000001'],
    '21 21',
  ],
  [['Channel: /1009/'], 'Channels hung up will follow', ['Paper/1009-00000001'], '- 0'],
  [['Channel: /^$/'], 'Channels hung up will follow', [], '- -'],
];

for (const [lines, message, hungUp, causes] of HANGUPS) {
  test(`Hangup of ${lines.join(', ')} is answered: ${message}`, bounded, async () => {
    await using scene = await staged();
    const { one, two } = scene;
    const answer = await scene.list('Hangup', ...lines.map(line => line.replace('UNIQUEID', one.uniqueid)));
    assert.equal(answer.message, message);
    assert.deepEqual(
      answer.entries.map(entry => fieldOf(entry, 'Channel')),
      hungUp,
    );
    const told = [one, two].map(channel => (channel.hangingUp ? channel.hangupCause : '-')).join(' ');
    assert.equal(told, causes);
  });
}

test('Hangup says what is wrong with an expression', bounded, async () => {
  await using scene = await staged();
  const { message } = await scene.list('Hangup', 'Channel: /(/');
  assert.match(message, /no regular expression/);
});

test('PlayDTMF presses a key for as long as it is said, and no longer than the call', bounded, async () => {
  await using scene = await staged();
  const { at, one, two, client } = scene;
  const ask = async (...lines: string[]) => fieldOf(await client.ask('PlayDTMF', ...lines), 'Message');
  assert.equal(await ask(`Channel: ${one.name}`, 'Digit: #', 'Duration: 250'), 'DTMF successfully queued');
  assert.equal(await ask(`Channel: ${two.name}`, 'Digit: 5'), 'DTMF successfully queued');
  at.stage.clock.advance(100);
  await at.seen(() => toldOf(two).length === 2);
  one.end(16);
  await at.stage.settled();
  assert.deepEqual(toldOf(two), ['digit 5', 'digit 5 for 100']);
  assert.deepEqual(toldOf(one), ['digit #', 'hangup 16']);
  assert.equal(await ask(`Channel: ${two.name}`, 'Digit: 9', 'Receive: true'), 'DTMF successfully queued');
  assert.equal(await two.nextDigit(0), '9');
  for (const [lines, message] of [
    [['Digit: 5'], 'No channel specified'],
    [[`Channel: ${two.name}`], 'No digit specified'],
    [[`Channel: ${two.name}`, 'Digit: 55'], 'No digit specified'],
    [[`Channel: ${two.name}`, 'Digit: 5', 'Duration: 0'], 'Could not convert Duration parameter'],
    [[`Channel: ${two.name}`, 'Digit: 5', 'Duration: 999999'], 'Could not convert Duration parameter'],
  ] as const) {
    assert.equal(await ask(...lines), message);
  }
});

test('AbsoluteTimeout bounds a call, and 0 takes the bound away', bounded, async () => {
  await using scene = await staged();
  const { one, client } = scene;
  const ask = async (timeout: string) =>
    fieldOf(await client.ask('AbsoluteTimeout', `Channel: ${one.name}`, `Timeout: ${timeout}`), 'Message');
  assert.equal(await ask('90'), 'Timeout Set');
  assert.equal(one.absoluteTimeout, 90_000);
  for (const wrong of ['', '-1', 'soon', '1e3', '9999999'])
    assert.equal(await ask(wrong), 'No timeout specified', wrong);
  assert.equal(one.absoluteTimeout, 90_000);
  assert.equal(await ask('0'), 'Timeout Set');
  assert.equal(one.absoluteTimeout, undefined);
});

const RIGHTS: readonly [write: string, actions: readonly string[]][] = [
  ['call', ['Hangup', 'PlayDTMF', 'AbsoluteTimeout']],
  ['reporting', ['CoreShowChannels']],
  ['system', ['CoreShowChannels', 'Hangup', 'AbsoluteTimeout']],
  ['user', []],
];

for (const [write, allowed] of RIGHTS) {
  test(
    `a user who may write ${write} may run ${allowed.join(', ') || 'none'} of the actions of channels`,
    bounded,
    async () => {
      await using scene = await staged(ADMIN.replace('write=all', `write=${write}`));
      const may: string[] = [];
      for (const action of ['CoreShowChannels', 'Hangup', 'PlayDTMF', 'AbsoluteTimeout']) {
        if (fieldOf(await scene.client.ask(action), 'Message') !== 'Permission denied') may.push(action);
      }
      assert.deepEqual(may, allowed);
    },
  );
}
