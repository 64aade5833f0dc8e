/** The registrar: its checks in their order, contacts and lifetimes, and what a registration leaves behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '../../../modules/chan_sip/message/octets.js';
import { CoreStage } from '../../support/core-stage.js';
import { peerAt } from '../../support/peer-at.js';
import { type Ask, type Login, SiteStage, SOURCE } from './site-stage.js';

const DEVICES = `
[phone](!)
type=friend
host=dynamic
[1008](phone)
secret=pass1008
[1009](phone)
secret=pass1009
[open](phone)
[fixed]
type=peer
host=192.0.2.50
secret=passfixed
[caller]
type=user
secret=passcaller
[denied](phone)
secret=passdenied
deny=192.0.2.0/24
[tcponly](phone)
secret=passtcponly
transport=tcp
[hashed](phone)
md5secret=8c5a5b1cbb4ba42d4e5b1b1f5bdc1e70
`;
const CONF = `[general]\ntcpenable=yes\n${DEVICES}`;
const PLAIN = `[general]\ntcpenable=yes\nalwaysauthreject=no\n${DEVICES}`;
const stageOf = (general = '') => SiteStage.of(`[general]\n${general}\n${DEVICES}`);
const EXPIRES = { headers: ['Expires: 300'] };

test('a phone registers: 401 with a nonce, then 200 with what it was granted, both with one To tag', async () => {
  const stage = await stageOf();
  const first = stage.ask(EXPIRES);
  assert.equal(first.line, '401 Unauthorized');
  assert.match(first.header('WWW-Authenticate')!, /^Digest algorithm=MD5, realm="asterisk", nonce="[0-9a-f]{39}"$/);
  const done = stage.ask(stage.answered(first, EXPIRES));
  assert.equal(done.line, '200 OK');
  assert.equal(done.header('To'), first.header('To'));
  assert.equal(done.header('Expires'), '300');
  assert.equal(done.header('Contact'), '<sip:1008@192.0.2.7:5062>;expires=300');
  assert.equal(done.header('Date'), 'Sun, 22 Nov 2026 12:00:00 GMT');
  await stage.close();
});

/** What is asked, and what comes at last: with alwaysauthreject, and without. */
const REFUSED: [what: string, ask: Ask, login: Login, hidden: string, plain: string, reason: string | undefined][] = [
  ['a wrong password', {}, { secret: 'no' }, '403 Forbidden', '403 Forbidden', 'Wrong password'],
  ['an unknown name', { user: 'nobody' }, {}, '403 Forbidden', '404 Not found', 'No matching peer found'],
  ['a name in other letters', { user: 'OPEN' }, {}, '403 Forbidden', '404 Not found', 'No matching peer found'],
  ['a device of type user', { user: 'caller' }, {}, '403 Forbidden', '404 Not found', 'No matching peer found'],
  [
    'a device with a fixed address',
    { user: 'fixed' },
    {},
    '403 Forbidden',
    '403 Forbidden',
    'Peer is not supposed to register',
  ],
  ['a denied address', { user: 'denied' }, {}, '403 Forbidden', '404 Not found', 'Device does not match ACL'],
  [
    'credentials of another device',
    {},
    { name: '1009', secret: 'pass1009' },
    '403 Forbidden',
    '404 Not found',
    'Username/auth name mismatch',
  ],
  [
    "a transport that is not the device's",
    { user: 'tcponly' },
    {},
    '403 Forbidden',
    '403 Forbidden',
    'Device not configured to use this transport type',
  ],
];

for (const [what, ask, login, hidden, plain, reason] of REFUSED) {
  for (const [conf, line] of [
    [CONF, hidden],
    [PLAIN, plain],
  ] as const) {
    test(`${what} gets ${line}${conf === PLAIN ? ' where alwaysauthreject is off' : ''}, and the log says why`, async () => {
      const stage = await SiteStage.of(conf);
      assert.equal(stage.login(ask, login).line, line);
      const user = ask.user ?? '1008';
      const wanted = `notice: Registration from '<sip:${user}@pbx.example>' failed for '192.0.2.7:5062' - ${reason}`;
      assert.equal(stage.stage.lines.at(-1), wanted);
      assert.equal(stage.peers.get(user)?.binding, undefined);
      await stage.close();
    });
  }
}

