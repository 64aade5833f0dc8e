/** The abuse shield: which requests count as a failed login, whom that silences, and whom it does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVICES } from './registrar-stage.js';
import { type Ask, type Login, SiteStage, type Source } from './site-stage.js';

const ADDRESS = '192.0.2.7';
const TCP: Source = { address: ADDRESS, port: 5070, protocol: 'tcp' };

const stageOf = (general = 'authfailmax=3') => SiteStage.of(`[general]\nallowguest=no\n${general}\n${DEVICES}`);

/** A request of its own Call-ID, answered as `login` says. */
function attempt(stage: SiteStage, n: number, ask: Ask = {}, login: Login = { secret: `guess${n}` }): number {
  const whole = { callId: `call-${n}`, ...ask };
  return stage.login(whole, login).status;
}

const METHODS: readonly (readonly [what: string, ask: Ask])[] = [
  ['REGISTER', {}],
  ['INVITE', { method: 'INVITE', uri: 'sip:600@pbx.example' }],
  ['SUBSCRIBE', { method: 'SUBSCRIBE', headers: ['Event: presence'] }],
  ['MESSAGE', { method: 'MESSAGE', headers: ['Content-Type: text/plain'], body: 'x' }],
];

for (const [what, ask] of METHODS) {
  for (const user of ['1008', 'nobody', 'denied', 'fixed']) {
    test(`three wrong passwords in a ${what} as ${user} are too many`, async () => {
      const stage = await stageOf();
      for (let n = 1; n <= 3; n += 1) {
        assert.equal(stage.stage.bans.holds(ADDRESS), false);
        assert.equal(attempt(stage, n, { ...ask, user }), 403);
      }
      assert.equal(stage.stage.bans.holds(ADDRESS), true);
      await stage.close();
    });
  }
}

test('what is no failed login does not count: no credentials, a wrong nonce, the right password, the same again', async () => {
  const stage = await stageOf();
  for (let n = 1; n <= 20; n += 1) {
    const ask = { callId: `call-${n}` };
    const first = stage.ask(ask);
    assert.equal(first.status, 401);
    assert.equal(stage.ask({ ...ask, headers: ['Authorization: Digest nonsense'] }).status, 401);
    assert.equal(attempt(stage, n, ask, { nonce: 'made-up' }), 401);
    if (n > 1) continue;
    const wrong = stage.request(stage.answered(first, ask, { secret: 'guess' }));
    for (let copy = 0; copy < 20; copy += 1) assert.equal(stage.receive(wrong)[0]?.status, 403);
  }
  for (let n = 30; n < 50; n += 1) assert.equal(attempt(stage, n, {}, {}), 200);
  const late = stage.ask({ callId: 'late' });
  stage.clock.advance(40_000);
  for (let n = 0; n < 10; n += 1) assert.equal(stage.ask(stage.answered(late, { callId: 'late' })).status, 401);
  assert.deepEqual(stage.stage.bans.rows(), []);
  await stage.close();
});

test('a guess that goes with an old nonce of ours counts like one with a new', async () => {
  const stage = await stageOf();
  const first = stage.ask({ callId: 'old', user: '1008' });
  stage.clock.advance(60_000);
  for (let n = 0; n < 3; n += 1) {
    assert.equal(stage.ask(stage.answered(first, { callId: 'old' }, { secret: `guess${n}` })).status, 401);
  }
  assert.equal(stage.stage.bans.holds(ADDRESS), true);
  await stage.close();
});

test('whoever forges an address bans nobody, and learns from guesses with nonces of his own no more than a few times', async () => {
  const stage = await stageOf();
  // He asks from where he is, and answers in the name of somebody else.
  const his: Source = { address: '203.0.113.66', port: 5060 };
  for (let n = 0; n < 20; n += 1) {
    const ask = { callId: `call-${n}`, source: his };
    const challenge = stage.ask(ask);
    const forged = stage.answered(challenge, { ...ask, source: { address: ADDRESS, port: 5062 } }, { secret: 'x' });
    assert.equal(stage.ask(forged).status, 403);
  }
  assert.deepEqual(stage.stage.bans.rows(), []);
  // By now even the right password looks wrong there, with a nonce that is not ours; with one of ours it is taken.
  const right = stage.answered(undefined, { callId: 'own' }, { nonce: 'made-up' });
  assert.doesNotMatch(stage.ask(right).header('WWW-Authenticate')!, /stale/);
  assert.equal(attempt(stage, 50, {}, {}), 200);
  await stage.close();
});

