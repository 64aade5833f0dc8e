import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Answer,
  ack,
  cancel,
  refusal,
  request,
  response,
  responseBlock,
  SUPPORTED,
} from '../../../modules/chan_sip/message/build.js';
import { ParseError, parse } from '../../../modules/chan_sip/message/parser.js';
import { recorded } from '../recorded.js';

const block = responseBlock({ useragent: 'Asterisk PBX GIT-20-516d2c60ac', supported: SUPPORTED });
const source = { address: '192.0.2.7', port: 5071 };
const answer: Answer = { status: 200, reason: 'OK', source, rport: false, block: '' };

/** A request with these header lines in place of the usual ones of the same name. */
const received = (lines: Record<string, string | readonly string[]> = {}, start = 'OPTIONS sip:pbx SIP/2.0') => {
  const usual = {
    Via: 'SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bKa',
    From: '<sip:a@b>;tag=1',
    To: '<sip:c@d>',
    'Call-ID': 'x',
    CSeq: `1 ${start.split(' ')[0]}`,
  };
  const text = Object.entries({ ...usual, ...lines }).flatMap(([name, values]) =>
    [values].flat().map(value => `${name}: ${value}`),
  );
  return parse([start, ...text, '', ''].join('\r\n'));
};

/** The values of a header in a text. */
const values = (text: string, name: string): string[] =>
  text
    .split('\r\n')
    .filter(line => line.startsWith(`${name}: `))
    .map(line => line.slice(name.length + 2));

/** What the recording shows of the answer: only what the request does not determine. */
const facts = (text: string): Answer => {
  const [, status, reason] = /^SIP\/2\.0 (\d+) (.*)\r\n/.exec(text)!;
  const toTag = /^To: .*>;tag=(\S+)/m.exec(text)?.[1];
  const end = text.indexOf('\r\n\r\n') + 4;
  const headers = text
    .slice(text.indexOf('Supported: '), end)
    .split('\r\n')
    .slice(1, -2)
    .filter(line => !/^Content-/.test(line))
    .map(line => line.split(/: (.*)/).slice(0, 2) as [string, string]);
  const body = text.length > end ? { type: values(text, 'Content-Type')[0]!, text: text.slice(end) } : undefined;
  const port = Number(/rport=(\d+)/.exec(text)![1]);
  const from = { source: { address: '127.0.0.1', port }, rport: true, block };
  return { status: Number(status), reason: reason!, ...from, ...(toTag && { toTag }), headers, ...(body && { body }) };
};

for (const exchange of recorded()) {
  for (const text of exchange.answers) {
    test(`recorded: ${exchange.title}: ${text.slice(8, text.indexOf('\r'))} is built octet by octet`, () => {
      assert.equal(response(parse(exchange.request), facts(text)), text);
    });
  }
}

test('the recording has the answers that matter', () => {
  const codes = new Set(recorded().flatMap(({ answers }) => answers.map(text => Number(text.slice(8, 11)))));
  for (const code of [100, 200, 202, 400, 401, 403, 404, 420, 481, 489, 501, 603])
    assert.ok(codes.has(code), String(code));
});

