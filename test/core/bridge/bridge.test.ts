/** A bridge of two: who hears whom, what is passed on, and its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediaPort } from '../../../core/channel/media.js';
import type { Leg } from '../../../core/channel/technology.js';
import { TestClock } from '../../../core/clock.js';
import { Events } from '../../../core/events.js';
import { testCalls } from '../../support/test-calls.js';
import { testChannel } from '../../support/test-channel.js';

function stage() {
  const clock = new TestClock();
  const events = new Events((event, thrown) => assert.fail(`${event}: ${thrown}`));
  const facts: string[] = [];
  for (const event of ['bridgeCreated', 'bridgeEntered', 'bridgeLeft', 'bridgeDestroyed'] as const) {
    events.on(event, fact => {
      const who = 'channel' in fact ? fact.channel.name.slice(-1) : '';
      facts.push(`${event} ${who}${fact.bridge.channels.length}`);
    });
  }
  const { channels } = testCalls(clock, events);
  const [a, b, c] = [testChannel(channels), testChannel(channels), testChannel(channels)];
  return { clock, events, facts, channels, a, b, c, bridge: channels.bridge('one') };
}

test('two enter, hear each other, and the bridge ends with the last that leaves; the order of facts is that', () => {
  const { bridge, a, b, facts, channels } = stage();
  assert.deepEqual([bridge.enter(a.channel), bridge.enter(a.channel), bridge.enter(b.channel)], [true, true, true]);
  assert.deepEqual([bridge.other(a.channel), bridge.other(b.channel)], [b.channel, a.channel]);
  assert.deepEqual([a.channel.bridge, channels.bridges()], [bridge, [bridge]]);
  bridge.leave(a.channel);
  bridge.leave(a.channel);
  b.channel.end();
  assert.deepEqual(facts, [
    'bridgeCreated 0',
    'bridgeEntered 01',
    'bridgeEntered 12',
    'bridgeLeft 01',
    'bridgeLeft 10',
    'bridgeDestroyed 0',
  ]);
  assert.deepEqual([a.channel.bridge, bridge.ended, channels.bridges()], [undefined, true, []]);
});

test('a third is refused; one that has ended, or comes to a bridge that has, does not enter', () => {
  const { bridge, a, b, c } = stage();
  bridge.enter(a.channel);
  c.channel.end();
  assert.equal(bridge.enter(c.channel), false);
  bridge.enter(b.channel);
  const { channel: third } = stage().a;
  assert.throws(() => bridge.enter(third), /bridge one takes nobody more/);
  bridge.destroy();
  bridge.destroy();
  assert.equal(bridge.enter(a.channel), false);
});

test('one that enters another bridge leaves the one that it was in', () => {
  const { bridge, a, b, c, channels } = stage();
  bridge.enter(a.channel);
  bridge.enter(b.channel);
  const second = channels.bridge();
  second.enter(a.channel);
  second.enter(c.channel);
  assert.deepEqual([bridge.channels, second.channels], [[b.channel], [a.channel, c.channel]]);
});

test('one whose entry makes somebody end it is not in, and nothing is connected', () => {
  const { bridge, a, b, events, clock } = stage();
  const bridged: unknown[] = [];
  (b.leg as Leg).bridged = other => bridged.push(other);
  bridge.enter(b.channel);
  events.on('bridgeEntered', ({ channel }) => channel.end());
  assert.equal(bridge.enter(a.channel), false);
  assert.deepEqual([bridge.channels, a.channel.bridge, bridged], [[b.channel], undefined, [undefined]]);
  b.channel.end();
  assert.deepEqual([bridge.ended, clock.pending], [true, 0]);
});

test('legs are told whom they are bridged with, and their media is connected and parted', () => {
  const { bridge, a, b } = stage();
  const told: string[] = [];
  const port = (name: string): MediaPort => {
    const known = { connect: (other: MediaPort | undefined) => told.push(`${name} to ${ports.get(other)}`) };
    return known as unknown as MediaPort;
  };
  const ports = new Map<MediaPort | undefined, string>();
  for (const [name, { leg }] of [['a', a] as const, ['b', b] as const]) {
    leg.media = port(name);
    ports.set(leg.media, name);
    (leg as Leg).bridged = other => told.push(`${name} with ${other?.media && ports.get(other.media)}`);
  }
  bridge.enter(a.channel);
  bridge.enter(b.channel);
  assert.deepEqual(told.splice(0), ['b to a', 'b with a', 'a with b']);
  bridge.leave(a.channel);
  assert.deepEqual(told, ['a with undefined', 'b with undefined', 'a to undefined', 'b to undefined']);
});

test('keys, hold and its end are passed on, nothing else is', () => {
  const { bridge, a, b } = stage();
  bridge.enter(a.channel);
  bridge.enter(b.channel);
  a.channel.digitBegan('5');
  a.channel.digitEnded('5', 120);
  b.channel.nowHeld(true);
  b.channel.nowHeld(false);
  b.channel.nowProceeding('progress');
  assert.deepEqual(
    [a.leg.told, b.leg.told],
    [
      ['hold', 'unhold'],
      ['begin 5', 'end 5'],
    ],
  );
  assert.equal(a.channel.waitingDigits, 0);
});

test('a key that is only told as a whole is begun and ended at the other end', () => {
  const { bridge, a, b } = stage();
  bridge.enter(a.channel);
  bridge.enter(b.channel);
  a.channel.digitEnded('7', 100);
  assert.deepEqual(b.leg.told, ['begin 7', 'end 7']);
});

test('the filter is asked once for each key, and what it keeps is not passed on, up or down', () => {
  const { bridge, a, b } = stage();
  bridge.enter(a.channel);
  bridge.enter(b.channel);
  const asked: string[] = [];
  bridge.filter = (from, digit) => {
    asked.push(`${from === a.channel ? 'a' : 'b'}${digit}`);
    return digit === '*';
  };
  for (const digit of '*1') {
    a.channel.digitBegan(digit);
    bridge.filter = digit === '*' ? bridge.filter : undefined;
    a.channel.digitEnded(digit, 100);
  }
  assert.deepEqual(
    [asked, b.leg.told],
    [
      ['a*', 'a1'],
      ['begin 1', 'end 1'],
    ],
  );
});

test('a filter that ends the call is the end of the key, too', () => {
  const { bridge, a, b, channels } = stage();
  bridge.enter(a.channel);
  bridge.enter(b.channel);
  bridge.filter = () => {
    bridge.destroy();
    return true;
  };
  a.channel.digitBegan('*');
  a.channel.digitEnded('*', 100);
  assert.deepEqual([b.leg.told, channels.bridges()], [[], []]);
});

for (const leaver of ['a', 'b'] as const) {
  test(`a key that is down when ${leaver === 'a' ? 'its own end' : 'the other'} leaves is let go at the far end`, () => {
    const { bridge, a, b, clock, ...more } = stage();
    bridge.enter(a.channel);
    bridge.enter(b.channel);
    a.channel.digitBegan('3');
    clock.advance(80);
    bridge.leave({ a, b }[leaver].channel);
    assert.deepEqual(b.leg.told, ['begin 3', 'end 3']);
    a.channel.digitEnded('3', 100);
    assert.equal(b.leg.told.length, 2);
    bridge.destroy();
    for (const channel of more.channels.values()) channel.end();
  });
}

test('legs look again where media goes when somebody begins to need the audio of either, and when the last does not', () => {
  const { bridge, a, b } = stage();
  const told: string[] = [];
  for (const [name, { leg }] of Object.entries({ a, b })) {
    const withBridged: Leg = leg;
    withBridged.bridged = other => void told.push(`${name} ${other ? bridge.needsAudio : 'alone'}`);
  }
  const before = a.channel.needAudio();
  assert.deepEqual(told, []);
  bridge.enter(a.channel);
  bridge.enter(b.channel);
  const [first, second] = [b.channel.needAudio(), b.channel.needAudio()];
  before();
  first();
  first();
  assert.deepEqual(
    [bridge.needsAudio, told.splice(0)],
    [true, ['b true', 'a true', 'a true', 'b true', 'a true', 'b true']],
  );
  second();
  assert.deepEqual([bridge.needsAudio, told.splice(0)], [false, ['a false', 'b false']]);
  bridge.destroy();
  b.channel.needAudio()();
  assert.deepEqual(told.sort(), ['a alone', 'b alone']);
});
