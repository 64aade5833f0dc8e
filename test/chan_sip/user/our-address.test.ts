/** What we call ourselves: the address we are bound to, and towards those outside the one they see. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Protocol } from '../../../modules/chan_sip/options/values/transport.js';
import type { Flow } from '../../../modules/chan_sip/transport/transport.js';
import { SiteStage } from './site-stage.js';

const flow = (local: string, remote: string, protocol: Protocol = 'udp', port = 5070): Flow =>
  ({ protocol, local: { address: local, port }, remote: { address: remote, port: 5060 } }) as Flow;

test('bound to every address we call ourselves by one that the other end can reach', async () => {
  const site = await SiteStage.of('[general]\n');
  const { ourAddress } = site.user.site;
  assert.equal(ourAddress.contact(flow('192.0.2.1', '192.0.2.7'), '600'), '<sip:600@192.0.2.1:5070>');
  assert.equal(ourAddress.contact(flow('2001:db8::1', '2001:db8::7')), '<sip:[2001:db8::1]:5070>');
  assert.equal(ourAddress.contact(flow('0.0.0.0', '127.0.0.1')), '<sip:127.0.0.1:5070>');
  assert.equal(ourAddress.at(flow('::', '::1')).address, '::1');
  for (const address of ourAddress.all().filter(one => !one.includes(':'))) {
    assert.equal(ourAddress.at(flow('0.0.0.0', address)).address, address);
  }
  await site.close();
});

const LAN = 'localnet=10.0.0.0/8\nlocalnet=127.0.1.0/255.255.255.0\n';
const OWN = { address: '10.0.0.1', port: 5070 };
const outside = (port = 5070, address = '203.0.113.5') => ({ address, port });

for (const [name, general, over, expected] of [
  ['without externaddr nobody is told another address', LAN, flow('10.0.0.1', '198.51.100.7'), OWN],
  ['without localnet externaddr does nothing', 'externaddr=203.0.113.5\n', flow('10.0.0.1', '198.51.100.7'), OWN],
  ['inside a localnet', `${LAN}externaddr=203.0.113.5\n`, flow('10.0.0.1', '10.1.2.3'), OWN],
  ['inside the second localnet', `${LAN}externaddr=203.0.113.5\n`, flow('10.0.0.1', '127.0.1.1'), OWN],
  ['outside every localnet', `${LAN}externaddr=203.0.113.5\n`, flow('10.0.0.1', '127.0.0.1'), outside()],
  ['the port of externaddr', `${LAN}externip=203.0.113.5:6060\n`, flow('10.0.0.1', '198.51.100.7'), outside(6060)],
  [
    'externaddr as IPv6 says nothing to who speaks IPv4',
    `${LAN}externaddr=[2001:db8::5]\n`,
    flow('10.0.0.1', '198.51.100.7'),
    OWN,
  ],
  [
    'externaddr as IPv6',
    `${LAN}externaddr=2001:db8::5\n`,
    flow('fd00::1', '2001:db8::7'),
    outside(5070, '2001:db8::5'),
  ],
  [
    'TCP has a port of its own',
    `${LAN}externaddr=203.0.113.5:6060\nexterntcpport=7060\n`,
    flow('10.0.0.1', '198.51.100.7', 'tcp'),
    outside(7060),
  ],
  [
    'TCP without one has that of externaddr',
    `${LAN}externaddr=203.0.113.5:6060\n`,
    flow('10.0.0.1', '198.51.100.7', 'tcp'),
    outside(6060),
  ],
  ['TCP without either', `${LAN}externaddr=203.0.113.5\n`, flow('10.0.0.1', '198.51.100.7', 'tcp'), outside()],
  [
    'TLS has a port of its own',
    `${LAN}externaddr=203.0.113.5:6060\nexterntlsport=7061\n`,
    flow('10.0.0.1', '198.51.100.7', 'tls', 5061),
    outside(7061),
  ],
  [
    'TLS without one has the one it is bound to',
    `${LAN}externaddr=203.0.113.5:6060\n`,
    flow('10.0.0.1', '198.51.100.7', 'tls', 5071),
    outside(5071),
  ],
  [
    'matchexternaddrlocally and our own address inside',
    `${LAN}externaddr=203.0.113.5\nmatchexternaddrlocally=yes\n`,
    flow('10.0.0.1', '198.51.100.7'),
    outside(),
  ],
  [
    'matchexternaddrlocally and our own address outside',
    `${LAN}externaddr=203.0.113.5\nmatchexterniplocally=yes\n`,
    flow('192.0.2.1', '198.51.100.7'),
    { address: '192.0.2.1', port: 5070 },
  ],
] as const) {
  test(`our address: ${name}`, async () => {
    const site = await SiteStage.of(`[general]\n${general}`);
    assert.deepEqual(site.user.site.ourAddress.at(over), expected);
    await site.close();
  });
}

test('who is outside reads our external address in Via, From and Contact of a request', async () => {
  const general = `${LAN}externaddr=203.0.113.5:6060\nuseragent=PBX`;
  const site = await SiteStage.of(
    `[general]\n${general}\n[near]\ntype=peer\nhost=10.0.0.9\nqualify=yes\n[far]\ntype=peer\nhost=198.51.100.9\nqualify=yes\n`,
  );
  site.clock.advance(1000);
  const asked = (address: string) => {
    const [options] = site.sent({ address, port: 5060 });
    const named = ['Via', 'From', 'Contact', 'Call-ID'].map(name => options!.header(name)!);
    return named.map(value => /\d+\.\d+\.\d+\.\d+(?::\d+)?/.exec(value)?.[0]);
  };
  assert.deepEqual(asked('198.51.100.9'), Array(4).fill('203.0.113.5:6060'));
  assert.deepEqual(asked('10.0.0.9'), ['192.0.2.1:5060', ...Array(3).fill('192.0.2.1')]);
  await site.close();
});

test('who is outside reads our external address in an answer', async () => {
  const site = await SiteStage.of(`[general]\n${LAN}externaddr=203.0.113.5\n`);
  const contact = (source: string) =>
    site.ask({ method: 'OPTIONS', callId: source, source: { address: source, port: 5060 } }).header('Contact');
  assert.equal(contact('198.51.100.7'), '<sip:203.0.113.5>');
  assert.equal(contact('10.0.0.7'), '<sip:192.0.2.1>');
  await site.close();
});

/** A name server that says what a test wants, or that there is no such name. */
const names = (answers: { address: string | undefined; asked: number }) => async () => {
  answers.asked += 1;
  if (answers.address === undefined) throw new Error('ENOTFOUND');
  return [answers.address];
};

