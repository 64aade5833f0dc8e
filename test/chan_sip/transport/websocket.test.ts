/** WebSockets on a real HTTP server of this machine: one message a frame, limits, the way back. RFC 7118. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { TestClock } from '../../../core/clock.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import type { WebLimits } from '../../../modules/chan_sip/transport/transport.js';
import { WebSocketPipe } from '../../../modules/chan_sip/transport/websocket-pipe.js';
import { CoreStage } from '../../support/core-stage.js';
import { noIPv6 } from '../../support/ipv6.js';
import { requestText } from '../../support/stage.js';
import { StreamPhone } from '../../support/stream-phone.js';
import { failureOf, transportStage } from '../../support/transport.js';
import { HTTP, serveHttp, WebPhone } from '../../support/web.js';

const bounded = { timeout: 5000 };
const options = requestText('OPTIONS');
const LIMITS = { authTimeout: 30_000, authLimit: 100, idle: 600_000 };

async function webStage(limits = LIMITS, web: WebLimits = { writeTimeout: 100, origins: [] }, conf = HTTP) {
  const core = await CoreStage.of('http', { 'http.conf': conf });
  const http = await serveHttp(core);
  const stage = transportStage(undefined, limits, undefined, undefined, web);
  const [listener] = stage.layer.openWebSockets(http);
  const bound = http.bound()[0]!;
  return {
    ...stage,
    http,
    bound,
    listener: listener!,
    phone: () => WebPhone.open(bound),
    async [Symbol.asyncDispose]() {
      await stage.layer.close();
      await core.close();
      assert.equal(stage.clock.pending, 0);
    },
  };
}

for (const binary of [false, true]) {
  test(`a request in a ${binary ? 'binary' : 'text'} frame is answered over its connection`, bounded, async () => {
    await using stage = await webStage();
    await using phone = await stage.phone();
    phone.send(options, binary);
    assert.match(await phone.next(), /^SIP\/2\.0 200 OK\r\n/);
    const [, flow] = stage.heard[0]!;
    const remote = { address: '127.0.0.1', port: phone.port };
    assert.deepEqual(
      [flow.protocol, flow.reliable, flow.remote, flow.local],
      ['ws', true, remote, { address: '127.0.0.1', port: stage.bound.port }],
    );
    assert.deepEqual(stage.layer.connections(), [{ protocol: 'ws', remote, ours: false }]);
    stage.listener.flow(remote).send(requestText('NOTIFY'));
    assert.equal(parse(await phone.next()).method, 'NOTIFY');
  });
}

test('what is UTF-8 goes out as text, anything else as binary', bounded, async () => {
  await using stage = await webStage();
  await using phone = await stage.phone();
  phone.send(options);
  await phone.next();
  const [, flow] = stage.heard[0]!;
  for (const name of ['J\xc3\xb6rg', 'J\xf6rg']) flow.send(requestText('OPTIONS', 'z9hG4bK2', { callId: name }));
  assert.equal(parse(await phone.next()).callId, 'J\xc3\xb6rg');
  assert.equal(parse(await phone.next()).callId, 'J\xf6rg');
  assert.deepEqual(
    phone.received.map(({ binary }) => binary),
    [false, false, true],
  );
});

test('a message in several fragments is one, and one without a Content-Length is whole', bounded, async () => {
  await using stage = await webStage();
  await using phone = await stage.phone();
  const text = options.replace('Content-Length: 0\r\n', '');
  phone.socket.send(text.slice(0, 20), { fin: false });
  phone.socket.send(text.slice(20), { fin: true });
  assert.match(await phone.next(), /^SIP\/2\.0 200/);
});

test('pings of both kinds are answered', bounded, async () => {
  await using stage = await webStage();
  await using phone = await stage.phone();
  const pong = once(phone.socket, 'pong');
  phone.socket.ping('are you there');
  assert.equal(String((await pong)[0]), 'are you there');
  phone.send('\r\n\r\n');
  assert.equal(await phone.next(), '\r\n');
  assert.equal(stage.layer.counters.keepalives, 1);
});

test('what is no SIP gets its 400, and the next message its answer', bounded, async () => {
  await using stage = await webStage();
  await using phone = await stage.phone();
  phone.send(options.replace('CSeq: 1 OPTIONS', 'CSeq: x OPTIONS'));
  assert.match(await phone.next(), /^SIP\/2\.0 400 /);
  phone.send(options);
  assert.match(await phone.next(), /^SIP\/2\.0 200 /);
});

test('a message that is too long ends the connection with a line in the log', bounded, async () => {
  await using stage = await webStage();
  await using phone = await stage.phone();
  phone.send(`OPTIONS sip:a@b SIP/2.0\r\n${'x'.repeat(30_000)}`);
  await phone.hungUp();
  assert.match(stage.lines.join('\n'), /notice: ws 127\.0\.0\.1:\d+: connection closed: a message of more than 20480/);
});

test('fragments without end are too long, too', bounded, async () => {
  await using stage = await webStage();
  await using phone = await stage.phone();
  for (let at = 0; at < 30; at++) phone.socket.send('x'.repeat(1000), { fin: false });
  await phone.hungUp();
  assert.deepEqual(stage.layer.connections(), []);
});

test('text that is no UTF-8 ends the connection', bounded, async () => {
  await using stage = await webStage();
  await using phone = await stage.phone();
  phone.send('OPTIONS sip:\xff SIP/2.0\r\n\r\n');
  assert.equal(await phone.hungUp(), 1007);
});

for (const [what, protocols, headers, status] of [
  ['without a sub-protocol', [], {}, 400],
  ['with another sub-protocol', ['echo'], {}, 400],
  ['from a page that is not listed', ['sip'], { origin: 'https://evil.example' }, 403],
] as const) {
  test(`a WebSocket ${what} gets ${status}`, bounded, async () => {
    await using stage = await webStage(LIMITS, { writeTimeout: 100, origins: ['https://pbx.example'] });
    const refused = WebPhone.open(stage.bound, { headers }, [...protocols]);
    await assert.rejects(refused, new RegExp(`Unexpected server response: ${status}`));
    assert.deepEqual(stage.layer.connections(), []);
  });
}

test('who is refused and leaves his half of the connection open loses it all the same', bounded, async () => {
  await using stage = await webStage();
  const socket = connect({ host: stage.bound.address, port: stage.bound.port, allowHalfOpen: true });
  socket.on('error', () => undefined); // the reset that is waited for
  let closed = false;
  socket.once('close', () => {
    closed = true;
  });
  const key = Buffer.alloc(16).toString('base64');
  const shake = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n`;
  socket.write(`GET /ws HTTP/1.1\r\nHost: x\r\n${shake}\r\n`);
  socket.resume();
  await once(socket, 'end');
  while (!closed) {
    socket.write('x');
    await setImmediate();
  }
});

test('a ping is answered while no more than 4096 octets wait', () => {
  const answered: unknown[] = [];
  const socket = Object.assign(new EventEmitter(), { bufferedAmount: 0, pong: (data: unknown) => answered.push(data) });
  const heard: unknown[] = [];
  const deaf = () => undefined;
  const ear = {
    heard: () => heard.push('sign'),
    connected: deaf,
    troubled: deaf,
    misframed: deaf,
    failed: deaf,
    closed: deaf,
  };
  new WebSocketPipe(ear, socket as unknown as WebSocket, new TestClock(), () => 100);
  for (const waiting of [0, 4096, 4097]) {
    socket.bufferedAmount = waiting;
    socket.emit('ping', waiting);
  }
  assert.deepEqual([answered, heard.length], [[0, 4096], 3]);
});

for (const [what, headers] of [
  ['from a page that is listed', { origin: 'https://PBX.example' }],
  ['from a program that is no browser', {}],
] as const) {
  test(`a WebSocket ${what} is let in where there is a list`, bounded, async () => {
    await using stage = await webStage(LIMITS, { writeTimeout: 100, origins: ['https://pbx.example'] });
    await using phone = await WebPhone.open(stage.bound, { headers }, ['echo', 'sip']);
    assert.equal(phone.socket.protocol, 'sip');
  });
}

test('without credentials it is closed after its time, however much it pings', bounded, async () => {
  await using stage = await webStage();
  await using phone = await stage.phone();
  const pong = once(phone.socket, 'pong');
  phone.socket.ping();
  await pong;
  stage.clock.advance(LIMITS.authTimeout);
  await phone.hungUp();
  assert.match(stage.lines.join('\n'), /no credentials in 30 s, see tcpauthtimeout/);
});

test('one that is trusted stays while it pings, and goes when it is silent', bounded, async () => {
  await using stage = await webStage();
  await using phone = await stage.phone();
  phone.send(options);
  await phone.next();
  stage.heard[0]![1].trusted();
  stage.clock.advance(LIMITS.idle - 1);
  const pong = once(phone.socket, 'pong');
  phone.socket.ping();
  await pong;
  stage.clock.advance(LIMITS.idle - 1);
  assert.equal(stage.layer.connections().length, 1);
  stage.clock.advance(1);
  await phone.hungUp();
});

test('WebSockets and TCP share the limit of strangers: the oldest goes', bounded, async () => {
  await using stage = await webStage({ ...LIMITS, authLimit: 1 });
  const tcp = await stage.layer.open('tcp', { address: '127.0.0.1', port: 0 });
  await using first = await stage.phone();
  await using second = await StreamPhone.open(tcp.local);
  await first.hungUp();
  second.send(options);
  assert.match(await second.next(), /^SIP\/2\.0 200/);
});

for (const [what, elapses, reason] of [
  ['a message', 100, /a message was not taken in 100 ms, see websocket_write_timeout/],
  ['any', 0, /it does not read what is sent to it/],
] as const) {
  test(`who does not read ${what} that is sent to it is cut`, bounded, async () => {
    await using stage = await webStage();
    await using phone = await stage.phone();
    phone.send(options);
    await phone.next();
    const [, flow] = stage.heard[0]!;
    phone.socket.pause();
    const long = requestText('NOTIFY', 'z9hG4bK3', { callId: 'x'.repeat(15_000) });
    // As much as the system takes, and a little more: then something waits.
    for (let at = 0; at < 5000 && stage.layer.connections().length === 1; at++) {
      flow.send(long);
      await setImmediate();
      stage.clock.advance(elapses);
    }
    phone.socket.resume();
    await phone.hungUp();
    assert.match(stage.lines.join('\n'), reason);
  });
}

test('nobody can be called over a WebSocket', bounded, async () => {
  await using stage = await webStage();
  const flow = stage.listener.flow({ address: '127.0.0.1', port: 9 });
  assert.match((await failureOf(flow, options)).message, /^there is no WebSocket from ws 127\.0\.0\.1:9$/);
});

test('the end says goodbye to everyone, and withdraws the path', bounded, async () => {
  await using stage = await webStage();
  await using phone = await stage.phone();
  await stage.layer.close();
  assert.equal(await phone.hungUp(), 1001);
  await assert.rejects(stage.phone(), /Unexpected server response: 404/);
  assert.deepEqual([stage.layer.size, stage.http.routes()], [0, []]);
});

for (const bind of ['::1', '::']) {
  test(`from ::1 to a server on ${bind}`, bounded, async t => {
    const absent = noIPv6();
    if (absent) return t.skip(absent);
    await using stage = await webStage(LIMITS, undefined, `${HTTP}bindaddr=${bind}\n`);
    await using phone = await WebPhone.open({ ...stage.bound, address: '::1' });
    phone.send(options);
    assert.match(await phone.next(), /^SIP\/2\.0 200 OK\r\nVia: .*;received=::1/);
    const [, flow] = stage.heard[0]!;
    assert.deepEqual([flow.remote, flow.local.address], [{ address: '::1', port: phone.port }, '::1']);
    return undefined;
  });
}

test(
  'AST-2018-009: an upgrade with very many protocols or headers is bounded, and others are served',
  bounded,
  async () => {
    await using stage = await webStage();
    const many = Array.from({ length: 500 }, (_, at) => `p${at}`);
    await using phone = await WebPhone.open(stage.bound, {}, [...many, 'sip']);
    phone.send(options);
    assert.match(await phone.next(), /^SIP\/2\.0 200 OK\r\n/);
    const headers = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`X-Header-${at}`, 'x'.repeat(20)]));
    await assert.rejects(WebPhone.open(stage.bound, { headers }), /431|hang up|ECONNRESET|EPIPE/);
    await assert.rejects(WebPhone.open(stage.bound, {}, many), /400|426|subprotocol|Unexpected server response/i);
  },
);