test('a foreign domain is refused like an unknown name, and told apart only where nothing is hidden', async () => {
  for (const [hide, line] of [
    ['yes', '403 Forbidden'],
    ['no', '404 Not found (unknown domain)'],
  ]) {
    const stage = await stageOf(`domain=pbx.example\nalwaysauthreject=${hide}`);
    assert.equal(stage.login({ to: 'sip:1008@Elsewhere.example' }).line, line);
    assert.match(stage.stage.lines.at(-1)!, /- Not a local domain$/);
    assert.equal(stage.login({ to: 'sip:1008@PBX.example', callId: 'c2' }).status, 200);
    await stage.close();
  }
});

test('the answers to a known and an unknown name are the same, byte by byte but for what the asker wrote', async () => {
  const stage = await stageOf();
  const walk = (user: string): string[] => {
    const ask = { user, callId: 'same', cseq: 500, contact: '<sip:x@192.0.2.7>' };
    const first = stage.ask(ask);
    const second = stage.ask({ ...stage.answered(first, ask, { secret: 'guess' }), cseq: 501 });
    const other = stage.ask({ ...stage.answered(undefined, ask, { nonce: 'feed', secret: 'guess' }), cseq: 502 });
    return [first, second, other].map(({ text }) =>
      text.replaceAll(user, 'NAME').replace(/nonce="[0-9a-f]+"/, 'nonce="N"'),
    );
  };
  const known = walk('1008');
  assert.deepEqual(
    known.map(text => text.slice(8, 11)),
    ['401', '403', '401'],
  );
  for (const user of ['noone', 'fixed', 'denied', 'caller']) assert.deepEqual(walk(user), known, user);
  await stage.close();
});

test('a device without a password registers without being asked', async () => {
  const stage = await stageOf();
  assert.equal(stage.ask({ user: 'open' }).status, 200);
  assert.deepEqual(
    stage.stage.facts('security').map(({ kind, fields }) => [kind, fields]),
    [['SuccessfulAuth', { UsingPassword: '0' }]],
  );
  await stage.close();
});

/** Headers of an authenticated REGISTER, and what is granted. */
const LIFETIMES: [headers: string[], contact: string | undefined, granted: string][] = [
  [['Expires: 10'], undefined, '60'],
  [['Expires: 99999'], undefined, '3600'],
  [['Expires: 4294967297'], undefined, '3600'],
  [['Expires: 200'], '<sip:a@192.0.2.7>;expires=900', '200'],
  [[], '<sip:a@192.0.2.7>;expires=900', '900'],
  [[], '<sip:a@192.0.2.7>;expires=soon', '120'],
  [[], undefined, '120'],
  [['Expires: 300;x'], undefined, '300'],
];

for (const [headers, contact, granted] of LIFETIMES) {
  test(`${headers[0] ?? 'no Expires'} with ${contact ?? 'a plain Contact'} grants ${granted} seconds`, async () => {
    const stage = await stageOf();
    const done = stage.login({ headers, ...(contact && { contact }) });
    assert.equal(done.header('Expires'), granted);
    assert.match(done.header('Contact')!, new RegExp(`;expires=${granted}$`));
    assert.equal(stage.peers.get('1008')!.binding!.granted, Number(granted));
    await stage.close();
  });
}

/** A Contact, and what is stored of it; undefined: 400 with a Date. */
const CONTACTS: [contact: string, stored: string | undefined][] = [
  [
    '<sip:1008@192.0.2.7:5062;transport=udp>;q=0.5;+sip.instance="<urn:uuid:1>"',
    'sip:1008@192.0.2.7:5062;transport=udp',
  ],
  ['sip:1008@192.0.2.7;unknown', 'sip:1008@192.0.2.7'],
  ['"Alice, at home" <sip:1008@192.0.2.7?Route=%3Csip:x%3E>', 'sip:1008@192.0.2.7?Route=%3Csip:x%3E'],
  ['<sip:a@192.0.2.7>, <sip:b@192.0.2.8>', 'sip:a@192.0.2.7'],
  ['<tel:+123>', 'tel:+123'],
  ['garbage<<', undefined],
  ['sip:a@192.0.2.7>', undefined],
  ['sip:a@192.0.2.7?Route=x', undefined],
  ['*', undefined],
  ['<sip:a@192.0.2.7>, *', undefined],
  [`<sip:${'a'.repeat(600)}@192.0.2.7>`, undefined],
];

