/** Several algorithms and qop=auth: what is asked for, what is taken, and that nothing serves twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Account, ClientDigest } from '../../../modules/chan_sip/message/client-digest.js';
import { parseAsked, parseCredentials } from '../../../modules/chan_sip/message/digest.js';
import { ALGORITHMS, type Algorithm, digestResponse, ha1 } from '../../../modules/chan_sip/message/digest-algorithm.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { NONCE_LIFE } from '../../../modules/chan_sip/user/nonces.js';
import { type Ask, type Heard, SiteStage } from './site-stage.js';

const REALM = 'asterisk';
const URI = 'sip:pbx.example';

const stageOf = (general: string, device = '') =>
  SiteStage.of(`[general]\n${general}\n[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n${device}\n`);

const challengesOf = ({ text }: Heard): string[] =>
  [...text.matchAll(/^WWW-Authenticate: (.*)\r$/gm)].map(([, value]) => value!);

const withoutNonce = (answer: Heard): string[] =>
  challengesOf(answer).map(value => value.replace(/nonce="[0-9a-f]{39}"/, 'nonce=""'));

const asked = (algorithm: string, rest = '') => `Digest algorithm=${algorithm}, realm="asterisk", nonce=""${rest}`;

const QOP = ', qop="auth"';
const ALL = 'supported_algorithms_uas=SHA-512-256,SHA-256,MD5';

const demands: readonly [what: string, general: string, device: string, known: string[], unknown?: string[]][] = [
  ['the defaults', '', '', [asked('MD5')]],
  ['one algorithm', 'supported_algorithms_uas=SHA-256', '', [asked('SHA-256')]],
  ['several, in their order', ALL, '', [asked('SHA-512-256'), asked('SHA-256'), asked('MD5')]],
  ['qop', 'auth_qop=auth', '', [asked('MD5', QOP)]],
  ['both', `${ALL}\nauth_qop=auth`, '', [asked('SHA-512-256', QOP), asked('SHA-256', QOP), asked('MD5', QOP)]],
  ['what a device has of its own', '', 'supported_algorithms_uas=SHA-256', [asked('SHA-256')], [asked('MD5')]],
  ['no qop for one device', 'auth_qop=auth', 'auth_qop=no', [asked('MD5')], [asked('MD5', QOP)]],
];
for (const [what, general, device, known, unknown = known] of demands) {
  test(`challenges: ${what}; a name that is not there is asked what is general`, async () => {
    const stage = await stageOf(general, device);
    assert.deepEqual(withoutNonce(stage.ask()), known);
    assert.deepEqual(withoutNonce(stage.ask({ user: 'nobody' })), unknown);
    await stage.close();
  });
}

test('the challenges of one answer have one nonce, and all say when it is stale', async () => {
  const stage = await stageOf(ALL);
  const first = stage.ask();
  assert.equal(new Set(challengesOf(first).map(value => parseAsked(value)?.nonce)).size, 1);
  const digest = new ClientDigest();
  const credentials = answer(digest, first);
  stage.clock.advance(NONCE_LIFE);
  const late = stage.ask(with_(credentials));
  assert.deepEqual(
    challengesOf(late).map(value => parseAsked(value)?.stale),
    [true, true, true],
  );
  assert.equal(stage.ask(with_(answer(digest, late))).status, 200);
  await stage.close();
});

/** A request with this header. */
const with_ = (value: string, ask: Ask = {}): Ask => ({
  ...ask,
  headers: [...(ask.headers ?? []), `Authorization: ${value}`],
});

const ACCOUNT: Account = { username: '1008', secret: 'pass1008' };

const answer = (digest: ClientDigest, challenge: Heard, account = ACCOUNT): string =>
  digest.answer(parse(challenge.text), () => account, 'REGISTER', URI)![1];

for (const algorithm of ALGORITHMS) {
  for (const qop of ['no', 'auth']) {
    test(`our client proves a password to our server: ${algorithm}, qop ${qop}`, async () => {
      const stage = await stageOf(`supported_algorithms_uas=${algorithm}\nauth_qop=${qop}`);
      const sent = answer(new ClientDigest(), stage.ask());
      assert.equal(parseCredentials(sent)?.algorithm, algorithm);
      assert.equal(parseCredentials(sent)?.qop, qop === 'auth' ? 'auth' : undefined);
      assert.equal(stage.ask(with_(sent)).status, 200);
      const wrong = answer(new ClientDigest(), stage.ask(), { ...ACCOUNT, secret: 'no' });
      assert.equal(stage.ask(with_(wrong)).status, 403);
      await stage.close();
    });
  }
}

for (const algorithm of ALGORITHMS) {
  test(`of several challenges a device may answer that for ${algorithm}`, async () => {
    const stage = await stageOf(ALL);
    const first = stage.ask();
    const one = challengesOf(first).filter(value => value.includes(`algorithm=${algorithm},`));
    const header = new ClientDigest().answer(
      parse(
        first.text.replace(/^WWW-Authenticate: .*\r\n/gm, '').replace('\r\n', `\r\nWWW-Authenticate: ${one[0]}\r\n`),
      ),
      () => ACCOUNT,
      'REGISTER',
      URI,
    )!;
    assert.equal(stage.ask(with_(header[1])).status, 200);
    await stage.close();
  });
}

