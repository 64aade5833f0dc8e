/** The stack as the loader sees it: start, reload, a change of address, the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { LoadDeclined } from '#core';
import { parseText } from '../../core/config/dialect.js';
import { Sip } from '../../modules/chan_sip/sip.js';
import { CoreStage } from '../support/core-stage.js';
import { SipStack } from '../support/sip-stack.js';
import { sparePort } from '../support/spare-port.js';
import { UdpPhone } from '../support/udp-phone.js';

const general = (port: number, more = '') => `[general]\nudpbindaddr=127.0.0.1:${port}\n${more}\n`;
const PHONE = '[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n';

const options = (id: string) =>
  `OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK${id};rport\r\nFrom: <sip:x@y>;tag=1\r\n` +
  `To: <sip:127.0.0.1>\r\nCall-ID: ${id}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;

async function answers(port: number): Promise<string> {
  await using phone = await UdpPhone.open();
  phone.send({ address: '127.0.0.1', port }, options('probe'));
  return (await phone.next()).split('\r\n')[0]!;
}

test('what cannot be taken is told with every line, and nothing is left behind', async () => {
  const stage = await CoreStage.of('chan_sip', {
    'sip.conf': general(0, 'maxexpiry=soon\nudpbindaddr=nowhere at all'),
  });
  await assert.rejects(Sip.start(stage.core), (thrown: LoadDeclined) => {
    assert.deepEqual(
      thrown.problems.map(({ file, line }) => [file, line]),
      [
        ['sip.conf', 3],
        ['sip.conf', 4],
      ],
    );
    return thrown instanceof LoadDeclined;
  });
  await stage.close();
});

test("an address in use declines the load, in the operator's words", async () => {
  await using phone = await UdpPhone.open();
  const stage = await CoreStage.of('chan_sip', { 'sip.conf': general(phone.endpoint.port) });
  await assert.rejects(Sip.start(stage.core), /^LoadDeclined: udp 127\.0\.0\.1:\d+: address already in use/);
  await stage.close();
});

test('options without effect are named in one line, and warnings each', async () => {
  const stage = await CoreStage.of('chan_sip', {
    'sip.conf': general(0, 'websocket_enabled=no\nnotifycid=yes\nnonsense=1'),
  });
  await Sip.start(stage.core);
  assert.equal(stage.lines.filter(line => /^notice: .*not in force yet: .*notifycid/.test(line)).length, 1);
  assert.ok(stage.lines.some(line => /^warning: sip\.conf:5: unknown option 'nonsense'/.test(line)));
  await stage.close();
});

test('a reload that finds an error changes nothing and tells every line; the corrected file is read again', async () => {
  const { stage, sip } = await SipStack.of(general(0, 'maxexpiry=600') + PHONE);
  stage.write('sip.conf', general(0, 'maxexpiry=700\nminexpiry=soon\nallowguest=no'));
  await assert.rejects(sip.reloadConfig('hup'), /sip\.conf:4: minexpiry/);
  assert.deepEqual([sip.general.maxexpiry, sip.general.allowguest, sip.peers.size], [600, true, 1]);
  stage.write('sip.conf', general(0, 'maxexpiry=700'));
  await sip.reloadConfig('cli');
  assert.deepEqual([sip.general.maxexpiry, sip.peers.size], [700, 0]);
  await stage.close();
});

test('a file that has not changed is not taken again', async () => {
  const { stage, sip } = await SipStack.of(general(0) + PHONE);
  const { domains } = sip;
  domains.replace([{ name: 'kept.example', context: '', source: 'Configured' }]);
  await sip.reloadConfig('cli');
  assert.equal(domains.size, 1);
  await stage.close();
});

test('a reload of a file that has not changed tries again to register where that was given up', async () => {
  await using server = await UdpPhone.open();
  await using stack = await SipStack.of(general(0, `register => 2001:p@127.0.0.1:${server.endpoint.port}`));
  const { sip, local } = stack;
  const { clock } = stack.stage;
  const status = () => [...sip.registrations()].map(({ text }) => text);
  clock.advance(200);
  const asked = await server.next();
  server.send(local, asked.replace(/^REGISTER .*/, 'SIP/2.0 403 Forbidden'));
  while (status()[0] !== 'No Authentication') await setImmediate();
  await sip.reloadConfig('cli');
  clock.advance(1000);
  assert.match(await server.next(), /^CSeq: 103 REGISTER/m);
  assert.deepEqual(status(), ['Request Sent']);
});

