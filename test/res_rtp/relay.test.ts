/** Two phones with a media thread between them: what one says the other hears. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FROM_ALAW, FROM_ULAW } from '../../modules/res_rtp/worker/g711.js';
import { packet } from './phone.js';
import { MediaStage } from './stage.js';

test('what one phone says the other hears, in numbers of our own', async t => {
  const stage = await MediaStage.open(t);
  const [a, b] = [await stage.leg(), await stage.leg()];
  a.rtp.connect(b.rtp);
  const data = Buffer.from(Array.from({ length: 160 }, (_, index) => index));
  a.phone.say(a.rtp.local, { data });
  a.phone.say(a.rtp.local, { data });
  const [first, second] = [await b.phone.hears(), await b.phone.hears()];
  assert.deepEqual(first.data, data);
  assert.equal(first.marker, true);
  assert.equal(second.marker, false);
  assert.notEqual(first.ssrc, 7);
  assert.equal(second.ssrc, first.ssrc);
  assert.equal((second.sequence - first.sequence) & 0xffff, 1);
  assert.equal((second.timestamp - first.timestamp) >>> 0, 160);
  b.phone.say(b.rtp.local, { data });
  assert.deepEqual((await a.phone.hears()).data, data);
});

test('u-law becomes A-law on the way, under the number that the far end gave it', async t => {
  const stage = await MediaStage.open(t);
  const alaw = { name: 'alaw', payload: 98, ptime: 20 };
  const [a, b] = [await stage.leg(), await stage.leg({ send: alaw, receive: [alaw] })];
  a.rtp.connect(b.rtp);
  a.phone.say(a.rtp.local, { data: Buffer.alloc(160, 0x8a) });
  const heard = await b.phone.hears();
  assert.equal(heard.payload, 98);
  assert.equal(heard.data.length, 160);
  assert.ok(Math.abs(FROM_ALAW[heard.data[0]!]! - FROM_ULAW[0x8a]!) <= 512);
});

test('a port that is connected to itself is an echo', async t => {
  const stage = await MediaStage.open(t);
  const a = await stage.leg();
  a.rtp.connect(a.rtp);
  a.phone.say(a.rtp.local, { data: Buffer.from('hello') });
  assert.equal((await a.phone.hears()).data.toString(), 'hello');
});

test('two threads pass on to each other what their phones say', async t => {
  const stage = await MediaStage.open(t, {}, 2);
  const [a, b] = [await stage.leg(), await stage.leg()];
  assert.deepEqual(
    stage.engine.threads().map(({ sessions }) => sessions),
    [1, 1],
  );
  a.rtp.connect(b.rtp);
  a.phone.say(a.rtp.local, { data: Buffer.from('over there') });
  assert.equal((await b.phone.hears()).data.toString(), 'over there');
  b.phone.say(b.rtp.local, { data: Buffer.from('and back') });
  assert.equal((await a.phone.hears()).data.toString(), 'and back');
});

test('through a pipe, and through another behind it', async t => {
  const stage = await MediaStage.open(t);
  const [a, b] = [await stage.leg(), await stage.leg()];
  const [[one, two], [three, four]] = [stage.engine.pipe(), stage.engine.pipe()];
  a.rtp.connect(one);
  two.connect(three);
  four.connect(b.rtp);
  a.phone.say(a.rtp.local, { data: Buffer.from('far away') });
  assert.equal((await b.phone.hears()).data.toString(), 'far away');
});

test('pipes that are connected in a ring carry nothing round and round', async t => {
  const stage = await MediaStage.open(t);
  const [a, b] = stage.engine.pipe();
  a.connect(b);
  assert.equal((await a.play({ kind: 'tone', tones: '!440/40' }).ended).how, 'finished');
});

test('a call that goes to somebody else goes on in the same numbers, and is marked', async t => {
  const stage = await MediaStage.open(t);
  const [a, b, c] = [await stage.leg(), await stage.leg(), await stage.leg()];
  a.rtp.connect(b.rtp);
  b.phone.say(b.rtp.local);
  const before = await a.phone.hears();
  a.rtp.connect(c.rtp);
  c.phone.say(c.rtp.local, { ssrc: 99, sequence: 40_000, timestamp: 1 });
  const after = await a.phone.hears();
  assert.equal((after.sequence - before.sequence) & 0xffff, 1);
  assert.equal(after.ssrc, before.ssrc);
  assert.equal(after.marker, true);
  assert.ok((after.timestamp - before.timestamp) >>> 0 >= 160);
});

test('AST-2018-001: a payload number that was not agreed on is dropped, and leaves no gap', async t => {
  const stage = await MediaStage.open(t);
  const [a, b] = [await stage.leg(), await stage.leg()];
  a.rtp.connect(b.rtp);
  a.phone.say(a.rtp.local);
  a.phone.say(a.rtp.local, { payload: 121 });
  a.phone.say(a.rtp.local, { payload: 13, data: Buffer.alloc(1) });
  a.phone.say(a.rtp.local);
  const [first, second] = [await b.phone.hears(), await b.phone.hears()];
  assert.equal((second.sequence - first.sequence) & 0xffff, 1);
  assert.equal(second.payload, 0);
});

test('over IPv6 too', async t => {
  const stage = await MediaStage.open(t);
  const [a, b] = [await stage.leg({}, '::1'), await stage.leg()];
  a.rtp.connect(b.rtp);
  a.phone.say(a.rtp.local, { data: Buffer.from('six') });
  assert.equal((await b.phone.hears()).data.toString(), 'six');
});

test('a session on every address of both kinds speaks with a phone of either', async t => {
  const stage = await MediaStage.open(t);
  for (const [bind, address] of [
    ['::', '127.0.0.1'],
    ['::', '::1'],
    ['0.0.0.0', '127.0.0.1'],
  ] as const) {
    const a = await stage.leg({ symmetric: true }, bind, address);
    a.rtp.connect(a.rtp);
    a.phone.say({ address, port: a.rtp.local.port }, { data: Buffer.from(bind) });
    assert.equal((await a.phone.hears()).data.toString(), bind);
  }
});

test('an address that is none of ours is refused with a warning, many of them with one', async t => {
  const stage = await MediaStage.open(t);
  const listener = { digitBegan() {}, digitEnded() {}, timedOut() {}, learned() {} };
  for (let count = 0; count < 3; count++) {
    assert.equal(await stage.engine.open({ address: '203.0.113.9', listener }), undefined);
  }
  assert.equal(stage.lines.filter(line => line.startsWith('warning:')).length, 1);
  assert.equal(stage.engine.refused, 3);
});

test('when all ports are taken there is no session; one that is closed makes room', async t => {
  const stage = await MediaStage.open(t);
  const { start } = stage.settings;
  stage.engine.configure({ ...stage.settings, end: start + 5 });
  const legs = [await stage.leg(), await stage.leg(), await stage.leg()];
  assert.deepEqual(new Set(legs.map(({ rtp }) => rtp.local.port & 1)), new Set([0]));
  await assert.rejects(stage.leg(), /no port/);
  legs[0]!.rtp.close();
  const again = await stage.leg();
  assert.equal(again.rtp.local.port, legs[0]!.rtp.local.port);
});

test('a packet that is none is dropped and counted, and the next is heard', async t => {
  const stage = await MediaStage.open(t);
  const a = await stage.leg();
  a.rtp.connect(a.rtp);
  for (const bytes of [Buffer.alloc(0), Buffer.from([0x80]), Buffer.alloc(20), packet({}).subarray(0, 11)]) {
    a.phone.send(bytes, a.rtp.local);
  }
  a.phone.say(a.rtp.local, { data: Buffer.from('whole') });
  assert.equal((await a.phone.hears()).data.toString(), 'whole');
  // Counts come once a second.
  await a.rtp.play({ kind: 'tone', tones: '!440/1200' }).ended;
  const { truncated, version } = stage.engine.drops;
  assert.deepEqual([truncated, version], [3, 1]);
});
