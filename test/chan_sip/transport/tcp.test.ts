/** TCP on real sockets of this machine: framing, timeouts, the way back. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { noIPv6 } from '../../support/ipv6.js';
import { requestText } from '../../support/stage.js';
import { StreamPhone } from '../../support/stream-phone.js';
import { failureOf, transportStage } from '../../support/transport.js';
import { UdpPhone } from '../../support/udp-phone.js';
import { bounded, options, tcpStage } from './tcp-stage.js';

test('a request is answered over its connection, and the flow says where it comes from', bounded, async () => {
  await using stage = await tcpStage();
  await using phone = await stage.phone();
  phone.send(options);
  assert.match(await phone.next(), /^SIP\/2\.0 200 OK\r\n/);
  const [, flow] = stage.heard[0]!;
  assert.deepEqual(
    [flow.protocol, flow.reliable, flow.remote, flow.local],
    ['tcp', true, phone.endpoint, stage.listener.local],
  );
  assert.deepEqual(stage.layer.connections(), [{ protocol: 'tcp', remote: phone.endpoint, ours: false }]);
});

test('requests in pieces and in heaps are each answered, in order', bounded, async () => {
  await using stage = await tcpStage();
  await using phone = await stage.phone();
  const texts = Array.from({ length: 50 }, (_, at) => requestText('OPTIONS', `z9hG4bK${at}`, { callId: `call-${at}` }));
  const stream = texts.join('');
  for (let at = 0; at < stream.length; at += 997) phone.send(stream.slice(at, at + 997));
  for (let at = 0; at < 50; at++) assert.equal(parse(await phone.next()).callId, `call-${at}`);
});

test('a ping is answered by one empty line', bounded, async () => {
  await using stage = await tcpStage();
  await using phone = await stage.phone();
  phone.send('\r\n\r\n');
  assert.equal(await phone.octets(2), '\r\n');
  assert.equal(stage.layer.counters.keepalives, 1);
});

for (const [what, text] of [
  ['without a Content-Length', options.replace('Content-Length: 0\r\n', '')],
  ['with two', options.replace('Content-Length: 0\r\n', 'Content-Length: 0\r\nl: 0\r\n')],
  ['with one that is no number', options.replace('Content-Length: 0', 'Content-Length: many')],
] as const) {
  test(`a request ${what} gets 400, and what follows it is not read`, bounded, async () => {
    await using stage = await tcpStage();
    await using phone = await stage.phone();
    phone.send(text + options);
    assert.match(await phone.next(), /^SIP\/2\.0 400 Bad Request\r\n/);
    await phone.hungUp();
    assert.deepEqual([stage.heard.length, stage.layer.connections()], [0, []]);
    assert.equal(stage.layer.counters.malformed, 1);
  });
}

test('a malformed request whose end is known gets 400, and the next one its answer', bounded, async () => {
  await using stage = await tcpStage();
  await using phone = await stage.phone();
  phone.send(options.replace('CSeq: 1 OPTIONS', 'CSeq: x OPTIONS') + options);
  assert.match(await phone.next(), /^SIP\/2\.0 400 /);
  assert.match(await phone.next(), /^SIP\/2\.0 200 /);
});

test('a message that is too long ends the connection with a line in the log', bounded, async () => {
  await using stage = await tcpStage();
  await using phone = await stage.phone();
  phone.send(`OPTIONS sip:a@b SIP/2.0\r\n${'x'.repeat(30_000)}`);
  await phone.hungUp();
  assert.match(
    stage.lines.join(),
    /notice: tcp 127\.0\.0\.1:\d+: connection closed: a message of more than 20480 octets/,
  );
});

test('a connection that we opened is told of when it is no more, others are not', bounded, async () => {
  await using stage = await tcpStage();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const remote = { address: '127.0.0.1', port: (server.address() as { port: number }).port };
  const connected = once(server, 'connection');
  stage.listener.flow(remote).send(options);
  const [socket] = (await connected) as [Socket];
  const hers = new StreamPhone(socket);
  await hers.next();
  {
    await using phone = await stage.phone();
    phone.send(options);
    await phone.next();
  }
  await hers[Symbol.asyncDispose]();
  while (stage.layer.connections().length > 0) await setImmediate();
  assert.deepEqual(
    stage.lost.map(flow => [flow.protocol, flow.remote]),
    [['tcp', remote]],
  );
  await new Promise(closed => server.close(closed));
  await failureOf(stage.listener.flow(remote), options);
  assert.equal(stage.lost.length, 1, 'one that never was is not lost');
});

test('the way to an address is the connection that came from there', bounded, async () => {
  await using stage = await tcpStage();
  await using phone = await stage.phone();
  phone.send(options);
  await phone.next();
  stage.listener.flow(phone.endpoint).send(requestText('NOTIFY'));
  assert.equal(parse(await phone.next()).method, 'NOTIFY');
  assert.equal(stage.layer.connections().length, 1);
});

test('where there is none, one is opened, used again, and its answers are heard', bounded, async () => {
  await using stage = await tcpStage();
  const server = createServer().listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const remote = { address: '127.0.0.1', port: (server.address() as { port: number }).port };
  const flow = stage.listener.flow(remote);
  flow.send(requestText('OPTIONS'));
  flow.send(requestText('NOTIFY'));
  const [socket] = await once(server, 'connection');
  {
    await using phone = new StreamPhone(socket);
    assert.deepEqual([parse(await phone.next()).method, parse(await phone.next()).method], ['OPTIONS', 'NOTIFY']);
    assert.deepEqual(stage.layer.connections(), [{ protocol: 'tcp', remote, ours: true }]);
    phone.send(options);
    assert.match(await phone.next(), /^SIP\/2\.0 200/);
    assert.deepEqual(flow.local, stage.listener.local);
    stage.clock.advance(31_000);
    assert.equal(stage.layer.connections().length, 1, 'it is not asked for credentials');
  }
  server.close();
});

/** Where nothing can be sent. */
const NOWHERE = [
  ['a port where nobody listens', { address: '127.0.0.1', port: 1 }],
  ['a port beyond all ports', { address: '127.0.0.1', port: 70_000 }],
  ['a name', { address: 'phone.example', port: 5060 }],
] as const;

