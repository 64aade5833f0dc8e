/** Lists of tones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTones, ToneSound } from '../../modules/res_rtp/worker/tones.js';

function samplesOf(list: string, count: number): number[] {
  const parsed = parseTones(list);
  if (typeof parsed === 'string') throw new Error(parsed);
  const samples = new Int16Array(count);
  const length = new ToneSound(parsed).read(samples, count);
  return [...samples.subarray(0, length)];
}

/** How much of a frequency is in some samples, by its definition. */
function strength(samples: readonly number[], frequency: number): number {
  let [real, imaginary] = [0, 0];
  samples.forEach((sample, at) => {
    real += sample * Math.cos((2 * Math.PI * frequency * at) / 8000);
    imaginary += sample * Math.sin((2 * Math.PI * frequency * at) / 8000);
  });
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

test('both frequencies are there and nothing else, as loud in the first second as in the tenth', () => {
  const samples = samplesOf('440+480', 80_000);
  for (const part of [samples.slice(0, 8000), samples.slice(72_000)]) {
    assert.ok(Math.abs(strength(part, 440) - 7000) < 10, `${strength(part, 440)}`);
    assert.ok(Math.abs(strength(part, 480) - 7000) < 10);
    assert.ok(strength(part, 600) < 10);
  }
});

test('up to four frequencies sound together', () => {
  const samples = samplesOf('350+375+400+440', 8000);
  for (const frequency of [350, 375, 400, 440]) assert.ok(Math.abs(strength(samples, frequency) - 7000) < 10);
});

test('with * one changes the strength of the other', () => {
  const samples = samplesOf('1000*50', 8000);
  assert.ok(strength(samples, 1000) > 6900);
  assert.ok(strength(samples, 950) > 3400);
});

test('what has an ! is played once, the rest again and again', () => {
  const loud = samplesOf('!440/10,0/10,440/10', 8 * 70).map(sample => sample !== 0);
  const parts = Array.from(
    { length: 7 },
    (_, part) => loud.slice(part * 80, part * 80 + 80).filter(Boolean).length > 40,
  );
  assert.deepEqual(parts, [true, false, true, false, true, false, true]);
});

test('a list of ! alone ends', () => assert.equal(samplesOf('!440/20,!0/5', 8000).length, 200));

for (const list of [
  '',
  'x',
  '440/',
  '440+',
  '1+2+3+4+5',
  '1*2*3',
  '1+2*3',
  '4000/100',
  '440/0',
  '440/0,!480/100',
  '440//100',
  '-1/10',
]) {
  test(`'${list}' is refused`, () => assert.equal(typeof parseTones(list), 'string'));
}
