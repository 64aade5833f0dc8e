/** Finding a server: the decisions of RFC 3263 as a table, from a URI and what the domain lists. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { TestClock } from '../../../../core/clock.js';
import type { How, Target } from '../../../../modules/chan_sip/transport/resolver/hop.js';
import { namesOver } from '../../../../modules/chan_sip/transport/resolver/name-service.js';
import type { Naptr, RecordSource, Srv } from '../../../../modules/chan_sip/transport/resolver/record.js';
import type { Protocol } from '../../../../modules/chan_sip/transport/transport.js';
import { recordsOf } from '../../../support/names.js';

const srv = (priority: number, target: string, port = 5060, weight = 0): Srv => ({ priority, weight, port, target });
const naptr = (order: number, preference: number, services: string, replacement: string, flags = 's'): Naptr => ({
  order,
  preference,
  flags,
  services,
  replacement,
});

const ZONE = {
  'A plain.example': ['192.0.2.1'],
  'AAAA plain.example': ['2001:db8::1'],
  'A srv.example': ['192.0.2.2'],
  'SRV _sip._udp.srv.example': [srv(20, 'b.example', 5080), srv(10, 'a.example', 5070)],
  'SRV _sip._tcp.srv.example': [srv(10, 'b.example')],
  'SRV _sips._tcp.srv.example': [srv(10, 'a.example', 5061)],
  'A a.example': ['192.0.2.10', '192.0.2.11'],
  'A b.example': ['192.0.2.20'],
  'NAPTR naptr.example': [
    naptr(20, 1, 'SIP+D2U', '_sip._udp.srv.example', 'S'),
    naptr(10, 2, 'sip+d2t', '_sip._tcp.srv.example'),
    naptr(10, 1, 'SIPS+D2T', '_sips._tcp.srv.example'),
    naptr(1, 1, 'E2U+sip', '_sip._udp.nowhere.example'),
    naptr(1, 1, 'SIP+D2U', '_sip._udp.nowhere.example', 'u'),
    naptr(2, 1, 'SIP+D2W', '_sip._ws.srv.example'),
  ],
  'SRV _sip._udp.refused.example': [srv(0, '.', 0)],
  'A refused.example': ['192.0.2.30'],
  'SRV _sip._udp.broken.example': [srv(0, 'nothing.example'), srv(1, 'b.example')],
};

interface Case {
  readonly what: string;
  readonly target: Partial<Target> & { readonly host: string };
  readonly protocols?: readonly Protocol[];
  readonly how?: Partial<How>;
  readonly hops: readonly string[];
  /** What was asked, where it matters that nothing else was. */
  readonly asked?: readonly string[];
}

