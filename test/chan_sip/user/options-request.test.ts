/** The OPTIONS of qualify, header by header as recorded, what options change in it, and where it goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint, Protocol } from '../../../modules/chan_sip/transport/transport.js';
import { CoreStage } from '../../support/core-stage.js';
import { recordsOf } from '../../support/names.js';
import { type Heard, optionsAnswer, SiteStage } from './site-stage.js';

const AT = { address: '192.0.2.9', port: 5999 };

/** With what is random made plain. */
const plain = (text: string): string =>
  text
    .replace(/branch=z9hG4bK[0-9a-f]+/, 'branch=B')
    .replace(/tag=as[0-9a-f]{8}/, 'tag=T')
    .replace(/Call-ID: [0-9a-f]{32}@/, 'Call-ID: C@');

/** The lines of the OPTIONS that a fixed device gets. */
async function linesOf(general: string, own = '', at: Endpoint = AT, protocol: Protocol = 'udp'): Promise<string[]> {
  const site = await SiteStage.of(
    `[general]\nuseragent=PBX\n${general}\n[trunk]\ntype=peer\nhost=192.0.2.9\nport=5999\nqualify=yes\n${own}\n`,
  );
  site.clock.advance(0);
  const asked = site.sent(at, protocol);
  assert.equal(asked.length, 1);
  await site.close();
  return plain(asked[0]!.text).split('\r\n');
}

const RECORDED = [
  'OPTIONS sip:192.0.2.9 SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=B',
  'Max-Forwards: 70',
  'From: "asterisk" <sip:asterisk@192.0.2.1>;tag=T',
  'To: <sip:192.0.2.9>',
  'Contact: <sip:asterisk@192.0.2.1>',
  'Call-ID: C@192.0.2.1',
  'CSeq: 102 OPTIONS',
  'User-Agent: PBX',
  'Date: Sun, 22 Nov 2026 12:00:00 GMT',
  'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE',
  'Supported: replaces, timer',
  'Content-Length: 0',
  '',
  '',
];

test('the OPTIONS has the headers of the recorded one, in their order', async () => {
  assert.deepEqual(await linesOf(''), RECORDED);
});

interface Case {
  readonly general?: string;
  readonly own?: string;
  readonly at?: Endpoint;
  readonly protocol?: Protocol;
  /** The lines that differ from the recorded ones, by the header they are; undefined: it is not there. */
  readonly changes: Readonly<Record<string, string | undefined>>;
}

