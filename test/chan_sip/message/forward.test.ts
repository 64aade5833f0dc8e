/** Messages that go on: what is changed of them, and that nothing else is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backward, hopsLeft, onward } from '../../../modules/chan_sip/message/forward.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';

const REQUEST = [
  'INVITE sip:3001@192.0.2.9 SIP/2.0',
  'v: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport, SIP/2.0/TCP 192.0.2.0;branch=z9hG4bKb',
  'Route: <sip:3001@192.0.2.2;lr;node=a>,',
  ' <sip:192.0.2.3;lr>',
  'Max-Forwards: 70',
  'From: <sip:a@b>;tag=1',
  'To: <sip:3001@b>',
  'Subject: one',
  '  more',
  'Call-ID: x',
  'CSeq: 1 INVITE',
  'Content-Type: text/plain',
  'Content-Length: 4',
  '',
  'a\r\nb',
].join('\r\n');

test('a request goes on with our Via, one hop less, and what is left of its route', () => {
  const text = onward(parse(REQUEST), {
    via: 'SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKours',
    routes: ['<sip:192.0.2.3;lr>'],
    recordRoutes: ['<sip:3001@192.0.2.2;lr;node=a>'],
    source: { address: '192.0.2.7', port: 5070 },
  });
  assert.deepEqual(text.split('\r\n'), [
    'INVITE sip:3001@192.0.2.9 SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKours',
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;received=192.0.2.7;rport=5070',
    'Via: SIP/2.0/TCP 192.0.2.0;branch=z9hG4bKb',
    'Record-Route: <sip:3001@192.0.2.2;lr;node=a>',
    'Route: <sip:192.0.2.3;lr>',
    'Max-Forwards: 69',
    'From: <sip:a@b>;tag=1',
    'To: <sip:3001@b>',
    'Subject: one',
    '  more',
    'Call-ID: x',
    'CSeq: 1 INVITE',
    'Content-Type: text/plain',
    'Content-Length: 4',
    '',
    'a',
    'b',
  ]);
  assert.equal(parse(text).body, 'a\r\nb');
});

test('what a Via says of where it came from is not believed', () => {
  const lie = REQUEST.replace(';rport,', ';received=203.0.113.1;rport=9;x=1,');
  const text = onward(parse(lie), {
    ...{ via: 'SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKours', routes: [], recordRoutes: [] },
    source: { address: '192.0.2.7', port: 5070 },
  });
  assert.match(text, /^Via: SIP\/2\.0\/UDP 192\.0\.2\.1:5060;branch=z9hG4bKa;x=1;received=192\.0\.2\.7;rport=5070\r$/m);
});

test('a response goes back without our Via', () => {
  const response = REQUEST.replace('INVITE sip:3001@192.0.2.9 SIP/2.0', 'SIP/2.0 180 Ringing');
  const text = backward(parse(response));
  assert.deepEqual(
    text.match(/^v(?:ia)?: .*$/gim),
    ['Via: SIP/2.0/TCP 192.0.2.0;branch=z9hG4bKb\r'].map(line => line.trim()),
  );
  assert.equal(parse(text).status, 180);
});

for (const [line, left] of [
  ['Max-Forwards: 70', 70],
  ['max-forwards:0', 0],
  ['X: 1', 70],
] as const) {
  test(`'${line}' leaves ${left} hops`, () => {
    assert.equal(hopsLeft(parse(REQUEST.replace('Max-Forwards: 70', line))), left);
  });
}