for (const [contact, stored] of CONTACTS) {
  test(`a Contact of ${contact.slice(0, 60)} ${stored === undefined ? 'is refused' : `is stored as ${stored}`}`, async () => {
    const stage = await stageOf();
    const done = stage.login({ contact, ...EXPIRES });
    assert.equal(done.line, stored === undefined ? '400 Bad Request' : '200 OK');
    assert.ok(done.header('Date'));
    assert.equal(stage.peers.get('1008')!.binding?.contact, stored);
    await stage.close();
  });
}

for (const [what, ask] of [
  ['* and Expires: 0', { contact: '*', headers: ['Expires: 0'] }],
  ['another contact and Expires: 0', { contact: '<sip:z@192.0.2.99>', headers: ['Expires: 0'] }],
  ['expires=0 in the Contact', { contact: '<sip:z@192.0.2.99>;expires=0' }],
  ['an Expires that is no number', { headers: ['Expires: never'] }],
  ['Expires: 0 alone', { contact: false, headers: ['Expires: 0'] }],
] as const) {
  test(`${what} ends the registration, whichever contact it names`, async () => {
    const stage = await stageOf();
    stage.login(EXPIRES);
    const done = stage.login({ ...ask, callId: 'other' });
    assert.deepEqual([done.line, done.header('Expires'), done.header('Contact')], ['200 OK', '0', undefined]);
    const peer = stage.peers.get('1008')!;
    assert.deepEqual([peer.binding, peer.address, peer.fullcontact], [undefined, undefined, 'sip:1008@192.0.2.7:5062']);
    assert.equal(stage.stage.astdb.values.size, 0);
    assert.deepEqual(stage.stage.facts('peerStatus').at(-1), {
      technology: 'SIP',
      peer: '1008',
      status: 'Unregistered',
      cause: 'Expired',
    });
    assert.equal(stage.stage.lines.at(-1), "verbose: Unregistered SIP '1008'");
    assert.equal(stage.clock.pending, 0);
    await stage.close();
  });
}

test('a REGISTER without Contact tells what is stored and how long the timer runs', async () => {
  const stage = await stageOf();
  const none = stage.login({ contact: false });
  assert.deepEqual([none.header('Expires'), none.header('Contact')], ['120', '<>;expires=120']);
  stage.login(EXPIRES);
  stage.clock.advance(2000);
  const left = stage.login({ contact: false });
  assert.deepEqual([left.header('Expires'), left.header('Contact')], ['308', '<sip:1008@192.0.2.7:5062>;expires=308']);
  assert.equal(stage.peers.get('1008')!.binding!.granted, 300);
  await stage.close();
});

