import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Params } from '../../../modules/chan_sip/message/params.js';
import { ParseError } from '../../../modules/chan_sip/message/parser.js';
import { hostPort, parseUri, percentDecode } from '../../../modules/chan_sip/message/uri.js';

const none = undefined;
const uris: readonly [
  text: string,
  scheme: string,
  user: string | undefined,
  host: string,
  port?: number | undefined,
][] = [
  ['sip:pbx', 'sip', none, 'pbx'],
  ['SIPS:a@pbx:5061', 'sips', 'a', 'pbx', 5061],
  ['sip:@pbx', 'sip', none, 'pbx'],
  ['sip:a:secret@pbx', 'sip', 'a', 'pbx'],
  ['sip:a;x=1@pbx;transport=tcp?h=1', 'sip', 'a;x=1', 'pbx'],
  ['sip:a?b@pbx', 'sip', 'a?b', 'pbx'],
  ['sip:%61%00@pbx', 'sip', '%61%00', 'pbx'],
  ['sip:*98#@pbx', 'sip', '*98#', 'pbx'],
  ['sip:pbx?subject=x;y', 'sip', none, 'pbx'],
  ['sip:a@[::1]', 'sip', 'a', '::1'],
  ['sip:[fe80::1%eth0]:5070;lr', 'sip', none, 'fe80::1%eth0', 5070],
  ['sip:a_b.c-d:65535', 'sip', none, 'a_b.c-d', 65_535],
  ['sip:pbx:00005060', 'sip', none, 'pbx', 5060],
  ['tel:+123;phone-context=x', 'tel', '+123', ''],
  ['http://www.example.com', 'http', none, ''],
  ['urn:service:sos', 'urn', none, ''],
];
for (const [text, scheme, user, host, port] of uris) {
  test(`${text} is read`, () => {
    const uri = parseUri(text);
    assert.deepEqual([uri.scheme, uri.user, uri.host, uri.port, uri.text], [scheme, user, host, port, text]);
  });
}

for (const text of [
  '',
  'pbx',
  'alice@pbx',
  ':a@pbx',
  'sip:',
  'sip:a@',
  'sip:a@;x=1',
  'sip:a b@pbx',
  'sip:a@pb x',
  'sip:a@pbx\0',
  'sip:<a@pbx',
  'sip:a@2001:db8::10',
  'sip:2001:db8::10',
  'sip:[2001:db8::10',
  'sip:[2001:db8::10]x',
  'sip:[pbx]',
  'sip:[]',
  'sip:a@pbx:',
  'sip:a@pbx:0',
  'sip:a@pbx:65536',
  'sip:a@pbx:-1',
  'sip:a@pbx:50x',
  'sip:alice@example.com@pbx',
  `sip:pbx:${'9'.repeat(10_000)}`,
]) {
  test(`${text.slice(0, 40).replace('\0', '\\0') || 'nothing'} is no URI`, () => {
    assert.throws(
      () => parseUri(text),
      error => error instanceof ParseError && error.status === 400,
    );
  });
}

test('parameters and headers of a URI are kept apart', () => {
  const uri = parseUri('sip:a@pbx;transport=TCP;lr;%6Daddr=x?Route=%3Cy%3E&b=c;d');
  assert.deepEqual(
    [...uri.params.entries()],
    [
      ['transport', 'TCP'],
      ['lr', ''],
      ['maddr', 'x'],
    ],
  );
  assert.equal(uri.params.text, ';transport=TCP;lr;%6Daddr=x');
  assert.equal(uri.headers, 'Route=%3Cy%3E&b=c;d');
  assert.equal(parseUri('sip:a:b:c@pbx').password, 'b:c');
  assert.equal(parseUri('tel:1;ext=2').params.get('ext'), '2');
});

const params: readonly [text: string, wanted: readonly (readonly [string, string])[], gap?: boolean][] = [
  ['', []],
  [';a', [['a', '']]],
  [
    ' ; a = 1 ;\tB',
    [
      ['a', '1'],
      ['b', ''],
    ],
  ],
  [
    ';a="x;y=\\";z";c=2',
    [
      ['a', '"x;y=\\";z"'],
      ['c', '2'],
    ],
  ],
  [';a="open;b=1', [['a', '"open;b=1']]],
  [
    ';a=1;a=2',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
  [
    ';a==;b=c=d',
    [
      ['a', '='],
      ['b', 'c=d'],
    ],
  ],
  [';%61=1', [['%61', '1']]],
  [';a;', [['a', '']]],
  [';;a', [['a', '']], true],
  [';a; ;', [['a', '']], true],
  [';=1', [], true],
];
for (const [text, wanted, gap = false] of params) {
  test(`parameters '${text}'`, () => {
    const read = new Params(text.trimStart());
    assert.deepEqual([...read.entries()], wanted);
    assert.equal(read.hasGap, gap);
  });
}

test('a parameter is found however it was written, its value without quotes, the first of two', () => {
  const read = new Params(';Name="a \\"b\\" \\\\";flag;n=1;N=2');
  assert.equal(read.get('name'), 'a "b" \\');
  assert.deepEqual(
    [read.get('flag'), read.has('flag'), read.get('n'), read.get('x'), read.has('x')],
    ['', true, '1', undefined, false],
  );
});

test('%-decoding gives octets and leaves alone what is no escape', () => {
  assert.equal(percentDecode('%41%c3%A4%'), 'A\xc3\xa4%');
  assert.equal(percentDecode('100%%zz%4'), '100%%zz%4');
});

test('an IPv6 address gets its brackets', () => {
  assert.deepEqual(
    [hostPort('pbx'), hostPort('pbx', 1), hostPort('::1'), hostPort('::1', 1)],
    ['pbx', 'pbx:1', '[::1]', '[::1]:1'],
  );
});
