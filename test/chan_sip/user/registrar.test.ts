/** The registrar: checks in their order, contacts, lifetimes, and what a registration leaves behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ask, type Login, SiteStage, SOURCE } from './site-stage.js';

const CONF = `[general]
[phone](!)
type=friend
host=dynamic
[1008](phone)
secret=pass1008
[1009](phone)
secret=pass1009
`;

test('a phone registers: 401 with a nonce, then 200 with what it was granted, both with one To tag', async () => {
  const stage = await SiteStage.of(CONF);
  const first = stage.ask({ headers: ['Expires: 300'] });
  assert.equal(first.line, '401 Unauthorized');
  assert.match(first.header('WWW-Authenticate')!, /^Digest algorithm=MD5, realm="asterisk", nonce="[0-9a-f]{39}"$/);
  const done = stage.ask(stage.answered(first, { headers: ['Expires: 300'] }));
  assert.equal(done.line, '200 OK');
  assert.equal(done.header('To'), first.header('To'));
  assert.equal(done.header('Expires'), '300');
  assert.equal(done.header('Contact'), '<sip:1008@192.0.2.7:5062>;expires=300');
  assert.equal(done.header('Date'), 'Sun, 22 Nov 2026 12:00:00 GMT');
  await stage.close();
});
