/** URIs that are the same place, and URIs that are not: RFC 3261 §19.1.4 with its examples. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameUri, isSameUriText } from '../../../modules/chan_sip/message/same-uri.js';
import { parseUri } from '../../../modules/chan_sip/message/uri.js';

const SAME: [a: string, b: string][] = [
  ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtlanTa.CoM;Transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
  ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
  ['sip:biloxi.com;transport=tcp;method=REGISTER', 'sip:biloxi.com;method=REGISTER;transport=tcp'],
  ['sip:a@b.com?Subject=x&priority=urgent', 'sip:a@b.com?Priority=urgent&subject=x'],
  ['sip:a@[2001:DB8::1]', 'sip:a@[2001:db8::1]'],
  ['tel:+123', 'tel:+123'],
];

const OTHER: [a: string, b: string][] = [
  ['sip:ALICE@atlanta.com', 'sip:alice@atlanta.com'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
  ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
  ['sip:bob@biloxi.com', 'sip:biloxi.com'],
  ['sip:bob:x@biloxi.com', 'sip:bob@biloxi.com'],
  ['sip:b%2Fob@biloxi.com', 'sip:b/ob@biloxi.com'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
  ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
  ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
  ['sip:bob@biloxi.com;gr=urn:1', 'sip:bob@biloxi.com'],
  ['tel:+123', 'tel:+1-23'],
];

for (const [same, pairs] of [
  [true, SAME],
  [false, OTHER],
] as const) {
  for (const [a, b] of pairs) {
    test(`${a} and ${b} are ${same ? 'the same' : 'not the same'}`, () => {
      assert.equal(isSameUri(parseUri(a), parseUri(b)), same);
      assert.equal(isSameUri(parseUri(b), parseUri(a)), same);
    });
  }
}

test('a text that is no URI is the same as none', () => {
  assert.equal(isSameUriText('what is this', parseUri('sip:a@b.com')), false);
});