for (const [what, remote] of NOWHERE) {
  test(`sending to ${what} throws nothing and is told to who asks`, bounded, async () => {
    await using stage = await tcpStage();
    assert.ok((await failureOf(stage.listener.flow(remote), options)) instanceof Error);
    assert.equal(stage.layer.counters.sendErrors, 1);
    assert.equal(stage.clock.pending, 0);
  });
}

test(
  'one that said nonsense has two seconds to hang up, and takes the one that came after it not along',
  bounded,
  async () => {
    await using stage = await tcpStage();
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1').unref();
    await once(server, 'listening');
    const flow = stage.listener.flow({ address: '127.0.0.1', port: (server.address() as { port: number }).port });
    const sockets: Socket[] = [];
    server.on('connection', socket => {
      sockets.push(socket.resume());
      socket.on('error', () => undefined); // the reset that is waited for
    });
    flow.send(requestText('OPTIONS'));
    while (sockets.length < 1) await setImmediate();
    const [first] = sockets as [Socket];
    let closed = false;
    first.once('close', () => {
      closed = true;
    });
    first.write(options.replace('Content-Length: 0\r\n', ''));
    await once(first, 'end');
    assert.equal(stage.layer.connections().length, 0);
    flow.send(requestText('NOTIFY'));
    while (sockets.length < 2) await setImmediate();
    stage.clock.advance(1999);
    for (let tries = 0; tries < 20; tries += 1) {
      first.write('x');
      await setImmediate();
    }
    assert.equal(closed, false);
    stage.clock.advance(1);
    while (!closed) {
      first.write('x');
      await setImmediate();
    }
    assert.equal(stage.layer.connections().length, 1);
    sockets[1]!.destroy();
    server.close();
  },
);

test('a connection that nobody answers is given up in time', bounded, async () => {
  await using stage = await tcpStage();
  const failure = failureOf(stage.listener.flow({ address: '127.0.0.2', port: 9 }), options);
  stage.clock.advance(10_000);
  assert.ok((await failure) instanceof Error);
  assert.equal(stage.clock.pending, 0);
});

