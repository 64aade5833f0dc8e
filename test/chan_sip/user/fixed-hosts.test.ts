/** Devices with a host name of their own, and domains. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordSource } from '../../../modules/chan_sip/transport/resolver/record.js';
import { Domains, domainsOf } from '../../../modules/chan_sip/user/domains.js';
import { recordsOf } from '../../support/names.js';
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

const srv = (priority: number, target: string, port: number) => ({ priority, weight: 0, port, target });

test('a host without a port is looked for by SRV of its first transport, unless srvlookup is off', async () => {
  const zone = {
    'SRV _sip._udp.trunk.example': [srv(1, 'a.example', 5070)],
    'SRV _sip._tcp.trunk.example': [srv(1, 'a.example', 5075)],
    'A a.example': ['192.0.2.40'],
    'A trunk.example': ['192.0.2.41'],
  };
  const trunk = '[t]\ntype=peer\nhost=trunk.example\n';
  for (const [general, device, address] of [
    ['', '', '192.0.2.40:5070'],
    ['tcpenable=yes\n', 'transport=tcp,udp\n', '192.0.2.40:5075'],
    ['', 'port=5090\n', '192.0.2.41:5090'],
    ['srvlookup=no\n', '', '192.0.2.41:5060'],
  ]) {
    const stage = await SiteStage.of(`[general]\n${general}${trunk}${device}`, {}, recordsOf(zone));
    await stage.stage.settled();
    const found = stage.peers.get('t')!.address!;
    assert.equal(`${found.address}:${found.port}`, address);
    await stage.close();
  }
});

test('a name that is not found is asked for again, less and less often, until it is there', async () => {
  const zone: Record<string, string[]> = {};
  const records = recordsOf(zone);
  const stage = await SiteStage.of('[general]\n[t]\ntype=peer\nhost=t.example\nport=5070\n', {}, records);
  stage.random = 0;
  const after = async (ms: number) => {
    const before = records.asked.length;
    stage.clock.advance(ms);
    await stage.stage.settled();
    return records.asked.length - before;
  };
  await stage.stage.settled();
  // The first wait was drawn with the middle of chance.
  assert.deepEqual([await after(29_999), await after(3001)], [0, 1]);
  for (const wait of [60_000, 120_000, 240_000, 480_000, 900_000, 900_000]) {
    assert.deepEqual([await after(wait - 1), await after(1)], [0, 1], `${wait}`);
  }
  zone['A t.example'] = ['192.0.2.40'];
  await after(900_000);
  assert.deepEqual(stage.peers.get('t')!.address, { address: '192.0.2.40', port: 5070 });
  assert.equal(stage.stage.lines.filter(line => line.startsWith('warning: the host')).length, 1, 'said once');
  assert.ok(stage.stage.lines.includes("notice: the host of 't' is found now"));
  await stage.close();
});

test('a name is looked up again when its TTL ends; one that is gone leaves the last address', async () => {
  const zone: Record<string, string[]> = { 'A t.example': ['192.0.2.40'] };
  const general = '[general]\ndynamic_exclude_static=yes\n';
  const stage = await SiteStage.of(`${general}[t]\ntype=peer\nhost=t.example\nport=5070\n`, {}, recordsOf(zone));
  await stage.stage.settled();
  const after = async (addresses: string[]) => {
    zone['A t.example'] = addresses;
    stage.clock.advance(66_000);
    await stage.stage.settled();
    return stage.peers.get('t')!.address!.address;
  };
  assert.deepEqual([...stage.user.site.reserved], ['192.0.2.40']);
  assert.equal(await after(['192.0.2.41']), '192.0.2.41');
  assert.equal(peerAt(stage.peers, '192.0.2.41', 5070), stage.peers.get('t'));
  assert.deepEqual(
    [peerAt(stage.peers, '192.0.2.40', 5070), [...stage.user.site.reserved]],
    [undefined, ['192.0.2.41']],
  );
  assert.equal(await after(['192.0.2.50', '192.0.2.41']), '192.0.2.50', 'other places: the first of them');
  assert.equal(await after(['192.0.2.41', '192.0.2.50']), '192.0.2.50', 'the same in another order: it stays');
  zone['A t.example'] = ['192.0.2.41', '192.0.2.50'];
  await stage.reconfigure(`${general}[t]\ntype=peer\nhost=t.example\nport=5070\nqualify=no\n`);
  await stage.stage.settled();
  assert.equal(stage.peers.get('t')!.address!.address, '192.0.2.50', 'a reload moves nobody');
  assert.equal(await after([]), '192.0.2.50');
  assert.ok(stage.stage.lines.some(line => line.endsWith("of 't' cannot be looked up: its last address is kept")));
  await stage.close();
});

test('a name with a short TTL is not looked up all the time', async () => {
  const records = recordsOf({ 'A t.example': ['192.0.2.40'] });
  const hasty: RecordSource = { find: async (name, type) => ({ ...(await records.find(name, type)), ttl: 1000 }) };
  const stage = await SiteStage.of('[general]\n[t]\ntype=peer\nhost=t.example\nport=5070\n', {}, hasty);
  await stage.stage.settled();
  for (const [ms, asked] of [
    [29_999, 1],
    [6001, 2],
  ] as const) {
    stage.clock.advance(ms);
    await stage.stage.settled();
    assert.equal(records.asked.length, asked);
  }
  await stage.close();
});

test('nothing is looked up any more for a device that is gone', async () => {
  const records = recordsOf({ 'A t.example': ['192.0.2.40'] });
  const stage = await SiteStage.of('[general]\n[t]\ntype=peer\nhost=t.example\nport=5070\n', {}, records);
  await stage.stage.settled();
  await stage.reconfigure('[general]\n');
  stage.clock.advance(3_600_000);
  await stage.stage.settled();
  assert.equal(records.asked.length, 1);
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
