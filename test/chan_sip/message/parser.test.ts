import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LONGEST_LINE, MOST_LINES } from '../../../modules/chan_sip/message/lines.js';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { ParseError, parse } from '../../../modules/chan_sip/message/parser.js';

const HEAD = [
  'Via: SIP/2.0/UDP h;branch=z9hG4bKa',
  'From: <sip:a@b>;tag=1',
  'To: <sip:c@d>',
  'Call-ID: x',
  'CSeq: 1 OPTIONS',
];

const text = (extra: readonly string[] = [], body = '', start = 'OPTIONS sip:pbx SIP/2.0'): string =>
  [start, ...HEAD, ...extra, '', body].join('\r\n');

const fault = (data: string | Buffer): ParseError => {
  try {
    parse(data);
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
  throw new Error('it was parsed');
};

test('a request is read whole', () => {
  const message = parse(Buffer.from(text(['Expires: 60', 'Contact: <sip:a@h>;expires=5'], 'body')));
  assert.equal(message.kind, 'request');
  assert.equal(message.method, 'OPTIONS');
  assert.equal(message.uri, 'sip:pbx');
  assert.deepEqual([message.status, message.reason], [0, '']);
  assert.equal(message.requestUri.host, 'pbx');
  assert.equal(message.via.branch, 'z9hG4bKa');
  assert.equal(message.from.params.get('tag'), '1');
  assert.equal(message.to.uri.user, 'c');
  assert.equal(message.callId, 'x');
  assert.deepEqual(message.cseq, { number: 1, method: 'OPTIONS' });
  assert.equal(message.expires, '60');
  assert.equal(message.contacts[0]!.params.get('expires'), '5');
  assert.equal(message.body, 'body');
  assert.ok(message.text.startsWith('OPTIONS ') && message.text.endsWith('\r\n\r\n'));
  assert.equal(message.to, message.to);
  assert.equal(message.contacts, message.contacts);
});

test('a response takes its method from CSeq', () => {
  const { kind, method, status, reason, uri } = parse(text([], '', 'SIP/2.0 200 All right'));
  assert.deepEqual([kind, method, status, reason, uri], ['response', 'OPTIONS', 200, 'All right', '']);
});

const starts: readonly [line: string, wanted: string | number][] = [
  ['OPTIONS sip:pbx SIP/2.0', 'sip:pbx'],
  ['OPTIONS sip:pbx sip/2.0', 'sip:pbx'],
  ['OPTIONS  sip:pbx   SIP/2.0  ', 'sip:pbx'],
  ['OPTIONS tel:1 SIP/2.0', 'tel:1'],
  ['OPTIONS nobodyKnows:1 SIP/2.0', 'nobodyKnows:1'],
  ['OPTIONS pbx SIP/2.0', 400],
  ['OPTIONS SIP/2.0', 400],
  ['OPTIONS sip:pbx', 400],
  ['OPTIONS sip:pbx HTTP/1.1', 400],
  ['OPTIONS sip:pbx SIP/3.0', 505],
  ['OPTIONS sip:pbx SIP/2', 400],
  ['OPTIONS <sip:pbx> SIP/2.0', 400],
  ['OPTIONS sip:p bx SIP/2.0', 400],
  ['OPT(IONS sip:pbx SIP/2.0', 400],
  [`OPTIONS sip:${'a'.repeat(LONGEST_LINE)} SIP/2.0`, 400],
  ['SIP/2.0 99 Early', 0],
  ['SIP/2.0 700 Late', 0],
  ['SIP/2.0 0200 OK', 0],
  ['SIP/2.0 2OO OK', 0],
  ['SIP/2.0 -20 OK', 0],
  ['SIP/3.0 200 OK', 0],
  ['SIP/2.0', 0],
];
for (const [line, wanted] of starts) {
  const title = line.slice(0, 40);
  if (typeof wanted === 'string')
    test(`'${title}' asks ${wanted}`, () => assert.equal(parse(text([], '', line)).uri, wanted));
  else test(`'${title}' is ${wanted || 'dropped'}`, () => assert.equal(fault(text([], '', line)).status, wanted));
}

for (const missing of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) {
  const without = (start: string) => text([], '', start).replace(new RegExp(`${missing}: .*\r\n`), '');
  test(`a request without ${missing} is refused, a response and an ACK are dropped`, () => {
    assert.equal(fault(without('OPTIONS sip:pbx SIP/2.0')).status, 400);
    assert.equal(fault(without('SIP/2.0 200 OK')).status, 0);
    assert.equal(fault(without('ACK sip:pbx SIP/2.0')).status, 0);
  });
}

for (const [name, compact, value] of [
  ['From', 'f', '<sip:a@b>'],
  ['To', 't', '<sip:a@b>'],
  ['Call-ID', 'i', 'x'],
  ['CSeq', 'CSEQ', '1 OPTIONS'],
] as const) {
  test(`a second ${name} is refused, in its other spelling too`, () => {
    const error = fault(text([`${compact}: ${value}`]));
    assert.deepEqual([error.status, error.detail], [400, `more than one ${name}`]);
  });
}

test('a second Max-Forwards or Content-Length is refused, a second Expires is not looked at', () => {
  assert.equal(fault(text(['Max-Forwards: 70', 'max-forwards : 70'])).detail, 'more than one Max-Forwards');
  assert.equal(fault(text(['Content-Length: 0', 'l: 0'])).detail, 'more than one Content-Length');
  assert.equal(parse(text(['Expires: 1', 'Expires: 2'])).expires, '1');
});

const cseqs: readonly [value: string, number: number | undefined][] = [
  ['0 OPTIONS', 0],
  ['0001\tOPTIONS', 1],
  ['2147483647 OPTIONS', 2_147_483_647],
  ['2147483648 OPTIONS', undefined],
  ['-1 OPTIONS', undefined],
  ['1.0 OPTIONS', undefined],
  ['1', undefined],
  ['OPTIONS', undefined],
  ['1 INVITE', undefined],
  ['1 options', undefined],
  ['1 OPTIONS x', undefined],
];
for (const [value, number] of cseqs) {
  test(`CSeq '${value}' is ${number === undefined ? 'refused' : 'taken'}`, () => {
    const data = text().replace('1 OPTIONS', value);
    if (number === undefined) assert.equal(fault(data).status, 400);
    else assert.equal(parse(data).cseq.number, number);
  });
}

const lengths: readonly [value: string, body: string | undefined][] = [
  ['0', ''],
  ['4', 'body'],
  ['0004', 'body'],
  ['6', 'body\r\n'],
  ['7', undefined],
  ['-1', undefined],
  ['4 octets', undefined],
  ['', undefined],
];
for (const [value, body] of lengths) {
  test(`Content-Length '${value}' over six octets gives ${body === undefined ? 'a refusal' : `'${body.trim()}'`}`, () => {
    const data = text([`Content-Length: ${value}`], 'body\r\n');
    if (body === undefined) assert.equal(fault(data).status, 400);
    else assert.equal(parse(data).body, body);
  });
}

const one = (line: string, name: string): string | undefined => parse(text([line])).header(name);
const values: readonly [line: string, name: string, value: string | undefined][] = [
  ['Subject: a', 'subject', 'a'],
  ['sUBJECT \t:a', 'Subject', 'a'],
  ['s:a', 'Subject', 'a'],
  ['S : a', 's', 'a'],
  ['Subject:  a b\t', 'Subject', 'a b'],
  ['Subject:', 'Subject', ''],
  ['Subject:\r\n  a\r\n\tb  \r\n   \r\n c ', 'Subject', 'a b c'],
  ['Subject: a: b', 'Subject', 'a: b'],
  ['X-Own: a', 'x-own', 'a'],
  ['Subject\x01: a', 'Subject', undefined],
  ['Subject\xa0: a', 'Subject', undefined],
  ['Sub ject: a', 'Subject', undefined],
  ['Subject', 'Subject', undefined],
  ['Subjects: a', 'Subject', undefined],
  ['X: s: a', 's', undefined],
  ['Session\rExpires: a', 'Session-Expires', undefined],
  ['Subject: \xc3\xa0', 'Subject', '\xc3\xa0'],
];
for (const [line, name, value] of values) {
  test(`${JSON.stringify(line)} is ${value === undefined ? 'no' : `the`} ${name}`, () => {
    assert.equal(one(Buffer.from(line, 'latin1').toString('latin1'), name), value);
  });
}

test('lines of one name keep their order; lists are split outside quotes and brackets', () => {
  const message = parse(
    text(['m: "a, b" <sip:a@b;x=1,2>;q=1 , <sip:c@d>', 'Contact: *', 'k:', 'Supported: path,,timer,']),
  );
  assert.deepEqual(message.headers('Contact'), ['"a, b" <sip:a@b;x=1,2>;q=1 , <sip:c@d>', '*']);
  assert.deepEqual(message.list('contact'), ['"a, b" <sip:a@b;x=1,2>;q=1', '<sip:c@d>', '*']);
  assert.deepEqual(message.list('Supported'), ['path', 'timer']);
  assert.deepEqual(message.list('Require'), []);
  assert.equal(message.contacts.length, 2);
});

test('bare line feeds, a missing empty line and empty lines before are put up with', () => {
  assert.equal(parse(text().replaceAll('\r\n', '\n')).callId, 'x');
  assert.equal(parse(text(['Subject: a']).slice(0, -4)).header('Subject'), 'a');
  assert.equal(parse(`\r\n\r\n${text()}`).callId, 'x');
});

test('a keep-alive is dropped without an answer', () => {
  for (const data of ['', '\r\n\r\n', '\n']) assert.equal(fault(data).status, 0);
});

test('the limits hold: lines, their length, the whole', () => {
  const more = (count: number) => Array.from({ length: count }, (_, at) => `X-${at}: y`);
  assert.equal(parse(text(more(MOST_LINES - HEAD.length))).header(`X-${MOST_LINES - HEAD.length - 1}`), 'y');
  assert.equal(fault(text(more(MOST_LINES - HEAD.length + 1))).status, 400);
  assert.equal(parse(text([`X: ${'y'.repeat(LONGEST_LINE - 4)}`])).header('X')!.length, LONGEST_LINE - 4);
  const long = fault(text([`X: ${'y'.repeat(LONGEST_LINE)}`]));
  assert.equal(long.status, 400);
  assert.equal(long.partial!.callId, 'x');
  assert.equal(fault(text([], 'y'.repeat(65_536))).status, 0);
});

test('what could be read of a bad message is there', () => {
  const { partial, message } = fault(text(['To: <sip:e@f>']));
  assert.equal((partial as Message).callId, 'x');
  assert.equal(message, 'more than one To');
});
