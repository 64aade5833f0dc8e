/** The transaction layer: what goes up, what is let go, its limit and its list. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { DEFAULT_TIMERS } from '../../../modules/chan_sip/transaction/timers.js';
import { BRANCH, invitedOver, layerOver, optionsOver, requestText, responseText } from '../../support/stage.js';

const deaf = { response: () => undefined, failed: () => undefined };

test('a request that nobody keeps goes up each time it comes', () => {
  const { receive, tu, left } = layerOver('udp');
  receive(requestText('REGISTER'));
  receive(requestText('REGISTER'));
  assert.deepEqual(tu, [
    [0, 'REGISTER'],
    [0, 'REGISTER'],
  ]);
  left();
});

test('an ACK that belongs to no INVITE is counted and goes no further', () => {
  const { receive, tu, layer, left } = layerOver('udp');
  receive(requestText('ACK'));
  assert.deepEqual([tu, layer.counters.strayAcks], [[], 1]);
  left();
});

test('a response that belongs to no request is counted and goes no further', () => {
  const { tx, layer, receive, clock, left, tu } = optionsOver('udp');
  receive(responseText(parse(requestText('OPTIONS', 'z9hG4bK-2')), '2xx'));
  receive(responseText(parse(requestText('INVITE')), '2xx'));
  assert.equal(tx.state, 'trying');
  assert.deepEqual([tu, layer.counters.strayResponses], [[], 2]);
  clock.advance(32_000);
  left();
});

test('a CANCEL goes up, and finds the INVITE it is about while that one is there', () => {
  const { receive, layer, transaction, tu, tx, clock, left } = invitedOver('udp');
  const cancel = requestText('CANCEL');
  receive(cancel);
  assert.deepEqual(tu.at(-1), [0, 'CANCEL']);
  assert.equal(layer.findInvite(parse(cancel)), transaction);
  assert.equal(layer.findInvite(parse(requestText('CANCEL', 'z9hG4bK-2'))), undefined);
  tx.input('3xx+');
  tx.input('ACK');
  clock.advance(5000);
  assert.equal(layer.findInvite(parse(cancel)), undefined);
  left();
});

test('beyond its limit no request is kept; that is counted, and logged once a minute', () => {
  const { receive, layer, requests, wire, lines, clock, left } = layerOver('udp', { limit: 2 });
  for (let count = 1; count <= 5; count += 1) receive(requestText('OPTIONS', `z9hG4bK-${count}`));
  const kept = requests.map(request => layer.serve(request, wire));
  assert.deepEqual(kept.map(Boolean), [true, true, false, false, false]);
  assert.deepEqual([layer.size, layer.counters.refused], [2, 3]);
  assert.deepEqual(lines, ['warning: 2 requests are being answered, no more are taken; refused so far: 1']);
  clock.advance(60_000);
  layer.serve(requests[4]!, wire);
  assert.equal(lines.length, 2);
  kept[0]!.respond(200, responseText(requests[0]!, '2xx'));
  assert.ok(layer.serve(requests[4]!, wire), 'there is room again');
  layer.close();
  left();
});

test('of those that have their answer the oldest is forgotten when there are too many', () => {
  const { receive, layer, requests, wire, left } = layerOver('udp', { limit: 1, answeredLimit: 2 });
  const texts = [1, 2, 3].map(count => requestText('OPTIONS', `z9hG4bK-${count}`));
  for (const [at, text] of texts.entries()) {
    receive(text);
    layer.serve(requests[at]!, wire)!.respond(200, responseText(requests[at]!, '2xx'));
  }
  assert.equal(layer.size, 2);
  const before = wire.sent.length;
  for (const text of texts) receive(text);
  assert.equal(wire.sent.length - before, 2, 'two are repeated');
  assert.equal(requests.length, 4, 'one is new again');
  layer.close();
  left();
});

test('requests of our own are not limited by those of others', () => {
  const { layer, wire, left } = layerOver('udp', { limit: 0 });
  layer.send({ text: requestText('OPTIONS'), method: 'OPTIONS', branch: BRANCH }, wire, deaf);
  assert.equal(layer.size, 1);
  layer.close();
  left();
});

test('a branch of ours in use, and a request served twice, are faults of the caller', () => {
  const { layer, wire, receive, requests, left } = layerOver('udp');
  const mine = { text: requestText('OPTIONS'), method: 'OPTIONS', branch: BRANCH };
  layer.send(mine, wire, deaf);
  assert.throws(() => layer.send(mine, wire, deaf), /branch z9hG4bK-1 of OPTIONS is in use/);
  receive(requestText('OPTIONS'));
  layer.serve(requests[0]!, wire);
  assert.throws(() => layer.serve(requests[0]!, wire), /OPTIONS call-1@192.0.2.1 already has a transaction/);
  assert.equal(layer.size, 2);
  layer.close();
  left();
});

test('the list names every transaction with its state, where it goes and how old it is', () => {
  const { layer, receive, requests, wire, clock, left } = layerOver('tcp');
  receive(requestText('INVITE', 'z9hG4bK-a'));
  layer.serve(requests[0]!, wire);
  clock.advance(1500);
  layer.send({ text: requestText('OPTIONS'), method: 'OPTIONS', branch: BRANCH }, wire, deaf);
  clock.advance(250);
  const remote = 'tcp 192.0.2.7:5062';
  assert.deepEqual(layer.rows(), [
    { side: 'server', method: 'INVITE', state: 'proceeding', remote, branch: 'z9hG4bK-a', age: 1750 },
    { side: 'client', method: 'OPTIONS', state: 'trying', remote, branch: BRANCH, age: 250 },
  ]);
  layer.close();
  assert.deepEqual(layer.rows(), []);
  left();
});

test('a transaction may be given timers of its own', () => {
  const timers = { ...DEFAULT_TIMERS };
  const { layer, wire, clock, left } = layerOver('udp', { timers });
  layer.send({ text: requestText('OPTIONS'), method: 'OPTIONS', branch: BRANCH }, wire, deaf, { ...timers, t1: 100 });
  clock.advance(6400);
  assert.deepEqual(wire.times, [0, 100, 300, 700, 1500, 3100, 6300]);
  left();
});

test('an answer goes where its user said, not where the repeat came from', () => {
  const { receive, layer, requests, wire, left } = layerOver('udp');
  receive(requestText('OPTIONS'));
  const elsewhere = wire.to({ address: '192.0.2.9', port: 5070 }) as typeof wire;
  layer.serve(requests[0]!, elsewhere)!.respond(200, responseText(requests[0]!, '2xx'));
  receive(requestText('OPTIONS'));
  assert.deepEqual([wire.sent.length, elsewhere.sent.length], [0, 2]);
  layer.close();
  left();
});

test('closing a transaction that is over does not touch the next one of the same branch', () => {
  const { tx, text, clock, layer, wire, left } = optionsOver('udp');
  clock.advance(32_000);
  layer.send({ text, method: 'OPTIONS', branch: BRANCH }, wire, deaf);
  tx.close();
  assert.equal(layer.size, 1);
  layer.close();
  left();
});

test('a copy of a request that came by another way is known for as long as the first is served', () => {
  const { layer, receive, requests, wire, left } = layerOver('udp');
  receive(requestText('INVITE'));
  const transaction = layer.serve(requests[0]!, wire)!;
  const copy = parse(requestText('INVITE', 'z9hG4bK-2'));
  assert.equal(layer.isMerged(copy), true);
  assert.equal(layer.isMerged(requests[0]!), false, 'a repeat is no copy');
  for (const changes of [{ cseq: 2 }, { callId: 'call-2' }, { from: '<sip:alice@pbx.example>;tag=a2' }]) {
    assert.equal(layer.isMerged(parse(requestText('INVITE', 'z9hG4bK-2', changes))), false, JSON.stringify(changes));
  }
  assert.equal(layer.isMerged(parse(requestText('OPTIONS', 'z9hG4bK-2'))), false);
  const within = { to: '<sip:100@pbx.example>;tag=b1' };
  assert.equal(layer.isMerged(parse(requestText('INVITE', 'z9hG4bK-2', within))), false);
  transaction.respond(486, responseText(requests[0]!, '3xx+'));
  assert.equal(layer.isMerged(copy), true);
  layer.close();
  assert.equal(layer.isMerged(copy), false);
  left();
});
