/** Devices: found by name and by address, and what stays of them over a reload. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../../core/clock.js';
import { parseText } from '../../../core/config/dialect.js';
import { ha1 } from '../../../modules/chan_sip/message/digest-algorithm.js';
import { readSipConfig } from '../../../modules/chan_sip/options/read.js';
import { type Binding, openBinding } from '../../../modules/chan_sip/user/binding.js';
import type { Peer } from '../../../modules/chan_sip/user/peer.js';
import { Peers } from '../../../modules/chan_sip/user/peers.js';
import { peerAt } from '../../support/peer-at.js';

const read = async (text: string) => readSipConfig((await parseText('sip.conf', text)).config, { systemname: '' });

async function peersOf(text: string): Promise<Peers> {
  const { general, devices } = await read(text);
  const peers = new Peers(general);
  atOnce(peers.apply(devices, general));
  return peers;
}

async function reload(peers: Peers, text: string) {
  const { general, devices } = await read(text);
  const { added, removed, kept, unbound } = atOnce(peers.apply(devices, general));
  const names = (list: readonly Peer[]) => list.map(({ name }) => name);
  return { added: names(added), removed: names(removed), kept: names(kept), unbound: names([...unbound.keys()]) };
}

function bind(peers: Peers, name: string, port: number): Binding {
  const peer = peers.get(name)!;
  const address = { address: '192.0.2.1', port };
  const facts = { granted: 60, protocol: 'udp', callId: 'c', cseq: 1, path: [] } as const;
  const binding = openBinding({ contact: `sip:${name}@192.0.2.1`, address, ...facts }, peer.lastMs);
  peer.binding = binding;
  peer.follow();
  peer.useragent = 'phone/1';
  peer.defaultuser ||= name;
  peers.moved(peer);
  return binding;
}

const PHONES = '[a]\ntype=friend\nhost=dynamic\nsecret=x\n[b]\ntype=peer\nhost=192.0.2.9\n[u]\ntype=user\n';

test('a device is found by its exact name, of whatever type', async () => {
  const peers = await peersOf(PHONES);
  assert.deepEqual([peers.get('a')?.type, peers.get('u')?.type, peers.get('A')], ['friend', 'user', undefined]);
  assert.equal(peers.size, 3);
});

test('a device with a fixed address is found there, one that registers where it is now', async () => {
  const peers = await peersOf(PHONES);
  assert.equal(peerAt(peers, '192.0.2.9', 5060)?.name, 'b');
  assert.equal(peerAt(peers, '192.0.2.9', 5061), undefined);
  bind(peers, 'a', 6000);
  assert.equal(peerAt(peers, '192.0.2.1', 6000)?.name, 'a');
  bind(peers, 'a', 7000);
  assert.deepEqual([peerAt(peers, '192.0.2.1', 6000), peerAt(peers, '192.0.2.1', 7000)?.name], [undefined, 'a']);
});

test('of two devices at one address the first is found, and the other when that has gone', async () => {
  const peers = await peersOf(
    '[a]\ntype=friend\nhost=dynamic\n[b]\ntype=friend\nhost=dynamic\n[c]\ntype=friend\nhost=dynamic\n',
  );
  for (const name of ['a', 'b', 'c']) bind(peers, name, 6000);
  assert.equal(peerAt(peers, '192.0.2.1', 6000)?.name, 'a');
  peers.remove('a');
  assert.equal(peerAt(peers, '192.0.2.1', 6000)?.name, 'b');
  bind(peers, 'b', 6001);
  assert.equal(peerAt(peers, '192.0.2.1', 6000)?.name, 'c');
  peers.remove('c');
  assert.equal(peerAt(peers, '192.0.2.1', 6000), undefined);
});

test('a device of type user is never found by address', async () => {
  const peers = await peersOf('[u]\ntype=user\nhost=192.0.2.9\n');
  assert.equal(peerAt(peers, '192.0.2.9', 5060), undefined);
});

const places: [lines: string, address: string | undefined, hostname: string | undefined][] = [
  ['host=192.0.2.9', '192.0.2.9:5060', undefined],
  ['host=192.0.2.9\nport=5070', '192.0.2.9:5070', undefined],
  ['host=192.0.2.9:5080', '192.0.2.9:5080', undefined],
  ['host=192.0.2.9:5080\nport=5070', '192.0.2.9:5070', undefined],
  ['host=2001:DB8:0::9', '2001:db8::9:5060', undefined],
  ['host=sip.example.org', undefined, 'sip.example.org'],
  ['host=dynamic\ndefaultip=192.0.2.9', undefined, undefined],
  ['', undefined, undefined],
];

for (const [lines, address, hostname] of places) {
  test(`${lines.replace('\n', ', ') || 'no host'}: at ${address ?? 'no address yet'}`, async () => {
    const peer = (await peersOf(`[a]\ntype=peer\n${lines}\n`)).get('a')!;
    assert.deepEqual(
      [peer.address && `${peer.address.address}:${peer.address.port}`, peer.hostname],
      [address, hostname],
    );
  });
}

test('a default address has the port of the device', async () => {
  const peers = await peersOf('[a]\ntype=peer\nhost=dynamic\ndefaultip=192.0.2.9\nport=5070\n');
  assert.deepEqual(peers.get('a')!.defaultAddress, { address: '192.0.2.9', port: 5070 });
});

test('over TLS the port that goes without saying is 5061', async () => {
  const peers = await peersOf('[general]\ntlsenable=yes\n[a]\ntype=peer\nhost=192.0.2.9\ntransport=tls\n');
  assert.deepEqual(peers.get('a')!.address, { address: '192.0.2.9', port: 5061 });
});

test('a reload keeps what devices that still register told us', async () => {
  const peers = await peersOf(PHONES);
  const binding = bind(peers, 'a', 6000);
  const before = peers.get('a')!;
  const done = await reload(
    peers,
    '[a]\ntype=friend\nhost=dynamic\nsecret=y\ncontext=new\n[n]\ntype=peer\nhost=dynamic\n',
  );
  assert.deepEqual(done, { added: ['n'], removed: ['b', 'u'], kept: ['a'], unbound: [] });
  const after = peers.get('a')!;
  assert.ok(after === before && after.binding === binding);
  assert.deepEqual(
    [after.useragent, after.defaultuser, after.get('context'), after.get('secret')],
    ['phone/1', 'a', 'new', 'y'],
  );
  assert.equal(peerAt(peers, '192.0.2.1', 6000), after);
  assert.equal(peerAt(peers, '192.0.2.9', 5060), undefined);
});

test('a reload that changes only [general] reaches every device', async () => {
  const peers = await peersOf(PHONES);
  await reload(peers, `[general]\ncontext=other\n${PHONES}`);
  assert.deepEqual([peers.get('a')!.get('context'), peers.get('b')!.get('context')], ['other', 'other']);
});

test('a device that registers no longer loses its registration', async () => {
  const peers = await peersOf(PHONES);
  bind(peers, 'a', 6000);
  const { unbound } = await reload(peers, '[a]\ntype=friend\nhost=192.0.2.7\n');
  const peer = peers.get('a')!;
  assert.deepEqual([unbound, peer.binding, peer.fullcontact], [['a'], undefined, '']);
  assert.equal(peerAt(peers, '192.0.2.1', 6000), undefined);
  assert.equal(peerAt(peers, '192.0.2.7', 5060), peer);
});

test('a device that becomes a user loses its registration', async () => {
  const peers = await peersOf(PHONES);
  bind(peers, 'a', 6000);
  const { unbound } = await reload(peers, '[a]\ntype=user\nhost=dynamic\n');
  assert.deepEqual([unbound, peerAt(peers, '192.0.2.1', 6000)], [['a'], undefined]);
});

test('the address of a host name stays over a reload while the name does', async () => {
  const text = '[a]\ntype=peer\nhost=sip.example.org\n';
  const peers = await peersOf(text);
  const peer = peers.get('a')!;
  peer.address = { address: '192.0.2.5', port: 5060 };
  peers.moved(peer);
  await reload(peers, `${text}port=5070\n`);
  assert.deepEqual(peer.address, { address: '192.0.2.5', port: 5070 });
  assert.equal(peerAt(peers, '192.0.2.5', 5070), peer);
  await reload(peers, '[a]\ntype=peer\nhost=other.example.org\n');
  assert.deepEqual([peer.address, peerAt(peers, '192.0.2.5', 5070)], [undefined, undefined]);
});

for (const [autocreatepeer, stays] of [
  ['no', false],
  ['yes', false],
  ['persist', true],
] as const) {
  test(`a device made for whoever came ${stays ? 'stays' : 'goes'} with autocreatepeer=${autocreatepeer}`, async () => {
    const peers = await peersOf(PHONES);
    peers.create({ name: 'guest', type: 'friend', own: {} }, 'autocreate');
    const { removed } = await reload(peers, `[general]\nautocreatepeer=${autocreatepeer}\n${PHONES}`);
    assert.deepEqual([removed, peers.get('guest') !== undefined], [stays ? [] : ['guest'], stays]);
  });
}

test('a device of the database goes at a reload, and is the file’s once it is there', async () => {
  const peers = await peersOf(PHONES);
  const row = () => peers.create({ name: 'row', type: 'friend', own: { secret: 'r' } }, 'realtime');
  row();
  const { removed } = await reload(peers, PHONES);
  assert.deepEqual([removed, peers.get('row')], [['row'], undefined]);
  row();
  await reload(peers, `${PHONES}[row]\ntype=friend\nsecret=f\n`);
  assert.deepEqual([peers.get('row')!.origin, peers.get('row')!.get('secret')], ['static', 'f']);
});

test('a name that is taken cannot be added again', async () => {
  const peers = await peersOf(PHONES);
  assert.throws(() => peers.create({ name: 'a', type: 'friend', own: {} }, 'autocreate'), /'a' is there already/);
});

test('the hash of the password is made for the realm that asks, and anew after a reload', async () => {
  const peers = await peersOf(PHONES);
  const peer = peers.get('a')!;
  assert.equal(peer.ha1('r1'), ha1('a', 'r1', 'x'));
  assert.equal(peer.ha1('r2'), ha1('a', 'r2', 'x'));
  await reload(peers, PHONES.replace('secret=x', 'secret=y'));
  assert.equal(peer.ha1('r2'), ha1('a', 'r2', 'y'));
  assert.equal(peers.get('b')!.ha1('r1'), undefined);
});

test('each algorithm has its own hash, and the realm of one does not touch another', async () => {
  const peer = (await peersOf(PHONES)).get('a')!;
  assert.equal(peer.ha1('r1', 'SHA-256'), ha1('a', 'r1', 'x', 'SHA-256'));
  assert.equal(peer.ha1('r2'), ha1('a', 'r2', 'x'));
  assert.equal(peer.ha1('r1', 'SHA-256'), ha1('a', 'r1', 'x', 'SHA-256'));
});

for (const [lines, hasPassword] of [
  ['', false],
  ['secret=x', true],
  [`md5secret=${'a'.repeat(32)}`, true],
  [`password_digest=SHA-256:${'a'.repeat(64)}`, true],
] as const) {
  test(`a device with '${lines}' ${hasPassword ? 'has a password' : 'has none'}`, async () => {
    const peers = await peersOf(`[general]\nsupported_algorithms_uas=SHA-512-256\n[a]\ntype=peer\n${lines}\n`);
    assert.equal(peers.get('a')!.hasPassword, hasPassword);
  });
}

test('md5secret goes before secret', async () => {
  const hash = 'ABCDEF0123456789abcdef0123456789';
  const peers = await peersOf(`[a]\ntype=peer\nsecret=x\nmd5secret=${hash}\n`);
  assert.equal(peers.get('a')!.ha1('any'), hash.toLowerCase());
});

test('a learned user name gives way to one from the file and is not kept as its own', async () => {
  const peers = await peersOf(PHONES);
  bind(peers, 'a', 6000);
  await reload(peers, PHONES.replace('secret=x', 'secret=x\ndefaultuser=alice'));
  assert.equal(peers.get('a')!.defaultuser, 'alice');
  await reload(peers, PHONES);
  assert.equal(peers.get('a')!.defaultuser, '');
});

const states: [qualify: string, lastMs: number, status: string, online: boolean][] = [
  ['no', 0, 'Unmonitored', false],
  ['yes', 0, 'UNKNOWN', false],
  ['yes', -1, 'UNREACHABLE', false],
  ['100', 100, 'OK (100 ms)', true],
  ['100', 101, 'LAGGED (101 ms)', true],
];

for (const [qualify, lastMs, status, online] of states) {
  test(`qualify=${qualify} and ${lastMs} ms: ${status}`, async () => {
    const peer = (await peersOf(`[a]\ntype=peer\nhost=dynamic\nqualify=${qualify}\n`)).get('a')!;
    peer.lastMs = lastMs;
    assert.deepEqual([peer.status, peer.online], [status, online]);
  });
}

const nats: [nat: string, detected: boolean, forced: boolean, word: string, comedia: string][] = [
  ['auto_force_rport', false, false, 'Auto (No)', 'No'],
  ['auto_force_rport,auto_comedia', true, true, 'Auto (Yes)', 'Auto (Yes)'],
  ['force_rport,comedia', false, true, 'Yes', 'Yes'],
  ['no', true, false, 'No', 'No'],
];

for (const [nat, detected, forced, word, comedia] of nats) {
  test(`nat=${nat}, NAT ${detected ? '' : 'not '}seen: ${word}`, async () => {
    const peer = (await peersOf(`[general]\nnat=${nat}\n[a]\ntype=peer\n`)).get('a')!;
    peer.natDetected = detected;
    assert.deepEqual([peer.forceRport, peer.forceRportWord, peer.comediaWord], [forced, word, comedia]);
  });
}
