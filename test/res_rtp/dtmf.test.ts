/** Keys found in sound. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyDetector, tonesOf } from '../../modules/res_rtp/worker/dtmf.js';
import { parseTones, ToneSound } from '../../modules/res_rtp/worker/tones.js';

/** Keys that are held one after the other in some samples. */
function heard(samples: Int16Array): string {
  const detector = new KeyDetector();
  let keys = '';
  for (let at = 0; at + 160 <= samples.length; at += 160) {
    const before = detector.key;
    detector.take(samples.subarray(at, at + 160), 160);
    if (detector.key !== before) keys += detector.key;
  }
  return keys;
}

function soundOf(list: string, length: number): Int16Array {
  const parsed = parseTones(list);
  if (typeof parsed === 'string') throw new Error(parsed);
  const samples = new Int16Array(length);
  new ToneSound(parsed).read(samples, length);
  return samples;
}

for (const key of '0123456789*#ABCD') {
  test(`${key} is found, once, in 60 ms of it`, () => {
    assert.equal(heard(soundOf(`!0/37,!${tonesOf(key)}/60,!0/100`, 1600)), key);
  });
}

test('keys in a row are found each', () => {
  const list = [...'4711#'].map(key => `!${tonesOf(key)}/60,!0/60`).join();
  assert.equal(heard(soundOf(`${list},!0/100`, 6400)), '4711#');
});

test('a flash has no tones', () => assert.equal(tonesOf('F'), undefined));

for (const [what, list] of [
  ['a dial tone', '350+440'],
  ['ringing', '440+480'],
  ['one frequency of a key', '697'],
  ['two of one group', '697+770'],
  ['silence', '0'],
] as const) {
  test(`${what} is no key`, () => assert.equal(heard(soundOf(list, 8000)), ''));
}

test('noise is no key', () => {
  // A generator of its own, so that the noise is the same each time.
  let seed = 12_345;
  const noise = Int16Array.from({ length: 80_000 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return (seed >> 16) - 16_384;
  });
  assert.equal(heard(noise), '');
});

test('a key that is as loud as noise around it is found still', () => {
  const tone = soundOf(`${tonesOf('5')}`, 1600);
  let seed = 1;
  const samples = tone.map(sample => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return Math.round(sample * 0.5 + ((seed >> 16) - 16_384) * 0.1);
  });
  assert.equal(heard(samples), '5');
});
