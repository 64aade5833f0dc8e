import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { refusal } from '../../../modules/chan_sip/message/build.js';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { decode } from '../../../modules/chan_sip/message/octets.js';
import { ParseError, parse } from '../../../modules/chan_sip/message/parser.js';
import { percentDecode } from '../../../modules/chan_sip/message/uri.js';
import { parseVia } from '../../../modules/chan_sip/message/via.js';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly method: string | null;
  readonly verdict: 'valid' | 'reject' | 'discard';
  readonly codes: readonly number[];
  readonly liberal: boolean;
  readonly silence: boolean;
  readonly sha256: string;
}

const DIRECTORY = join(__dirname, '../../../../test/torture');
const cases = JSON.parse(readFileSync(join(DIRECTORY, 'manifest.json'), 'utf8')) as Case[];
const data = (file: string): Buffer => readFileSync(join(DIRECTORY, file));

const outcome = (octets: Buffer): Message | ParseError => {
  try {
    return parse(octets);
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
};

/** Where the RFC leaves it open, or a higher layer could decide: what we do. */
const chosen: Record<string, 'parsed' | number> = {
  quotbal: 400, // guessing where a quote ends would let a caller choose who he seems to be
  ltgtruri: 400,
  lwsstart: 'parsed',
  trws: 'parsed',
  escruri: 'parsed', // nothing ever reads the headers of a Request-URI
  baddate: 'parsed', // nor the Date of a request
  regbadct: 'parsed', // the Contact counts as unreadable
  badaspec: 'parsed',
  baddn: 'parsed',
  mismatch02: 400,
  unksm2: 'parsed',
  bcast: 'parsed',
  test: 400,
};

const expected = ({ name, verdict, codes }: Case): 'parsed' | number => {
  if (chosen[name] !== undefined) return chosen[name];
  if (verdict === 'valid') return 'parsed';
  if (verdict === 'discard') return 0;
  return codes.length === 1 && (codes[0] === 400 || codes[0] === 505) ? codes[0] : 'parsed';
};

test('the corpus is what the RFCs print, octet by octet', () => {
  for (const { file, sha256 } of cases)
    assert.equal(createHash('sha256').update(data(file)).digest('hex'), sha256, file);
  assert.equal(cases.length, 62);
});

for (const one of cases) {
  const wanted = expected(one);
  test(`${one.name} is ${wanted === 'parsed' ? 'parsed' : wanted === 0 ? 'dropped' : `refused with ${wanted}`}`, () => {
    const result = outcome(data(one.file));
    assert.equal(result instanceof ParseError ? result.status : 'parsed', wanted);
    if (one.method !== null && !(result instanceof ParseError)) assert.equal(result.method, one.method);
    if (typeof wanted === 'number' && one.verdict === 'reject') {
      assert.ok(one.codes.includes(wanted) || one.liberal, 'a code that the corpus allows');
    }
  });

  if (typeof wanted === 'number' && wanted > 0 && !one.silence) {
    test(`the refusal of ${one.name} goes back by its Via and names its call`, () => {
      const octets = data(one.file);
      const error = outcome(octets) as ParseError;
      const source = { address: '192.0.2.99', port: 5099 };
      const text = refusal(error, { source, rport: true, block: '', toTag: 'as1' })!;
      const callId = /^call-id:[ \t]*(.*?)\r$/im.exec(octets.toString('latin1'))![1]!;
      assert.ok(text.startsWith(`SIP/2.0 ${wanted} ${error.reason}\r\nVia: SIP/`));
      assert.match(text, /^Via: .*;received=192\.0\.2\.99;rport=5099/m);
      assert.ok(text.includes(`\r\nCall-ID: ${callId}\r\n`));
    });
  }
}

/** A parsed message of the corpus. */
const read = (name: string): Message => parse(data(cases.find(one => one.name === name)!.file));

test('wsinv: folding, blanks and compact names hide nothing', () => {
  const message = read('wsinv');
  assert.equal(message.uri, 'sip:vivekg@chair-dnrc.example.com;unknownparam');
  assert.equal(message.requestUri.params.get('unknownparam'), '');
  assert.deepEqual(message.cseq, { number: 9, method: 'INVITE' });
  assert.equal(message.header('max-forwards'), '0068');
  assert.equal(message.header('Subject'), '');
  assert.equal(message.from.display, 'J Rosenberg \\"');
  assert.equal(message.from.params.get('tag'), '98asjd8');
  assert.equal(message.to.params.get('tag'), '1918181833n');
  const vias = message.list('v').map(parseVia);
  assert.deepEqual(
    vias.map(({ transport, host, branch }) => [transport, host, branch]),
    [
      ['UDP', '192.0.2.2', '390skdjuw'],
      ['TCP', 'spindle.example.com', 'z9hG4bK9ikj8'],
      ['UDP', '192.168.255.111', 'z9hG4bK30239'],
    ],
  );
  assert.deepEqual(message.list('Route'), ['<sip:services.example.com;lr;unknownwith=value;unknown-no-value>']);
  assert.equal(message.header('NewFangledHeader'), 'newfangled value continued newfangled value');
  assert.equal(message.contacts[0]!.display, 'Quoted string ""');
  assert.equal(message.contacts[0]!.params.get('newparam'), 'newvalue');
  assert.equal(message.body.length, 150);
});

test('intmeth: control characters and NUL in quotes, UTF-8 in a name', () => {
  const { to, from } = read('intmeth');
  assert.equal(to.display, 'BEL:\x07 NUL:\0 DEL:\x7f');
  assert.equal(to.uri.user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  assert.equal(from.params.get('tag'), "_token~1'+`*%!-.");
  assert.equal(decode(read('unreason').reason), '= 2**3 * 5**2 но сто девяносто девять - простое');
});

test('esc01, semiuri: escapes and semicolons in the user part are no parameters', () => {
  const { requestUri, contacts } = read('esc01');
  assert.equal(requestUri.user, 'sips%3Auser%40example.com');
  assert.equal(requestUri.host, 'example.net');
  assert.equal(percentDecode(contacts[0]!.uri.user!), 'caller');
  assert.ok(contacts[0]!.uri.params.has('lr'));
  assert.equal(percentDecode(contacts[0]!.uri.params.get('name')!), 'value%41');
  const uri = read('semiuri').requestUri;
  assert.deepEqual([uri.user, uri.host, uri.params.text], ['user;par=u%40example.net', 'example.com', '']);
});

test('escnull: two Contacts that differ after a NUL are two', () => {
  const users = read('escnull').contacts.map(({ uri }) => percentDecode(uri.user!));
  assert.deepEqual(users, ['\0', '\0\0']);
});

test('esc02: a display name and a method are not %-decoded', () => {
  assert.deepEqual([read('esc02').from.display, read('esc02').to.display], ['%Z%45', '%Z%45']);
});

test('longreq: 34 Via values, and dblreq: nothing behind the body', () => {
  assert.equal(read('longreq').list('Via').length, 34);
  assert.equal(read('dblreq').body, '');
  assert.equal(read('dblreq').cseq.number, 8);
  assert.equal(read('transports').via.transport, 'UDP');
  assert.equal(read('mpart01').body.length, Number(read('mpart01').header('Content-Length')));
});

test('baddn, badaspec, lwsdisp: names as they were meant', () => {
  assert.equal(read('baddn').from.display, 'Bell, Alexander');
  assert.equal(read('badaspec').to.uri.text, 'sip:t.watson@example.org');
  assert.equal(read('lwsdisp').from.display, 'caller');
});

test('cparam01, cparam02: brackets decide whose parameter it is', () => {
  const [one, two] = [read('cparam01').contacts[0]!, read('cparam02').contacts[0]!];
  assert.deepEqual([one.params.has('unknownparam'), one.uri.params.has('unknownparam')], [true, false]);
  assert.deepEqual([two.params.has('unknownparam'), two.uri.params.has('unknownparam')], [false, true]);
  assert.equal(read('regescrt').contacts[0]!.uri.headers, 'Route=%3Csip:sip.example.com%3E');
  assert.deepEqual([read('regbadct').contacts.length, read('regbadct').list('Contact').length], [0, 1]);
});

test('IPv6: the brackets decide where the port begins', () => {
  const places = ['port-ambiguous', 'port-unambiguous', 'ipv6-bug-abnf-3-colons'].map(name => {
    const { host, port } = read(name).requestUri;
    return [host, port];
  });
  assert.deepEqual(places, [
    ['2001:db8::10:5070', undefined],
    ['2001:db8::10', 5070],
    ['2001:db8:::192.0.2.1', undefined],
  ]);
  const { host, port } = read('ipv4-mapped-ipv6').via;
  assert.deepEqual([host, port], ['::ffff:192.0.2.10', 19823]);
  assert.equal(read('via-received-param-with-delim').via.params.get('received'), '[2001:db8::9:255]');
  assert.equal(read('via-received-param-no-delim').via.params.get('received'), '2001:db8::9:255');
});