test('a registration ends ten seconds after what was granted, with one job however often it was refreshed', async () => {
  const stage = await stageOf();
  for (let n = 0; n < 5; n++) {
    assert.equal(stage.login(EXPIRES).status, 200);
    assert.equal(stage.stage.core.sched.rows().counts.get('expire_register'), 1);
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

const HERE = '192.0.2.7:5062;branch=z9hG4bKx';
/** nat of the device, the Via and where a contact at 10.0.0.5:5080 then puts it. */
const PLACES: [nat: string, via: string, address: string][] = [
  ['no', HERE, '10.0.0.5:5080'],
  ['no', `${HERE};rport`, '192.0.2.7:5062'],
  ['force_rport', HERE, '192.0.2.7:5062'],
  ['auto_force_rport', HERE, '10.0.0.5:5080'],
  ['auto_force_rport', '10.0.0.5:5080;branch=z9hG4bKx', '192.0.2.7:5062'],
  ['auto_force_rport', 'phone.example;branch=z9hG4bKx', '10.0.0.5:5080'],
];

for (const [nat, via, address] of PLACES) {
  test(`with nat=${nat} and a Via of ${via} the device is at ${address}`, async () => {
    const stage = await stageOf(`nat=${nat}`);
    const done = stage.login({ via, contact: '<sip:a@10.0.0.5:5080>' });
    assert.equal(done.status, 200);
    const at = stage.peers.get('1008')!.address!;
    assert.equal(`${at.address}:${at.port}`, address);
    await stage.close();
  });
}

for (const [host, address] of [
  ['[2001:DB8:0::7]', '2001:db8::7'],
  ['[::ffff:192.0.2.9]', '192.0.2.9'],
  ['192.0.2.9', '192.0.2.9'],
]) {
  test(`a contact at ${host} is at ${address}`, async () => {
    const stage = await stageOf('nat=no');
    stage.login({ via: HERE, contact: `<sip:a@${host}:5080>` });
    assert.equal(peerAt(stage.peers, address!, 5080), stage.peers.get('1008'));
    await stage.close();
  });
}

test('the answer goes to the port of the Via, unless that asks for its source or NAT is seen', async () => {
  const stage = await stageOf('nat=auto_force_rport');
  const to = (via: string) => stage.ask({ via }).to;
  assert.deepEqual(to('192.0.2.7:5999;branch=z9hG4bK1'), { address: '192.0.2.7', port: 5999 });
  assert.deepEqual(to('192.0.2.7;branch=z9hG4bK1'), { address: '192.0.2.7', port: 5060 });
  assert.deepEqual(to('192.0.2.7:5999;branch=z9hG4bK1;rport'), SOURCE);
  assert.deepEqual(to('10.1.1.1:5999;branch=z9hG4bK1'), SOURCE);
  await stage.close();
});

test('a contact at a name is looked up while other messages go by, and one answer comes', async () => {
  let tell: (addresses: string[]) => void = () => undefined;
  const asked: string[] = [];
  const stage = await SiteStage.of(`[general]\nnat=no\n${DEVICES}`, {}, name => {
    asked.push(name);
    return new Promise(resolve => (tell = resolve));
  });
  const ask: Ask = { via: HERE, contact: '<sip:1008@phone.example:5077>' };
  const first = stage.ask(ask);
  const text = stage.request(stage.answered(first, ask));
  assert.deepEqual(stage.receive(text), []);
  assert.deepEqual(stage.receive(text), [], 'its repeat waits with it');
  assert.equal(stage.login({ user: '1009' }).status, 200);
  assert.equal(stage.login({ ...ask, callId: 'second' }).line, '500 Server error');
  tell(['2001:db8::1', '192.0.2.77']);
  await stage.stage.settled();
  assert.deepEqual(asked, ['phone.example']);
  assert.equal(stage.sent().at(-1)!.line, '200 OK');
  assert.deepEqual(stage.peers.get('1008')!.address, { address: '192.0.2.77', port: 5077 });
  await stage.close();
});

test('a name that is not there, or not in time, gets 400 and leaves what was registered', async () => {
  const never = new Promise<string[]>(() => undefined);
  for (const lookup of [() => Promise.reject(new Error('ENOTFOUND')), () => never]) {
    const stage = await SiteStage.of(`[general]\nnat=no\n${DEVICES}`, {}, lookup);
    stage.login({ via: HERE, contact: '<sip:a@192.0.2.7>' });
    const ask: Ask = { via: HERE, contact: '<sip:1008@phone.example>', callId: 'second' };
    stage.receive(stage.request(stage.answered(stage.ask(ask), ask)));
    stage.clock.advance(3000);
    await stage.stage.settled();
    const last = stage.sent().at(-1)!;
    assert.deepEqual([last.line, last.header('Date') !== undefined], ['400 Bad Request', true]);
    assert.equal(stage.peers.get('1008')!.binding!.contact, 'sip:a@192.0.2.7');
    await stage.close();
  }
});

for (const [what, device] of [
  ['is gone', ''],
  ['has a fixed address', '[1008]\ntype=friend\nhost=192.0.2.9\n'],
  ['may only call', '[1008]\ntype=user\nhost=dynamic\n'],
]) {
  test(`a device that ${what} when the name in its contact is found is not bound`, async () => {
    let tell: (addresses: string[]) => void = () => undefined;
    const lookup = () => new Promise<string[]>(resolve => (tell = resolve));
    const stage = await SiteStage.of(`[general]\nnat=no\n${DEVICES}`, {}, lookup);
    const ask: Ask = { via: HERE, contact: '<sip:1008@phone.example>' };
    stage.receive(stage.request(stage.answered(stage.ask(ask), ask)));
    await stage.reconfigure(`[general]\n${device}`);
    tell(['192.0.2.77']);
    await stage.stage.settled();
    assert.equal(stage.sent().at(-1)!.line, '500 Server error');
    assert.equal(stage.stage.astdb.values.size, 0);
    await stage.close();
  });
}

test('an unload ends the wait for a name, and nothing is answered or bound', async () => {
  const stage = await SiteStage.of(`[general]\nnat=no\n${DEVICES}`, {}, () => new Promise(() => undefined));
  const ask: Ask = { via: HERE, contact: '<sip:1008@phone.example>' };
  stage.receive(stage.request(stage.answered(stage.ask(ask), ask)));
  const before = stage.sent().length;
  await stage.close();
  assert.equal(stage.sent().length, before);
  assert.equal(stage.peers.get('1008')!.binding, undefined);
});

test('the address that would be stored must pass the contact lists, or nothing changes', async () => {
  const stage = await SiteStage.of(
    `[general]\nnat=no\ncontactdeny=10.9.0.0/16\ndynamic_exclude_static=yes\n${DEVICES}[own]\ntype=friend\nhost=dynamic\ncontactacl=nowhere\n`,
  );
  stage.login({ via: HERE, contact: '<sip:a@192.0.2.7>' });
  for (const host of ['10.9.8.7', '192.0.2.50']) {
    const done = stage.login({ via: HERE, contact: `<sip:a@${host}>` });
    assert.deepEqual([done.line, done.header('Date') !== undefined], ['603 Denied', true], host);
  }
  assert.equal(stage.login({ user: 'own', via: HERE }).line, '603 Denied');
  assert.equal(stage.peers.get('1008')!.binding!.contact, 'sip:a@192.0.2.7');
  await stage.close();
});

test('the protocol of a contact counts if the device may use it', async () => {
  const stage = await stageOf('tcpenable=yes\ntransport=udp,tcp');
  const protocolFor = (contact: string) => {
    stage.login({ contact });
    return stage.peers.get('1008')!.protocol;
  };
  assert.equal(protocolFor('<sip:a@192.0.2.7;transport=TCP>'), 'tcp');
  assert.equal(protocolFor('<sip:a@192.0.2.7;transport=tls>'), 'udp');
  assert.equal(protocolFor('<sip:a@192.0.2.7>'), 'udp');
  await stage.close();
});

test('a repeated REGISTER gets its 200 again, and nothing is done twice', async () => {
  const stage = await stageOf();
  const first = stage.ask(EXPIRES);
  const text = stage.request(stage.answered(first, EXPIRES));
  const [done] = stage.receive(text);
  stage.clock.advance(1000);
  const [again] = stage.receive(text);
  assert.equal(again!.text.replace(/Date: .*/, ''), done!.text.replace(/Date: .*/, ''));
  assert.equal(stage.stage.facts('peerStatus').length, 1);
  const [other] = stage.receive(stage.request({ ...stage.answered(first, EXPIRES), cseq: 900 }));
  assert.match(other!.header('WWW-Authenticate')!, /, stale=true$/);
  await stage.close();
});

test('a repeated un-REGISTER gets its 200 again', async () => {
  const stage = await stageOf();
  stage.login(EXPIRES);
  const ask = { contact: '*', headers: ['Expires: 0'], callId: 'bye' };
  const text = stage.request(stage.answered(stage.ask(ask), ask));
  assert.deepEqual([stage.receive(text)[0]!.text, stage.receive(text)[0]!.line], [stage.sent().at(-1)!.text, '200 OK']);
  assert.equal(stage.stage.facts('peerStatus').filter(({ status }) => status === 'Unregistered').length, 1);
  await stage.close();
});

test('an older CSeq of the same Call-ID gets 500, for as long as a dialog would have been there', async () => {
  const stage = await stageOf();
  stage.login({ ...EXPIRES, cseq: 200 });
  assert.equal(stage.ask({ cseq: 199 }).line, '500 Server error');
  assert.equal(stage.ask({ cseq: 199, callId: 'other' }).status, 401);
  stage.clock.advance(32_000);
  assert.equal(stage.ask({ cseq: 1 }).status, 401);
  await stage.close();
});

/** A To, and the answer to a REGISTER for it. */
const ADDRESSES: [to: string, status: number][] = [
  ['sip:%31008@pbx.example', 200],
  ['sips:1008@pbx.example', 200],
  ['sip:1008@pbx.example:5060;user=phone', 200],
  ['tel:1008', 400],
  ['isbn:2983792873', 400],
];

for (const [to, status] of ADDRESSES) {
  test(`a REGISTER for ${to} gets ${status}`, async () => {
    const stage = await stageOf();
    assert.equal(stage.login({ to, ...EXPIRES }).status, status);
    await stage.close();
  });
}

test('a URI without a user stands for the device that is called like its host', async () => {
  const stage = await SiteStage.of('[general]\n[pbx.example]\ntype=friend\nhost=dynamic\n');
  assert.equal(stage.ask({ to: 'sip:pbx.example' }).status, 200);
  assert.ok(stage.peers.get('pbx.example')!.binding);
  await stage.close();
});

test('a name in UTF-8 is found as sip.conf spells it', async () => {
  const stage = await SiteStage.of('[general]\n[müller]\ntype=friend\nhost=dynamic\n');
  const wire = Buffer.from('müller', 'utf8').toString('latin1');
  assert.equal(stage.ask({ to: `sip:${wire}@pbx.example` }).status, 200);
  assert.equal(stage.ask({ to: 'sip:m%C3%BCller@pbx.example', callId: 'c2' }).status, 200);
  await stage.close();
});

test('a To tag that is not ours belongs to no dialog; ours is welcome', async () => {
  const stage = await stageOf();
  const tagged = (tag: string) => stage.receive(stage.request().replace(/^(To: .*)\r$/m, `$1;tag=${tag}\r`))[0]!;
  assert.equal(tagged('someone').line, '481 Call/Transaction Does Not Exist');
  const ours = /tag=(\w+)$/.exec(stage.ask().header('To')!)![1]!;
  assert.equal(tagged(ours).status, 401);
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

test('authfailureevents tells managers of refusals, of devices that are there', async () => {
  for (const [hide, cause] of [
    ['yes', 'URI_NOT_FOUND'],
    ['no', 'AUTH_USERNAME_MISMATCH'],
  ]) {
    const stage = await stageOf(`authfailureevents=yes\nalwaysauthreject=${hide}`);
    stage.login({ user: 'nobody' });
    stage.login({}, { name: '1009' });
    stage.login({ callId: 'c2' }, { secret: 'no' });
    stage.login({ callId: 'c3', user: 'fixed' });
    const told = stage.stage.facts('peerStatus');
    const causes =
      hide === 'yes'
        ? [cause, 'AUTH_SECRET_FAILED', ...Array(2).fill('AUTH_PEER_NOT_DYNAMIC')]
        : [cause, 'AUTH_SECRET_FAILED', 'AUTH_PEER_NOT_DYNAMIC'];
    assert.deepEqual(
      told.map(fact => fact.cause),
      causes,
    );
    assert.deepEqual(told[0], {
      technology: 'SIP',
      peer: '1008',
      status: 'Rejected',
      cause,
      address: '192.0.2.7',
      port: 5062,
    });
    await stage.close();
  }
});

test('security events carry the account, the session of the Call-ID and both addresses', async () => {
  const stage = await stageOf();
  stage.login({ user: 'nobody', callId: 'one' });
  stage.login({ callId: 'two' });
  stage.login({ callId: 'three', user: 'denied' });
  const told = stage.stage.facts('security');
  assert.deepEqual(
    told.map(({ kind, account }) => [kind, account]),
    [
      ['ChallengeSent', 'nobody'],
      ['InvalidPassword', 'nobody'],
      ['ChallengeSent', '1008'],
      ['SuccessfulAuth', '1008'],
      ['FailedACL', 'denied'],
      ['FailedACL', 'denied'],
    ],
  );
  const [sent, wrong, , , acl] = told;
  assert.match(sent!.session, /^0x[0-9a-f]{12}$/);
  assert.equal(sent!.session, wrong!.session);
  assert.notEqual(sent!.session, acl!.session);
  assert.deepEqual(sent!.remote, { transport: 'UDP', ...SOURCE });
  assert.deepEqual(sent!.local, { transport: 'UDP', address: '192.0.2.1', port: 5060 });
  assert.equal(wrong!.fields['Challenge'], sent!.fields['Challenge']);
  assert.equal(wrong!.fields['ReceivedChallenge'], sent!.fields['Challenge']);
  assert.match(wrong!.fields['ReceivedHash']!, /^[0-9a-f]{32}$/);
  assert.deepEqual(acl!.fields, { ACLName: 'device_must_match_acl' });
  await stage.close();
});

test('header text can neither end its quotation in the log nor make a line of its own', async () => {
  const stage = await stageOf();
  const to = `"x' failed for '203.0.113.9:5060' - Wrong password \x1b[2J" <sip:nobody@pbx.example>`;
  const text = (extra: string[]) =>
    stage.request({ user: 'nobody', headers: extra }).replace(/^To: .*\r$/m, `To: ${to}\r`);
  const [first] = stage.receive(text([]));
  stage.receive(text([stage.credentials(first, { user: 'nobody' })]));
  const line = stage.stage.lines.at(-1)!;
  const ban = /Registration from '[^']*' failed for '(\S+):\d+' - (?:Wrong password|No matching peer found)/;
  assert.equal(ban.exec(line)![1], '192.0.2.7');
  assert.doesNotMatch(line, /\x1b/);
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
  assert.equal(stage.stage.core.sched.rows().waiting, 1);
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