const far = flow('10.0.0.1', '198.51.100.7');
const EXTERNHOST = `[general]\n${LAN}externhost=pbx.example:6060\nexternrefresh=30\n`;

test('externhost is looked up again every externrefresh, and the last address stays while it cannot be', async () => {
  const answers = { address: '203.0.113.5' as string | undefined, asked: 0 };
  const site = await SiteStage.of(EXTERNHOST, {}, names(answers));
  const { ourAddress } = site.user.site;
  const told = () => site.stage.lines.filter(line => line.includes("'pbx.example'"));
  const later = async (address: string | undefined) => {
    answers.address = address;
    site.clock.advance(30_000);
    await site.stage.settled();
    return ourAddress.at(far);
  };
  assert.deepEqual(ourAddress.at(far), OWN);
  await site.stage.settled();
  assert.deepEqual(ourAddress.at(far), outside(6060));
  assert.deepEqual(await later('203.0.113.6'), outside(6060, '203.0.113.6'));
  assert.deepEqual(await later(undefined), outside(6060, '203.0.113.6'));
  assert.deepEqual(await later(undefined), outside(6060, '203.0.113.6'));
  assert.deepEqual(told(), ["warning: our external host 'pbx.example' cannot be looked up: 203.0.113.6 is kept"]);
  assert.deepEqual(await later('203.0.113.7'), outside(6060, '203.0.113.7'));
  await later(undefined);
  assert.equal(told().length, 2);
  await site.close();
});

test('an externhost that was never found leaves our own address, and is told', async () => {
  const site = await SiteStage.of(EXTERNHOST, {}, names({ address: undefined, asked: 0 }));
  await site.stage.settled();
  assert.deepEqual(site.user.site.ourAddress.at(far), OWN);
  assert.ok(site.stage.lines.some(line => line.startsWith("warning: our external host 'pbx.example' cannot be")));
  await site.close();
});

