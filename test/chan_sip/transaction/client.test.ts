/** Non-INVITE client transaction: RFC 3261 §17.1.2. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionsOver } from '../../support/stage.js';

test('an unanswered request over UDP doubles its wait up to T2 and is given up at 64*T1', () => {
  const { clock, wire, tu, left } = optionsOver('udp');
  clock.advance(32_000);
  assert.deepEqual(wire.times, [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
  assert.deepEqual(tu, [[32_000, 'report timeout']]);
  left();
});

test('an unanswered request over TCP is sent once and given up at 64*T1', () => {
  const { clock, wire, tu, left } = optionsOver('tcp');
  clock.advance(32_000);
  assert.deepEqual(wire.times, [0]);
  assert.deepEqual(tu, [[32_000, 'report timeout']]);
  left();
});

test('after a provisional response it is repeated every T2, and given up as late as without one', () => {
  const { clock, wire, tu, tx, left } = optionsOver('udp');
  clock.advance(600);
  tx.input('1xx');
  clock.advance(31_400);
  assert.deepEqual(wire.times, [0, 500, 1500, 5500, 9500, 13_500, 17_500, 21_500, 25_500, 29_500]);
  assert.deepEqual(tu, [
    [600, '180'],
    [32_000, 'report timeout'],
  ]);
  left();
});

for (const [protocol, linger] of [
  ['udp', 5000],
  ['tcp', 0],
] as const) {
  for (const [kind, status] of [
    ['2xx', '200'],
    ['3xx+', '486'],
  ] as const) {
    test(`a ${kind} over ${protocol} is told once, its repeats are absorbed for ${linger} ms`, () => {
      const { clock, wire, tu, tx, layer, left } = optionsOver(protocol);
      tx.input(kind);
      tx.input(kind);
      assert.equal(tx.state, 'completed');
      clock.advance(linger);
      assert.equal(tx.state, 'terminated');
      assert.deepEqual(tu, [[0, status]]);
      assert.deepEqual(wire.sent.length, 1);
      tx.input(kind);
      assert.equal(layer.counters.strayResponses, 1);
      left();
    });
  }
}

test('a user that throws at a response does not keep the transaction from ending', () => {
  const { clock, tx, layer, left, wire } = optionsOver('udp');
  tx.close();
  const bad = { response: () => assert.fail('a fault of the user'), failed: () => assert.fail('a fault of the user') };
  const text = wire.sent[0]![1];
  layer.send({ text, method: 'OPTIONS', branch: 'z9hG4bK-1' }, wire, bad);
  assert.throws(() => tx.input('2xx'), /a fault of the user/);
  clock.advance(5000);
  left();
});