test('the end closes connections, ours and theirs, and leaves no timer', bounded, async () => {
  const stage = await tcpStage();
  await using phone = await stage.phone();
  phone.send(options);
  await phone.next();
  const remote = phone.endpoint;
  await Promise.all([stage.listener.close(), stage.layer.close()]);
  await phone.hungUp();
  assert.deepEqual([stage.layer.size, stage.layer.connections(), stage.clock.pending], [0, [], 0]);
  const cause = await failureOf(stage.listener.flow(remote), options);
  assert.match(cause.message, /is closed/);
});

test('what the other end ends is forgotten, and its flow says so', bounded, async () => {
  await using stage = await tcpStage();
  const phone = await stage.phone();
  phone.send(options);
  await phone.next();
  await phone[Symbol.asyncDispose]();
  const deaf = stage.heard[0]![1];
  await using next = await stage.phone();
  next.send(options);
  await next.next();
  await failureOf(deaf, options);
  assert.equal(stage.layer.connections().length, 1);
});

for (const [what, address, port, words] of [
  ['an address that this machine does not have', '192.0.2.1', 5060, 'this machine has no such address'],
  ['a name', 'pbx.example', 5060, 'not an IP address; write it in numbers'],
  ['an impossible port', '127.0.0.1', 70_000, 'not a port; ports go up to 65535'],
] as const) {
  test(`opening ${what} is refused in the operator's words`, bounded, async () => {
    await using stage = transportStage();
    await assert.rejects(stage.layer.open('tcp', { address, port }), ({ message }: Error) => {
      assert.ok(message.startsWith(`tcp ${address}:${port}: ${words}`), message);
      return true;
    });
    assert.equal(stage.layer.size, 0);
  });
}

test('an address in use is refused, and one port may serve UDP and TCP', bounded, async () => {
  await using stage = await tcpStage();
  await assert.rejects(
    stage.layer.open('tcp', stage.listener.local),
    /^Error: tcp 127\.0\.0\.1:\d+: address already in use/,
  );
  await stage.layer.open('udp', stage.listener.local);
  await using phone = await UdpPhone.open();
  phone.send(stage.listener.local, options);
  assert.match(await phone.next(), /^SIP\/2\.0 200/);
});

for (const [from, to] of [
  ['::1', '::1'],
  ['::1', '::'],
  ['127.0.0.1', '::'],
] as const) {
  test(`a connection from ${from} to ${to} is shown and answered as that`, bounded, async t => {
    const absent = noIPv6();
    if (absent) return t.skip(absent);
    await using stage = transportStage();
    const listener = await stage.layer.open('tcp', { address: to, port: 0 });
    await using phone = await StreamPhone.open({ address: from, port: listener.local.port });
    phone.send(options);
    assert.match(await phone.next(), new RegExp(`^SIP/2\\.0 200 OK\r\n(?:.*\r\n)*?Via: .*;received=${from}`));
    const [, flow] = stage.heard[0]!;
    assert.deepEqual([flow.remote.address, flow.local.address], [from, from]);
    assert.equal(stage.layer.connections()[0]!.remote.address, from);
    // Back to it over a way of its own.
    listener.flow(flow.remote).send(requestText('NOTIFY'));
    assert.equal(parse(await phone.next()).method, 'NOTIFY');
    return undefined;
  });
}

test(
  'AST-2011-004: connections that are closed at once, each in its way, leave nothing and keep nobody waiting',
  bounded,
  async () => {
    await using stage = await tcpStage();
    const { address, port } = stage.listener.local;
    for (let at = 0; at < 60; at++) {
      const socket = connect({ host: address, port });
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      if (at % 3 === 0) socket.destroy();
      else if (at % 3 === 1) socket.resetAndDestroy();
      else socket.end('INV');
      await once(socket, 'close');
    }
    await using phone = await stage.phone();
    phone.send(options);
    assert.match(await phone.next(), /^SIP\/2\.0 200/);
    while (stage.layer.connections().length > 1) await setImmediate();
  },
);
