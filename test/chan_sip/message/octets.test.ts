import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clean, decode, detach, encode, firstOctets, octets } from '../../../modules/chan_sip/message/octets.js';

test('UTF-8 goes in and comes out; what is not UTF-8 is shown as latin1', () => {
  for (const text of ['', 'plain', 'Jörg', 'простое', '電話', '🙂']) assert.equal(decode(encode(text)), text);
  assert.equal(encode('ö'), '\xc3\xb6');
  assert.equal(decode('J\xf6rg'), 'Jörg');
  assert.equal(decode('Жук'), 'Жук', 'what is no octets is left alone');
});

test('a string of octets stays as it is, any other becomes UTF-8', () => {
  assert.equal(octets('\xc3\xb6'), '\xc3\xb6');
  assert.equal(octets('ж'), '\xd0\xb6');
});

test('a clean value has no line end and no NUL, and none that latin1 would make of it', () => {
  assert.equal(clean('a\r\nb\0c'), 'a  b c');
  assert.equal(clean('\xe9 plain'), '\xe9 plain');
  assert.doesNotMatch(Buffer.from(clean('\u010a\u010d\u0100'), 'latin1').toString('latin1'), /[\0\r\n]/);
});

test('a text is cut between letters, whatever they are made of', () => {
  for (const letter of ['a', 'é', '電', '🙂']) {
    const text = encode(letter.repeat(20));
    for (let most = 8; most < 16; most++) {
      const kept = firstOctets(text, most);
      assert.equal(decode(kept), letter.repeat(Math.floor(most / encode(letter).length)));
    }
    assert.equal(firstOctets(text, 1000), text);
  }
  assert.ok(firstOctets('\x80'.repeat(20), 10).length >= 7, 'what is no UTF-8 is cut all the same');
});

test('a detached string is equal to what it was cut from', () => {
  const text = `\0\xff${'x'.repeat(100)}`;
  assert.equal(detach(text.slice(0, 50)), text.slice(0, 50));
});
