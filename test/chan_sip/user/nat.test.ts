/** nat: what its values mean, and whom a device behind NAT is reached at after its requests came from elsewhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNat, showNat } from '../../../modules/chan_sip/options/values/nat.js';
import { peerAt } from '../../support/peer-at.js';
import { RowStage } from './row-stage.js';
import { type Ask, SiteStage } from './site-stage.js';

for (const [text, shown, warning] of [
  ['no', 'no', undefined],
  ['yes', 'force_rport,comedia', "'yes' is an old way of saying force_rport,comedia"],
  ['force_rport', 'force_rport', undefined],
  ['comedia', 'comedia', undefined],
  ['Force_Rport , COMEDIA', 'force_rport,comedia', undefined],
  ['auto_force_rport,auto_comedia', 'auto_force_rport,auto_comedia', undefined],
  ['auto_comedia,force_rport', 'force_rport,auto_comedia', undefined],
  ['comedia,no,force_rport', 'comedia', undefined],
  ['auto_comedia,yes,auto_force_rport', 'force_rport,comedia,auto_comedia', "'yes' is an old way of saying"],
  ['never', 'no', "'never' is not known and left out"],
  ['route,force_rport', 'force_rport', "'route' is not known and left out"],
  ['', 'no', undefined],
] as const) {
  test(`nat=${text} is ${shown}`, () => {
    const warnings: string[] = [];
    assert.equal(showNat(parseNat(text, warning => warnings.push(warning))), shown);
    assert.equal(warnings.length, warning === undefined ? 0 : 1);
    assert.ok(warnings[0]?.startsWith(warning ?? '') ?? true, warnings[0]);
  });
}

test('without nat only auto_force_rport is on', async () => {
  const site = await SiteStage.of('[general]\n[1008]\ntype=friend\nhost=dynamic\n');
  assert.equal(showNat(site.peers.get('1008')!.get('nat')), 'auto_force_rport');
  await site.close();
});

const PHONE = '[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n';
const REGISTERED = { address: '192.0.2.7', port: 5062 };
const ELSEWHERE = { address: '198.51.100.20', port: 33_000 };
const INVITE: Ask = {
  method: 'INVITE',
  uri: 'sip:600@pbx.example',
  callId: 'call-2',
  source: ELSEWHERE,
  via: '10.0.0.5:5060;branch=z9hG4bKx',
};

/** A device that registered, and called with its password: where it is after. */
async function movedBy(general: string, { own = '', call = {} }: { own?: string; call?: Ask } = {}) {
  const site = await SiteStage.of(`[general]\ntcpenable=yes\ntransport=udp,tcp\n${general}\n${PHONE}${own}\n`);
  assert.equal(site.login().status, 200);
  const ask = { ...INVITE, ...call };
  const challenge = site.ask(ask);
  assert.equal(challenge.status, 401);
  // The ACK ends what waits for it.
  site.receive(site.request({ ...site.answered(challenge, ask), cseq: 900 }), ask.source, ask.protocol);
  site.user.close();
  site.transactions.close();
  const peer = site.peers.get('1008')!;
  const found = [peer.address, peer.binding!.address];
  assert.deepEqual(found[0], found[1]);
  assert.equal(peerAt(site.peers, found[0]!.address, found[0]!.port), peer);
  await site.close();
  return found[0];
}

for (const [name, general, more, place] of [
  ['moves it with auto_force_rport and NAT seen', '', {}, ELSEWHERE],
  ['leaves it with nat=no', 'nat=no', {}, REGISTERED],
  ['leaves it with nat=force_rport', 'nat=force_rport', {}, REGISTERED],
  ['leaves it when no NAT is seen', '', { call: { via: '198.51.100.20:5060;branch=z9hG4bKx' } }, REGISTERED],
  ['leaves it when its contact may not be there', 'contactdeny=198.51.100.0/24', {}, REGISTERED],
  ['leaves it when its own list forbids the address', '', { own: 'contactdeny=198.51.100.20' }, REGISTERED],
  [
    'leaves it where a fixed device is, with dynamic_exclude_static',
    'dynamic_exclude_static=yes',
    { own: '[trunk]\ntype=peer\nhost=198.51.100.20\n' },
    REGISTERED,
  ],
  ['leaves it when it came over another transport', '', { call: { protocol: 'tcp' } }, REGISTERED],
] as const) {
  test(`a call with the password from another address ${name}`, async () => {
    assert.deepEqual(await movedBy(general, more), place);
  });
}

test('a device that registered by way of a proxy stays behind it', async () => {
  const site = await SiteStage.of(`[general]\nsupportpath=yes\n${PHONE}`);
  site.login({ headers: ['Path: <sip:192.0.2.60;lr>'] });
  site.receive(site.request({ ...site.answered(site.ask(INVITE), INVITE), cseq: 900 }), ELSEWHERE);
  assert.deepEqual(site.peers.get('1008')!.address, REGISTERED);
  site.transactions.close();
  await site.close();
});

test('a device that was moved is asked at its new address, and its binding ends in time all the same', async () => {
  const site = await SiteStage.of(`[general]\n${PHONE}qualify=yes\n`);
  const ask = { headers: ['Expires: 60'] };
  site.receive(site.request(site.answered(site.ask(ask), ask)));
  site.receive(site.request({ ...site.answered(site.ask(INVITE), INVITE), cseq: 900 }), ELSEWHERE);
  site.user.qualify(site.peers.get('1008')!);
  assert.match(site.sent(ELSEWHERE).at(-1)!.text, /^OPTIONS sip:1008@192\.0\.2\.7:5062 SIP/);
  site.clock.advance(70_000);
  assert.equal(site.peers.get('1008')!.address, undefined);
  assert.equal(peerAt(site.peers, ELSEWHERE.address, ELSEWHERE.port), undefined);
  await site.close();
});

test('a device that is in the database alone is not moved, and leaves nothing behind', async () => {
  const stage = await RowStage.of({});
  await stage.login();
  const ask: Ask = { ...INVITE, user: '3001' };
  await stage.ask({ ...stage.site.answered(await stage.ask(ask), ask), cseq: 900 });
  assert.equal(peerAt(stage.peers, ELSEWHERE.address, ELSEWHERE.port), undefined);
  stage.site.transactions.close();
  await stage.close();
});
