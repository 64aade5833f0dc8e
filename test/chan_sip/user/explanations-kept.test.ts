/** Which explanations are kept and for how long, and what of a request is in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEPT, LONGEST_TEXT } from '../../../modules/chan_sip/user/decisions.js';
import { consoleOf, SECTIONS, stageOf, whyOf } from './explanation-stage.js';

test('of requests that nobody had to answer for nothing is kept', async () => {
  const stage = await stageOf();
  stage.ask({ method: 'OPTIONS', uri: 'sip:pbx.example' });
  stage.ask({ method: 'PUBLISH', uri: 'sip:pbx.example' });
  assert.equal(stage.user.site.decisions.size, 0);
  await stage.close();
});

test('strangers fill their own ring, and refusals are not pushed out by what is usual', async () => {
  const stage = await stageOf();
  stage.login({}, { secret: 'wrong' });
  for (let count = 0; count < KEPT + 5; count++) {
    stage.ask({ user: `s${count}`, callId: `s${count}` });
    stage.ask({ user: 'open', callId: 'o', cseq: count + 1 });
  }
  assert.equal(stage.user.site.decisions.size, 2 * KEPT + 1);
  assert.deepEqual(
    [whyOf(stage, '1008'), whyOf(stage, 's0'), whyOf(stage, `s${KEPT}`)],
    ['password', undefined, 'unknown'],
  );
  await stage.close();
});

test('a long request is kept without its text, and its name cut', async () => {
  const stage = await stageOf();
  const user = 'n'.repeat(200);
  stage.ask({ user, headers: [`X-Long: ${'x'.repeat(LONGEST_TEXT)}`] });
  const [{ decision }] = stage.user.explanations.last('192.0.2.7') as [
    ReturnType<typeof stage.user.explanations.last>[0],
  ];
  assert.deepEqual([decision.text, decision.user], ['', user.slice(0, 80)]);
  await stage.close();
});

test('what is printed holds no secret, hash or nonce, and no control character', async () => {
  const stage = await stageOf();
  const challenge = stage.ask();
  const nonce = /nonce="([^"]*)"/.exec(challenge.header('WWW-Authenticate')!)![1]!;
  const asked = stage.answered(challenge);
  const response = /response="([^"]*)"/.exec(asked.headers!.join())![1]!;
  stage.ask(asked);
  stage.ask({ user: 'evil\x9b2J', contact: '<sip:e\x9b2J@192.0.2.7>' });
  const text = await consoleOf(stage).text('sip explain last 192.0.2.7');
  for (const hidden of [nonce, response, 'pass1008', '\x9b']) assert.ok(!text.includes(hidden), text);
  assert.match(text, /REGISTER of 'evil\\x9b2J' from 192\.0\.2\.7:5062 over UDP: 401 Unauthorized/);
  await stage.close();
});

test('the newest comes first, by name, by address, and by address and port; five at most', async () => {
  const stage = await stageOf();
  for (let count = 0; count < 4; count++) stage.login();
  const other = { address: '192.0.2.7', port: 6000 };
  stage.ask({ user: 'many', source: other });
  const found = stage.user.explanations.last('192.0.2.7').map(({ decision }) => `${decision.user} ${decision.status}`);
  assert.deepEqual(found, ['many 401', '1008 200', '1008 401', '1008 200', '1008 401']);
  assert.equal(stage.user.explanations.last('192.0.2.7', 6000).length, 1);
  assert.equal(stage.user.explanations.last('many').length, 1);
  await stage.close();
});

test('after a reload it is said that another sip.conf was in force', async () => {
  const stage = await stageOf();
  stage.login({ user: 'barred' });
  await stage.reconfigure(`[general]\n${SECTIONS.replace('contactdeny=192.0.2.0/24', '')}`);
  const { steps } = stage.user.explanations.last('barred')[0]!;
  assert.match(steps.at(-1)!.detail, /sip\.conf was read again since$/);
  assert.equal(
    steps.find(({ step }) => step === 'Contact address')!.detail,
    '192.0.2.7: the lists have changed since, and allow it now',
  );
  await stage.close();
});
