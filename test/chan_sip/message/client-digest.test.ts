import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Account, ClientDigest } from '../../../modules/chan_sip/message/client-digest.js';
import { parseCredentials } from '../../../modules/chan_sip/message/digest.js';
import { type Algorithm, digestOf, digestResponse, ha1 } from '../../../modules/chan_sip/message/digest-algorithm.js';
import type { Message } from '../../../modules/chan_sip/message/message.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';

const URI = 'sip:127.0.0.1:5999';
const TRUNK: Account = { username: '2001', secret: 'trunkpw' };

/** A refusal with these challenges. */
const refusal = (values: readonly string[], status: 401 | 407 = 401): Message =>
  parse(
    [
      `SIP/2.0 ${status} Unauthorized`,
      'Via: SIP/2.0/UDP 127.0.0.1:5960;branch=z9hG4bK6123801b',
      'From: <sip:2001@127.0.0.1>;tag=as0658c529',
      'To: <sip:2001@127.0.0.1>;tag=trk',
      'Call-ID: 574861e058f16f8c48be2a960dc839f9@127.0.0.1',
      'CSeq: 102 REGISTER',
      ...values.map(value => `${status === 401 ? 'WWW' : 'Proxy'}-Authenticate: ${value}`),
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );

const answer = (digest: ClientDigest, values: readonly string[], account: Account | undefined = TRUNK) =>
  digest.answer(refusal(values), () => account, 'REGISTER', URI)?.[1];

test('recorded: the answer to a trunk stands as the original writes it', () => {
  const sent = answer(new ClientDigest(), ['Digest realm="trunk", nonce="abc123", algorithm=MD5, qop="auth"'])!;
  const { cnonce = '', response } = parseCredentials(sent)!;
  assert.match(cnonce, /^[0-9a-f]{8}$/);
  assert.equal(
    sent,
    'Digest username="2001", realm="trunk", algorithm=MD5, uri="sip:127.0.0.1:5999", nonce="abc123", ' +
      `response="${response}", qop=auth, cnonce="${cnonce}", nc=00000001`,
  );
});

const plain = (nonce: string, rest = '') => `Digest realm="r", nonce="${nonce}"${rest}`;

const choices: readonly [
  what: string,
  challenges: readonly string[],
  account: Account | undefined,
  wanted: Partial<Record<'algorithm' | 'qop' | 'nonce' | 'opaque' | 'realm' | 'username', string>> | undefined,
][] = [
  ['no algorithm means MD5', [plain('1')], TRUNK, { algorithm: 'MD5', nonce: '1' }],
  [
    'names count in any case',
    [plain('1', ', ALGORITHM="sha-256", QOP=AUTH')],
    TRUNK,
    { algorithm: 'SHA-256', qop: 'auth' },
  ],
  [
    'the topmost of several',
    [plain('1', ', algorithm=SHA-512-256'), plain('2', ', algorithm=MD5')],
    TRUNK,
    { nonce: '1' },
  ],
  ['and not the strongest', [plain('1', ', algorithm=MD5'), plain('2', ', algorithm=SHA-256')], TRUNK, { nonce: '1' }],
  ['an unknown algorithm is passed over', [plain('1', ', algorithm=SHA3-512'), plain('2')], TRUNK, { nonce: '2' }],
  ['another scheme is passed over', ['Bearer realm="r"', plain('2')], TRUNK, { nonce: '2' }],
  ['auth of several qop', [plain('1', ', qop="auth-int, auth"')], TRUNK, { qop: 'auth' }],
  ['auth-int alone is passed over', [plain('1', ', qop="auth-int"'), plain('2')], TRUNK, { nonce: '2' }],
  ['an empty qop is none', [plain('1', ', qop=""')], TRUNK, { algorithm: 'MD5' }],
  ['-sess without qop is passed over', [plain('1', ', algorithm=MD5-sess'), plain('2')], TRUNK, { nonce: '2' }],
  [
    '-sess with qop',
    [plain('1', ', algorithm=sha-256-SESS, qop="auth"')],
    TRUNK,
    { algorithm: 'SHA-256-sess', qop: 'auth' },
  ],
  ['opaque comes back', [plain('1', ', opaque="a\\"b"')], TRUNK, { opaque: 'a"b' }],
  ['an empty opaque too', [plain('1', ', opaque=""')], TRUNK, { opaque: '' }],
  ['quotes in a realm', ['Digest realm="a\\"b\\\\", nonce="1"'], TRUNK, { realm: 'a"b\\' }],
  ['quotes in a name', [plain('1')], { username: 'a"\\', secret: '' }, { username: 'a"\\' }],
  ['nobody for the realm', [plain('1')], undefined, undefined],
  ['no challenge at all', [], TRUNK, undefined],
  ['no realm', ['Digest nonce="1"'], TRUNK, undefined],
  ['no nonce', ['Digest realm="r"'], TRUNK, undefined],
  ['nothing that can be done', [plain('1', ', algorithm=AKAv1-MD5')], TRUNK, undefined],
  [
    'an MD5 hash answers MD5 alone',
    [plain('1', ', algorithm=SHA-256'), plain('2')],
    { username: 'u', secret: '', md5secret: 'a'.repeat(32) },
    { nonce: '2', algorithm: 'MD5' },
  ],
  [
    'beside a secret it answers everything',
    [plain('1', ', algorithm=SHA-256'), plain('2')],
    { username: 'u', secret: 's', md5secret: 'a'.repeat(32) },
    { nonce: '1' },
  ],
];
for (const [what, challenges, account, wanted] of choices) {
  test(`challenges: ${what}`, () => {
    const sent = parseCredentials(new ClientDigest().answer(refusal(challenges), () => account, 'REGISTER', URI)?.[1]);
    assert.equal(sent === undefined, wanted === undefined);
    for (const [name, value] of Object.entries(wanted ?? {})) {
      assert.equal(sent?.[name as keyof typeof sent], value, name);
    }
    if (wanted && wanted.qop === undefined)
      assert.deepEqual([sent!.qop, sent!.nc, sent!.cnonce], [undefined, undefined, undefined]);
  });
}

/** What a server that knows the secret works out. */
function expected(sent: string, secret: string, method = 'REGISTER'): string {
  const { username, realm, nonce, uri, algorithm = '', qop, nc = '', cnonce = '' } = parseCredentials(sent)!;
  const name = algorithm.replace('-sess', '') as Algorithm;
  const base = ha1(username, realm, secret, name);
  const key = algorithm.endsWith('-sess') ? digestOf(name, `${base}:${nonce}:${cnonce}`) : base;
  return digestResponse(key, nonce, method, uri, name, qop === undefined ? undefined : { nc, cnonce, qop });
}

for (const algorithm of ['MD5', 'SHA-256', 'SHA-512-256', 'MD5-sess', 'SHA-256-sess', 'SHA-512-256-sess']) {
  for (const qop of ['', ', qop="auth"']) {
    if (qop === '' && algorithm.endsWith('-sess')) continue;
    test(`${algorithm}${qop}: the first answer and those that follow are right`, () => {
      const digest = new ClientDigest();
      const first = answer(digest, [plain('n', `, algorithm=${algorithm}${qop}`)])!;
      const [, second] = digest.again('OPTIONS', 'sip:x')!;
      assert.equal(parseCredentials(first)!.response, expected(first, TRUNK.secret));
      assert.equal(parseCredentials(second)!.response, expected(second, TRUNK.secret, 'OPTIONS'));
      assert.equal(parseCredentials(second)!.nc, qop ? '00000002' : undefined);
      assert.equal(parseCredentials(second)!.uri, 'sip:x');
    });
  }
}

test('an MD5 hash in place of the secret gives the same answer, in any case', () => {
  const account = { username: '2001', secret: '', md5secret: ha1('2001', 'r', TRUNK.secret).toUpperCase() };
  assert.equal(answer(new ClientDigest(), [plain('1')], account), answer(new ClientDigest(), [plain('1')]));
});

test('a proxy is answered by its own header', () => {
  const header = new ClientDigest().answer(refusal([plain('1')], 407), () => TRUNK, 'REGISTER', URI);
  assert.equal(header?.[0], 'Proxy-Authorization');
  assert.equal(new ClientDigest().answer(refusal([plain('1')]), () => TRUNK, 'REGISTER', URI)?.[0], 'Authorization');
});

test('a realm and a name outside ASCII are asked for in Unicode and hashed as octets', () => {
  const asked: string[] = [];
  const realm = Buffer.from('küche').toString('latin1');
  const header = new ClientDigest().answer(
    refusal([`Digest realm="${realm}", nonce="1"`]),
    name => {
      asked.push(name);
      return { username: 'jörg', secret: 'pässword' };
    },
    'REGISTER',
    URI,
  );
  const sent = parseCredentials(header?.[1])!;
  assert.deepEqual(asked, ['küche']);
  assert.equal(sent.realm, realm);
  assert.equal(sent.username, Buffer.from('jörg').toString('latin1'));
  assert.equal(sent.response, digestResponse(ha1('jörg', 'küche', 'pässword'), '1', 'REGISTER', URI));
});

const STALE = ', stale=true';
const courses: readonly [what: string, steps: readonly string[], answered: readonly boolean[]][] = [
  ['a second challenge without stale is a refusal', [plain('1'), plain('2')], [true, false]],
  ['so is the same nonce again', [plain('1'), plain('1', STALE)], [true, false]],
  ['a new nonce that says stale is answered', [plain('1'), plain('2', STALE)], [true, true]],
  ['but not for ever', [plain('1'), plain('2', STALE), plain('3', STALE)], [true, true, false]],
  ['a refusal forgets: the next attempt starts afresh', [plain('1'), plain('2'), plain('3')], [true, false, true]],
  [
    'after a request that nobody challenged, a challenge is the first',
    [plain('1'), 'again', plain('2')],
    [true, true, true],
  ],
  ['and one after it a refusal', [plain('1'), 'again', plain('2'), plain('3')], [true, true, true, false]],
  ['without a challenge there is nothing to go on with', ['again', plain('1')], [false, true]],
  ['nothing after a refusal', [plain('1'), plain('1'), 'again'], [true, false, false]],
];
for (const [what, steps, answered] of courses) {
  test(`in a row: ${what}`, () => {
    const digest = new ClientDigest();
    const did = steps.map(step => (step === 'again' ? digest.again('REGISTER', URI)?.[1] : answer(digest, [step])));
    assert.deepEqual(
      did.map(value => value !== undefined),
      answered,
    );
  });
}

test('the count goes up with each request and begins again with another nonce', () => {
  const digest = new ClientDigest();
  const counted = (nonce: string) => plain(nonce, ', qop="auth"');
  const sent = [
    answer(digest, [counted('1')]),
    digest.again('REGISTER', URI)?.[1],
    answer(digest, [counted('1')]),
    digest.again('REGISTER', URI)?.[1],
    answer(digest, [counted('2')]),
  ].map(value => parseCredentials(value)?.nc);
  assert.deepEqual(sent, ['00000001', '00000002', '00000003', '00000004', '00000001']);
});

test('what was told to forget goes on with nothing', () => {
  const digest = new ClientDigest();
  answer(digest, [plain('1')]);
  digest.forget();
  assert.equal(digest.again('REGISTER', URI), undefined);
});
