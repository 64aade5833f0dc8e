/** Names over the wire, against a DNS server that nobody here wrote. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { TestClock } from '../../core/clock.js';
import type { Target } from '../../modules/chan_sip/transport/resolver/hop.js';
import { type NameService, openNames } from '../../modules/chan_sip/transport/resolver/name-service.js';
import type { Protocol } from '../../modules/chan_sip/transport/transport.js';
import { DNSMASQ, Dnsmasq } from '../support/dnsmasq.js';
import { Obelisk } from '../support/obelisk.js';
import { UdpPhone } from '../support/udp-phone.js';

const skip = existsSync(DNSMASQ) ? false : 'dnsmasq is not installed';

const RECORDS = [
  '--host-record=a.example,192.0.2.10,2001:db8::10,120',
  '--host-record=b.example,192.0.2.20,120',
  '--cname=alias.example,b.example,45',
  '--srv-host=_sip._udp.example,a.example,5070,10,0',
  '--srv-host=_sip._udp.example,b.example,5080,20,0',
  '--srv-host=_sip._tcp.example,b.example,5090,10,0',
  '--srv-host=_sips._tcp.example,alias.example,5061,10,0',
  '--naptr-record=example,10,10,s,SIPS+D2T,,_sips._tcp.example',
  '--naptr-record=example,20,10,s,SIP+D2T,,_sip._tcp.example',
  '--naptr-record=example,30,10,s,SIP+D2U,,_sip._udp.example',
  '--srv-host=_sip._udp.weighted.example,a.example,5060,0,90',
  '--srv-host=_sip._udp.weighted.example,b.example,5060,0,10',
  '--local-ttl=75',
  ...Array.from({ length: 40 }, (_, n) => `--srv-host=_sip._udp.many.example,a.example,${6000 + n},${n},0`),
];

interface Stage extends AsyncDisposable {
  readonly clock: TestClock;
  readonly names: NameService;
  readonly server: Dnsmasq;
  random: number;
}

async function stage(...records: string[]): Promise<Stage> {
  const server = await Dnsmasq.start(...records);
  const clock = new TestClock();
  const names = openNames(clock, () => made.random);
  names.configure([server.endpoint]);
  const made: Stage = {
    clock,
    names,
    server,
    random: 0,
    async [Symbol.asyncDispose]() {
      names.close();
      await server.stop();
      assert.equal(clock.pending, 0);
    },
  };
  return made;
}

const target = (host: string, transport?: Protocol): Target => ({ scheme: 'sip', host, port: undefined, transport });

async function places({ names }: Stage, wanted: Target, protocols: readonly Protocol[] = ['udp']): Promise<string[]> {
  const hops = await names.locator.locate(wanted, { protocols, srv: true });
  return hops.map(({ protocol, remote }) => `${protocol} ${remote.address} ${remote.port}`);
}

test('addresses of both families, aliases, and names that are not there', { skip }, async () => {
  await using dns = await stage(...RECORDS);
  const { resolver } = dns.names;
  assert.equal(await resolver.resolve('a.example', 4), '192.0.2.10');
  assert.equal(await resolver.resolve('a.example', 6), '2001:db8::10');
  assert.equal(await resolver.resolve('Alias.Example', 4), '192.0.2.20');
  assert.equal(await resolver.resolve('nothing.example', 4), undefined);
  assert.equal((await resolver.records('alias.example', 'A')).ttl, 45_000, 'the alias ends first');
});

test('NAPTR, SRV and addresses give the places in the order that the domain wants', { skip }, async () => {
  await using dns = await stage(...RECORDS);
  const udp = ['udp 192.0.2.10 5070', 'udp 2001:db8::10 5070', 'udp 192.0.2.20 5080'];
  assert.deepEqual(await places(dns, target('example'), ['udp', 'tcp', 'tls']), [
    'tls 192.0.2.20 5061',
    'tcp 192.0.2.20 5090',
    ...udp,
  ]);
  assert.deepEqual(await places(dns, target('example', 'udp')), udp);
  assert.deepEqual(await places(dns, { ...target('example'), scheme: 'sips' }, ['udp', 'tls']), [
    'tls 192.0.2.20 5061',
  ]);
});

test('weights decide among servers of one priority', { skip }, async () => {
  await using dns = await stage(...RECORDS);
  const first = async (random: number) => {
    dns.random = random;
    return (await places(dns, target('weighted.example', 'udp')))[0];
  };
  const firsts = new Set([await first(0), await first(0.999)]);
  assert.deepEqual([...firsts].sort(), ['udp 192.0.2.10 5060', 'udp 192.0.2.20 5060']);
});

test('more records than a datagram holds come over TCP', { skip }, async () => {
  await using dns = await stage(...RECORDS);
  const { records } = await dns.names.resolver.records('_sip._udp.many.example', 'SRV');
  assert.equal(records.length, 40);
  const [server] = dns.names.counts().servers;
  assert.deepEqual([server!.truncated, server!.asked, server!.answered], [1, 2, 2]);
});

test('an answer serves until its TTL ends, and then the server is asked again', { skip }, async () => {
  await using dns = await stage(...RECORDS);
  const { names, clock } = dns;
  const ask = async () => {
    assert.equal((await names.resolver.records('_sip._tcp.example', 'SRV')).records[0]!.port, 5090);
    return names.counts().servers[0]!.asked;
  };
  assert.deepEqual([await ask(), await ask()], [1, 1]);
  clock.advance(74_999);
  assert.equal(await ask(), 1);
  clock.advance(1);
  assert.equal(await ask(), 2);
});

test('a server that is gone: what it said serves on, what it never said is given up', { skip }, async () => {
  await using dns = await stage(...RECORDS);
  const { names, clock, server } = dns;
  assert.equal(await names.resolver.resolve('b.example', 4), '192.0.2.20');
  await server.stop();
  clock.advance(120_000);
  assert.equal(await names.resolver.resolve('b.example', 4), '192.0.2.20');
  assert.equal(await names.resolver.resolve('a.example', 4), undefined);
  const { stale, servers } = names.counts();
  assert.equal(stale, 1);
  assert.ok(servers[0]!.errors > 0 && servers[0]!.silent);
});

test('a reload that names another server asks that one', { skip }, async () => {
  await using dns = await stage(...RECORDS);
  await using other = await Dnsmasq.start('--host-record=a.example,203.0.113.1');
  assert.equal(await dns.names.resolver.resolve('a.example', 4), '192.0.2.10');
  dns.names.configure([other.endpoint]);
  assert.equal(await dns.names.resolver.resolve('a.example', 4), '203.0.113.1');
});

test('a trunk by name is found by SRV, and a silent name server keeps nobody waiting', { skip }, async () => {
  await using server = await Dnsmasq.start(...RECORDS);
  await using silent = await UdpPhone.open();
  const trunk = '[trunk]\ntype=peer\nhost=example\n[600]\ntype=friend\nhost=dynamic\nsecret=x\n';
  const conf = (port: number) => `[general]\nudpbindaddr=127.0.0.1:0\nnameserver=127.0.0.1:${port}\n${trunk}`;
  const pbx = await Obelisk.create({ 'sip.conf': conf(silent.endpoint.port) });
  try {
    await silent.next();
    assert.match(await pbx.x('sip show peers'), /^trunk +\(Unspecified\)/m);
    await pbx.write('sip.conf', conf(server.endpoint.port));
    await pbx.x('sip reload');
    while (!/192\.0\.2\.10/.test(await pbx.says('sip show peers')));
    assert.match(await pbx.x('sip show peers'), /^trunk +192\.0\.2\.10 .* 5070 /m);
  } finally {
    await pbx.remove();
  }
});
