/** Devices with a host name of their own, and domains. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Domains, domainsOf } from '../../../modules/chan_sip/user/domains.js';
import { peerAt } from '../../support/peer-at.js';
import { SiteStage } from './site-stage.js';

const TRUNKS = '[one]\ntype=peer\nhost=one.example\nport=5070\n[two]\ntype=peer\nhost=two.example\n';

test('a host name becomes an address in the background; one that has none is told', async () => {
  const stage = await SiteStage.of(`[general]\n${TRUNKS}`, {}, async name => {
    if (name === 'two.example') throw new Error('ENOTFOUND');
    return ['2001:db8::1', '192.0.2.40'];
  });
  assert.equal(stage.peers.get('one')!.address, undefined);
  await stage.stage.settled();
  assert.deepEqual(stage.peers.get('one')!.address, { address: '192.0.2.40', port: 5070 });
  assert.equal(peerAt(stage.peers, '192.0.2.40', 5070), stage.peers.get('one'));
  assert.ok(
    stage.stage.lines.some(line => /^warning: the host 'two\.example' of 'two' cannot be looked up/.test(line)),
  );
  await stage.close();
});

test('a look-up that a reload has overtaken changes nothing', async () => {
  const tell: ((addresses: string[]) => void)[] = [];
  const stage = await SiteStage.of(`[general]\n${TRUNKS}`, {}, () => new Promise(resolve => tell.push(resolve)));
  await stage.reconfigure('[general]\n[one]\ntype=peer\nhost=192.0.2.9\n');
  for (const answer of tell) answer(['192.0.2.40']);
  await stage.stage.settled();
  assert.equal(stage.peers.get('one')!.address!.address, '192.0.2.9');
  await stage.close();
});

test('with autodomain what we are called and listen on are domains of ours, behind those in the file', async () => {
  const stage = await SiteStage.of('[general]\nudpbindaddr=192.0.2.1:0\nautodomain=yes\ndomain=A.example,ctx\n');
  const { general } = stage.user.site;
  const domains = new Domains();
  domains.replace(domainsOf(general, ['pbx.example', 'a.example', '']));
  assert.deepEqual(domains.rows(), [
    { name: 'A.example', context: 'ctx', source: 'Configured' },
    { name: '192.0.2.1', context: '', source: 'Automatic' },
    { name: 'pbx.example', context: '', source: 'Automatic' },
  ]);
  assert.deepEqual([domains.serves('PBX.EXAMPLE'), domains.serves('other')], [true, false]);
  assert.deepEqual(domainsOf({ ...general, autodomain: false }, ['x']).length, 1);
  await stage.close();
});
