/** Whatever a stranger tries, and in whatever order: accounts that exist answer as those that do not, octet for octet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Algorithm, digestResponse, ha1 } from '../../../modules/chan_sip/message/digest-algorithm.js';
import fc from '../../support/property.js';
import { DEVICES } from './guessed-devices.js';
import { type Ask, type Heard, SiteStage, SOURCE, type Source } from './site-stage.js';

const NAMES = ['friend', 'denied', 'callee', 'caller', 'fixed'];

const METHODS: Readonly<Record<string, Ask>> = {
  REGISTER: { contact: '<sip:x@192.0.2.7>' },
  INVITE: { method: 'INVITE', uri: 'sip:600@pbx.example' },
  MESSAGE: { method: 'MESSAGE', headers: ['Content-Type: text/plain'], body: 'x' },
  SUBSCRIBE: { method: 'SUBSCRIBE', headers: ['Event: presence'] },
  OPTIONS: { method: 'OPTIONS', uri: 'sip:600@pbx.example' },
};

/** An address that `denied` denies, one that it does not, and a stream. */
const SOURCES: readonly Source[] = [SOURCE, { address: '203.0.113.9', port: 5060 }, { ...SOURCE, protocol: 'tcp' }];

const MALFORMED = [
  'Authorization: ',
  'Authorization: Digest',
  'Authorization: Digest username',
  'Authorization: Digest username="friend", realm="asterisk"',
  'Authorization: Digest username="friend", nonce="", response=""',
  'Authorization: Digest nonce="\\", response=,,,',
  'Authorization: Basic ZnJpZW5kOnBhc3NmcmllbmQ=',
];

/** One thing that a stranger does. */
interface Step {
  readonly method: string;
  readonly source: number;
  readonly call: number;
  /** Seconds that pass before. */
  readonly wait: number;
  readonly proof:
    | { readonly kind: 'none' | 'again' }
    | { readonly kind: 'malformed'; readonly which: number }
    | {
        readonly kind: 'digest';
        /** A guess, or the password of some account. */
        readonly secret: string;
        /** Whom the digest names: whoever asks, an account that is there and is somebody else's, or a text. */
        readonly name: 'own' | 'another' | 'else' | '';
        readonly nonce: 'last' | 'first' | 'own' | 'changed';
        readonly algorithm: Algorithm | 'unknown';
        /** Undefined: without qop. */
        readonly count: string | undefined;
        readonly realm: string;
        /** Whether another header, for a realm that is not ours, stands before it. */
        readonly twice: boolean;
      };
}

const digest = fc.record({
  kind: fc.constant('digest' as const),
  secret: fc.constantFrom('guess', '', 'passfixed-'),
  name: fc.constantFrom('own' as const, 'own' as const, 'another' as const, 'else' as const, '' as const),
  nonce: fc.constantFrom('last' as const, 'last' as const, 'first' as const, 'own' as const, 'changed' as const),
  algorithm: fc.constantFrom<Algorithm | 'unknown'>('MD5', 'SHA-256', 'SHA-512-256', 'unknown'),
  count: fc.constantFrom(undefined, '00000001', '00000002', '00000000', 'zzzz'),
  realm: fc.constantFrom('asterisk', 'asterisk', 'elsewhere'),
  twice: fc.boolean(),
});

const step: fc.Arbitrary<Step> = fc.record({
  method: fc.constantFrom(...Object.keys(METHODS)),
  source: fc.nat(SOURCES.length - 1),
  call: fc.nat(1),
  wait: fc.constantFrom(0, 0, 0, 1, 31, 33),
  proof: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom({ kind: 'none' as const }, { kind: 'again' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('malformed' as const), which: fc.nat(MALFORMED.length - 1) }),
    },
    { weight: 5, arbitrary: digest },
  ),
});

const GENERAL: readonly string[] = [
  '',
  'auth_qop=auth',
  'supported_algorithms_uas=SHA-256,MD5',
  'authfailmax=2\nbanlocal=yes',
  'match_auth_username=yes',
  'domainsasrealm=yes\ndomain=pbx.example',
  'auth_options_requests=yes\nnat=no',
];