interface Sent {
  readonly algorithm?: Algorithm;
  /** What the header says; else the algorithm. */
  readonly named?: string | undefined;
  readonly qop?: string;
  readonly nc?: string;
  readonly cnonce?: string;
}

/** Credentials as no client of ours would write them. */
function made(challenge: Heard, { algorithm = 'MD5', named = algorithm, qop, nc, cnonce }: Sent): string {
  const { nonce } = parseAsked(challengesOf(challenge)[0])!;
  const counted = qop === undefined ? undefined : { qop, nc: nc ?? '', cnonce: cnonce ?? '' };
  const hash = digestResponse(ha1('1008', REALM, 'pass1008', algorithm), nonce, 'REGISTER', URI, algorithm, counted);
  const fields = [
    ...['username="1008"', `realm="${REALM}"`, `nonce="${nonce}"`, `uri="${URI}"`, `response="${hash}"`],
    ...(named === '' ? [] : [`algorithm=${named}`]),
    ...(qop === undefined ? [] : [`qop=${qop}`]),
    ...(nc === undefined ? [] : [`nc=${nc}`]),
    ...(cnonce === undefined ? [] : [`cnonce="${cnonce}"`]),
  ];
  return `Digest ${fields.join(', ')}`;
}

const COUNTED = { qop: 'auth', nc: '00000001', cnonce: 'c' };
const SHA = 'supported_algorithms_uas=SHA-256,SHA-512-256';
const answers: readonly [what: string, general: string, sent: Sent, status: number][] = [
  ['an algorithm that was not offered', SHA, { algorithm: 'MD5' }, 403],
  ['the same under the name of another', SHA, { algorithm: 'MD5', named: 'SHA-256' }, 403],
  ['one that nobody knows', SHA, { algorithm: 'MD5', named: 'ROT13' }, 403],
  ['the second in small letters', SHA, { algorithm: 'SHA-512-256', named: 'sha-512-256' }, 200],
  ['no name where MD5 is among several', ALL, { algorithm: 'MD5', named: '' }, 200],
  ['no name where MD5 is not', SHA, { algorithm: 'MD5', named: '' }, 403],
  ['any name where one is asked for, as the original', '', { algorithm: 'MD5', named: 'SHA-256' }, 200],
  ['a -sess that was not offered', ALL, { algorithm: 'MD5', named: 'MD5-sess' }, 403],
  ['qop that was not offered', '', COUNTED, 403],
  ['qop=auth', 'auth_qop=auth', COUNTED, 200],
  ['in other letters', 'auth_qop=auth', { ...COUNTED, qop: 'AUTH' }, 200],
  ['a leap in the count', 'auth_qop=auth', { ...COUNTED, nc: 'FFFFFFFF' }, 200],
  ['a count of nothing', 'auth_qop=auth', { ...COUNTED, nc: '00000000' }, 403],
  ['a short count', 'auth_qop=auth', { ...COUNTED, nc: '1' }, 403],
  ['a count that is none', 'auth_qop=auth', { ...COUNTED, nc: '0000000x' }, 403],
  ['no count', 'auth_qop=auth', { qop: 'auth', cnonce: 'c' }, 403],
  ['no cnonce', 'auth_qop=auth', { qop: 'auth', nc: '00000001' }, 403],
  ['qop=auth-int', 'auth_qop=auth', { ...COUNTED, qop: 'auth-int' }, 403],
  ['no qop, as from old clients', 'auth_qop=auth', {}, 200],
];
for (const [what, general, sent, status] of answers) {
  test(`answers: ${what}: ${status}`, async () => {
    const stage = await stageOf(general);
    assert.equal(stage.ask(with_(made(stage.ask(), sent))).status, status);
    await stage.close();
  });
}

test('with qop=auth one nonce serves a device again and again, each count once, in any order of arrival', async () => {
  const stage = await stageOf('auth_qop=auth');
  const digest = new ClientDigest();
  const first = answer(digest, stage.ask());
  const [second, third] = [0, 1].map(() => digest.again('REGISTER', URI)![1]);
  const statuses = [first, third!, second!, second!, first, third!].map(value => stage.ask(with_(value)));
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [200, 200, 200, 401, 401, 401],
  );
  assert.match(challengesOf(statuses[3]!)[0]!, /, stale=true$/);
  assert.equal(stage.peers.get('1008')!.spentNonces?.size, 1);
  await stage.close();
});

test('a REGISTER that is repeated because its 200 was lost gets it again, with the count it had', async () => {
  const stage = await stageOf('auth_qop=auth');
  const sent = with_(answer(new ClientDigest(), stage.ask()), { cseq: 7 });
  const [one, other] = [stage.ask(sent), stage.ask(sent)];
  assert.deepEqual([one.status, other.status], [200, 200]);
  assert.equal(other.header('Contact'), one.header('Contact'));
  await stage.close();
});