const stamps: readonly [via: string, rport: boolean, wanted: string, title: string][] = [
  ['SIP/2.0/UDP h;branch=x', false, 'SIP/2.0/UDP h;branch=x;received=192.0.2.7', 'received is always there'],
  ['SIP/2.0/UDP h;branch=x', true, 'SIP/2.0/UDP h;branch=x;received=192.0.2.7;rport=5071', 'rport when it is forced'],
  [
    'SIP/2.0/UDP h;rport;branch=x',
    true,
    'SIP/2.0/UDP h;branch=x;received=192.0.2.7;rport=5071',
    'rport leaves its place',
  ],
  [
    'SIP/2.0/UDP h ; RPORT = ; branch=x',
    true,
    'SIP/2.0/UDP h ; branch=x;received=192.0.2.7;rport=5071',
    'however it is written',
  ],
  [
    'SIP/2.0/UDP h;rport=9;branch=x',
    false,
    'SIP/2.0/UDP h;rport=9;branch=x;received=192.0.2.7',
    'an rport with a value stays',
  ],
  [
    'SIP/2.0/UDP h;rport=9;branch=x',
    true,
    'SIP/2.0/UDP h;branch=x;received=192.0.2.7;rport=5071',
    'unless ours replaces it',
  ],
  [
    'SIP/2.0/UDP h;received=10.0.0.1;branch=x',
    false,
    'SIP/2.0/UDP h;branch=x;received=192.0.2.7',
    'a forged received goes',
  ],
  [
    'SIP/2.0/UDP h;branch=x;rportal=1',
    true,
    'SIP/2.0/UDP h;branch=x;rportal=1;received=192.0.2.7;rport=5071',
    'a longer name is another',
  ],
  [
    'SIP/2.0/UDP h;x=";rport;";branch=x;rport',
    true,
    'SIP/2.0/UDP h;x=";rport;";branch=x;received=192.0.2.7;rport=5071',
    'quotes hide',
  ],
  [
    'SIP/2.0/UDP h;rport , SIP/2.0/UDP i;rport',
    true,
    'SIP/2.0/UDP h;received=192.0.2.7;rport=5071, SIP/2.0/UDP i;rport',
    'the first of a list',
  ],
  ['SIP/2.0/UDP h;branch=x; ', false, 'SIP/2.0/UDP h;branch=x;received=192.0.2.7', 'a semicolon at the end'],
];
for (const [via, rport, wanted, title] of stamps) {
  test(`the topmost Via: ${title}: ${via}`, () => {
    assert.deepEqual(values(response(received({ Via: [via, 'SIP/2.0/UDP j'] }), { ...answer, rport }), 'Via'), [
      wanted,
      'SIP/2.0/UDP j',
    ]);
  });
}

const tags: readonly [to: string, status: number, wanted: string][] = [
  ['<sip:c@d>', 200, '<sip:c@d>;tag=t'],
  ['<sip:c@d>', 180, '<sip:c@d>;tag=t'],
  ['<sip:c@d>', 100, '<sip:c@d>'],
  ['<sip:c@d>;tag=theirs', 404, '<sip:c@d>;tag=theirs'],
  ['sip:c@d;Tag=theirs', 404, 'sip:c@d;Tag=theirs'],
  ['<sip:c@d;tag=uri>', 404, '<sip:c@d;tag=uri>;tag=t'],
  ['"<sip:x>;tag=q" <sip:c@d>', 404, '"<sip:x>;tag=q" <sip:c@d>;tag=t'],
];
for (const [to, status, wanted] of tags) {
  test(`To '${to}' in a ${status} becomes '${wanted}'`, () => {
    assert.deepEqual(values(response(received({ To: to }), { ...answer, status, toTag: 't' }), 'To'), [wanted]);
  });
}

test('Record-Route comes back in 1xx and 2xx, in order, and in no refusal', () => {
  const message = received({ 'Record-Route': ['<sip:p1;lr>', '<sip:p2;lr>'] });
  assert.deepEqual(values(response(message, answer), 'Record-Route'), ['<sip:p1;lr>', '<sip:p2;lr>']);
  assert.deepEqual(values(response(message, { ...answer, status: 404 }), 'Record-Route'), []);
});

test('no value opens a line of its own or ends one', () => {
  const hostile = 'a\r\nX-Forged: 1\0\nb';
  const text = response(received(), { ...answer, reason: hostile, toTag: hostile, headers: [['Date', hostile]] });
  assert.doesNotMatch(text, /^X-Forged/m);
  assert.doesNotMatch(text, /\0|\r(?!\n)|[^\r]\n/);
  // U+010A and U+010D written as latin1 would be LF and CR.
  const wide = response(received(), { ...answer, headers: [['Reason', 'x\u010d\u010aX-Forged: 1']] });
  assert.doesNotMatch(Buffer.from(wide, 'latin1').toString('latin1'), /^X-Forged/m);
});

test('a folded line comes back unfolded, a NUL in quotes as a blank', () => {
  const text = response(received({ To: '"a\\\0b"\r\n  <sip:c@d>', From: 'x\r\n\t<sip:a@b>;tag=1' }), answer);
  assert.deepEqual(values(text, 'To'), ['"a\\ b" <sip:c@d>']);
  assert.deepEqual(values(text, 'From'), ['x <sip:a@b>;tag=1']);
});

test('octets that are not ASCII pass through as they came', () => {
  const to = Buffer.from('"Jörg à" <sip:c@d>').toString('latin1');
  assert.deepEqual(values(response(received({ To: to }), answer), 'To'), [to]);
});

