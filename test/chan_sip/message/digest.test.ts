import assert from 'node:assert/strict';
import { test } from 'node:test';
import { challenge, parseCredentials, sameHash } from '../../../modules/chan_sip/message/digest.js';
import { digestOf, digestResponse, ha1 } from '../../../modules/chan_sip/message/digest-algorithm.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { recorded } from '../recorded.js';

const passwords: Readonly<Record<string, string>> = {
  1008: 'pass1008',
  1009: 'pass1009',
  1010: 'pass1010',
  onlyuser: 'abc',
};

const signed = recorded().flatMap(({ title, request, answers }) => {
  const message = parse(request);
  const credentials = parseCredentials(message.header('Authorization'));
  return credentials?.response
    ? [{ title, method: message.method, credentials, accepted: !/ 40[13] /.test(answers[0]!) }]
    : [];
});

for (const { title, method, credentials, accepted } of signed) {
  const { username, realm, nonce, uri, response } = credentials;
  const secret = passwords[username];
  if (secret === undefined) continue;
  const refusedAnyway = username === 'onlyuser';
  test(`recorded: ${title}: the answer of ${username} is ${accepted || refusedAnyway ? 'right' : 'wrong'}`, () => {
    const right = sameHash(digestResponse(ha1(username, realm, secret), nonce, method, uri), response);
    assert.equal(right, accepted || refusedAnyway);
  });
}

test('the recording has right answers and a wrong one', () => {
  const known = signed.filter(({ credentials }) => passwords[credentials.username]);
  assert.ok(known.length > 15);
  assert.deepEqual(
    known.filter(({ accepted }) => !accepted).map(({ title }) => title),
    ['1008 wrong password (with credentials)', 'type=user registers (with credentials)'],
  );
});

const full = {
  username: 'u',
  realm: 'r',
  nonce: 'n',
  uri: 'sip:x',
  response: 'h',
  algorithm: undefined,
  qop: undefined,
  nc: undefined,
  cnonce: undefined,
  opaque: undefined,
};
const reads: readonly [header: string, wanted: Partial<typeof full> | undefined][] = [
  ['Digest username="u", realm="r", nonce="n", uri="sip:x", response="h"', {}],
  ['digest response=h,uri="sip:x",nonce=n,realm=r,username=u', {}],
  ['DIGEST\tusername = "u" ,, realm= r ,nonce ="n",uri=sip:x,response="h",', {}],
  ['Digest username="u", realm="r", nonce="n", uri="sip:x", response="h", username="evil", response="x"', {}],
  [
    'Digest Username="a\\"b, c", realm="r, nonce=forged", nonce="n", uri="sip:x", response="h"',
    { username: 'a"b, c', realm: 'r, nonce=forged' },
  ],
  ['Digest username="u", nonce="", response=""', { realm: '', nonce: '', uri: '', response: '' }],
  [
    'Digest username="unclosed, nonce=n',
    { username: 'unclosed, nonce=n', realm: '', nonce: '', uri: '', response: '' },
  ],
  ['Digest username', undefined],
  ['Digest', undefined],
  ['Digest realm="r"', undefined],
  ['Basic dTpw', undefined],
  ['NoOneKnowsThisScheme opaque-data=here', undefined],
  ['Digestusername="u"', undefined],
  [`Digest username="${'u'.repeat(9000)}"`, undefined],
  ['', undefined],
];
for (const [header, wanted] of reads) {
  test(`Authorization: ${header.slice(0, 90)}`, () => {
    assert.deepEqual(parseCredentials(header), wanted && { ...full, ...wanted });
  });
}

test('no Authorization, no credentials', () => assert.equal(parseCredentials(undefined), undefined));

test('what our challenge did not ask for is read all the same', () => {
  const header = 'Digest username="u", response="h", algorithm=MD5, qop=auth, nc=00000001, cnonce="c", opaque="o"';
  const { algorithm, qop, nc, cnonce, opaque } = parseCredentials(header)!;
  assert.deepEqual([algorithm, qop, nc, cnonce, opaque], ['MD5', 'auth', '00000001', 'c', 'o']);
});

test('a challenge is as recorded; quotes in a realm are escaped', () => {
  const plain = { algorithm: 'MD5', qop: false, stale: false } as const;
  assert.equal(challenge('asterisk', '3658a592', plain), 'Digest algorithm=MD5, realm="asterisk", nonce="3658a592"');
  assert.equal(
    challenge('a"b\\', '1', { ...plain, stale: true }),
    'Digest algorithm=MD5, realm="a\\"b\\\\", nonce="1", stale=true',
  );
});

test('a name outside ASCII hashes as the octets that a phone sends', () => {
  const wire = Buffer.from('jörg:r:pässword').toString('latin1');
  assert.equal(ha1('jörg', 'r', 'pässword'), digestOf('MD5', wire));
  assert.equal(digestOf('MD5', ''), 'd41d8cd98f00b204e9800998ecf8427e');
});

test('hashes are compared whole, in any case', () => {
  const hash = digestOf('MD5', 'x');
  assert.ok(sameHash(hash, hash.toUpperCase()));
  assert.ok(!sameHash(hash, `${hash}0`));
  assert.ok(!sameHash(hash, `${hash.slice(0, -1)}_`));
  assert.ok(!sameHash(hash, ''));
});
