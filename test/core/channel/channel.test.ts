/** A channel: states, interruptions, digits, facts and its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel, type ChannelEvent } from '../../../core/channel/channel.js';
import { TestClock } from '../../../core/clock.js';
import { type Event, Events } from '../../../core/events.js';
import { testCalls } from '../../support/test-calls.js';
import { testChannel } from '../../support/test-channel.js';

const TOLD: readonly Event[] = [
  'channelCreated',
  'channelState',
  'hangupRequested',
  'channelEnded',
  'digitBegan',
  'digitEnded',
  'variableSet',
];

function stage(state: 'Down' | 'Ring' | 'Up' = 'Ring') {
  const clock = new TestClock();
  const events = new Events((event, thrown) => assert.fail(`${event}: ${thrown}`));
  const facts: string[] = [];
  for (const event of TOLD) {
    events.on(event, fact => {
      const { channel } = fact as { channel: Channel };
      facts.push(`${event} ${channel.state}`);
    });
  }
  const { channels } = testCalls(clock, events);
  const { channel, leg } = testChannel(channels, 's@default', state);
  const heard: ChannelEvent[] = [];
  channel.listen(event => heard.push(event));
  return { clock, channels, channel, leg, facts, heard, kinds: () => heard.map(({ kind }) => kind) };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

test('a call out goes from Down over Ringing to Up, and stays up whatever comes late', () => {
  const { channel, facts, kinds, clock } = stage('Down');
  channel.nowProceeding('proceeding');
  channel.toState('Ringing');
  channel.toState('Ringing');
  clock.advance(3000);
  channel.nowAnswered();
  channel.nowAnswered();
  channel.toState('Ringing');
  assert.deepEqual(kinds(), ['proceeding', 'ringing', 'answered']);
  assert.deepEqual(facts, ['channelCreated Down', 'channelState Ringing', 'channelState Up']);
  assert.equal(channel.answeredAt, channel.createdAt + 3000);
});

test('a call in is answered once, and not at all once it hangs up', () => {
  const { channel, leg, facts } = stage();
  channel.answer();
  channel.answer();
  assert.deepEqual([leg.told, channel.isUp], [['answer'], true]);
  assert.deepEqual(facts, ['channelCreated Ring', 'channelState Up']);
  const other = stage();
  other.channel.requestHangup();
  other.channel.answer();
  assert.deepEqual([other.leg.told, other.channel.answeredAt], [[], undefined]);
});

test('an answer that fails at once leaves the channel unanswered', () => {
  const { channel, leg } = stage();
  leg.answer = () => channel.requestHangup(41);
  channel.answer();
  assert.deepEqual([channel.state, channel.answeredAt, channel.hangupCause], ['Ring', undefined, 41]);
});

test('a hangup is asked for once, its first cause counts, and the end tells the leg once', () => {
  const { channel, leg, facts, heard, clock, channels } = stage();
  channel.requestHangup(17, 'Test/bob');
  channel.requestHangup(16, 'Test/eve');
  channel.end(34);
  channel.end(41);
  assert.deepEqual([channel.hangupCause, channel.hangupSource, leg.told], [17, 'Test/bob', ['hangup']]);
  assert.deepEqual(heard, [
    { kind: 'hangup', cause: 17 },
    { kind: 'interrupted', by: 'hangup' },
  ]);
  assert.deepEqual(facts, ['channelCreated Ring', 'hangupRequested Ring', 'channelEnded Ring']);
  assert.deepEqual([channel.state, channels.size, clock.pending], ['Down', 0, 0]);
});

test('an end that nobody asked for is heard of, too, with its cause', async () => {
  const { channel, heard, facts } = stage();
  channel.end(16);
  await channel.whenEnded();
  assert.deepEqual(heard, [{ kind: 'hangup', cause: 16 }]);
  assert.deepEqual(facts, ['channelCreated Ring', 'channelEnded Ring']);
  assert.deepEqual([channel.interruption, channel.interrupted], ['hangup', true]);
});

test('after its end nothing is told, played, waited for or limited', async () => {
  const { channel, leg, clock, kinds, facts } = stage();
  channel.end();
  const [before, told] = [kinds().length, facts.length];
  channel.toState('Ringing');
  channel.nowAnswered();
  channel.nowHeld(true);
  channel.nowForwarded('Test/bob');
  channel.digitBegan('1');
  channel.digitEnded('1', 100);
  channel.redirect(channel.position);
  channel.requestHangup();
  channel.limit(1000);
  channel.beginDigit('2');
  channel.endDigit('2', 100);
  assert.equal(channel.indicate('busy'), false);
  assert.equal(await channel.wait(1000), 'interrupted');
  assert.equal(await channel.nextDigit(1000), undefined);
  assert.match((await channel.play({ kind: 'tone', tones: '425' }).ended).reason!, /has no media/);
  assert.deepEqual([kinds().length, facts.length, leg.told, clock.pending], [before, told, ['hangup'], 0]);
});

for (const [by, interrupt] of [
  ['hangup', (channel: Channel) => channel.requestHangup()],
  ['redirect', (channel: Channel) => channel.redirect({ context: 'b', extension: 'e', priority: 3 })],
  ['timeout', (channel: Channel) => channel.limit(500)],
] as const) {
  test(`a ${by} ends every wait, and those that come after it, until it is taken`, async () => {
    const { channel, clock } = stage();
    const waits = [
      channel.wait(),
      channel.wait(10_000),
      channel.nextDigit(),
      channel.race(new Promise(() => undefined)),
    ];
    interrupt(channel);
    clock.advance(500);
    assert.deepEqual(await Promise.all(waits), ['interrupted', 'interrupted', undefined, undefined]);
    assert.equal(await channel.wait(1), 'interrupted');
    assert.equal(channel.takeInterruption()?.by, by);
    const again = channel.wait(100);
    clock.advance(100);
    assert.equal(await again, by === 'hangup' ? 'interrupted' : 'timeout');
    channel.end();
    assert.equal(clock.pending, 0);
  });
}

test('the end of the time does not swallow a redirect, nor a redirect the end of the time', () => {
  const { channel, clock } = stage();
  const to = { context: 'b', extension: 'e', priority: 3 };
  channel.limit(100);
  channel.redirect(to);
  clock.advance(100);
  assert.deepEqual(channel.takeInterruption(), { by: 'redirect', to });
  assert.deepEqual(channel.takeInterruption(), { by: 'timeout', to: undefined });
  assert.equal(channel.takeInterruption(), undefined);
  channel.redirect(to);
  channel.requestHangup();
  assert.deepEqual([channel.takeInterruption()?.by, channel.takeInterruption()?.by], ['hangup', 'hangup']);
});

test('a limit is told in what is left of it, is replaced by another, and taken away', () => {
  const { channel, clock } = stage();
  assert.equal(channel.absoluteTimeout, undefined);
  channel.limit(1000);
  clock.advance(400);
  assert.equal(channel.absoluteTimeout, 600);
  channel.limit(5000);
  assert.deepEqual([channel.absoluteTimeout, clock.pending], [5000, 1]);
  channel.limit(undefined);
  assert.deepEqual([channel.absoluteTimeout, clock.pending], [undefined, 0]);
});

test('in its afterlife waits wait again, up to the end', async () => {
  const { channel, clock } = stage();
  channel.requestHangup();
  channel.afterlife();
  const waited = channel.wait(100);
  clock.advance(100);
  assert.equal(await waited, 'timeout');
  const last = channel.wait();
  channel.end();
  assert.deepEqual([await last, clock.pending], ['interrupted', 0]);
});

test('digits wait for whoever asks, the first first, at most 128 of them', async () => {
  const { channel, clock } = stage('Up');
  const first = channel.nextDigit(5000);
  for (const digit of '12') {
    channel.digitBegan(digit);
    channel.digitEnded(digit, 100);
  }
  assert.deepEqual([await first, await channel.nextDigit(0), await channel.nextDigit(0)], ['1', '2', undefined]);
  for (let time = 0; time < 1000; time++) channel.digitEnded('5', 1);
  assert.equal(channel.waitingDigits, 128);
  channel.dropDigits();
  const none = channel.nextDigit(200);
  clock.advance(200);
  assert.deepEqual([await none, clock.pending], [undefined, 0]);
});

test('a race is won by the work, its failure thrown, or by what ends all waits', async () => {
  const { channel, clock } = stage();
  assert.equal(await channel.race(Promise.resolve(7)), 7);
  await assert.rejects(channel.race(Promise.reject(new Error('no'))), /no/);
  const work = Promise.withResolvers<number>();
  const lost = channel.race(work.promise);
  channel.requestHangup();
  assert.equal(await lost, undefined);
  work.reject(new Error('too late to be of interest'));
  await turn();
  assert.equal(clock.pending, 0);
});

test('a listener that ends the channel, or its listening, ends it for those after it in the same moment', () => {
  const { channel, clock, channels } = stage();
  const heard: string[] = [];
  const deaf = channel.listen(() => void heard.push('never'));
  channel.listen(() => heard.push('last'));
  const { channel: other } = testChannel(channels);
  other.listen(() => void heard.push('other'));
  const off = other.listen(() => void heard.push('twice'));
  deaf();
  off();
  off();
  channel.listen(({ kind }) => {
    heard.push(kind);
    channel.end();
  });
  channel.requestHangup();
  other.end();
  assert.deepEqual(heard, ['last', 'hangup', 'other']);
  assert.deepEqual([channels.size, clock.pending], [0, 0]);
});

test('a listener and a driver that fail are told of, and keep nothing from the others', () => {
  const clock = new TestClock();
  const failed: string[] = [];
  const facts: string[] = [];
  const { channel: model, leg } = testChannel(testCalls(clock, new Events(() => undefined)).channels);
  leg.hangup = () => {
    throw new Error('of the driver');
  };
  let over = 0;
  const channel = new Channel({
    technology: model.technology,
    name: 'Test/a',
    uniqueid: '1.1',
    linkedid: '1.1',
    state: 'Ring',
    clock,
    emit: event => void facts.push(event),
    failed: ({ name }, thrown) => failed.push(`${name}: ${(thrown as Error).message}`),
    leg: () => leg,
    pbx: () => undefined,
    over: () => {
      over += 1;
    },
  });
  const heard: string[] = [];
  channel.listen(() => {
    throw new Error('of a listener');
  });
  channel.listen(({ kind }) => heard.push(kind));
  channel.end();
  assert.deepEqual(failed, ['Test/a: of the driver', 'Test/a: of a listener']);
  assert.deepEqual([heard, facts, over], [['hangup'], ['channelEnded'], 1]);
});

test('a variable is told by its bare name', () => {
  const clock = new TestClock();
  const events = new Events((event, thrown) => assert.fail(`${event}: ${thrown}`));
  const told: unknown[] = [];
  events.on('variableSet', ({ name, value }) => told.push([name, value]));
  const { channel } = testChannel(testCalls(clock, events).channels);
  channel.set('__A', '1');
  channel.set('b', '2');
  assert.deepEqual(told, [
    ['A', '1'],
    ['b', '2'],
  ]);
  channel.end();
});
