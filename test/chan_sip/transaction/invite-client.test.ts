/** INVITE client transaction: RFC 3261 §17.1.1, RFC 6026 §7.2. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { DEFAULT_TIMERS } from '../../../modules/chan_sip/transaction/timers.js';
import { inviteOver } from '../../support/stage.js';

test('an unanswered INVITE over UDP doubles its wait from T1 and gives up at 64*T1', () => {
  const { clock, wire, tu, tx, left } = inviteOver('udp');
  clock.advance(32_000);
  assert.deepEqual(wire.times, [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
  assert.deepEqual(tu, [[32_000, 'report timeout']]);
  assert.equal(tx.state, 'terminated');
  left();
});

test('an unanswered INVITE over TCP is sent once and given up at 64*T1', () => {
  const { clock, wire, tu, left } = inviteOver('tcp');
  clock.advance(32_000);
  assert.deepEqual(wire.times, [0]);
  assert.deepEqual(tu, [[32_000, 'report timeout']]);
  left();
});

for (const [protocol, linger] of [
  ['udp', 32_000],
  ['tcp', 0],
] as const) {
  test(`a refused INVITE over ${protocol} is ACKed again on each repeat for ${linger} ms, and told once`, () => {
    const { clock, wire, tu, tx, left } = inviteOver(protocol);
    tx.input('3xx+');
    tx.input('3xx+');
    assert.deepEqual(wire.acks, [0, 0]);
    assert.equal(tx.state, 'completed');
    clock.advance(linger);
    assert.equal(tx.state, 'terminated');
    assert.deepEqual(tu, [[0, '486']]);
    left();
  });
}

test('a provisional response ends the repeats, and the wait for an answer has no end of its own', () => {
  const { clock, wire, tu, tx, layer, left } = inviteOver('udp');
  clock.advance(600);
  tx.input('1xx');
  tx.input('1xx');
  clock.advance(600_000);
  assert.deepEqual(wire.times, [0, 500]);
  assert.deepEqual(tu, [
    [600, '180'],
    [600, '180'],
  ]);
  assert.equal(tx.state, 'proceeding');
  layer.close();
  left();
});

test('every 2xx reaches the user for 64*T1 after the first, without an ACK of ours', () => {
  const { clock, wire, tu, tx, layer, left } = inviteOver('udp');
  tx.input('2xx');
  clock.advance(31_999);
  tx.input('2xx');
  clock.advance(1);
  tx.input('2xx');
  assert.deepEqual(tu, [
    [0, '200'],
    [31_999, '200'],
  ]);
  assert.deepEqual(wire.acks, []);
  assert.equal(layer.counters.strayResponses, 1);
  left();
});

test('the ACK of a refusal is the INVITE with the To of the response and nothing of its body', () => {
  const { clock, wire, tx, text, left } = inviteOver('udp');
  tx.input('3xx+');
  const [invite, ack] = [parse(text), parse(wire.sent.at(-1)![1])];
  assert.deepEqual(
    [ack.method, ack.uri, ack.via.text, ack.header('From'), ack.callId, ack.cseq],
    ['ACK', invite.uri, invite.via.text, invite.header('From'), invite.callId, { number: 1, method: 'ACK' }],
  );
  assert.equal(ack.header('To'), '<sip:100@pbx.example>;tag=b1');
  clock.advance(32_000);
  left();
});

test("the operator's timer B ends the wait, while the wait between repeats saturates at 64*T1", () => {
  const { clock, wire, tu, left } = inviteOver('udp', { timers: { ...DEFAULT_TIMERS, timerB: 200_000 } });
  clock.advance(200_000);
  assert.deepEqual(wire.times, [0, 500, 1500, 3500, 7500, 15_500, 31_500, 63_500, 95_500, 127_500, 159_500, 191_500]);
  assert.deepEqual(tu, [[200_000, 'report timeout']]);
  left();
});

test('a closed transaction tells nobody, and what still comes is a stray', () => {
  const { clock, tu, tx, layer, left } = inviteOver('udp');
  tx.close();
  tx.close();
  tx.input('2xx');
  clock.advance(64_000);
  assert.deepEqual(tu, []);
  assert.equal(layer.counters.strayResponses, 1);
  left();
});
