/** Single addresses: of the wanted family if there is one, in time, and without a server where none is needed. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestClock } from '../../../../core/clock.js';
import { Hosts, parseHosts } from '../../../../modules/chan_sip/transport/resolver/hosts.js';
import type { RecordSource } from '../../../../modules/chan_sip/transport/resolver/record.js';
import { Configured, parseResolvConf } from '../../../../modules/chan_sip/transport/resolver/resolv-conf.js';
import { Resolver } from '../../../../modules/chan_sip/transport/resolver/resolver.js';
import { WatchedFile } from '../../../../modules/chan_sip/transport/resolver/watched-file.js';
import { recordsOf } from '../../../support/names.js';

const resolver = (zone: Record<string, readonly string[]>, parts = {}) => {
  const records = recordsOf(zone);
  return { records, resolver: new Resolver({ clock: new TestClock(), records, ...parts }) };
};

test('an address of the wanted family goes before one of the other, and that before none', async () => {
  const both = resolver({ 'A a.example': ['192.0.2.1'], 'AAAA a.example': ['2001:db8::1'] });
  assert.equal(await both.resolver.resolve('a.example', 6), '2001:db8::1');
  assert.equal(await both.resolver.resolve('a.example', 4), '192.0.2.1');
  assert.deepEqual(both.records.asked, ['AAAA a.example', 'A a.example'], 'and the other is not asked for');
  const one = resolver({ 'A a.example': ['192.0.2.1'] });
  assert.equal(await one.resolver.resolve('a.example', 6), '192.0.2.1');
  assert.equal(await one.resolver.resolve('b.example', 4), undefined);
});

test('an address is its own answer', async () => {
  const { records, resolver: numbers } = resolver({});
  assert.deepEqual([await numbers.resolve('192.0.2.7', 6), await numbers.resolve('::1', 4)], ['192.0.2.7', '::1']);
  assert.deepEqual(records.asked, []);
});

test('who waits is told nothing after three seconds, and at the end at once', async () => {
  const clock = new TestClock();
  const never: RecordSource = { find: () => new Promise(() => undefined) };
  const silent = new Resolver({ clock, records: never });
  const late = silent.resolve('a.example', 4);
  clock.advance(2999);
  assert.equal(clock.pending, 1);
  clock.advance(1);
  assert.equal(await late, undefined);
  const all = ['a', 'b'].map(name => silent.resolve(name, 4));
  silent.close();
  assert.deepEqual(await Promise.all(all), [undefined, undefined]);
  assert.equal(clock.pending, 0);
});

test('a name without a dot is completed by the domains that are searched, then taken as it is', async () => {
  const search = async () => ['one.example', 'two.example'];
  const found = resolver({ 'A phone.two.example': ['192.0.2.2'], 'A bare': ['192.0.2.3'] }, { search });
  assert.equal(await found.resolver.resolve('phone', 4), '192.0.2.2');
  assert.equal(await found.resolver.resolve('bare', 4), '192.0.2.3');
  assert.equal(await found.resolver.resolve('a.example', 4), undefined);
  assert.ok(found.records.asked.includes('A a.example') && !found.records.asked.includes('A a.example.one.example'));
});

const HOSTS = `
127.0.0.1 localhost
# 192.0.2.66 commented.example
192.0.2.5\tPBX.example pbx # ours
2001:db8::5 pbx.example.
nonsense here
`;

test('names in the hosts file, localhost and our own name need no server', async () => {
  const hosts = new Hosts({ value: async () => parseHosts(HOSTS) }, () => 'Machine');
  const { records, resolver: local } = resolver({ 'A pbx.example': ['203.0.113.9'] }, { hosts });
  assert.equal(await local.resolve('pbx', 4), '192.0.2.5');
  assert.equal(await local.resolve('pbx.example', 6), '2001:db8::5');
  assert.equal(await local.resolve('LOCALHOST.', 4), '127.0.0.1');
  assert.equal(await local.resolve('a.localhost', 6), '::1');
  assert.notEqual(await local.resolve('machine', 4), undefined);
  assert.deepEqual(records.asked, []);
  assert.equal(await local.resolve('commented.example', 4), undefined);
});

test('a file that changes is read again, one that goes is empty', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hosts-'));
  const path = join(folder, 'hosts');
  try {
    const clock = new TestClock();
    const file = new WatchedFile(path, clock, parseHosts);
    assert.equal((await file.value()).size, 0);
    await writeFile(path, '192.0.2.1 a\n');
    assert.equal((await file.value()).size, 0, 'it is not looked at for every name');
    clock.advance(5000);
    assert.deepEqual((await file.value()).get('a'), ['192.0.2.1']);
    await writeFile(path, '192.0.2.22 a b\n');
    clock.advance(5000);
    const [one, other] = await Promise.all([file.value(), file.value()]);
    assert.deepEqual([one.get('b'), other], [['192.0.2.22'], one]);
    await rm(path);
    clock.advance(5000);
    assert.equal((await file.value()).size, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});

for (const [what, text, expected] of [
  [
    'as it is found on most machines',
    '# made by hand\nnameserver 192.0.2.53\nnameserver 2001:db8::53 ; comment\nsearch One.example two.example.\n',
    { servers: ['192.0.2.53', '2001:db8::53'], patience: 2000, attempts: 2, search: ['one.example', 'two.example'] },
  ],
  [
    'options within bounds',
    'nameserver 192.0.2.53\noptions ndots:2 timeout:30 attempts:9\n',
    { servers: ['192.0.2.53'], patience: 10_000, attempts: 5, search: [] },
  ],
  [
    'three servers, no names, and none of what cannot be read',
    'nameserver ns.example\nnameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\noptions timeout:x\nsearch a..b\n',
    { servers: ['192.0.2.1', '192.0.2.2', '192.0.2.3'], patience: 2000, attempts: 2, search: [] },
  ],
  ['none: this machine', '', { servers: ['127.0.0.1'], patience: 2000, attempts: 2, search: [] }],
] as const) {
  test(`resolv.conf: ${what}`, () => {
    const { servers, ...rest } = parseResolvConf(text);
    assert.deepEqual({ servers: servers.map(({ address }) => address), ...rest }, expected);
    for (const { port } of servers) assert.equal(port, 53);
  });
}

test('name servers of sip.conf take the place of those of the system, until a reload takes them away', async () => {
  const conf = new Configured({ value: async () => parseResolvConf('nameserver 192.0.2.53\noptions attempts:3\n') });
  const own = [{ address: '127.0.0.1', port: 5353 }];
  assert.deepEqual([conf.configure(own), conf.configure([...own])], [true, false]);
  assert.deepEqual(await conf.current(), { servers: own, patience: 2000, attempts: 3, search: [] });
  assert.equal(conf.configure([]), true);
  assert.deepEqual((await conf.current()).servers, [{ address: '192.0.2.53', port: 53 }]);
});
