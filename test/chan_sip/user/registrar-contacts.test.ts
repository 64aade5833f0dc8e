/** Contacts of a REGISTER: what is stored of them, for how long, and where the device then is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../../core/clock.js';
import { peerAt } from '../../support/peer-at.js';
import { DEVICES, EXPIRES, stageOf } from './registrar-stage.js';
import { type Ask, SiteStage, SOURCE } from './site-stage.js';

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
    assert.equal(atOnce(stage.stage.core.sched.counts()).get('expire_register') ?? 0, 0);
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

test('names of a hundred contacts are looked up at a time; who comes then is told to come again', async () => {
  const names = Array.from({ length: 101 }, (_, at) => `p${at}`);
  const devices = names.map(name => `[${name}]\ntype=friend\nhost=dynamic`).join('\n');
  const stage = await SiteStage.of(`[general]\nnat=no\n${devices}\n`, {}, () => new Promise(() => undefined));
  const lines = names.map(user => {
    const [answer] = stage.receive(
      stage.request({ user, via: HERE, callId: user, contact: `<sip:${user}@${user}.example>` }),
    );
    return answer?.line;
  });
  assert.deepEqual([...new Set(lines.slice(0, 100)), lines[100]], [undefined, '500 Server error']);
  await stage.close();
});

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