test('over a connection every wrong answer counts, since nobody else can be there', async () => {
  const stage = await stageOf('authfailmax=3\ntransport=udp,tcp');
  for (let n = 0; n < 3; n += 1) attempt(stage, n, { source: TCP, protocol: 'tcp' }, { nonce: `n${n}`, secret: 'x' });
  assert.equal(stage.stage.bans.holds(ADDRESS), true);
  await stage.close();
});

test('where a phone registers, guesses for another account silence that account alone', async () => {
  const stage = await stageOf();
  assert.equal(attempt(stage, 1, { user: '1009' }, {}), 200);
  for (let n = 2; n <= 4; n += 1) assert.equal(attempt(stage, n), 403);
  for (const [, ask] of METHODS) assert.deepEqual(stage.receive(stage.request({ callId: 'quiet', ...ask })), []);
  assert.equal(attempt(stage, 5, { user: '1009' }, {}), 200);
  const elsewhere = { source: { address: '203.0.113.8', port: 5060 } };
  assert.equal(attempt(stage, 6, elsewhere, {}), 200, 'the rightful user is somewhere else');
  await stage.close();
});

test('localnet and banexempt are spared, and what [general] says holds from a reload on', async () => {
  const stage = await stageOf('authfailmax=3\nlocalnet=192.0.2.0/24');
  for (let n = 0; n < 10; n += 1) attempt(stage, n);
  assert.equal(stage.stage.bans.size, 0);
  await stage.reconfigure(`[general]\nauthfailmax=3\nbanexempt=${ADDRESS}\n${DEVICES}`);
  for (let n = 10; n < 20; n += 1) attempt(stage, n);
  assert.equal(stage.stage.bans.size, 0);
  await stage.reconfigure(`[general]\nauthfailmax=3\nauthbantime=60\n${DEVICES}`);
  for (let n = 20; n < 23; n += 1) attempt(stage, n);
  assert.deepEqual(stage.stage.bans.rows()[0]?.left, 60_000);
  await stage.close();
});

test('without authfailmax nobody is banned and nonces are as short as before', async () => {
  const stage = await stageOf('');
  assert.equal(/nonce="([^"]*)"/.exec(stage.ask().header('WWW-Authenticate')!)?.[1]?.length, 39);
  for (let n = 0; n < 100; n += 1) attempt(stage, n);
  assert.equal(stage.stage.bans.size, 0);
  await stage.close();
});

const AGENTS: readonly [option: string, agent: string, dropped: boolean][] = [
  ['', 'friendly-scanner', false],
  ['scanneragents=no', 'friendly-scanner', false],
  ['scanneragents=yes', 'friendly-scanner', true],
  ['scanneragents=yes', 'SIPVicious 0.3', true],
  ['scanneragents=yes', 'sipcli/v1.8', true],
  ['scanneragents=yes', 'Yealink SIP-T46S 66.84.0.15', false],
  ['scanneragents=yes', 'Gossmap', false],
  ['scanneragents=yes, mytool', 'Mytool 2', true],
  ['scanneragents=mytool', 'friendly-scanner', false],
];

for (const [option, agent, dropped] of AGENTS) {
  test(`with '${option}' a request of ${agent} is ${dropped ? 'dropped' : 'answered'}`, async () => {
    const stage = await stageOf(option);
    const answers = stage.receive(stage.request({ headers: [`User-Agent: ${agent}`] }));
    assert.deepEqual([answers.length === 0, stage.user.site.shield.scanners], [dropped, dropped ? 1 : 0]);
    await stage.close();
  });
}
