/** UDP on real sockets of this machine. */
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { requestText } from '../../support/stage.js';
import { answerTo, failureOf, transportStage } from '../../support/transport.js';
import { UdpPhone } from '../../support/udp-phone.js';

const hasV6 = Object.values(networkInterfaces()).some(addresses => addresses?.some(({ address }) => address === '::1'));
const needsV6 = { timeout: 30_000, skip: hasV6 ? false : 'this machine has no IPv6 loopback address' };
const bounded = { timeout: 30_000 };

for (const [bind, from, local] of [
  ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1', '0.0.0.0'],
  ['::1', '::1', '::1'],
  ['::', '::1', '::'],
  ['::', '127.0.0.1', '::'],
] as const) {
  test(
    `a request from ${from} to a socket on ${bind} is answered there`,
    (bind + from).includes(':') ? needsV6 : bounded,
    async () => {
      await using stage = transportStage();
      await using phone = await UdpPhone.open(from);
      const listener = await stage.layer.open('udp', { address: bind, port: 0 });
      phone.send({ address: from, port: listener.local.port }, requestText('OPTIONS'));
      assert.match(await phone.next(), /^SIP\/2\.0 200 OK\r\n/);
      const [message, flow] = stage.heard[0]!;
      assert.equal(message.method, 'OPTIONS');
      assert.deepEqual(flow.remote, phone.endpoint);
      assert.deepEqual(flow.local, { address: local, port: listener.local.port });
      assert.deepEqual([flow.protocol, flow.reliable], ['udp', false]);
    },
  );
}

test('every octet arrives and leaves as it was', bounded, async () => {
  const octets = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
  await using stage = transportStage((message, flow) => flow.send(message.body));
  await using phone = await UdpPhone.open();
  const { local } = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  phone.send(
    local,
    requestText('MESSAGE', undefined, {}).replace('Content-Length: 0\r\n\r\n', `Content-Length: 256\r\n\r\n${octets}`),
  );
  assert.equal(await phone.next(), octets);
});

test('a flow to another address uses the same socket', bounded, async () => {
  await using stage = transportStage((message, flow) => flow.to(other.endpoint).send(answerTo(message, flow)));
  await using phone = await UdpPhone.open();
  await using other = await UdpPhone.open();
  const { local } = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  phone.send(local, requestText('OPTIONS'));
  assert.match(await other.next(), /^SIP\/2\.0 200/);
});

test('a listener sends to whom it is told without having heard of them', bounded, async () => {
  await using stage = transportStage();
  await using phone = await UdpPhone.open();
  const listener = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  listener.flow(phone.endpoint).send(requestText('OPTIONS'));
  assert.equal(parse(await phone.next()).method, 'OPTIONS');
});

/** Where nothing can be sent, and whether that shows at once. */
const NOWHERE = [
  ['a port beyond all ports', { address: '127.0.0.1', port: 70_000 }],
  ['port 0', { address: '127.0.0.1', port: 0 }],
  ['a name', { address: 'phone.example', port: 5060 }],
  ['no address', { address: '', port: 5060 }],
  ['an address of another family', { address: '::1', port: 5060 }],
] as const;

for (const [title, remote] of NOWHERE) {
  test(`sending to ${title} throws nothing, is told to who asks, counted and logged`, bounded, async () => {
    await using stage = transportStage();
    const listener = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
    const cause = await failureOf(listener.flow(remote), 'x');
    assert.ok(cause instanceof Error);
    assert.equal(stage.layer.counters.sendErrors, 1);
    assert.equal(stage.lines.length, 1);
    assert.match(stage.lines[0]!, new RegExp(`^warning: udp 127\\.0\\.0\\.1:${listener.local.port}: `));
  });
}

test(
  'a message that is too long for a datagram is not sent, which is counted although nobody asked',
  bounded,
  async () => {
    await using stage = transportStage();
    await using phone = await UdpPhone.open();
    const listener = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
    const flow = listener.flow(phone.endpoint);
    flow.send('x'.repeat(70_000));
    await failureOf(flow, 'x'.repeat(70_000));
    assert.equal(stage.layer.counters.sendErrors, 2);
  },
);

test('errors of one cause are one line a minute, with a count of those that were held back', bounded, async () => {
  await using stage = transportStage();
  const listener = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  const flow = listener.flow({ address: 'phone.example', port: 5060 });
  for (let count = 0; count < 10; count += 1) flow.send('x');
  assert.equal(stage.lines.length, 1);
  stage.clock.advance(60_000);
  flow.send('x');
  assert.match(stage.lines[1]!, /\(and 9 more like it since the last line\)$/);
  assert.equal(stage.layer.counters.sendErrors, 11);
});

test('who asks to hear of a failure and throws is our fault: logged with its stack, counted', bounded, async () => {
  await using stage = transportStage();
  const listener = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  listener.flow({ address: '', port: 1 }).send('x', () => assert.fail('a fault above'));
  assert.equal(stage.layer.counters.faults, 1);
  assert.match(stage.lines.at(-1)!, /^error: .*a fault above\n {4}at /s);
});

/** What cannot be opened, and what the operator reads. */
const REFUSED = [
  ['an address that this machine does not have', '192.0.2.1', 5060, 'this machine has no such address'],
  ['a name', 'pbx.example', 5060, 'not an IP address; write it in numbers'],
  ['half an address', '127.0.0', 5060, 'not an IP address'],
  ['an impossible port', '127.0.0.1', 70_000, 'not a port; ports go up to 65535'],
] as const;

for (const [title, address, port, words] of REFUSED) {
  test(`opening ${title} is refused in the operator's words`, bounded, async () => {
    await using stage = transportStage();
    await assert.rejects(stage.layer.open('udp', { address, port }), ({ message }: Error) => {
      assert.equal(message.slice(0, message.indexOf(words) + words.length), `udp ${address}:${port}: ${words}`);
      return true;
    });
    assert.equal(stage.layer.size, 0);
  });
}

test('opening an address in use is refused, naming it, and the first one goes on', bounded, async () => {
  await using stage = transportStage();
  await using phone = await UdpPhone.open();
  const { local } = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  const words = new RegExp(`^udp 127\\.0\\.0\\.1:${local.port}: address already in use; `);
  await assert.rejects(stage.layer.open('udp', local), { name: 'Error', message: words });
  phone.send(local, requestText('OPTIONS'));
  assert.match(await phone.next(), /^SIP\/2\.0 200/);
  assert.equal(stage.layer.size, 1);
});

test('a closed listener gives its port back, sends nothing and closes once', bounded, async () => {
  await using stage = transportStage();
  const listener = await stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  await Promise.all([listener.close(), listener.close(), stage.layer.close()]);
  assert.equal(stage.layer.size, 0);
  const cause = await failureOf(listener.flow({ address: '127.0.0.1', port: 9 }), 'x');
  assert.match(cause.message, /not running/i);
  await using again = transportStage();
  assert.deepEqual((await again.layer.open('udp', listener.local)).local, listener.local);
});

test('a listener that opens while the layer closes is closed again', bounded, async () => {
  await using stage = transportStage();
  const opening = stage.layer.open('udp', { address: '127.0.0.1', port: 0 });
  const [opened] = await Promise.allSettled([opening, stage.layer.close()]);
  assert.equal(opened.status, 'rejected');
  assert.equal(stage.layer.size, 0);
});