const CASES: Readonly<Record<string, Case>> = {
  'nat=force_rport asks for the port': {
    general: 'nat=force_rport',
    changes: { Via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=B;rport' },
  },
  'an empty useragent is not named': { general: 'useragent=', changes: { 'User-Agent': undefined } },
  'session-timers=refuse and supportpath change Supported': {
    general: 'session-timers=refuse\nsupportpath=yes',
    changes: { Supported: 'replaces, path' },
  },
  maxforwards: { general: 'maxforwards=20', changes: { 'Max-Forwards': '20' } },
  'callerid of [general] is name and user': {
    general: 'callerid=pbx',
    changes: { From: '"pbx" <sip:pbx@192.0.2.1>;tag=T', Contact: '<sip:pbx@192.0.2.1>' },
  },
  'what a URI cannot hold is escaped in the user, and quoted in the name': {
    general: 'callerid=the "büro"',
    changes: {
      From: '"the \\"b\xc3\xbcro\\"" <sip:the%20%22b%C3%BCro%22@192.0.2.1>;tag=T',
      Contact: '<sip:the%20%22b%C3%BCro%22@192.0.2.1>',
    },
  },
  'an empty callerid is none': { general: 'callerid=', changes: {} },
  'fromuser of the device goes before callerid': {
    general: 'callerid=pbx',
    own: 'fromuser=2001\ncallerid="Trunk" <77>',
    changes: { From: '"pbx" <sip:2001@192.0.2.1>;tag=T', Contact: '<sip:2001@192.0.2.1>' },
  },
  'fromdomain of [general]': {
    general: 'fromdomain=pbx.example',
    changes: { From: '"asterisk" <sip:asterisk@pbx.example>;tag=T', 'Call-ID': 'C@pbx.example' },
  },
  'fromdomain of the device goes before it, with its port': {
    general: 'fromdomain=pbx.example',
    own: 'fromdomain=trunk.example:5080',
    changes: { From: '"asterisk" <sip:asterisk@trunk.example:5080>;tag=T', 'Call-ID': 'C@trunk.example' },
  },
  'TCP is named in Via and Contact, not in the target': {
    general: 'tcpenable=yes\ntransport=tcp',
    protocol: 'tcp',
    changes: {
      Via: 'SIP/2.0/TCP 192.0.2.1:5060;branch=B',
      Contact: '<sip:asterisk@192.0.2.1;transport=tcp>',
    },
  },
  'outboundproxy changes where it goes and nothing in it': {
    general: 'outboundproxy=192.0.2.50:5070',
    at: { address: '192.0.2.50', port: 5070 },
    changes: {},
  },
  'outboundproxy of the device, on the port that goes without saying': {
    general: 'outboundproxy=192.0.2.50:5070',
    own: 'outboundproxy=192.0.2.51',
    at: { address: '192.0.2.51', port: 5060 },
    changes: {},
  },
};

for (const [name, { general = '', own, at, protocol, changes }] of Object.entries(CASES)) {
  test(`OPTIONS: ${name}`, async () => {
    const nameOf = (line: string) => line.slice(0, line.search(/[ :]/));
    const expected = RECORDED.flatMap(line => {
      const header = nameOf(line);
      if (line === '' || !(header in changes)) return [line];
      const value = changes[header];
      return value === undefined ? [] : [`${header}${header === 'OPTIONS' ? '' : ':'} ${value}`];
    });
    assert.deepEqual(await linesOf(general, own, at, protocol), expected);
  });
}

test('a device with an IPv6 address is asked there, with brackets where they belong', async () => {
  const site = await SiteStage.of('[general]\n[trunk]\ntype=peer\nhost=[2001:db8::9]:5999\nqualify=yes\n');
  site.clock.advance(0);
  const lines = plain(site.sent({ address: '2001:db8::9', port: 5999 })[0]!.text).split('\r\n');
  assert.deepEqual(lines.slice(0, 7), [
    'OPTIONS sip:[2001:db8::9] SIP/2.0',
    'Via: SIP/2.0/UDP [2001:db8::1]:5060;branch=B',
    'Max-Forwards: 70',
    'From: "asterisk" <sip:asterisk@[2001:db8::1]>;tag=T',
    'To: <sip:[2001:db8::9]>',
    'Contact: <sip:asterisk@[2001:db8::1]>',
    'Call-ID: C@[2001:db8::1]',
  ]);
  await site.close();
});

const PHONE = '[1008]\ntype=friend\nhost=dynamic\nqualify=yes\n';
const NAMES: Readonly<Record<string, string>> = { 'edge.example': '192.0.2.60', 'proxy.example': '192.0.2.61' };
const PATH = 'Path: <sip:192.0.2.60:5070;lr>,<sip:inner.example;lr>';

for (const [name, general, path, at] of [
  ['to its address', '', undefined, { address: '192.0.2.7', port: 5062 }],
  ['to the first of its Path, where all of it is the Route', '', PATH, { address: '192.0.2.60', port: 5070 }],
  ['to a name in its Path', '', 'Path: <sip:edge.example;lr>', { address: '192.0.2.60', port: 5060 }],
  [
    'past the Path where a proxy is not forced',
    'outboundproxy=192.0.2.50',
    PATH,
    { address: '192.0.2.60', port: 5070 },
  ],
  [
    'to a proxy that is forced, Path or not',
    'outboundproxy=192.0.2.50,force',
    PATH,
    { address: '192.0.2.50', port: 5060 },
  ],
  ['to a proxy by name', 'outboundproxy=proxy.example:5080', undefined, { address: '192.0.2.61', port: 5080 }],
] as const) {
  test(`a device that registered is asked ${name}`, async () => {
    const lookup = async (host: string) => [NAMES[host]!];
    const site = await SiteStage.of(`[general]\nsupportpath=yes\n${general}\n${PHONE}`, {}, lookup);
    site.receive(site.request({ contact: '<sip:1008@192.0.2.7:5062>', headers: path === undefined ? [] : [path] }));
    await site.stage.settled();
    const asked = site.sent(at).find(({ text }) => text.startsWith('OPTIONS'));
    assert.match(asked?.text ?? 'nothing', /^OPTIONS sip:1008@192\.0\.2\.7:5062 SIP/);
    assert.equal(asked!.header('Route'), path?.slice('Path: '.length));
    site.receive(optionsAnswer(asked!), at);
    assert.match(site.peers.get('1008')!.status, /^OK/);
    await site.close();
  });
}

test('a proxy without a port is found by its SRV records', async () => {
  const records = recordsOf({
    'SRV _sip._udp.proxy.example': [{ priority: 1, weight: 0, port: 5090, target: 'a.example' }],
    'A a.example': ['192.0.2.61'],
  });
  const trunk = '[trunk]\ntype=peer\nhost=192.0.2.9\noutboundproxy=proxy.example\nqualify=yes\n';
  const site = await SiteStage.of(`[general]\n${trunk}`, {}, records);
  site.clock.advance(0);
  await site.stage.settled();
  assert.equal(site.sent({ address: '192.0.2.61', port: 5090 }).length, 1);
  await site.close();
});

test('of a proxy in two places the silent one is asked last', async () => {
  const records = recordsOf({
    'SRV _sip._udp.proxy.example': [
      { priority: 1, weight: 0, port: 5090, target: 'a.example' },
      { priority: 2, weight: 0, port: 5090, target: 'b.example' },
    ],
    'A a.example': ['192.0.2.61'],
    'A b.example': ['192.0.2.62'],
  });
  const trunk = '[trunk]\ntype=peer\nhost=192.0.2.9\noutboundproxy=proxy.example\nqualify=yes\n';
  const site = await SiteStage.of(`[general]\n${trunk}`, {}, records);
  const [first, second] = ['192.0.2.61', '192.0.2.62'].map(address => ({ address, port: 5090 }));
  site.clock.advance(0);
  await site.stage.settled();
  assert.deepEqual([site.sent(first!).length, site.sent(second!).length], [1, 0]);
  site.clock.advance(4000);
  assert.equal(site.peers.get('trunk')!.status, 'UNREACHABLE');
  site.clock.advance(11_000);
  await site.stage.settled();
  site.receive(optionsAnswer(site.sent(second!)[0]!), second!);
  assert.match(site.peers.get('trunk')!.status, /^OK/);
  await site.close();
});

test('a device whose proxy cannot be looked up is unreachable', async () => {
  const site = await SiteStage.of(
    '[general]\n[trunk]\ntype=peer\nhost=192.0.2.9\noutboundproxy=gone.example\nqualify=yes\n',
    {},
    () => Promise.reject(new Error('ENOTFOUND')),
  );
  site.clock.advance(0);
  await site.stage.settled();
  assert.equal(site.peers.get('trunk')!.status, 'UNREACHABLE');
  await site.close();
});

const OVER_TCP = { source: { address: '192.0.2.7', port: 40_001 }, protocol: 'tcp' } as const;

/** A phone that registered over TCP, and what it is asked there from then on. */
async function overTcp(general = '', contact = '<sip:1008@192.0.2.7:5062;transport=tcp>') {
  const site = await SiteStage.of(`[general]\ntcpenable=yes\ntransport=tcp\n${general}\n${PHONE}`);
  site.connections.add('192.0.2.7:40001');
  const via = '192.0.2.7:5062;branch=z9hG4bKa';
  site.receive(site.request({ ...OVER_TCP, contact, via }), OVER_TCP.source, 'tcp');
  const asked = (at: Endpoint = OVER_TCP.source): Heard[] =>
    site.sent(at, 'tcp').filter(({ text }) => text.startsWith('OPTIONS'));
  return { site, peer: site.peers.get('1008')!, asked };
}

test('a device that registered over a connection is asked over that one, wherever its contact points', async () => {
  const { site, peer, asked } = await overTcp();
  assert.equal(asked().length, 1);
  assert.deepEqual(peer.address, { address: '192.0.2.7', port: 5062 });
  site.receive(optionsAnswer(asked()[0]!), OVER_TCP.source, 'tcp');
  assert.match(peer.status, /^OK/);
  await site.close();
});

test('a device whose connection is gone is unreachable until it registers again; none is opened to it', async () => {
  const { site, peer, asked } = await overTcp('keepalive=5');
  site.receive(optionsAnswer(asked()[0]!), OVER_TCP.source, 'tcp');
  site.connections.clear();
  const before = site.sent(OVER_TCP.source, 'tcp').length;
  site.clock.advance(120_000);
  assert.equal(peer.status, 'UNREACHABLE');
  const there = [site.sent(OVER_TCP.source, 'tcp').length, asked({ address: '192.0.2.7', port: 5062 }).length];
  assert.deepEqual(there, [before, 0]);
  const source = { address: '192.0.2.7', port: 40_002 };
  site.connections.add('192.0.2.7:40002');
  site.receive(site.request({ source, protocol: 'tcp' }), source, 'tcp');
  site.receive(optionsAnswer(asked(source)[0]!), source, 'tcp');
  assert.match(peer.status, /^OK/);
  await site.close();
});

test('a connection is opened to a device with a fixed address', async () => {
  const site = await SiteStage.of(
    '[general]\ntcpenable=yes\n[trunk]\ntype=peer\nhost=192.0.2.9\ntransport=tcp\nqualify=yes\n',
  );
  site.clock.advance(0);
  assert.equal(site.sent({ address: '192.0.2.9', port: 5060 }, 'tcp').length, 1);
  await site.close();
});

test('a device that is restored with a stream as its first transport is not asked before it registers', async () => {
  const { site } = await overTcp();
  const { stage } = site;
  const stored = stage.astdb.get('SIP/Registry', '1008')!;
  await site.close();
  const core = await CoreStage.of('chan_sip', { 'sip.conf': `[general]\ntcpenable=yes\ntransport=tcp\n${PHONE}` });
  core.astdb.put('SIP/Registry', '1008', stored);
  const again = await SiteStage.on(core);
  again.clock.advance(1000);
  assert.equal(again.sent({ address: '192.0.2.7', port: 5062 }, 'tcp').length, 0);
  assert.equal(again.peers.get('1008')!.status, 'UNREACHABLE');
  await again.close();
});
