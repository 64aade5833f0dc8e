/** Audio past Local channels: who hears whom while bridges come, go, and need to hear. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bridge } from '../../../core/bridge/bridge.js';
import type { Channel } from '../../../core/channel/channel.js';
import type { MediaPort } from '../../../core/channel/media.js';
import type { Leg } from '../../../core/channel/technology.js';
import { TestClock } from '../../../core/clock.js';
import { Events } from '../../../core/events.js';
import { PaperMedia } from '../../support/paper-media.js';
import { testCalls } from '../../support/test-calls.js';
import { type TestLeg, testChannel } from '../../support/test-channel.js';

/** A port that knows what it is connected with, and takes it from whoever had it. */
class Port extends PaperMedia {
  with: Port | undefined;

  override connect(other: MediaPort | undefined): void {
    if (this.with) this.with.with = undefined;
    this.with = undefined;
    if (!(other instanceof Port)) return;
    if (other.with) other.with.with = undefined;
    other.with = this;
    this.with = other;
  }
}

/** Phones a and b, and between them pairs that lead to each other: 1|2, 3|4. */
class Stage {
  readonly #clock = new TestClock();
  readonly #channels = testCalls(
    this.#clock,
    new Events((event, thrown) => assert.fail(`${event}: ${thrown}`)),
  ).channels;
  readonly #all = new Map<string, { channel: Channel; leg: TestLeg; told: string }>();

  constructor() {
    for (const name of ['a', '1', '2', '3', '4', 'b']) {
      const { channel, leg } = testChannel(this.#channels);
      leg.media = new Port(this.#clock);
      const entry = { channel, leg, told: '' };
      const hears: Leg = leg;
      hears.bridged = other => {
        entry.told = [...this.#all].find(([, one]) => one.leg === other)?.[0] ?? '';
      };
      this.#all.set(name, entry);
    }
    for (const [one, other] of ['12', '34'] as const) {
      this.#all.get(one!)!.leg.across = this.channel(other!);
      this.#all.get(other!)!.leg.across = this.channel(one!);
    }
  }

  channel(name: string): Channel {
    return this.#all.get(name)!.channel;
  }

  leg(name: string): TestLeg {
    return this.#all.get(name)!.leg;
  }

  bridge(one: string, other: string): Bridge {
    const bridge = this.#channels.bridge();
    bridge.enter(this.channel(one));
    bridge.enter(this.channel(other));
    return bridge;
  }

  /** Who is connected with whom, as far as ports go; legs must have been told the same. */
  get hears(): string {
    const pairs: string[] = [];
    for (const [name, { leg, told }] of this.#all) {
      const port = leg.media instanceof Port ? leg.media.with : undefined;
      const other = [...this.#all].find(([, one]) => one.leg.media === port && port !== undefined)?.[0] ?? '';
      if (other !== '') assert.equal(told, other, `${name} hears ${other} and was told '${told}'`);
      if (name < other) pairs.push(`${name}${other}`);
    }
    return pairs.sort().join(' ');
  }
}

test('one that leads to a bridge is heard no more once there is somebody: those at the ends hear each other', () => {
  const stage = new Stage();
  const outer = stage.bridge('a', '1');
  assert.equal(stage.hears, '1a');
  const inner = stage.bridge('2', 'b');
  assert.equal(stage.hears, 'ab');
  inner.destroy();
  assert.equal(stage.hears, '1a');
  const again = stage.bridge('b', '2');
  assert.equal(stage.hears, 'ab');
  outer.destroy();
  assert.equal(stage.hears, '2b');
  again.destroy();
  assert.equal(stage.hears, '');
});

test('however the bridges of a long chain come and go, the ends of what is whole hear each other', () => {
  const pairs = { x: ['a', '1'], y: ['2', '3'], z: ['4', 'b'] } as const;
  const whole: Readonly<Record<string, string>> = {
    ...{ '': '', x: '1a', y: '23', z: '4b', xy: '3a', yz: '2b', xz: '1a 4b', xyz: 'ab' },
  };
  for (const coming of ['xyz', 'xzy', 'yxz', 'yzx', 'zxy', 'zyx']) {
    for (const going of ['xyz', 'xzy', 'yxz', 'yzx', 'zxy', 'zyx']) {
      const stage = new Stage();
      const there = new Map<string, Bridge>();
      const check = () => assert.equal(stage.hears, whole[[...there.keys()].sort().join('')], `${coming} ${going}`);
      for (const name of coming) {
        there.set(name, stage.bridge(...pairs[name as 'x']));
        check();
      }
      for (const name of going) {
        there.get(name)!.destroy();
        there.delete(name);
        check();
      }
    }
  }
});

test('while somebody needs the audio of any bridge on the way, it goes by there', () => {
  const stage = new Stage();
  stage.bridge('a', '1');
  stage.bridge('2', 'b');
  for (const name of ['a', '1', '2', 'b']) {
    const enough = stage.channel(name).needAudio();
    assert.equal(stage.hears, '1a 2b', name);
    enough();
    assert.equal(stage.hears, 'ab', name);
  }
});

test('a pair that keeps its audio is never passed', () => {
  const stage = new Stage();
  stage.leg('1').across = undefined;
  stage.leg('2').across = undefined;
  stage.bridge('a', '1');
  stage.bridge('2', 'b');
  assert.equal(stage.hears, '1a 2b');
});

test('a pair that is bridged with itself, and bridges in a ring, come to an end', () => {
  const stage = new Stage();
  const own = stage.bridge('1', '2');
  own.destroy();
  const ring = [stage.bridge('1', '3'), stage.bridge('2', '4')];
  for (const bridge of ring) bridge.destroy();
  assert.equal(stage.hears, '');
});