test('a name in externaddr is looked up once; externhost goes before it', async () => {
  const answers = { address: '203.0.113.5', asked: 0 };
  const site = await SiteStage.of(`[general]\n${LAN}externaddr=pbx.example\n`, {}, names(answers));
  await site.stage.settled();
  site.clock.advance(3_600_000);
  await site.stage.settled();
  assert.deepEqual([answers.asked, site.user.site.ourAddress.at(far)], [1, outside()]);
  await site.reconfigure(`[general]\n${LAN}externaddr=192.0.2.200\nexternhost=pbx.example\n`);
  await site.stage.settled();
  assert.deepEqual([answers.asked, site.user.site.ourAddress.at(far)], [2, outside()]);
  await site.close();
});

test('a reload keeps the address of an externhost that stays, and forgets that of one that goes', async () => {
  const answers = { address: '203.0.113.5' as string | undefined, asked: 0 };
  const site = await SiteStage.of(EXTERNHOST, {}, names(answers));
  await site.stage.settled();
  answers.address = undefined;
  await site.reconfigure(EXTERNHOST.replace(':6060', ''));
  const { ourAddress } = site.user.site;
  assert.deepEqual(ourAddress.at(far), outside());
  await site.stage.settled();
  await site.reconfigure(EXTERNHOST.replace('pbx.example', 'other.example'));
  assert.deepEqual(ourAddress.at(far), OWN);
  await site.stage.settled();
  await site.close();
});

test('nobody looks an externhost up while nobody is outside', async () => {
  const answers = { address: '203.0.113.5', asked: 0 };
  const site = await SiteStage.of('[general]\nexternhost=pbx.example\n', {}, names(answers));
  site.clock.advance(3_600_000);
  await site.stage.settled();
  assert.deepEqual([answers.asked, site.clock.pending], [0, 0]);
  await site.close();
});

test('a look-up of our external address that a reload or the end has overtaken changes nothing', async () => {
  const tell: ((addresses: string[]) => void)[] = [];
  const site = await SiteStage.of(EXTERNHOST, {}, () => new Promise(resolve => tell.push(resolve)));
  const { ourAddress } = site.user.site;
  await site.reconfigure(`[general]\n${LAN}externaddr=203.0.113.8\n`);
  tell[0]!(['203.0.113.5']);
  await site.stage.settled();
  assert.deepEqual(ourAddress.at(far), outside(5070, '203.0.113.8'));
  await site.reconfigure(EXTERNHOST);
  site.user.close();
  tell[1]!(['203.0.113.5']);
  await site.stage.settled();
  assert.deepEqual([ourAddress.at(far), site.clock.pending], [OWN, 0]);
  await site.close();
});

for (const [name, general, over, expected] of [
  ['where we are bound', '', flow('10.0.0.1', '10.1.2.3'), ['10.0.0.1', '10.0.0.1']],
  ['externaddr', `${LAN}externaddr=203.0.113.5:6060\n`, flow('10.0.0.1', '198.51.100.7'), ['10.0.0.1', '203.0.113.5']],
  ['externaddr, inside', `${LAN}externaddr=203.0.113.5\n`, flow('10.0.0.1', '10.1.2.3'), ['10.0.0.1', '10.0.0.1']],
  [
    'media_address before externaddr',
    `${LAN}externaddr=203.0.113.5\nmedia_address=203.0.113.6\n`,
    flow('10.0.0.1', '198.51.100.7'),
    ['10.0.0.1', '203.0.113.6'],
  ],
  ['rtpbindaddr', 'rtpbindaddr=10.0.0.9\n', flow('10.0.0.1', '10.1.2.3'), ['10.0.0.9', '10.0.0.9']],
  ['rtpbindaddr of every address', 'rtpbindaddr=0.0.0.0\n', flow('10.0.0.1', '10.1.2.3'), ['10.0.0.1', '10.0.0.1']],
] as const) {
  test(`media comes in where we are bound, and SDP shows: ${name}`, async () => {
    const site = await SiteStage.of(`[general]\n${general}`);
    const { ourAddress, general: values } = site.user.site;
    const [address, shown] = expected;
    assert.deepEqual(ourAddress.forMedia(over, values), { address, shown });
    await site.close();
  });
}
