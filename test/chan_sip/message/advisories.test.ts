/** What broke SIP servers before us, as far as reading a message is concerned. A test is named after each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { response } from '../../../modules/chan_sip/message/build.js';
import { ParseError, parse } from '../../../modules/chan_sip/message/parser.js';

const HEAD = {
  Via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa',
  From: '<sip:a@b>;tag=1',
  To: '<sip:c@d>',
  'Call-ID': 'x',
  CSeq: '1 INVITE',
};

const invite = (lines: Record<string, string> = {}, start = 'INVITE sip:pbx SIP/2.0'): string =>
  [start, ...Object.entries({ ...HEAD, ...lines }).map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');

/** The status of the refusal, 0 when it is dropped; undefined when it is parsed. */
const status = (text: string): number | undefined => {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof ParseError) return error.status;
    throw error;
  }
};

test('CVE-2007-1306: a request line that is a method alone is refused', () => {
  for (const start of ['INVITE', 'INVITE ', 'INVITE  ', 'INVITE SIP/2.0'])
    assert.equal(status(invite({}, start)), 400, start);
  assert.equal(status('INVITE'), 400);
});

test('CVE-2007-1594, ASA-2007-011: a response with no status, or a malformed one, is dropped', () => {
  for (const start of [
    'SIP/2.0 0 OK',
    'SIP/2.0 000 OK',
    'SIP/2.0  OK',
    'SIP/2.0',
    'SIP/2.0 ',
    'SIP/2.0 4 OK',
    'SIP/2.0 -200 OK',
    'SIP/2.0 20x OK',
  ]) {
    assert.equal(status(invite({}, start)), 0, start);
  }
});

test('AST-2008-003: a From that holds nothing is refused, never an empty name', () => {
  for (const From of ['', '   ', '<>', '""', '<sip:>', ';tag=1', '"a" <>;tag=1'])
    assert.equal(status(invite({ From })), 400, From);
});

test('AST-2008-008: an INVITE without From is refused', () => {
  assert.equal(status(invite().replace(/From: .*\r\n/, '')), 400);
});

test('AST-2009-002: a Request-URI without parameters, or with odd ones, is read', () => {
  for (const uri of ['sip:pbx', 'sip:pbx;', 'sip:pbx;=', 'sip:pbx;;a', 'sip:pbx?', 'sip:pbx;a?b', 'sip:pbx?&=&']) {
    assert.equal(parse(invite({}, `INVITE ${uri} SIP/2.0`)).requestUri.host, 'pbx', uri);
  }
});

test('AST-2009-005: numbers of ten thousand digits are refused, whatever they stand for', () => {
  for (const digit of ['1', '9']) {
    const huge = digit.repeat(8000);
    assert.equal(status(invite({ CSeq: `${huge} INVITE` })), 400);
    assert.equal(status(invite({ 'Content-Length': huge })), 400);
    assert.equal(status(invite({ Via: `SIP/2.0/UDP h:${huge}` })), 400);
    assert.equal(status(invite({}, `INVITE sip:pbx:${huge} SIP/2.0`)), 400);
    assert.equal(parse(invite({ Contact: `<sip:a@b:${huge}>` })).contacts.length, 0);
  }
  assert.equal(status(invite({ CSeq: `${'1'.repeat(10_000)} INVITE` })), 400);
  assert.equal(status(invite({}, `SIP/2.0 ${'2'.repeat(8000)} OK`)), 0);
});

test('AST-2011-007, AST-2011-012: a Contact that is no URI, or an empty one, counts as absent', () => {
  for (const Contact of ['garbage', '<garbage>', '<>', '', '< >;expires=1', '<sip:>', 'garbage<<']) {
    assert.equal(parse(invite({ Contact })).contacts.length, 0, Contact);
  }
});

test('AST-2011-008: a NUL in the message hides nothing of what follows', () => {
  const message = parse(invite({ Subject: 'a\0b', Expires: '60' }));
  assert.equal(message.expires, '60');
  assert.equal(status(`\0${invite()}`), 400);
  assert.equal(status(invite({ 'Call-ID': 'x\0y' })), 400);
  assert.equal(status(invite({}, 'INVITE sip:a\0b SIP/2.0')), 400);
  const body = invite({ 'Content-Length': '3' });
  assert.equal(parse(`${body}a\0b`).body, 'a\0b');
});

test('AST-2011-009: a Contact with > but without < counts as absent, a From is refused', () => {
  assert.equal(parse(invite({ Contact: 'sip:a@b>;expires=1' })).contacts.length, 0);
  assert.equal(status(invite({ From: 'sip:a@b>;tag=1' })), 400);
});

test('AST-2012-014: a giant Content-Length is refused, headers without end are cut off', () => {
  assert.equal(status(invite({ 'Content-Length': '2147483647' })), 400);
  assert.equal(status(invite() + 'x'.repeat(100_000)), 0);
  assert.equal(status(invite({ X: 'y'.repeat(20_000) })), 400);
  assert.equal(status(invite({ 'X-Last': `1${'\r\nX: y'.repeat(1000)}` })), 400);
});

test('AST-2016-009: a control character before the colon makes another header', () => {
  for (const blank of ['\x01', '\x0b', '\x7f', '\xa0', '\0', '\r']) {
    const message = parse(invite({ [`To${blank}`]: '<sip:evil@d>' }));
    assert.equal(message.to.uri.user, 'c', JSON.stringify(blank));
    assert.equal(status(invite().replace('To:', `To${blank}:`)), 400, JSON.stringify(blank));
  }
  for (const blank of [' ', '\t', ' \t ']) assert.equal(parse(invite().replace('To:', `To${blank}:`)).to.uri.user, 'c');
});

test('GHSA-2grh-7mhv-fcfw: control characters of a display name do not end a line of an answer', () => {
  assert.equal(parse(invite({ From: '"a\x1b[2J" <sip:a@b>;tag=1' })).from.display, 'a\x1b[2J');
});

test('a message made to be slow is refused as fast as any other', () => {
  const slow = [
    invite({ From: `"${'\\'.repeat(8000)}` }),
    invite({ Subject: `a${'\t '.repeat(4000)}b` }),
    invite({ Contact: '<'.repeat(8000) }),
    invite({ Contact: ','.repeat(8000) }),
    invite({ Via: `SIP${' '.repeat(8000)}x` }),
    invite({ Via: `SIP/2.0/UDP h;rport${' '.repeat(8000)}x` }),
    invite({ To: ';'.repeat(8000) }),
    invite({ Subject: `x${'\r\n '.repeat(2000)}` }),
  ];
  const before = process.cpuUsage();
  for (const text of slow) {
    if (status(text) !== undefined) continue;
    const message = parse(text);
    void [message.list('Contact'), message.contacts, message.header('Subject')];
    response(message, { status: 200, reason: 'OK', source: { address: 'h', port: 1 }, rport: false, block: '' });
  }
  assert.ok(process.cpuUsage(before).user < 200_000, 'less than 0.2 s for all');
});
