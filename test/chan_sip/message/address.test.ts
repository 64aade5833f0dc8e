import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressParams, parseAddress } from '../../../modules/chan_sip/message/address.js';
import { ParseError } from '../../../modules/chan_sip/message/parser.js';
import { parseVia } from '../../../modules/chan_sip/message/via.js';

const addresses: readonly [text: string, display: string | undefined, uri: string, params: string][] = [
  ['<sip:a@b>', undefined, 'sip:a@b', ''],
  ['<sip:a@b;x=1>;tag=2', undefined, 'sip:a@b;x=1', ';tag=2'],
  ['sip:a@b;tag=2', undefined, 'sip:a@b', ';tag=2'],
  ['Alice Liddell  <sip:a@b> ;tag=2', 'Alice Liddell', 'sip:a@b', ';tag=2'],
  ['Alice<sip:a@b>', 'Alice', 'sip:a@b', ''],
  ['"A \\"<x>\\", B" <sip:a@b>;tag=2', 'A "<x>", B', 'sip:a@b', ';tag=2'],
  ['""<sip:a@b>', '', 'sip:a@b', ''],
  ['< sip:a@b >', undefined, 'sip:a@b', ''],
  ['<sip:a@b?Subject=x>', undefined, 'sip:a@b?Subject=x', ''],
  ['<sip:a@b>;x=">"', undefined, 'sip:a@b', ';x=">"'],
  ['J\xc3\xa0<sip:a@b>', 'J\xc3\xa0', 'sip:a@b', ''],
  ['tel:+1;tag=2', undefined, 'tel:+1', ';tag=2'],
];
for (const [text, display, uri, params] of addresses) {
  test(`the address ${text}`, () => {
    const address = parseAddress(text);
    assert.deepEqual([address.display, address.uri.text, address.params.text], [display, uri, params]);
    assert.equal(address.bracketed, text.includes('<'));
    assert.equal(address.text, text);
  });
}

for (const text of [
  '',
  '<>',
  '< >',
  '*',
  'Alice',
  'garbage<<',
  '<sip:a@b',
  'sip:a@b>',
  '"Alice <sip:a@b>',
  '<sip:a@b>tag=1',
  '<<sip:a@b>>',
  'sip:a@b?x=1',
  'sip:a@b, sip:c@d',
  '"Alice" sip:a@b',
  '<sip:a@b>;tag=a\0b',
  '<sip:a@b>;x="y;tag=1',
]) {
  test(`'${text.replace('\0', '\\0')}' is no address`, () => assert.throws(() => parseAddress(text), ParseError));
}

test('the header parameters are found even where the URI is nonsense', () => {
  for (const text of ['<<garbage>;tag=1', 'garbage;tag=1', '"<;tag=2>" <sip:a@b>;tag=1']) {
    assert.equal(addressParams(text).get('tag'), '1', text);
  }
  for (const text of ['<sip:a;tag=1>', '"open <sip:a@b', '<sip:a@b']) assert.ok(!addressParams(text).has('tag'), text);
});

const vias: readonly [
  text: string,
  transport: string,
  host: string,
  port: number | undefined,
  branch: string | undefined,
][] = [
  ['SIP/2.0/UDP pbx', 'UDP', 'pbx', undefined, undefined],
  ['sip / 2.0 / tls\t[::1]:5061 ;Branch = z9hG4bK.1', 'TLS', '::1', 5061, 'z9hG4bK.1'],
  ['SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK1;rport', 'WSS', 'df7jal23ls0d.invalid', undefined, 'z9hG4bK1'],
  ['SIP/2.0/TCP 192.0.2.1 : 5060;', 'TCP', '192.0.2.1', 5060, undefined],
];
for (const [text, transport, host, port, branch] of vias) {
  test(`the Via ${text}`, () => {
    const via = parseVia(text);
    assert.deepEqual([via.transport, via.host, via.port, via.branch, via.text], [transport, host, port, branch, text]);
  });
}

for (const text of [
  '',
  'pbx',
  'SIP/2.0/UDP',
  'SIP/2.0/UDP ',
  'SIP/2.0/UDP ;branch=1',
  'SIP/2.0/ pbx',
  'SIP/7.0/UDP pbx',
  'HTTP/1.1 pbx',
  'SIP/2.0/UDP pbx pbx',
  'SIP/2.0/UDP ::1:5060',
  'SIP/2.0/UDP pbx:99999',
  'SIP/2.0/UDP pbx;;branch=1',
  'SIP/2.0/UDP pbx\0;branch=1',
  'SIP/2.0/UDP pbx;branch=1\0',
  'SIP/2.0/UDP pbx;=1',
  'SIP/2.0/UDP pbx;x="y";z="\\";branch=1',
]) {
  test(`'${text.replace('\0', '\\0')}' is no Via`, () => assert.throws(() => parseVia(text), ParseError));
}
