/** INVITE server transaction: RFC 3261 §17.2.1, RFC 6026 §7.1. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invitedOver } from '../../support/stage.js';

test('a repeated INVITE gets the last provisional response again, and nothing before there is one', () => {
  const { wire, tx, tu, layer, left } = invitedOver('udp');
  tx.input('request');
  assert.deepEqual(wire.sent, []);
  tx.input('1xx');
  tx.input('request');
  tx.input('1xx');
  assert.deepEqual(wire.timesOf('SIP/2.0 180'), [0, 0, 0]);
  assert.deepEqual(tu, [[0, 'INVITE']]);
  layer.close();
  left();
});

test('a refusal over UDP is repeated from T1 up to T2 until the ACK comes, which is kept for T4', () => {
  const { clock, wire, tx, left } = invitedOver('udp');
  tx.input('3xx+');
  clock.advance(12_000);
  tx.input('request');
  assert.deepEqual(wire.times, [0, 500, 1500, 3500, 7500, 11_500, 12_000]);
  tx.input('ACK');
  tx.input('ACK');
  tx.input('request');
  clock.advance(4999);
  assert.equal(tx.state, 'confirmed');
  clock.advance(1);
  assert.equal(wire.times.length, 7);
  left();
});

test('a refusal over TCP is sent once, and forgotten with its ACK', () => {
  const { clock, wire, tx, left } = invitedOver('tcp');
  tx.input('3xx+');
  clock.advance(10_000);
  tx.input('ACK');
  clock.advance(0);
  assert.deepEqual(wire.times, [0]);
  left();
});

for (const protocol of ['udp', 'tcp'] as const) {
  test(`a refusal over ${protocol} that is never acknowledged is reported after 64*T1`, () => {
    const { clock, tx, tu, left } = invitedOver(protocol);
    tx.input('3xx+');
    clock.advance(32_000);
    assert.deepEqual(tu, [
      [0, 'INVITE'],
      [32_000, 'report timeout'],
    ]);
    left();
  });

  test(`an accepted INVITE over ${protocol} absorbs its repeats for 64*T1; each 2xx is the user's to send`, () => {
    const { clock, wire, tx, tu, left } = invitedOver(protocol);
    tx.input('2xx');
    tx.input('request');
    clock.advance(500);
    tx.input('2xx');
    tx.input('ACK');
    clock.advance(31_499);
    assert.equal(tx.state, 'accepted');
    clock.advance(1);
    assert.deepEqual(wire.timesOf('SIP/2.0 200'), [0, 500]);
    assert.deepEqual(tu, [
      [0, 'INVITE'],
      [500, 'acknowledged'],
    ]);
    left();
  });
}

test('a final response stands: what is answered after it is not sent', () => {
  const { clock, wire, tx, left } = invitedOver('udp');
  tx.input('3xx+');
  tx.input('2xx');
  tx.input('1xx');
  tx.input('ACK');
  tx.input('3xx+');
  assert.equal(wire.sent.length, 1);
  clock.advance(5000);
  left();
});
