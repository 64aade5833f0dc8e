/** What a stranger can learn of accounts: the same bytes for those that exist, that deny his address, and that are not there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVICES } from './guessed-devices.js';
import { phone, RowStage } from './row-stage.js';
import { type Ask, type Heard, type Login, SiteStage } from './site-stage.js';

const METHODS: [what: string, ask: Ask, first: number][] = [
  ['REGISTER', { contact: '<sip:x@192.0.2.7>' }, 401],
  ['INVITE', { method: 'INVITE' }, 401],
  ['OPTIONS', { method: 'OPTIONS' }, 401],
  ['MESSAGE', { method: 'MESSAGE', headers: ['Content-Type: text/plain'], body: 'x' }, 401],
  ['SUBSCRIBE', { method: 'SUBSCRIBE', headers: ['Event: presence'] }, 401],
  ['SUBSCRIBE for messages', { method: 'SUBSCRIBE', headers: ['Event: message-summary'] }, 401],
  ['REFER', { method: 'REFER', headers: ['Refer-To: <sip:1@pbx.example>'] }, 603],
  ['PUBLISH', { method: 'PUBLISH', headers: ['Event: presence'] }, 489],
  ['NOTIFY', { method: 'NOTIFY', headers: ['Event: message-summary'] }, 489],
  ['BYE', { method: 'BYE' }, 481],
];

const NAMES = ['nobody', 'friend', 'denied', 'hashed', 'silent', 'callee', 'caller', 'fixed'];

/** What a stranger answers a challenge with. */
const GUESSES: [what: string, login: (user: string) => Login][] = [
  ['a wrong password', () => ({ secret: 'guess' })],
  ['a nonce of his own', () => ({ secret: 'guess', nonce: '12345678' })],
  ['the name of another account', () => ({ secret: 'passfriend', name: 'friend' })],
  ['a name that nobody has', () => ({ secret: 'guess', name: 'else' })],
];

/** The answers as they went out, with what must differ taken out. */
const bytes = (user: string, answers: readonly (Heard | undefined)[]): string[] =>
  answers.map(answer => (answer?.text ?? 'nothing').replace(/nonce="[0-9a-f]+"/, 'nonce="N"').replaceAll(user, 'NAME'));

for (const [what, ask, status] of METHODS) {
  for (const [guess, login] of GUESSES) {
    test(`${what}, answered with ${guess}: every name gets the same bytes`, async () => {
      const stage = await SiteStage.of(`[general]\nallowguest=no\nauth_options_requests=yes\n${DEVICES}`);
      const walk = (user: string): string[] => {
        const whole = { uri: 'sip:600@pbx.example', user, cseq: 7, callId: 'same', contact: false as const, ...ask };
        const first = stage.ask(whole);
        assert.equal(first.status, status);
        const answered = stage.answered(first, whole, login(user));
        const walked = [first, stage.ask(answered), stage.ask(answered), stage.ask(whole)];
        const before = stage.sent().length;
        stage.clock.advance(32_000);
        assert.equal(stage.sent().length, before, 'nothing is sent again');
        assert.equal(stage.transactions.size, 0);
        return bytes(user, walked);
      };
      const strange = walk('nobody');
      // Who answers for `friend` with the password of `friend` is no stranger.
      const names = guess === 'the name of another account' ? NAMES.filter(name => name !== 'friend') : NAMES;
      for (const name of names) assert.deepEqual(walk(name), strange, name);
      await stage.close();
    });
  }
}

/** Rows of a database, and how a stranger's request finds them. */
const ROWS = [
  phone('friend'),
  phone('denied', { deny: '0.0.0.0/0.0.0.0' }),
  phone('callee', { type: 'peer' }),
  phone('caller', { type: 'user' }),
];

for (const [what, ask] of METHODS.slice(0, 6)) {
  test(`${what}: rows of a database and names without one get the same bytes, and what was asked serves on`, async () => {
    const stage = await RowStage.of({ general: 'allowguest=no\nauth_options_requests=yes', rows: ROWS });
    const walk = async (user: string) => {
      const whole = { uri: 'sip:600@pbx.example', user, cseq: 7, callId: 'same', contact: false as const, ...ask };
      // What is asked once serves for a second, so that only the first request shows what there is to ask.
      const first = await stage.ask(whole);
      stage.asked();
      const answered = stage.site.answered(first, whole, { secret: 'guess' });
      const walked = [first, await stage.ask(answered), await stage.ask(whole)];
      return { bytes: bytes(user, walked), asked: stage.asked() };
    };
    const strange = await walk('nobody');
    assert.deepEqual(strange.asked, []);
    for (const name of ['friend', 'denied', 'callee', 'caller']) assert.deepEqual(await walk(name), strange, name);
    await stage.close();
  });
}

test('a call in the name of a row asks about its address as one in a name without a row does', async () => {
  const asked = async (user: string, policy: string) => {
    const stage = await RowStage.of({ general: policy, rows: ROWS });
    await stage.ask({ method: 'INVITE', uri: 'sip:600@pbx.example', user });
    const verbs = stage.asked();
    await stage.close();
    return verbs.filter(verb => verb.startsWith('loadAll')).length;
  };
  const strange = await asked('nobody', 'allowguest=no');
  assert.ok(strange > 1);
  for (const name of ['friend', 'denied', 'callee', 'caller']) {
    assert.equal(await asked(name, 'allowguest=no'), strange, name);
  }
  assert.equal(await asked('friend', 'allowguest=yes'), 1, 'where nothing is hidden the name is enough');
});