function credentials(
  proof: Extract<Step['proof'], { kind: 'digest' }>,
  user: string,
  ask: Ask,
  nonces: string[],
): string[] {
  const { secret, algorithm, count, realm, twice } = proof;
  // Two guesses that differ for one account would be the same for another that is named by both.
  const another = user === 'friend' ? 'caller' : 'friend';
  const name = proof.name === 'own' ? user : proof.name === 'another' ? another : proof.name;
  const last = nonces.at(-1) ?? 'none';
  const nonce = { last, first: nonces[0] ?? 'none', own: '12345678', changed: `0${last.slice(1)}` }[proof.nonce];
  const uri = ask.uri ?? 'sip:pbx.example';
  const counted = count === undefined ? undefined : { qop: 'auth', nc: count, cnonce: 'abc' };
  const known = algorithm === 'unknown' ? 'MD5' : algorithm;
  const response = digestResponse(
    ha1(name, realm, secret, known),
    nonce,
    ask.method ?? 'REGISTER',
    uri,
    known,
    counted,
  );
  const more = counted ? `, qop=auth, nc=${count}, cnonce="abc"` : '';
  const other = 'Authorization: Digest username="x", realm="other", nonce="n", uri="sip:x", response="0"';
  const own = `Authorization: Digest username="${name}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=${algorithm}${more}`;
  return twice ? [other, own] : [own];
}

/** An answer, without what is another in every run: nonces, of which the length counts, tags and names. */
const told = (user: string, { text, to, protocol }: Heard): string =>
  `${protocol} ${to.address}:${to.port} ${text}`
    .replace(/nonce="([0-9a-f]+)"/g, (_, nonce: string) => `nonce="${nonce.length}"`)
    .replace(/^(To: .*;tag=)as[0-9a-f]{8}/m, '$1TAG')
    .replaceAll(user, 'NAME');

/** Everything that comes of the steps, done in that name. */
async function walk(user: string, general: string, steps: readonly Step[]): Promise<unknown> {
  const stage = await SiteStage.of(`[general]\nallowguest=no\nrealm=asterisk\n${general}\n${DEVICES}`);
  const nonces: string[] = [];
  const heard: string[] = [];
  let before: { readonly text: string; readonly source: Source } | undefined;
  let cseq = 0;
  for (const { method, source, call, wait, proof } of steps) {
    stage.clock.advance(wait * 1000);
    cseq += 1;
    const from = SOURCES[source]!;
    const own: Ask = { ...METHODS[method]!, user, cseq, callId: `call-${call}`, source: from };
    const whole: Ask = { ...own, protocol: from.protocol ?? 'udp' };
    const proofs =
      proof.kind === 'digest'
        ? credentials(proof, user, whole, nonces)
        : proof.kind === 'malformed'
          ? [MALFORMED[proof.which]!]
          : [];
    const fresh = { text: stage.request({ ...whole, headers: [...(whole.headers ?? []), ...proofs] }), source: from };
    const asked = (proof.kind === 'again' && before) || fresh;
    before = asked;
    const answers = stage.receive(asked.text, asked.source);
    heard.push(answers.map(answer => told(user, answer)).join('') || 'nothing');
    const nonce = /nonce="([0-9a-f]+)"/.exec(answers[0]?.text ?? '')?.[1];
    if (nonce !== undefined) nonces.push(nonce);
  }
  const left = { bans: stage.stage.bans.rows(), transactions: stage.transactions.size };
  await stage.close();
  return { heard, left };
}

for (const general of GENERAL) {
  test(`with '${general}' no sequence of requests tells accounts apart`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async steps => {
        const strange = await walk('nobody', general, steps);
        for (const name of NAMES) assert.deepEqual(await walk(name, general, steps), strange, name);
      }),
      { numRuns: 60 },
    );
  });
}
