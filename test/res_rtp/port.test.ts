/** What is played and pressed at a port, by the beat. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyFrame, type Frame } from '../../modules/res_rtp/worker/frame.js';
import { parseTones, type Sound, ToneSound } from '../../modules/res_rtp/worker/tones.js';
import { PortStage } from './port-stage.js';

const tones = (text: string): Promise<Sound | string> => {
  const parsed = parseTones(text);
  return Promise.resolve(typeof parsed === 'string' ? parsed : new ToneSound(parsed));
};

const frame = (text: string): Frame => {
  const data = Buffer.concat([Buffer.alloc(12), Buffer.from(text)]);
  return { ...emptyFrame(), codec: 'ulaw', data, start: 12, end: data.length };
};

test('tones go out every 20 ms and end when they end', async () => {
  const stage = new PortStage();
  stage.port.play(1, tones('!440/100'));
  await Promise.resolve();
  stage.clock.advance(200);
  assert.deepEqual(
    stage.said.map(({ at, data }) => [at, data.length]),
    [20, 40, 60, 80, 100].map(at => [at, 160]),
  );
  assert.deepEqual(
    stage.said.map(({ timestamp }) => timestamp),
    [0, 160, 320, 480, 640],
  );
  assert.deepEqual(stage.ends, [[1, { how: 'finished', position: 100 }]]);
  assert.equal(stage.clock.pending, 0);
});

test('packets are as long as the far end wants them', async () => {
  const stage = new PortStage();
  stage.speech = { codec: 'alaw', ptime: 30 };
  stage.port.play(1, tones('!440/90'));
  await Promise.resolve();
  stage.clock.advance(200);
  assert.deepEqual(
    stage.said.map(({ data }) => data.length),
    [240, 240, 240],
  );
});

test('a list without ! goes on until it is stopped', async () => {
  const stage = new PortStage();
  stage.port.play(1, tones('!440/20,0/20'));
  await Promise.resolve();
  stage.clock.advance(10_000);
  assert.equal(stage.said.length, 500);
  await stage.port.stop(1);
  stage.clock.advance(100);
  assert.equal(stage.said.length, 500);
  assert.deepEqual(stage.ends, [[1, { how: 'stopped', position: 10_000 }]]);
});

test('a thread that was held up makes up for it, and does not drift', async () => {
  const stage = new PortStage();
  stage.port.play(1, tones('440'));
  await Promise.resolve();
  stage.clock.advance(40);
  stage.clock.stall(70);
  stage.clock.advance(30);
  assert.deepEqual(
    stage.said.map(({ at }) => at),
    [20, 40, 110, 110, 110, 120, 140],
  );
});

test('what is played comes before what is heard, and gives back', async () => {
  const stage = new PortStage();
  stage.port.hear(frame('before'));
  stage.port.play(1, tones('!440/20'));
  await Promise.resolve();
  stage.port.hear(frame('meanwhile'));
  stage.clock.advance(40);
  stage.port.hear(frame('after'));
  assert.deepEqual(
    stage.said.map(({ data }) => (data.length === 160 ? 'tone' : data.toString())),
    ['before', 'tone', 'after'],
  );
});

test('what is played next ends what was played', async () => {
  const stage = new PortStage();
  stage.port.play(1, tones('440'));
  stage.port.play(2, tones('!440/20'));
  await Promise.resolve();
  stage.clock.advance(40);
  assert.deepEqual(
    stage.ends.map(([job, { how }]) => [job, how]),
    [
      [1, 'stopped'],
      [2, 'finished'],
    ],
  );
});

for (const [what, list] of [
  ['no tone', 'boom'],
  ['no length', '440/0'],
  ['too high', '9000/100'],
] as const) {
  test(`a list of tones with ${what} fails`, async () => {
    const stage = new PortStage();
    stage.port.play(1, tones(list));
    await Promise.resolve();
    assert.equal(stage.ends[0]?.[1].how, 'failed');
  });
}

test('nothing can be played in a format that we cannot make', async () => {
  const stage = new PortStage();
  stage.speech = { codec: 'g729', ptime: 20 };
  stage.port.play(1, tones('440'));
  await Promise.resolve();
  stage.clock.advance(20);
  assert.deepEqual(stage.ends, [[1, { how: 'failed', position: 0, reason: 'nothing can be played as g729' }]]);
});

test('RFC 4733: a key grows by the beat, its end is sent three times, and nothing is heard beside it', () => {
  const stage = new PortStage();
  stage.port.beginDigit('5');
  stage.clock.advance(40);
  stage.port.hear(frame('beside'));
  stage.port.endDigit('5', 80);
  stage.clock.advance(100);
  assert.deepEqual(stage.events, [
    [20, '050a00a0', true],
    [40, '050a0140', false],
    [60, '050a01e0', false],
    [80, '058a0280', false],
    [80, '058a0280', false],
    [80, '058a0280', false],
  ]);
  assert.deepEqual(stage.said, []);
  assert.equal(stage.clock.pending, 0);
});

test('keys that come together follow each other, each as long as it is to be', () => {
  const stage = new PortStage();
  for (const digit of ['1', '#']) {
    stage.port.beginDigit(digit);
    stage.port.endDigit(digit, 40);
  }
  stage.clock.advance(200);
  assert.deepEqual(
    stage.events.map(([at, octets, began]) => [at, octets.slice(0, 2), began]),
    [[20, '01', true], ...Array(3).fill([40, '01', false]), [60, '0b', true], ...Array(3).fill([80, '0b', false])],
  );
});

test('a key that nobody lets go ends by itself', () => {
  const stage = new PortStage();
  stage.port.beginDigit('1');
  stage.clock.advance(20_000);
  assert.equal(stage.events.at(-1)?.[1], '018affff');
  assert.equal(stage.clock.pending, 0);
});

test('where the far end takes no events a key is its tones, then a pause', () => {
  const stage = new PortStage();
  stage.takesEvents = false;
  stage.port.beginDigit('5');
  stage.port.endDigit('5', 100);
  stage.port.endDigit('6', 40);
  stage.clock.advance(300);
  assert.deepEqual(
    stage.said.map(({ at }) => at),
    [20, 40, 60, 80, 100, 180, 200],
  );
});

test('a key in the sound is told, and its tone is not passed on', async () => {
  const [from, to] = [new PortStage(), new PortStage()];
  from.takesEvents = false;
  from.port.endDigit('7', 100);
  from.clock.advance(200);
  to.port.detect(true);
  to.port.connect({ hear: heard => to.say(heard), passOver() {} });
  const quiet = Buffer.alloc(160, 0xff);
  const sent = [...from.said.map(({ data }) => data), quiet, quiet, quiet];
  for (const data of sent) {
    to.port.arrive({ ...frame(''), data, start: 0, end: data.length });
    to.clock.advance(20);
  }
  assert.deepEqual(to.keys, ['7 down', '7 up']);
  const loud = to.said.filter(({ data }) => data.some(octet => octet !== 0xff));
  assert.ok(loud.length <= 2, `${loud.length} packets of the tone were passed on`);
  assert.equal(to.said.length, sent.length);
});