test('a list that a change of acl.conf took away is warned of, once for all who name it', async () => {
  const lists = ['office', 'home', 'nodes'].map(name => `[${name}]\npermit=10.0.0.0/8\n`);
  const files = { 'acl.conf': lists.join('') };
  const device = (name: string, more: string) => `[${name}]\ntype=friend\nhost=dynamic\n${more}\n`;
  const devices = device('a', 'acl=office') + device('b', 'contactacl=office,home');
  const { stage, sip } = await SipStack.of(general(0, 'contactacl=home\nnodeacl=nodes') + devices, files);
  const before = stage.lines.length;
  stage.lists.configure((await parseText('acl.conf', '[home]\npermit=10.0.0.0/8\n')).config);
  stage.events.emit('aclsChanged', {});
  assert.deepEqual(stage.lines.slice(before), [
    "warning: acl.conf has no list 'nodes': everyone is refused where it is named",
    "warning: acl.conf has no list 'office': everyone is refused where it is named",
  ]);
  assert.equal(sip.peers.size, 2);
  await stage.close();
});

test('recordhistory keeps what goes by, until a reload says otherwise', async () => {
  const port = await sparePort();
  const stage = await CoreStage.of('chan_sip', { 'sip.conf': general(port, 'recordhistory=yes') });
  const sip = await Sip.start(stage.core);
  await answers(port);
  assert.deepEqual(
    [...sip.history.rows()].map(({ callId, events }) => [callId, events.length]),
    [['probe', 2]],
  );
  stage.write('sip.conf', general(port));
  await sip.reloadConfig('cli');
  await answers(port);
  assert.deepEqual(
    [...sip.history.rows()].map(({ events }) => events.length),
    [2],
  );
  await stage.close();
  assert.equal(sip.history.size, 0);
});

test('the command reloads by the loader', async () => {
  const { stage, sip } = await SipStack.of(general(0));
  assert.deepEqual(await sip.reload(), { result: 'success' });
  assert.deepEqual(stage.loader.asked, ['reload chan_sip cli']);
  await stage.close();
});

test('a new address is listened on before the old one is left', async () => {
  const [one, other] = [await sparePort(), await sparePort()];
  const stage = await CoreStage.of('chan_sip', { 'sip.conf': general(one) });
  const sip = await Sip.start(stage.core);
  assert.equal(await answers(one), 'SIP/2.0 200 OK');
  stage.write('sip.conf', general(other));
  await sip.reloadConfig('cli');
  assert.equal(await answers(other), 'SIP/2.0 200 OK');
  assert.equal(sip.transport.size, 1);
  assert.equal(sip.general.udpbindaddr.port, other);
  await stage.close();
});

test('an address that cannot be had leaves the old one and the old values', async () => {
  await using taken = await UdpPhone.open();
  const port = await sparePort();
  const stage = await CoreStage.of('chan_sip', { 'sip.conf': general(port) });
  const sip = await Sip.start(stage.core);
  stage.write('sip.conf', general(taken.endpoint.port, 'maxexpiry=700'));
  await assert.rejects(sip.reloadConfig('cli'), /address already in use/);
  assert.equal(await answers(port), 'SIP/2.0 200 OK');
  assert.equal(sip.general.maxexpiry, 3600);
  await stage.close();
});

test('one port may move between one address and all of them, and comes back when it cannot', async () => {
  const port = await sparePort();
  const stage = await CoreStage.of('chan_sip', { 'sip.conf': general(port) });
  const sip = await Sip.start(stage.core);
  stage.write('sip.conf', `[general]\nudpbindaddr=0.0.0.0:${port}\n`);
  await sip.reloadConfig('cli');
  assert.equal(sip.local!.address, '0.0.0.0');
  stage.write('sip.conf', `[general]\nudpbindaddr=192.0.2.1:${port}\n`);
  await assert.rejects(sip.reloadConfig('cli'), /192\.0\.2\.1/);
  assert.equal(sip.local!.address, '0.0.0.0');
  assert.equal(await answers(port), 'SIP/2.0 200 OK');
  await stage.close();
});

test('the end closes the port and leaves no timer, job or listener', async () => {
  const { stage, sip } = await SipStack.of(general(0) + PHONE);
  const { port } = sip.local!;
  await sip.goodbye();
  assert.equal(sip.transport.size, 0);
  await stage.close();
  assert.equal(stage.events.size, 4, 'those of the stage');
  const again = await CoreStage.of('chan_sip', { 'sip.conf': general(port) });
  await Sip.start(again.core);
  await again.close();
});

test('sipdebug prints what goes by from the start', async () => {
  const { stage, sip } = await SipStack.of('[general]\nsipdebug=yes\n');
  await answers(sip.local!.port);
  assert.ok(stage.lines.some(line => line.includes('OPTIONS sip:127.0.0.1 SIP/2.0')));
  await stage.close();
});

test('sip unregister ends a registration once', async () => {
  const stage = await CoreStage.of('chan_sip', { 'sip.conf': general(0) + PHONE });
  stage.astdb.put('SIP/Registry', '1008', '192.0.2.7:5062:300:1008:sip:1008@192.0.2.7');
  const sip = await Sip.start(stage.core);
  const peer = sip.peers.get('1008')!;
  assert.deepEqual([sip.unregister(peer), sip.unregister(peer)], [true, false]);
  assert.equal(stage.astdb.values.size, 0);
  await stage.close();
});
