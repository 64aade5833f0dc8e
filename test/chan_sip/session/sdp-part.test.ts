/** The SDP in a message, alone or as one part of many. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sdpIn } from '../../../modules/chan_sip/session/sdp-part.js';
import fc from '../../support/property.js';

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n';

const parts = (...all: string[]) => `${all.map(part => `--b1\r\n${part}\r\n`).join('')}--b1--\r\n`;

const bodies: [what: string, type: string | undefined, body: string, sdp: string | undefined][] = [
  ['the whole body', 'application/sdp', SDP, SDP],
  ['the type in another case, with a parameter', 'Application/SDP; charset=utf-8', SDP, SDP],
  ['no type', undefined, SDP, undefined],
  ['another type', 'text/plain', SDP, undefined],
  ['nothing', 'application/sdp', '', undefined],
  [
    'the second of two parts',
    'multipart/mixed;boundary="b1"',
    `before\r\n${parts('Content-Type: application/isup\r\n\r\n\x01\x02', `content-type : application/sdp\r\nX: y\r\n\r\n${SDP}`)}`,
    SDP,
  ],
  [
    'a boundary without quotes',
    'multipart/alternative; boundary=b1',
    parts(`Content-Type: application/sdp\r\n\r\n${SDP}`),
    SDP,
  ],
  ['no boundary', 'multipart/mixed', parts(`Content-Type: application/sdp\r\n\r\n${SDP}`), undefined],
  ['no part of that type', 'multipart/mixed; boundary=b1', parts('Content-Type: text/plain\r\n\r\nx'), undefined],
  [
    'what stands behind the end',
    'multipart/mixed; boundary=b1',
    `--b1--\r\n${parts(`Content-Type: application/sdp\r\n\r\n${SDP}`)}`,
    undefined,
  ],
  ['a part that is a head alone', 'multipart/mixed; boundary=b1', '--b1\r\nContent-Type: application/sdp', ''],
  [
    'a part after more than anybody needs',
    'multipart/mixed; boundary=b1',
    parts(...Array(20).fill('X: y\r\n\r\nz'), `Content-Type: application/sdp\r\n\r\n${SDP}`),
    undefined,
  ],
];

for (const [what, type, body, sdp] of bodies) test(`SDP in ${what}`, () => assert.equal(sdpIn(type, body), sdp));

test('no body and no type throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (params, body) => {
      sdpIn(params, body);
      sdpIn(`multipart/mixed;${params};boundary=b1`, `--b1${body}--b1${body}`);
    }),
  );
});
