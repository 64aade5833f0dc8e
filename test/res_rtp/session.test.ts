/** Sessions in real media threads: what is played, recorded and pressed, and what becomes of them. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { nextTurn, TestClock } from '../../core/clock.js';
import { Events } from '../../core/events.js';
import { readReports } from '../../modules/res_rtp/worker/rtcp.js';
import { readWav } from '../../modules/res_rtp/worker/wav.js';
import { spareRange } from '../support/spare-port.js';
import { testCalls } from '../support/test-calls.js';
import { testChannel } from '../support/test-channel.js';
import { MediaStage } from './stage.js';

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'obelisk-rtp-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

test('a file is heard by the phone, at its pace, and tells when it is over', async t => {
  const stage = await MediaStage.open(t);
  const a = await stage.leg();
  const path = join(await directory(t), 'a.ulaw');
  const sound = Buffer.from(Array.from({ length: 1600 }, (_, at) => (at * 7) % 127));
  await writeFile(path, sound);
  const began = performance.now();
  const playback = a.rtp.play({ kind: 'file', path, from: 40 });
  const heard = [];
  for (let count = 0; count < 8; count++) heard.push(await a.phone.hears());
  assert.deepEqual(Buffer.concat(heard.map(({ data }) => data)), sound.subarray(320));
  assert.deepEqual(await playback.ended, { how: 'finished', position: 160 });
  assert.equal(playback.position, 160);
  assert.ok(performance.now() - began > 140);
});

test('a file that is not there fails with the reason', async t => {
  const stage = await MediaStage.open(t);
  const { how, reason } = await (await stage.leg()).rtp.play({ kind: 'file', path: '/nowhere/a.wav' }).ended;
  assert.equal(how, 'failed');
  assert.match(reason ?? '', /ENOENT/);
});

test('what is played where nobody listens ends in its time all the same', async t => {
  const stage = await MediaStage.open(t);
  const a = await stage.leg({ remote: undefined, rtcp: undefined });
  assert.deepEqual(await a.rtp.play({ kind: 'tone', tones: '!440/100' }).ended, { how: 'finished', position: 100 });
});

test('closing a session ends what is played and recorded', async t => {
  const stage = await MediaStage.open(t);
  const a = await stage.leg();
  const path = join(await directory(t), 'a.wav');
  const playback = a.rtp.play({ kind: 'tone', tones: '440' });
  const recording = a.rtp.record(path, { both: true });
  await a.phone.hears();
  a.rtp.close();
  assert.equal((await playback.ended).how, 'stopped');
  assert.equal((await recording.ended).how, 'stopped');
  const data = await readFile(path);
  assert.notEqual(typeof readWav(data, data.length), 'string');
  assert.equal((await a.rtp.play({ kind: 'tone', tones: '440' }).ended).how, 'failed');
});

test('a recording has what the phone said', async t => {
  const stage = await MediaStage.open(t);
  const a = await stage.leg();
  a.rtp.connect(a.rtp);
  const path = join(await directory(t), 'a.wav');
  const recording = a.rtp.record(path);
  for (let count = 0; count < 3; count++) {
    a.phone.say(a.rtp.local, { data: Buffer.alloc(160, 0x00) });
    await a.phone.hears();
  }
  recording.stop();
  assert.equal((await recording.ended).how, 'stopped');
  const data = await readFile(path);
  let loud = 0;
  for (let at = 44; at < data.length; at += 2) if (data.readInt16LE(at) === -32_124) loud += 1;
  assert.ok(loud > 0 && loud <= 480, `${loud} samples`);
});

test('keys go both ways as events', async t => {
  const stage = await MediaStage.open(t);
  const a = await stage.leg();
  a.rtp.endDigit('3', 40);
  const heard = [];
  for (let count = 0; count < 4; count++) heard.push(await a.phone.hears());
  assert.deepEqual(
    heard.map(({ payload, marker, data }) => [payload, marker, data.toString('hex')]),
    [
      [101, true, '030a00a0'],
      [101, false, '038a0140'],
      [101, false, '038a0140'],
      [101, false, '038a0140'],
    ],
  );
  for (const octets of ['0b0a00a0', '0b8a0280', '0b8a0280']) {
    a.phone.say(a.rtp.local, { payload: 101, timestamp: 9000, data: Buffer.from(octets, 'hex') });
  }
  assert.deepEqual(await a.told.upTo(2), [
    ['began', '#'],
    ['ended', '#', 80],
  ]);
});

test('keys in band are heard where the flow asks for it', async t => {
  const stage = await MediaStage.open(t);
  const [a, b] = [await stage.leg({ events: undefined }), await stage.leg({ events: undefined, tones: true })];
  a.rtp.endDigit('8', 100);
  for (let count = 0; count < 5; count++) b.phone.say(b.rtp.local, { data: (await a.phone.hears()).data });
  for (let count = 0; count < 5; count++) b.phone.say(b.rtp.local, { data: Buffer.alloc(160, 0xff) });
  const told = await b.told.upTo(3);
  assert.deepEqual(
    told.filter(([what]) => what !== 'learned').map(what => what.slice(0, 2)),
    [
      ['began', '8'],
      ['ended', '8'],
    ],
  );
});

test('a session that hears nothing tells so', async t => {
  const stage = await MediaStage.open(t);
  const a = await stage.leg({ timeout: 150 });
  assert.deepEqual(await a.told.upTo(1), [['timed out']]);
});

test('one that ends says goodbye, if it has ever said anything', async t => {
  const stage = await MediaStage.open(t);
  const [a, b] = [await stage.leg(), await stage.leg()];
  a.rtp.connect(b.rtp);
  a.phone.say(a.rtp.local);
  await b.phone.hears();
  a.rtp.close();
  b.rtp.close();
  assert.equal(readReports(await b.phone.reports())?.goodbye, true);
  assert.equal(a.phone.reported, 0);
});

test('a session is a use of the module by its channel until it is closed', async t => {
  const stage = await MediaStage.open(t);
  const a = await stage.leg();
  const clock = new TestClock();
  const { channel } = testChannel(testCalls(clock, new Events(event => assert.fail(event))).channels);
  a.rtp.usedBy(channel);
  a.rtp.usedBy(channel);
  assert.equal(stage.uses, 1);
  a.rtp.close();
  assert.equal(stage.uses, 0);
  a.rtp.usedBy(channel);
  assert.equal(stage.uses, 0);
});

test('figures are as of the end when a session is closed', async t => {
  const stage = await MediaStage.open(t);
  const [a, b] = [await stage.leg(), await stage.leg()];
  a.rtp.connect(b.rtp);
  for (let count = 0; count < 5; count++) a.phone.say(a.rtp.local);
  for (let count = 0; count < 5; count++) await b.phone.hears();
  a.rtp.close();
  b.rtp.close();
  while (a.rtp.figures.received === 0) await nextTurn();
  assert.deepEqual([a.rtp.figures.received, a.rtp.figures.sent], [5, 0]);
});

test('after the first session others have their ports at once, each its own, and all of a small range are used', async t => {
  const range = await spareRange(8);
  const stage = await MediaStage.open(t, range);
  const ports: number[] = [];
  for (let leg = 0; leg < 8; leg++) ports.push((await stage.leg()).rtp.local.port);
  assert.deepEqual(
    ports.sort(),
    Array.from({ length: 8 }, (_, index) => range.start + 2 * index),
  );
  assert.deepEqual(stage.lines, []);
  await assert.rejects(stage.leg(), /no port/);
  assert.match(stage.lines[0]!, /no port is free on 127\.0\.0\.1 between rtpstart=/);
});

test('what was offered before the ports moved is not used after', async t => {
  const stage = await MediaStage.open(t);
  await stage.leg();
  // The thread has told of all that it offers when it answers this.
  await (await stage.leg()).rtp.play({ kind: 'tone', tones: '!440/100' }).ended;
  const range = await spareRange(8);
  stage.engine.configure({ ...stage.settings, ...range });
  for (let count = 0; count < 4; count++) {
    const { port } = (await stage.leg()).rtp.local;
    assert.ok(port >= range.start && port < range.end, `${port}`);
  }
});

test('what went by is printed where it is asked for', async t => {
  const stage = await MediaStage.open(t);
  stage.engine.watched = { rtp: {}, rtcp: undefined, stats: false };
  const a = await stage.leg();
  a.phone.say(a.rtp.local, { sequence: 1, timestamp: 160 });
  // Lines come with the next look.
  const port = a.phone.remote.port;
  const wanted = `verbose: Got  RTP packet from    127.0.0.1:${port} (type 00, seq 000001, ts 000160, len 000160)`;
  const playback = a.rtp.play({ kind: 'tone', tones: '!440/300' });
  await playback.ended;
  assert.ok(stage.lines.includes(wanted), stage.lines.slice(0, 3).join('\n'));
});

test('a thread that dies takes its calls with it, is told of, and another takes its place', async t => {
  const stage = await MediaStage.open(t);
  const a = await stage.leg();
  const playback = a.rtp.play({ kind: 'tone', tones: '440' });
  const recording = a.rtp.record('/dev/null/none.wav');
  await recording.ended;
  // What no caller can say: the thread has no way on from here.
  a.configure({ receive: undefined as never });
  assert.deepEqual(await a.told.upTo(1), [['timed out']]);
  assert.equal((await playback.ended).how, 'failed');
  assert.match(stage.lines.find(line => line.startsWith('error:')) ?? '', /media thread failed.*TypeError/s);
  const b = await stage.leg();
  b.rtp.connect(b.rtp);
  b.phone.say(b.rtp.local, { data: Buffer.from('alive') });
  assert.equal((await b.phone.hears()).data.toString(), 'alive');
});

test('threads that die again and again are not begun for ever, but after a reload', async t => {
  const stage = await MediaStage.open(t);
  for (let count = 0; count < 5; count++) {
    const a = await stage.leg();
    a.configure({ receive: undefined as never });
    await a.told.upTo(1);
  }
  await assert.rejects(stage.leg(), /no port/);
  assert.throws(() => stage.engine.pipe(), /no media thread/);
  assert.ok(stage.lines.some(line => line.includes('too many died')));
  stage.engine.configure(stage.settings);
  await stage.leg();
});
