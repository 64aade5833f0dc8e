/** Advisories of the original that concern registration, authentication and signalling over UDP: each with its input. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerAt } from '../../support/peer-at.js';
import { type Ask, SiteStage } from './site-stage.js';

const DEVICES = `
[phone](!)
type=friend
host=dynamic
[1008](phone)
secret=pass1008
[1009](phone)
secret=pass1009
[denied](phone)
secret=passdenied
deny=192.0.2.0/24
`;
const stageOf = (general: string) => SiteStage.of(`[general]\n${general}\n${DEVICES}`);

/** Status lines and headers of a whole walk for a name, with the name taken out. */
function walk(stage: SiteStage, ask: Ask & { user: string }, name = ask.user): string[] {
  const first = stage.ask(ask);
  const wrong = stage.ask(stage.answered(first, ask, { name, secret: 'wrong' }));
  const replayed = stage.ask(stage.answered(undefined, ask, { name, nonce: '12345678', secret: 'wrong' }));
  return [first, wrong, replayed].map(({ text }) =>
    // With what stands around the name: a nonce or a tag may hold its digits.
    text.replace(/nonce="[0-9a-f]+"/, 'nonce="N"').replaceAll(`:${ask.user}@`, ':NAME@'),
  );
}

for (const [advisory, method] of [
  ['AST-2009-003', 'REGISTER'],
  ['AST-2009-003', 'INVITE'],
  ['AST-2011-011', 'REGISTER'],
  ['AST-2011-011', 'INVITE'],
  ['AST-2013-003', 'REGISTER'],
  ['AST-2013-003', 'INVITE'],
] as const) {
  test(`${advisory}: nothing in the answers to a ${method} tells whether a device exists`, async () => {
    const stage = await stageOf('allowguest=no');
    const ask = { method, uri: 'sip:600@pbx.example', cseq: 9, callId: 'one', contact: '<sip:x@192.0.2.7>' };
    const known = walk(stage, { ...ask, user: '1008' });
    assert.deepEqual(
      known.map(text => text.slice(8, text.indexOf('\r'))),
      ['401 Unauthorized', '403 Forbidden', '401 Unauthorized'],
    );
    assert.deepEqual(walk(stage, { ...ask, user: 'nobody' }), known);
    const before = stage.sent().length;
    stage.clock.advance(32_000);
    assert.equal(stage.sent().length, before, 'neither is sent again');
    await stage.close();
  });
}

test('AST-2009-008: a digest for another name gets the same answer, whether the From user exists', async () => {
  const stage = await stageOf('allowguest=no');
  const ask = { cseq: 9, callId: 'one', contact: '<sip:x@192.0.2.7>' };
  const known = walk(stage, { ...ask, user: '1008' }, '1009');
  assert.deepEqual(walk(stage, { ...ask, user: 'nobody' }, '1009'), known);
  assert.equal(known[1]!.slice(8, 11), '403');
  await stage.close();
});

test('AST-2009-007: an address that a device denies may not call in its name, not even with its password', async () => {
  for (const hide of ['yes', 'no']) {
    const stage = await stageOf(`allowguest=no\nalwaysauthreject=${hide}`);
    const call = { method: 'INVITE', user: 'denied', uri: 'sip:600@pbx.example' };
    assert.equal(stage.login(call).line, '403 Forbidden');
    assert.equal(
      stage.login({ user: 'denied', callId: 'c2' }).line,
      hide === 'yes' ? '403 Forbidden' : '404 Not found',
    );
    const elsewhere = { source: { address: '198.51.100.1', port: 5060 }, callId: 'c3' };
    assert.equal(stage.login({ ...call, ...elsewhere }).line, '404 Not Found');
    await stage.close();
  }
});

test('AST-2019-006: a device does not move before it has proved who it is', async () => {
  const stage = await stageOf('nat=auto_force_rport\nallowguest=yes');
  stage.login();
  const peer = stage.peers.get('1008')!;
  const before = { address: peer.address, binding: peer.binding, nat: peer.natDetected };
  const source = { address: '203.0.113.9', port: 4000 };
  const via = '10.0.0.1;branch=z9hG4bKevil;rport';
  stage.ask({ source, via, callId: 'c2' });
  stage.login({ source, via, callId: 'c3' }, { secret: 'wrong' });
  stage.login({ method: 'INVITE', uri: 'sip:600@pbx.example', source, via, callId: 'c4' }, { secret: 'wrong' });
  stage.ask({ method: 'OPTIONS', source, via, callId: 'c5' });
  assert.deepEqual({ address: peer.address, binding: peer.binding, nat: peer.natDetected }, before);
  assert.equal(peerAt(stage.peers, source.address, source.port), undefined);
  await stage.close();
});

for (const contact of ['', '<>', '<sip:>', 'sip:', '"x" <>;expires=60']) {
  test(`AST-2011-012: an authenticated REGISTER with a Contact of '${contact}' asks for what is stored`, async () => {
    const stage = await stageOf('');
    stage.login();
    const { binding } = stage.peers.get('1008')!;
    const done = stage.login({ contact, callId: 'c2' });
    assert.deepEqual([done.line, done.header('Contact')], ['200 OK', '<sip:1008@192.0.2.7:5062>;expires=130']);
    assert.equal(stage.peers.get('1008')!.binding, binding);
    await stage.close();
  });
}

for (const from of ['<sip:@pbx.example>', '<sip:pbx.example>', '"" <sip:%00@pbx.example>', '<sip:%20@pbx.example>']) {
  test(`AST-2008-003: a call with a From of ${from} is nobody's, and is not let in`, async () => {
    const stage = await stageOf('allowguest=no');
    const text = stage
      .request({ method: 'INVITE', uri: 'sip:600@pbx.example' })
      .replace(/^From: .*\r$/m, `From: ${from};tag=1\r`);
    assert.equal(stage.receive(text)[0]!.line, '401 Unauthorized');
    await stage.close();
  });
}