const CASES: readonly Case[] = [
  { what: 'an address is asked of nobody', target: { host: '192.0.2.7' }, hops: ['udp 192.0.2.7:5060'], asked: [] },
  { what: 'an IPv6 address, too', target: { host: '2001:DB8::7' }, hops: ['udp 2001:db8::7:5060'], asked: [] },
  { what: 'an address with a port', target: { host: '192.0.2.7', port: 5070 }, hops: ['udp 192.0.2.7:5070'] },
  {
    what: 'an address over the transport that is asked for',
    target: { host: '192.0.2.7', transport: 'tls' },
    protocols: ['udp', 'tls'],
    hops: ['tls 192.0.2.7:5061'],
  },
  {
    what: 'a name with a port has no SRV',
    target: { host: 'srv.example', port: 5090 },
    hops: ['udp 192.0.2.2:5090'],
    asked: ['A srv.example', 'AAAA srv.example'],
  },
  {
    what: 'with srvlookup off a name is an address',
    target: { host: 'srv.example' },
    how: { srv: false },
    hops: ['udp 192.0.2.2:5060'],
    asked: ['A srv.example', 'AAAA srv.example'],
  },
  {
    what: 'priorities are an order, and each server is all its addresses',
    target: { host: 'srv.example' },
    hops: ['udp 192.0.2.10:5070', 'udp 192.0.2.11:5070', 'udp 192.0.2.20:5080'],
  },
  {
    what: 'a transport in the URI leaves out NAPTR and other services',
    target: { host: 'naptr.example', transport: 'udp' },
    hops: [],
    asked: ['SRV _sip._udp.naptr.example', 'A naptr.example', 'AAAA naptr.example'],
  },
  {
    what: 'without NAPTR each of our protocols is looked for, in our order',
    target: { host: 'srv.example' },
    protocols: ['tcp', 'udp'],
    hops: ['tcp 192.0.2.20:5060', 'udp 192.0.2.10:5070', 'udp 192.0.2.11:5070', 'udp 192.0.2.20:5080'],
  },
  {
    what: 'NAPTR says the order of the protocols that we speak',
    target: { host: 'naptr.example' },
    protocols: ['udp', 'tcp', 'tls', 'ws'],
    hops: [
      'tls 192.0.2.10:5061',
      'tls 192.0.2.11:5061',
      'tcp 192.0.2.20:5060',
      'udp 192.0.2.10:5070',
      'udp 192.0.2.11:5070',
      'udp 192.0.2.20:5080',
    ],
  },
  {
    what: 'what we do not speak is left out of it',
    target: { host: 'naptr.example' },
    protocols: ['tcp'],
    hops: ['tcp 192.0.2.20:5060'],
  },
  {
    what: 'sips is TLS alone',
    target: { scheme: 'sips', host: 'naptr.example' },
    protocols: ['udp', 'tcp', 'tls'],
    hops: ['tls 192.0.2.10:5061', 'tls 192.0.2.11:5061'],
  },
  {
    what: 'sips over TCP is TLS',
    target: { scheme: 'sips', host: 'srv.example', transport: 'tcp' },
    protocols: ['tcp', 'tls'],
    hops: ['tls 192.0.2.10:5061', 'tls 192.0.2.11:5061'],
  },
  { what: 'sips without TLS is nowhere', target: { scheme: 'sips', host: '192.0.2.7' }, hops: [], asked: [] },
  { what: 'sips over UDP is nowhere', target: { scheme: 'sips', host: '192.0.2.7', transport: 'udp' }, hops: [] },
  {
    what: 'a transport that we do not speak is nowhere',
    target: { host: 'srv.example', transport: 'tcp' },
    hops: [],
    asked: [],
  },
  {
    what: 'a domain that lists nothing is the server itself, in both families',
    target: { host: 'plain.example' },
    protocols: ['udp', 'tcp'],
    hops: ['udp 192.0.2.1:5060', 'udp 2001:db8::1:5060'],
  },
  {
    what: 'the family that our sockets have',
    target: { host: 'plain.example' },
    how: { families: [4] },
    hops: ['udp 192.0.2.1:5060'],
  },
  {
    what: 'WebSocket servers are not listed',
    target: { host: 'plain.example', transport: 'wss' },
    protocols: ['wss'],
    hops: ['wss 192.0.2.1:5061', 'wss 2001:db8::1:5061'],
    asked: ['A plain.example', 'AAAA plain.example'],
  },
  { what: 'a service that is said not to be there is not tried', target: { host: 'refused.example' }, hops: [] },
  {
    what: 'but another one is',
    target: { host: 'refused.example' },
    protocols: ['udp', 'tcp'],
    hops: ['tcp 192.0.2.30:5060'],
  },
  {
    what: 'a server without an address is passed over',
    target: { host: 'broken.example' },
    hops: ['udp 192.0.2.20:5060'],
  },
  { what: 'a name that is not there is nowhere', target: { host: 'nothing.example' }, hops: [] },
  { what: 'no host is nowhere', target: { host: '' }, hops: [], asked: [] },
];

const UDP: readonly Protocol[] = ['udp'];

