/** Recordings, and WAV files that are read again. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openFile } from '../../modules/res_rtp/worker/file-sound.js';
import { emptyFrame, type Frame } from '../../modules/res_rtp/worker/frame.js';
import { Recorder } from '../../modules/res_rtp/worker/recorder.js';
import { readWav, wavHeader } from '../../modules/res_rtp/worker/wav.js';
import fc from '../support/property.js';

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'obelisk-record-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** A packet of 20 ms in which all samples are one. */
function steady(sample: number, timestamp: number, source = 1): Frame {
  const data = Buffer.alloc(320);
  for (let at = 0; at < 320; at += 2) data.writeInt16BE(sample, at);
  return { ...emptyFrame(), codec: 'slin', data, start: 0, end: 320, timestamp, source };
}

/** The samples of a file, as runs of one value. */
async function runsOf(path: string): Promise<[sample: number, count: number][]> {
  const data = await readFile(path);
  const samples = readWav(data, data.length);
  if (typeof samples === 'string') throw new Error(samples);
  const runs: [number, number][] = [];
  for (let at = samples.start; at < samples.start + samples.length; at += 2) {
    const sample = data.readInt16LE(at);
    if (runs.at(-1)?.[0] === sample) runs.at(-1)![1] += 1;
    else runs.push([sample, 1]);
  }
  return runs;
}

test('what comes in is in the file, each packet in its place, and silence where none came', async t => {
  const path = join(await directory(t), 'new', 'a.wav');
  const recorder = new Recorder({ path, append: false, both: false }, 1000);
  recorder.take('in', steady(100, 0), 1020);
  recorder.take('in', steady(200, 320), 1060);
  recorder.beat(1080);
  assert.equal(await recorder.close(1080), 80);
  assert.equal(recorder.failure, undefined);
  assert.deepEqual(await runsOf(path), [
    [100, 160],
    [0, 160],
    [200, 160],
    [0, 160],
  ]);
});

test('a packet that comes twice is there once', async t => {
  const path = join(await directory(t), 'a.wav');
  const recorder = new Recorder({ path, append: false, both: false }, 1000);
  for (let count = 0; count < 2; count++) recorder.take('in', steady(100, 0), 1020);
  recorder.take('in', steady(200, 160), 1040);
  await recorder.close(1040);
  assert.deepEqual(await runsOf(path), [
    [100, 160],
    [200, 160],
  ]);
});

test('packets that come unevenly stay one after the other', async t => {
  const path = join(await directory(t), 'a.wav');
  const recorder = new Recorder({ path, append: false, both: false }, 0);
  recorder.take('in', steady(1, 0), 20);
  recorder.take('in', steady(2, 160), 71);
  recorder.take('in', steady(3, 320), 72);
  await recorder.close(60);
  assert.deepEqual(await runsOf(path), [
    [1, 160],
    [2, 160],
    [3, 160],
  ]);
});

test('both directions are added, and no more than a sample holds', async t => {
  const path = join(await directory(t), 'a.wav');
  const recorder = new Recorder({ path, append: false, both: true }, 0);
  recorder.take('in', steady(100, 0), 20);
  recorder.take('out', steady(11, 77, 2), 20);
  recorder.take('in', steady(30_000, 160), 40);
  recorder.take('out', steady(30_000, 237, 2), 40);
  await recorder.close(40);
  assert.deepEqual(await runsOf(path), [
    [111, 160],
    [32_767, 160],
  ]);
});

test('a minute is written bit by bit', async t => {
  const path = join(await directory(t), 'a.wav');
  const recorder = new Recorder({ path, append: false, both: false }, 0);
  for (let now = 20; now <= 60_000; now += 20) {
    recorder.take('in', steady(5, now * 8), now);
    recorder.beat(now);
  }
  assert.equal(await recorder.close(60_000), 60_000);
  assert.deepEqual(await runsOf(path), [[5, 480_000]]);
});

test('with append a file goes on where it ends', async t => {
  const path = join(await directory(t), 'a.wav');
  for (const sample of [1, 2]) {
    const recorder = new Recorder({ path, append: true, both: false }, 0);
    recorder.take('in', steady(sample, 0), 20);
    await recorder.close(20);
  }
  assert.deepEqual(await runsOf(path), [
    [1, 160],
    [2, 160],
  ]);
});

test('a file that is something else is not written over by append', async t => {
  const path = join(await directory(t), 'a.wav');
  await writeFile(path, 'what somebody else wrote');
  const recorder = new Recorder({ path, append: true, both: false }, 0);
  await recorder.close(20);
  assert.equal(recorder.failure, 'no WAV file');
  assert.equal(await readFile(path, 'utf8'), 'what somebody else wrote');
});

test('what has no samples cannot be recorded', async t => {
  const recorder = new Recorder({ path: join(await directory(t), 'a.wav'), append: false, both: false }, 0);
  recorder.take('in', { ...steady(1, 0), codec: 'g729' }, 20);
  await recorder.close(20);
  assert.equal(recorder.failure, 'g729 cannot be recorded');
});

test('a directory that cannot be made is told', async () => {
  const recorder = new Recorder({ path: '/proc/none/a.wav', append: false, both: false }, 0);
  await recorder.close(20);
  assert.match(recorder.failure ?? '', /ENOENT|EACCES|EPERM/);
});

test('a file whose length nobody filled in is played to its end, and goes on where it ends', () => {
  assert.deepEqual(readWav(wavHeader(0), 44 + 321), { start: 44, length: 320 });
  assert.deepEqual(readWav(wavHeader(0), 44), { start: 44, length: 0 });
  assert.deepEqual(readWav(wavHeader(320), 44 + 100), { start: 44, length: 100 });
});

test('any beginning of a file is a WAV file or says why not', () => {
  const header = wavHeader(320);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(44), fc.nat(1000), (bytes, kept, size) => {
      const found = readWav(Buffer.concat([header.subarray(0, kept), bytes]), size);
      if (typeof found !== 'string')
        assert.ok(found.length >= 0 && found.start + found.length <= Math.max(size, found.start));
    }),
  );
});

test('a WAV file of another kind is refused with what it is', async t => {
  const path = join(await directory(t), 'a.wav');
  const header = wavHeader(4);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(44_100, 24);
  await writeFile(path, header);
  assert.equal(
    await openFile(path, 0),
    'a WAV file of format 1 with 2 channels, 44100 samples a second and 16 bits, not 16-bit linear, 8000, mono',
  );
});

test('files of every kind give their samples, from where they are to begin', async t => {
  const place = await directory(t);
  const linear = Buffer.alloc(3200);
  for (let at = 0; at < 1600; at++) linear.writeInt16LE(at, 2 * at);
  await writeFile(join(place, 'a.sln'), linear);
  await writeFile(join(place, 'a.wav'), Buffer.concat([wavHeader(3200), linear]));
  await writeFile(join(place, 'a.ulaw'), Buffer.alloc(1600, 0x80));
  await writeFile(join(place, 'a.alaw'), Buffer.alloc(1600, 0x2a));
  for (const [name, first] of [
    ['a.sln', 800],
    ['a.wav', 800],
    ['a.ulaw', 32_124],
    ['a.alaw', -32_256],
  ] as const) {
    const sound = await openFile(join(place, name), 100);
    if (typeof sound === 'string') throw new Error(sound);
    const into = new Int16Array(1600);
    let count = sound.read(into, 1600);
    for (; count === undefined; count = sound.read(into, 1600)) await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual([name, count, into[0]], [name, 800, first]);
    sound.close();
  }
});
