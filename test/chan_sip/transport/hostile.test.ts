/** What strangers try over streams: lies about lengths, requests drop by drop, connections held open from one side. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { CoreStage } from '../../support/core-stage.js';
import { requestText } from '../../support/stage.js';
import { StreamPhone } from '../../support/stream-phone.js';
import { transportStage } from '../../support/transport.js';
import { HTTP, serveHttp, urlOf } from '../../support/web.js';

const bounded = { timeout: 30_000 };
const ANY = { address: '127.0.0.1', port: 0 };
const LIMITS = { authTimeout: 30_000, authLimit: 10, idle: 600_000 };
const options = requestText('OPTIONS');
const stating = (length: string) => options.replace('Content-Length: 0', `Content-Length: ${length}`);

async function hostileStage() {
  const stage = transportStage(undefined, LIMITS);
  const { local } = await stage.layer.open('tcp', ANY);
  return { ...stage, local, phone: () => StreamPhone.open(local) };
}

test('a length that is shorter than the body makes of the rest no part of any request', bounded, async () => {
  await using stage = await hostileStage();
  await using phone = await stage.phone();
  phone.send(`${stating('3')}abcdef\r\n\r\n${options}`);
  assert.match(await phone.next(), /^SIP\/2\.0 200/);
  await phone.hungUp();
  assert.equal(stage.heard.length, 1, 'what has no head has no end');
});

test(
  'a length that is longer than the body waits for the rest, and no longer than for credentials',
  bounded,
  async () => {
    await using stage = await hostileStage();
    await using phone = await stage.phone();
    phone.send(options + stating('100'));
    assert.match(await phone.next(), /^SIP\/2\.0 200/);
    stage.clock.advance(LIMITS.authTimeout);
    await phone.hungUp();
    assert.equal(stage.heard.length, 1);
  },
);

for (const length of ['-1', '+0', '0x10', '1e3', '0, 0', '99999999999999999999', '20481']) {
  test(`a length of ${length} ends the connection`, bounded, async () => {
    await using stage = await hostileStage();
    await using phone = await stage.phone();
    phone.send(stating(length) + options);
    await phone.hungUp();
    assert.deepEqual([stage.heard.length, stage.layer.connections()], [0, []]);
  });
}

test('a request octet by octet is one request, and costs no more time than it is given', bounded, async () => {
  await using stage = await hostileStage();
  await using phone = await stage.phone();
  for (const octet of options) phone.send(octet);
  assert.match(await phone.next(), /^SIP\/2\.0 200/);
  for (let second = 0; second < 30; second++) {
    phone.send('X-Slow: a\r\n');
    stage.clock.advance(1000);
  }
  await phone.hungUp();
  assert.match(stage.lines.join('\n'), /no credentials in 30 s/);
});

test('headers without end are cut where a message may not be longer', bounded, async () => {
  await using stage = await hostileStage();
  await using phone = await stage.phone();
  phone.send(`OPTIONS sip:a@b SIP/2.0\r\n${'X: y\r\n'.repeat(4000)}`);
  await phone.hungUp();
  assert.equal(stage.heard.length, 0);
});

test('hundreds who only wait keep nobody out', bounded, async () => {
  await using stage = await hostileStage();
  const idle: StreamPhone[] = [];
  for (let at = 0; at < 200; at++) idle.push(await stage.phone());
  await using phone = await stage.phone();
  phone.send(options);
  assert.match(await phone.next(), /^SIP\/2\.0 200/);
  assert.equal(stage.layer.connections().length, LIMITS.authLimit);
  for (const one of idle) await one[Symbol.asyncDispose]();
});

/** Keeps its half open, whatever the other end does; resolves when it is reset. */
async function clinging(socket: Socket, request: string): Promise<string> {
  let text = '';
  socket.on('error', () => undefined).on('data', chunk => (text += chunk.toString()));
  socket.write(request);
  await once(socket, 'end');
  while (!socket.closed) {
    // Somebody who is not there any more takes nothing.
    socket.write('x');
    await new Promise(setImmediate);
  }
  return text;
}

for (const [what, path, status] of [
  ['without its sub-protocol', '/ws', 400],
  ['at a path that is not there', '/none', 404],
] as const) {
  test(`a WebSocket ${what} is let go of, though the other end clings to it`, bounded, async () => {
    const core = await CoreStage.of('http', { 'http.conf': HTTP });
    const http = await serveHttp(core);
    await using stage = transportStage(undefined, LIMITS);
    stage.layer.openWebSockets(http);
    const { hostname, port } = new URL(urlOf(http.bound()[0]!, 'http'));
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const request = `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    assert.match(await clinging(socket, request), new RegExp(`^HTTP/1\\.1 ${status} `));
    await stage.layer.close();
    await core.close();
  });
}