for (const { what, target, protocols = UDP, how, hops, asked } of CASES) {
  test(what, async () => {
    const clock = new TestClock();
    const records = recordsOf(ZONE);
    const { locator } = namesOver(records, clock, () => 0);
    const wanted: Target = { scheme: 'sip', port: undefined, transport: undefined, ...target };
    const found = await locator.locate(wanted, { protocols, srv: true, ...how });
    assert.deepEqual(
      found.map(({ protocol, remote }) => `${protocol} ${remote.address}:${remote.port}`),
      hops,
    );
    for (const { name } of found) assert.equal(name, target.host);
    if (asked) assert.deepEqual(records.asked, asked);
    assert.equal(clock.pending, 0);
  });
}

test('however much a domain lists, so many places are tried', async () => {
  const many = Array.from({ length: 100 }, (_, n) => srv(n, 'many.example'));
  const records = recordsOf({
    'SRV _sip._udp.many.example': many,
    'A many.example': Array.from({ length: 100 }, (_, n) => `192.0.2.${n}`),
  });
  const { locator } = namesOver(records, new TestClock(), () => 0);
  const target: Target = { scheme: 'sip', host: 'many.example', port: undefined, transport: undefined };
  assert.equal((await locator.locate(target, { protocols: ['udp'], srv: true })).length, 32);
});

test('however many servers a domain lists, the addresses of the first 16 are asked for', async () => {
  const listed = Array.from({ length: 100 }, (_, n) => srv(n, `s${n}.example`));
  const records = recordsOf({ 'SRV _sip._udp.many.example': listed });
  const { locator } = namesOver(records, new TestClock(), () => 0);
  await locator.locate(
    { scheme: 'sip', host: 'many.example', port: undefined, transport: 'udp' },
    { protocols: UDP, srv: true },
  );
  const servers = new Set(records.asked.filter(one => /^A s\d/.test(one)));
  assert.deepEqual([servers.size, servers.has('A s15.example')], [16, true]);
});

test('it holds as long as the shortest of what it is made of', async () => {
  const ttls: Record<string, number> = { SRV: 90_000, A: 40_000, AAAA: 5000 };
  const zone = recordsOf(ZONE);
  const records: RecordSource = {
    find: async (name, type) => ({ ...(await zone.find(name, type)), ttl: ttls[type]! }),
  };
  const { locator } = namesOver(records, new TestClock(), () => 0);
  const target: Target = { scheme: 'sip', host: 'srv.example', port: undefined, transport: 'udp' };
  assert.equal((await locator.look(target, { protocols: ['udp'], srv: true })).ttl, 40_000);
});

test('a server that does not answer NAPTR is asked for the rest', async () => {
  const clock = new TestClock();
  const zone = recordsOf(ZONE);
  const records: RecordSource = {
    find: (name, type) => (type === 'NAPTR' ? new Promise(() => undefined) : zone.find(name, type)),
  };
  const { locator } = namesOver(records, clock, () => 0);
  const target: Target = { scheme: 'sip', host: 'srv.example', port: undefined, transport: undefined };
  const found = locator.locate(target, { protocols: ['tcp'], srv: true });
  clock.advance(3000);
  assert.equal((await found).length, 1);
  assert.equal(clock.pending, 0);
});

test('name servers that never answer end the search in its time, and so does the end', async () => {
  const clock = new TestClock();
  const never: RecordSource = { find: () => new Promise(() => undefined) };
  const names = namesOver(never, clock, () => 0);
  const target: Target = { scheme: 'sip', host: 'srv.example', port: undefined, transport: undefined };
  const how: How = { protocols: ['udp'], srv: true };
  const late = names.locator.locate(target, how);
  clock.advance(8000);
  assert.deepEqual(await late, []);
  const ended = names.locator.locate(target, how);
  await turn();
  names.close();
  assert.deepEqual(await ended, []);
  assert.deepEqual(await names.locator.locate(target, how), []);
  assert.equal(clock.pending, 0);
});
