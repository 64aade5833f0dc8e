/** Nonces that nobody stores. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '#core';
import { COUNT_WINDOW, MARKS, NONCE_LIFE, Nonces, SpentNonces } from '../../../modules/chan_sip/user/nonces.js';

test('a nonce is known for its own Call-ID, in any case of letters, until 64*T1 have passed', () => {
  const clock = new TestClock();
  const nonces = new Nonces(clock, 'key', 5);
  const nonce = nonces.issue('call-1');
  assert.match(nonce, /^[0-9a-f]{39}$/);
  assert.equal(nonces.issuedAt(nonce, 'call-1'), 5);
  assert.equal(nonces.issuedAt(nonce.toUpperCase(), 'call-1'), 5);
  assert.equal(nonces.issuedAt(nonce, 'call-2'), undefined);
  clock.advance(NONCE_LIFE - 1);
  assert.equal(nonces.issuedAt(nonce, 'call-1'), 5);
  clock.advance(1);
  assert.equal(nonces.issuedAt(nonce, 'call-1'), undefined);
});

test('a nonce of another process, with another time or made up is not ours', () => {
  const clock = new TestClock();
  const nonces = new Nonces(clock, 'key', 5);
  const nonce = nonces.issue('call');
  const later = `${(6).toString(16).padStart(11, '0')}${nonce.slice(11)}`;
  clock.advance(10);
  for (const text of ['', 'abc', new Nonces(clock, 'other', 5).issue('call'), later, 'z'.repeat(39), `${nonce}0`]) {
    assert.equal(nonces.issuedAt(text, 'call'), undefined, text);
  }
});

test('no two challenges have the same nonce, not even within a millisecond', () => {
  const nonces = new Nonces(new TestClock(), 'key');
  assert.equal(new Set(Array.from({ length: 1000 }, () => nonces.issue('call'))).size, 1000);
});

test('two processes issue different nonces and tags for the same Call-ID', () => {
  const clock = new TestClock();
  const [one, two] = [new Nonces(clock), new Nonces(clock)];
  assert.notEqual(one.issue('call'), two.issue('call'));
  assert.notEqual(one.tag('call', 'from'), two.tag('call', 'from'));
});

test('the To tag stays the same for a Call-ID and From tag, whatever the time', () => {
  const clock = new TestClock();
  const nonces = new Nonces(clock, 'key');
  const tag = nonces.tag('call', 'from');
  assert.match(tag, /^as[0-9a-f]{8}$/);
  clock.advance(100_000);
  assert.equal(nonces.tag('call', 'from'), tag);
  assert.notEqual(nonces.tag('call', 'other'), tag);
  assert.notEqual(nonces.tag('other', 'from'), tag);
});

test('a spent nonce stays spent in any case of letters, another one does not', () => {
  const spent = new SpentNonces();
  spent.add('00aB', 100, 100);
  assert.equal(spent.has('00Ab', 100), true);
  assert.equal(spent.has('00ac', 100), false);
});

test('a device has so many marks, and what they push out counts as spent', () => {
  const spent = new SpentNonces();
  for (let n = 1; n <= MARKS + 2; n++) spent.add(`nonce${n}`, n, MARKS);
  assert.equal(spent.size, MARKS);
  for (let n = 1; n <= MARKS + 2; n++) assert.equal(spent.has(`nonce${n}`, n), true, `nonce${n}`);
  assert.equal(spent.has('never answered', 2), true);
  assert.equal(spent.has('never answered', 3), false);
});

test('what is pushed out is what was issued first, so that a slow answer is not taken for a repeat', () => {
  const spent = new SpentNonces();
  for (let n = MARKS + 12; n > 11; n--) spent.add(`nonce${n}`, n, MARKS);
  assert.equal(spent.has('slow', 13), false);
  assert.equal(spent.has('slow', 12), true);
});

test('marks of expired nonces are dropped first, and raise no floor', () => {
  const spent = new SpentNonces();
  for (let n = 1; n <= 8; n++) spent.add(`nonce${n}`, n, n);
  spent.add('new', NONCE_LIFE + 8, NONCE_LIFE + 8);
  assert.equal(spent.size, 1);
  assert.equal(spent.has('other', 9), false);
});

/** What is used one after the other, and whether it is new. */
const counts: readonly [what: string, counts: readonly (number | undefined)[], fresh: readonly boolean[]][] = [
  ['a nonce without a count serves once', [undefined, undefined], [true, false]],
  ['counts that rise serve, each once', [1, 2, 2, 3, 1], [true, true, false, true, false]],
  ['one that was overtaken serves, once', [1, 3, 2, 2], [true, true, true, false]],
  ['the first may be any', [7, 6, 7, 8], [true, true, false, true]],
  ['what is too far behind counts as used', [COUNT_WINDOW + 5, 6, 5], [true, true, false]],
  ['a leap leaves nothing of the window', [1, 2 ** 32 - 1, 2 ** 32 - 2, 2], [true, true, true, false]],
  ['a leap of the window forgets the one before', [1, 1 + COUNT_WINDOW, 1, 2], [true, true, false, true]],
  ['once used without a count it serves none', [undefined, 1], [true, false]],
  ['once used with a count it serves none without', [1, undefined], [true, false]],
];
for (const [what, sequence, fresh] of counts) {
  test(`counts: ${what}`, () => {
    const spent = new SpentNonces();
    const did = sequence.map(count => {
      const isNew = !spent.has('n', 1, count);
      if (isNew) spent.add('n', 1, 1, count);
      return isNew;
    });
    assert.deepEqual(did, fresh);
    assert.equal(spent.size, 1);
  });
}

test('every count within the window is told apart from its neighbours', () => {
  const spent = new SpentNonces();
  const used = [100, 99, 97, 90, 75, 69];
  for (const count of used) spent.add('n', 1, 1, count);
  for (let count = 69; count <= 101; count++) assert.equal(spent.has('n', 1, count), used.includes(count), `${count}`);
  assert.equal(spent.has('other', 1, 100), false);
});