test('an answer without qop serves once, whatever count comes behind it', async () => {
  const stage = await stageOf('auth_qop=auth');
  const first = stage.ask();
  assert.equal(stage.ask(with_(made(first, {}))).status, 200);
  assert.equal(stage.ask(with_(made(first, {}))).status, 401);
  assert.equal(stage.ask(with_(made(first, COUNTED))).status, 401);
  await stage.close();
});

test('a nonce of another Call-ID is stale, however high its count', async () => {
  const stage = await stageOf('auth_qop=auth');
  const sent = answer(new ClientDigest(), stage.ask());
  const other = stage.ask(with_(sent, { callId: 'call-2' }));
  assert.match(challengesOf(other)[0]!, /, stale=true$/);
  await stage.close();
});

test('known and unknown names walk the same way, byte by byte, with all that can be turned on', async () => {
  const stage = await stageOf(`${ALL}\nauth_qop=auth`);
  const walk = (user: string): string[] => {
    const ask = { user, callId: `call-${user}`, cseq: 5 };
    const first = stage.ask(ask);
    const sent = answer(new ClientDigest(), first, { username: user, secret: 'wrong' });
    const answers = [first, ...[0, 1].map(() => stage.ask(with_(sent, ask)))];
    return answers.map(({ text }) =>
      text
        .replaceAll(user, 'USER')
        .replace(/nonce="[^"]*"/g, 'nonce')
        .replace(/tag=as\w+/, 'tag')
        .replace(/branch=\w+/, ''),
    );
  };
  assert.deepEqual(walk('1008'), walk('9999'));
  await stage.close();
});

const MD5_HASH = ha1('1008', REALM, 'pass1008');
const SHA_HASH = ha1('1008', REALM, 'pass1008', 'SHA-256');
const hashed: readonly [
  what: string,
  general: string,
  device: string,
  challenges: readonly string[],
  status: number,
][] = [
  ['md5secret, MD5', '', `md5secret=${MD5_HASH}`, ['MD5'], 200],
  ['md5secret, several: MD5 alone is asked for', ALL, `md5secret=${MD5_HASH}`, ['MD5'], 200],
  ['md5secret, none that it can do: nothing is right', SHA, `md5secret=${MD5_HASH}`, ['SHA-256', 'SHA-512-256'], 403],
  ['password_digest', SHA, `password_digest=SHA-256:${SHA_HASH}`, ['SHA-256'], 200],
  [
    'of several the topmost',
    ALL,
    `password_digest=MD5:${MD5_HASH}\npassword_digest=SHA-256:${SHA_HASH}`,
    ['SHA-256', 'MD5'],
    200,
  ],
  [
    'beside md5secret',
    ALL,
    `md5secret=${'0'.repeat(32)}\npassword_digest=SHA-256:${SHA_HASH}`,
    ['SHA-256', 'MD5'],
    200,
  ],
  ['before md5secret', '', `md5secret=${'0'.repeat(32)}\npassword_digest=MD5:${MD5_HASH}`, ['MD5'], 200],
  ['a wrong one', '', `password_digest=MD5:${'0'.repeat(32)}`, ['MD5'], 403],
];
for (const [what, general, device, challenges, status] of hashed) {
  test(`a password kept as a hash: ${what}`, async () => {
    const stage = await SiteStage.of(`[general]\n${general}\n[1008]\ntype=friend\nhost=dynamic\n${device}\n`);
    const first = stage.ask();
    assert.deepEqual(
      challengesOf(first).map(value => parseAsked(value)?.algorithm),
      challenges,
    );
    assert.equal(stage.ask(with_(answer(new ClientDigest(), first))).status, status);
    await stage.close();
  });
}

test('a call is asked for the same', async () => {
  const stage = await stageOf(`${ALL}\nauth_qop=auth\nallowguest=no`);
  const call = { method: 'INVITE', uri: 'sip:100@pbx.example', cseq: 9 };
  const first = stage.ask(call);
  assert.equal(challengesOf(first).length, 3);
  assert.equal(challengesOf(stage.ask({ ...call, user: 'nobody' })).length, 3);
  const [, value] = new ClientDigest().answer(parse(first.text), () => ACCOUNT, 'INVITE', call.uri)!;
  assert.equal(stage.ask(with_(value, call)).status, 404);
  await stage.close();
});

test('a reload asks for something else from then on', async () => {
  const stage = await stageOf('');
  const before = stage.ask();
  await stage.reconfigure(
    '[general]\nsupported_algorithms_uas=SHA-256\n[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n',
  );
  assert.equal(stage.ask(with_(answer(new ClientDigest(), before))).status, 403);
  assert.equal(stage.ask(with_(answer(new ClientDigest(), stage.ask()))).status, 200);
  await stage.close();
});
