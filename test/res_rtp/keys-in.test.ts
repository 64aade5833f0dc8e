/** Keys that come as events: each is told once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeysIn } from '../../modules/res_rtp/worker/keys-in.js';

/** Gives packets `[event, timestamp, duration, over, now]` and tells what was heard. */
class Stage {
  readonly told: string[] = [];
  readonly keys = new KeysIn(
    {
      digitBegan: digit => void this.told.push(`${digit} down`),
      digitEnded: (digit, ms) => void this.told.push(`${digit} up ${ms}`),
    },
    1200,
  );

  take(event: number, timestamp: number, duration: number, over = false, now = 0): boolean {
    const data = Buffer.from([event, over ? 0x8a : 0x0a, duration >> 8, duration & 0xff]);
    return this.keys.take(data, 0, data.length, timestamp, now);
  }
}

test('many packets are one key, and its end comes three times', () => {
  const stage = new Stage();
  for (const duration of [160, 320, 480]) stage.take(5, 1000, duration);
  for (let count = 0; count < 3; count++) stage.take(5, 1000, 800, true);
  assert.deepEqual(stage.told, ['5 down', '5 up 100']);
});

test('the same key pressed again has another timestamp', () => {
  const stage = new Stage();
  stage.take(1, 1000, 800, true);
  stage.take(1, 3000, 800, true);
  assert.deepEqual(stage.told, ['1 down', '1 up 100', '1 down', '1 up 100']);
});

test('a key without an end is let go after dtmftimeout, or by the next', () => {
  const stage = new Stage();
  stage.take(10, 1000, 400, false, 0);
  stage.keys.check(149);
  assert.deepEqual(stage.told, ['* down']);
  stage.keys.check(150);
  assert.deepEqual(stage.told, ['* down', '* up 50']);
  stage.take(11, 5000, 160, false, 200);
  stage.take(12, 9000, 160, true, 260);
  assert.deepEqual(stage.told.slice(2), ['# down', '# up 20', 'A down', 'A up 20']);
});

test('a packet of a key that is over, or of one before it, is too late', () => {
  const stage = new Stage();
  stage.take(3, 1000, 800, true);
  stage.take(4, 5000, 800, true);
  stage.take(3, 1000, 160);
  stage.take(4, 5000, 160);
  assert.deepEqual(stage.told, ['3 down', '3 up 100', '4 down', '4 up 100']);
});

test('a clock that was set anew is no packet that is late', () => {
  const stage = new Stage();
  stage.take(3, 1_000_000, 800, true);
  stage.take(4, 1000, 160);
  stage.take(4, 1000, 800, true);
  assert.deepEqual(stage.told, ['3 down', '3 up 100', '4 down', '4 up 100']);
});

test('timestamps go round', () => {
  const stage = new Stage();
  stage.take(3, 0xffff_ff00, 800, true);
  stage.take(4, 0x0000_0100, 800, true);
  assert.equal(stage.told.length, 4);
});

test('a flash is a key; what is none is not told', () => {
  const stage = new Stage();
  assert.equal(stage.take(16, 1000, 400, true), true);
  assert.equal(stage.take(17, 2000, 400, true), false);
  assert.equal(stage.keys.take(Buffer.from([5, 0, 0]), 0, 3, 9000, 0), false);
  assert.deepEqual(stage.told, ['F down', 'F up 50']);
});

test('after another sender its earlier timestamps count', () => {
  const stage = new Stage();
  stage.take(3, 0x7000_0000, 160);
  stage.keys.renew();
  stage.take(4, 5, 160, true);
  assert.deepEqual(stage.told, ['3 down', '3 up 20', '4 down', '4 up 20']);
});

test('of a flood of keys so many a second are told and the rest counted', () => {
  const stage = new Stage();
  for (let count = 0; count < 500; count++) stage.take(1, 1000 + count, 160, true, 10);
  assert.equal(stage.told.length, 40);
  assert.equal(stage.keys.dropped, 480);
  stage.take(2, 9999, 160, true, 1010);
  assert.equal(stage.told.length, 42);
});