test('a configured user agent goes out as UTF-8; an empty one is not named', () => {
  assert.equal(responseBlock({ useragent: '', supported: [] }), `Allow: ${/Allow: (.*)\r/.exec(block)![1]}\r\n`);
  const [line] = responseBlock({ useragent: 'Büro\r\nX: 1', supported: ['path'] }).split('\r\n');
  assert.equal(line, `Server: ${Buffer.from('Büro').toString('latin1')}  X: 1`);
});

test('a body is counted in octets', () => {
  const text = response(received(), { ...answer, body: { type: 'text/plain', text: 'ж\0\r\n' } });
  assert.ok(text.endsWith('Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nÐ¶\0\r\n'));
});

const faulty = (text: string): ParseError => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ParseError) return error;
  }
  throw new Error('no fault found');
};
const refused = (text: string) => refusal(faulty(text), { source, rport: false, block: '', toTag: 't' });

test('what cannot be parsed is answered with what could be read', () => {
  const text = refused('OPTIONS sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nCall-ID: x\r\nCSeq: none\r\n\r\n');
  assert.equal(
    text,
    'SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP h;received=192.0.2.7\r\nCall-ID: x\r\nCSeq: none\r\nContent-Length: 0\r\n\r\n',
  );
});

for (const [title, text] of [
  ['without Via', 'OPTIONS sip:pbx SIP/2.0\r\nCall-ID: x\r\n\r\n'],
  ['without Call-ID', 'OPTIONS sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n'],
  ['that is an ACK', 'ACK sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nCall-ID: x\r\n\r\n'],
  ['that is a response', 'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\nCall-ID: x\r\n\r\n'],
] as const) {
  test(`a malformed message ${title} gets no answer`, () => assert.equal(refused(text), undefined));
}

test('a request of ours has the recorded order and is parsed again', () => {
  const text = request({
    method: 'OPTIONS',
    uri: 'sip:127.0.0.1',
    via: { transport: 'UDP', host: '::1', port: 5960, branch: 'z9hG4bK64ccef5c', rport: true },
    maxForwards: 70,
    routes: ['<sip:p;lr>'],
    from: '"asterisk" <sip:asterisk@127.0.0.1:5960>;tag=as2cbdbf98',
    to: '<sip:127.0.0.1>',
    contact: '<sip:asterisk@127.0.0.1:5960>',
    callId: '2478eb8e5d67e5fd@127.0.0.1:5960',
    cseq: 102,
    headers: [['User-Agent', 'X']],
  });
  const names = text
    .split('\r\n')
    .slice(1, -2)
    .map(line => line.slice(0, line.indexOf(':')));
  const order = 'Via Max-Forwards Route From To Contact Call-ID CSeq User-Agent Content-Length';
  assert.equal(names.join(' '), order);
  const message = parse(text);
  assert.equal(message.via.text, 'SIP/2.0/UDP [::1]:5960;branch=z9hG4bK64ccef5c;rport');
  assert.deepEqual(message.cseq, { number: 102, method: 'OPTIONS' });
});

test('ACK and CANCEL of an INVITE carry its topmost Via, Route and CSeq number', () => {
  const invite = received(
    { Via: ['SIP/2.0/UDP h;branch=z9hG4bKi, SIP/2.0/UDP other'], Route: ['<sip:p;lr>'], CSeq: '7 INVITE' },
    'INVITE sip:bob@x SIP/2.0',
  );
  const refusal = parse(response(invite, { ...answer, status: 486, reason: 'Busy Here', toTag: 'busy' }));
  for (const [method, text, to] of [
    ['ACK', ack(invite, refusal), '<sip:c@d>;tag=busy'],
    ['CANCEL', cancel(invite), '<sip:c@d>'],
  ] as const) {
    assert.ok(text.startsWith(`${method} sip:bob@x SIP/2.0\r\n`));
    assert.deepEqual(values(text, 'Via'), ['SIP/2.0/UDP h;branch=z9hG4bKi']);
    assert.deepEqual(values(text, 'Route'), ['<sip:p;lr>']);
    assert.deepEqual(values(text, 'To'), [to]);
    assert.deepEqual(values(text, 'CSeq'), [`7 ${method}`]);
    assert.equal(parse(text).method, method);
  }
});
