/** Several contacts of one account as they lie in AstDB: what comes back after a restart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '../../../modules/chan_sip/message/octets.js';
import { CoreStage } from '../../support/core-stage.js';
import { A, B, conf, contactsOf, peerOf, storedOf, two, urisOf } from './several-stage.js';
import { SiteStage } from './site-stage.js';

test('contacts come back after a restart, each with what it said of itself', async () => {
  const contact = encode('<sip:jörg@192.0.2.9>');
  const stage = await two('maxcontacts=3');
  stage.login({ callId: 'third', contact: `${contact};q=0.3;+sip.instance="<urn:uuid:1>"`, headers: ['Expires: 900'] });
  const stored = stage.stage.astdb.entries();
  await stage.close();
  const core = await CoreStage.of('chan_sip', { 'sip.conf': conf() });
  for (const [key, value] of stored) core.astdb.values.set(key, value);
  const [text = ''] = stored.filter(([key]) => key === '/SIP/Contact/1008').map(([, value]) => value);
  // With many devices it would be gone through once for each.
  core.astdb.entries = () => assert.fail('all of AstDB is gone through for one device');
  core.astdb.put('SIP/Contact', '1008', text.replace('[', '[{"contact":1},null,7,[],'));
  const next = await SiteStage.on(core);
  assert.deepEqual(urisOf(next), [contact.slice(1, -1), 'sip:b@192.0.2.8:5064', 'sip:a@192.0.2.7:5062']);
  assert.deepEqual(contactsOf(next.login({ contact: false, callId: 'who' })), [
    '<sip:b@192.0.2.8:5064>;expires=600',
    '<sip:a@192.0.2.7:5062>;expires=300',
    `${contact};expires=900;q=0.3;+sip.instance="<urn:uuid:1>"`,
  ]);
  peerOf(next).lastAnswer = undefined;
  assert.equal(
    next.login({ callId: 'phone-a', cseq: 50, contact: A }).line,
    '500 Server error',
    'its CSeq is known still',
  );
  await next.close();
});

for (const text of ['{', 'null', '7', '{"contact":"sip:a@192.0.2.7"}', '[null]', '[]', '']) {
  test(`a record of contacts that is '${text}' is none, and gives way to the next`, async () => {
    const core = await CoreStage.of('chan_sip', { 'sip.conf': conf() });
    core.astdb.put('SIP/Contact', '1008', text);
    const stage = await SiteStage.on(core);
    assert.deepEqual(urisOf(stage), []);
    stage.login({ callId: 'phone-a', contact: A });
    assert.equal(storedOf(stage, '1008').length, 1);
    await stage.close();
  });
}

test('a device whose name begins like that of another keeps its contacts apart', async () => {
  const stage = await SiteStage.of('[general]\n[a](!)\ntype=friend\nhost=dynamic\nmaxcontacts=2\n[x](a)\n[x/y](a)\n');
  stage.ask({ user: 'x/y', contact: A });
  stage.ask({ user: 'x', contact: B, callId: 'c2' });
  stage.ask({ user: 'x', contact: '*', headers: ['Expires: 0'], callId: 'c3' });
  assert.equal(storedOf(stage, 'x/y').length, 1);
  assert.equal(storedOf(stage, 'x').length, 0);
  await stage.close();
});
