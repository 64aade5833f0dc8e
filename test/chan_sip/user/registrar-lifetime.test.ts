/** The life of a registration: its end, a restart, a reload, and devices that are there only as long as it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../../core/clock.js';
import { encode } from '../../../modules/chan_sip/message/octets.js';
import { CoreStage } from '../../support/core-stage.js';
import { peerAt } from '../../support/peer-at.js';
import { CONF, DEVICES, EXPIRES, stageOf } from './registrar-stage.js';
import { type Ask, SiteStage } from './site-stage.js';

test('a registration ends ten seconds after what was granted, with one job however often it was refreshed', async () => {
  const stage = await stageOf();
  for (let n = 0; n < 5; n++) {
    assert.equal(stage.login(EXPIRES).status, 200);
    assert.equal(atOnce(stage.stage.core.sched.counts()).get('expire_register'), 1);
    stage.clock.advance(100_000);
    assert.ok(stage.peers.get('1008')!.binding, `after ${n + 1} refreshes`);
  }
  const peer = stage.peers.get('1008')!;
  stage.clock.advance(209_999);
  assert.ok(peer.binding);
  stage.clock.advance(1);
  assert.equal(peer.binding, undefined);
  assert.equal(stage.stage.astdb.values.size, 0);
  assert.equal(stage.stage.facts('peerStatus').at(-1)!.cause, 'Expired');
  await stage.close();
});

test('a shorter lifetime than before ends the registration sooner', async () => {
  const stage = await stageOf();
  stage.login({ headers: ['Expires: 3600'] });
  stage.login(EXPIRES);
  stage.clock.advance(310_000);
  assert.equal(stage.peers.get('1008')!.binding, undefined);
  await stage.close();
});

test('what outlives the process: address, lifetime, user, contact and Path, written only when they change', async () => {
  const stage = await stageOf('supportpath=yes');
  const ask = { ...EXPIRES, headers: ['Expires: 300', 'Path: <sip:p1.example;lr>', 'Path: <sip:p2.example;lr>'] };
  const done = stage.login(ask);
  assert.match(done.text, /\r\nPath: <sip:p1\.example;lr>\r\nPath: <sip:p2\.example;lr>\r\nDate: /);
  const { astdb } = stage.stage;
  assert.deepEqual(astdb.entries(), [
    ['/SIP/Registry/1008', '192.0.2.7:5062:300:1008:sip:1008@192.0.2.7:5062'],
    ['/SIP/RegistryPath/1008', '<sip:p1.example;lr>,<sip:p2.example;lr>'],
  ]);
  stage.login(ask);
  assert.equal(astdb.writes, 2);
  stage.login(EXPIRES);
  assert.deepEqual(astdb.entries('SIP/RegistryPath'), []);
  await stage.close();
});

test('a hundred phones of one account are asked once each, in whatever order they answer', async () => {
  const stage = await stageOf();
  const asks = Array.from({ length: 100 }, (_, n): Ask => ({ callId: `phone-${n}` }));
  const answers = asks.map(ask => {
    stage.clock.advance(10);
    return stage.answered(stage.ask(ask), ask);
  });
  for (const answer of answers.reverse()) assert.equal(stage.ask(answer).line, '200 OK');
  await stage.close();
});

test('what a device says in UTF-8 is readable where people read it, and comes back as it was sent', async () => {
  const contact = encode('<sip:jörg@192.0.2.7:5062>');
  const stage = await stageOf();
  const done = stage.login({ contact, headers: [encode('User-Agent: Apparat Größe 2')] });
  const peer = stage.peers.get('1008')!;
  assert.deepEqual([peer.defaultuser, peer.useragent], ['jörg', 'Apparat Größe 2']);
  assert.equal(done.header('Contact'), `${contact};expires=120`);
  const stored = stage.stage.astdb.get('SIP/Registry', '1008')!;
  assert.equal(stored, '192.0.2.7:5062:120:jörg:sip:jörg@192.0.2.7:5062');
  await stage.close();
  const core = await CoreStage.of('chan_sip', { 'sip.conf': CONF });
  core.astdb.put('SIP/Registry', '1008', stored);
  const next = await SiteStage.on(core);
  assert.equal(next.peers.get('1008')!.defaultuser, 'jörg');
  assert.equal(next.login({ contact: false }).header('Contact'), `${contact};expires=130`);
  await next.close();
});

test('registrations are back after a restart, with the whole lifetime that was granted', async () => {
  const core = await CoreStage.of('chan_sip', { 'sip.conf': `[general]\nregcontext=here&there\n${DEVICES}` });
  core.astdb.put('SIP/Registry', '1008', '[2001:db8::7]:5070:200:alice:sip:alice@[2001:db8::7]:5070;transport=udp');
  core.astdb.put('SIP/RegistryPath', '1008', '<sip:p1.example;lr>,<sip:p2.example;lr>');
  core.astdb.put('SIP/Registry', '1009', 'what is this');
  core.astdb.put('SIP/Registry', 'fixed', '192.0.2.9:5060:200::sip:x@192.0.2.9');
  const stage = await SiteStage.on(core);
  const peer = stage.peers.get('1008')!;
  assert.deepEqual(peer.address, { address: '2001:db8::7', port: 5070 });
  assert.deepEqual(
    [peer.defaultuser, peer.fullcontact, peer.binding!.granted, peer.binding!.path],
    ['alice', 'sip:alice@[2001:db8::7]:5070;transport=udp', 200, ['<sip:p1.example;lr>', '<sip:p2.example;lr>']],
  );
  assert.equal(peerAt(stage.peers, '2001:db8::7', 5070), peer);
  assert.equal(stage.peers.get('1009')!.binding, undefined);
  assert.equal(stage.peers.get('fixed')!.binding, undefined);
  assert.ok(core.lines.some(line => /^warning: the registration stored for '1009' cannot be read/.test(line)));
  const brought = { extension: '1008', device: '1008', registrar: 'SIP', present: true };
  assert.deepEqual(core.facts('registeredExtension'), [
    { context: 'here', ...brought },
    { context: 'there', ...brought },
  ]);
  stage.clock.advance(210_000);
  assert.equal(peer.binding, undefined);
  assert.equal(core.facts('registeredExtension').filter(({ present }) => !present).length, 2);
  await stage.close();
});

test('the address is told in the log when it changes, and as a fact each time', async () => {
  const stage = await stageOf();
  stage.login(EXPIRES);
  stage.login(EXPIRES);
  stage.login({ ...EXPIRES, source: { address: '192.0.2.8', port: 5062 } });
  assert.deepEqual(
    stage.stage.lines.filter(line => line.includes('Registered SIP')),
    ["verbose: Registered SIP '1008' at 192.0.2.7:5062", "verbose: Registered SIP '1008' at 192.0.2.8:5062"],
  );
  assert.deepEqual(
    stage.stage.facts('peerStatus').map(({ status, address }) => [status, address]),
    [
      ['Registered', '192.0.2.7:5062'],
      ['Registered', '192.0.2.7:5062'],
      ['Registered', '192.0.2.8:5062'],
    ],
  );
  assert.equal(peerAt(stage.peers, '192.0.2.7', 5062), undefined);
  await stage.close();
});

test('autocreatepeer lets a stranger in without a password, as long as it is registered and there is room', async () => {
  const stage = await stageOf('autocreatepeer=yes\ncontactdeny=192.0.2.66');
  assert.equal(stage.ask({ user: 'new', ...EXPIRES }).status, 200);
  assert.equal(stage.peers.get('new')!.origin, 'autocreate');
  assert.equal(stage.ask({ user: 'bad', contact: '*' }).status, 400);
  assert.equal(stage.ask({ user: 'far', source: { address: '192.0.2.66', port: 5060 } }).line, '403 Forbidden');
  assert.deepEqual([stage.peers.get('bad'), stage.peers.get('far')], [undefined, undefined]);
  for (let n = 1; n < 1000; n++) assert.equal(stage.ask({ user: `n${n}`, callId: `c${n}` }).status, 200);
  assert.equal(stage.ask({ user: 'one-too-many' }).status, 401);
  assert.equal(stage.stage.astdb.writes, 0, 'nothing outlives them');
  stage.clock.advance(310_000);
  assert.equal(stage.peers.get('new'), undefined);
  await stage.close();
});

test('a reload keeps registrations, ends those of devices that are gone and takes new rules at once', async () => {
  const stage = await stageOf('regcontext=here');
  stage.login(EXPIRES);
  stage.login({ user: '1009', callId: 'c9', ...EXPIRES });
  const { binding } = stage.peers.get('1008')!;
  await stage.reconfigure(
    `[general]\nmaxexpiry=90\nregcontext=elsewhere\n[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n`,
  );
  assert.equal(stage.peers.get('1008')!.binding, binding);
  assert.equal(stage.peers.get('1009'), undefined);
  assert.equal(atOnce(stage.stage.core.sched.counts()).get('expire_register'), 1);
  assert.equal(stage.login(EXPIRES).header('Expires'), '90');
  const gone = stage.stage.facts('registeredExtension').filter(({ present }) => !present);
  assert.deepEqual(
    gone.map(({ context, device }) => [context, device]),
    [['here', '1009']],
  );
  await stage.reconfigure(CONF);
  assert.ok(stage.peers.get('1009')!.binding, 'what was stored is back with the device');
  await stage.close();
});
