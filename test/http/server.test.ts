/** The HTTP server on free ports of this machine: routes, limits, certificates, reloads. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { LoadDeclined } from '#core';
import { commands } from '../../modules/http/commands.js';
import { Http } from '../../modules/http/server.js';
import type { Bound, Route } from '../../modules/http/token.js';
import { certificate, noCertificates } from '../support/certificate.js';
import { CliStage } from '../support/cli-stage.js';
import { CoreStage } from '../support/core-stage.js';
import { until } from '../support/passing.js';
import { StreamPhone } from '../support/stream-phone.js';
import { HTTP, urlOf } from '../support/web.js';

const bounded = { timeout: 30_000 };

async function httpStage(conf: string | undefined = HTTP) {
  const stage = await CoreStage.of('http', conf === '' ? {} : { 'http.conf': conf });
  const http = await Http.start(stage.core);
  return { stage, http, [Symbol.asyncDispose]: () => stage.close() };
}

const echo: Route = {
  path: '/echo',
  description: 'Echo',
  request: (request, response) => void response.end(request.method),
};

const get = async (bound: Bound, path: string) => {
  const answer = await fetch(urlOf(bound, 'http', path), { headers: { connection: 'close' } });
  return [answer.status, await answer.text()];
};

test('without http.conf, or where it does not enable it, nothing is listened on', bounded, async () => {
  for (const conf of ['', '[general]\nbindport=0\n']) {
    await using at = await httpStage(conf);
    assert.deepEqual(at.http.bound(), []);
  }
});

test('a path is served until it is withdrawn, and by one alone', bounded, async () => {
  await using at = await httpStage(`${HTTP}prefix=/pbx/\nservername=Door\n`);
  const [bound] = at.http.bound();
  const withdraw = at.http.serve(echo);
  assert.throws(() => at.http.serve(echo), /the path \/echo is served already/);
  const answer = await fetch(urlOf(bound!, 'http', '/pbx/echo?a=b'), { headers: { connection: 'close' } });
  assert.deepEqual([answer.headers.get('server'), await answer.text()], ['Door', 'GET']);
  assert.deepEqual(await get(bound!, '/echo'), [404, '404 Not Found\n']);
  withdraw();
  assert.deepEqual(await get(bound!, '/pbx/echo'), [404, '404 Not Found\n']);
});

test('a path for another protocol tells who asks for none', bounded, async () => {
  await using at = await httpStage();
  at.http.serve({ path: '/ws', description: 'Other', upgrade: () => assert.fail() });
  assert.deepEqual(await get(at.http.bound()[0]!, '/ws'), [426, '426 Upgrade Required\n']);
});

test('who asks for another protocol and breaks off harms nobody', bounded, async () => {
  await using at = await httpStage();
  at.http.serve(echo);
  const [bound] = at.http.bound();
  for (const path of ['/none', '/echo', '/none', '/echo', '/none', '/echo']) {
    const client = connect(bound!.port, '127.0.0.1');
    await once(client, 'connect');
    client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`, () =>
      client.resetAndDestroy(),
    );
    await once(client, 'close');
    assert.deepEqual(await get(bound!, '/echo'), [200, 'GET']);
  }
});

test('a route that throws is logged, and the next request is served', bounded, async () => {
  await using at = await httpStage();
  at.http.serve({
    path: '/bad',
    description: 'Bad',
    request() {
      throw new Error('broken');
    },
  });
  await assert.rejects(get(at.http.bound()[0]!, '/bad'));
  assert.match(at.stage.lines.join('\n'), /error: Error: broken\n/);
  assert.deepEqual(await get(at.http.bound()[0]!, '/none'), [404, '404 Not Found\n']);
});

for (const [what, said] of [
  ['says nothing', ''],
  ['never ends its headers', 'GET / HTTP/1.1\r\nHost: a\r\nX: '],
  ['never ends its body', 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc'],
] as const) {
  test(`who ${what} is cut after session_inactivity`, bounded, async () => {
    await using at = await httpStage(`${HTTP}session_inactivity=1000\n`);
    at.http.serve({ path: '/echo', description: 'Waits', request: request => void request.resume() });
    await using stranger = await StreamPhone.open(at.http.bound()[0]!);
    stranger.send(said);
    // Somebody else is served meanwhile, so what was said before has been read.
    await get(at.http.bound()[0]!, '/none');
    at.stage.clock.advance(1000);
    await stranger.hungUp();
  });
}

test('an answer may take its time, and after it the next request has session_keep_alive', bounded, async () => {
  await using at = await httpStage(`${HTTP}session_inactivity=1000\nsession_keep_alive=500\n`);
  let answer: (() => void) | undefined;
  const asked = new Promise<void>(resolve => {
    at.http.serve({
      path: '/slow',
      description: 'Slow',
      request(request, response) {
        answer = () => response.end('done');
        request.resume().on('end', resolve);
      },
    });
  });
  await using client = await StreamPhone.open(at.http.bound()[0]!);
  client.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
  await asked;
  at.stage.clock.advance(5000);
  answer!();
  while (!client.text.includes('done')) await client.octets(client.text.length + 1);
  at.stage.clock.advance(500);
  await client.hungUp();
});

/** What no socket holds, in parts as a page is written. */
const PARTS = 400;
const PART = Buffer.alloc(64 * 1024, 'x');

/** Somebody who asks for a large page. */
async function largePage(at: Awaited<ReturnType<typeof httpStage>>) {
  let ended = false;
  const begun = new Promise<void>(resolve => {
    at.http.serve({
      path: '/large',
      description: 'Large',
      request(request, response) {
        response.once('close', () => (ended = true));
        Readable.from(Array<Buffer>(PARTS).fill(PART)).pipe(response);
        request.resume().on('end', resolve);
      },
    });
  });
  const client = connect(at.http.bound()[0]!.port, '127.0.0.1');
  client.on('error', () => undefined); // cut off while he writes or reads
  client.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
  await begun;
  return { client, ended: () => ended };
}

test('who reads nothing of an answer is cut after session_inactivity', bounded, async () => {
  await using at = await httpStage(`${HTTP}session_inactivity=1000\n`);
  const { client, ended } = await largePage(at);
  await until(() => {
    at.stage.clock.advance(1000);
    return ended();
  });
  client.destroy();
});

test('who reads slowly has the whole answer, however long it takes', bounded, async () => {
  await using at = await httpStage(`${HTTP}session_inactivity=1000\n`);
  const { client } = await largePage(at);
  let read = 0;
  let before = 0;
  client.on('data', data => {
    read += data.length;
    if (read - before < 4 * 1024 * 1024) return;
    before = read;
    // Much was read since the last time; now he stands still for a while.
    client.pause();
    at.stage.clock.advance(999);
    client.resume();
  });
  await until(() => read > PARTS * PART.length);
  client.destroy();
});

test('requests that come in one packet are served one after the other, and only so many wait', bounded, async () => {
  await using at = await httpStage();
  const asked: ServerResponse[] = [];
  at.http.serve({ path: '/slow', description: 'Slow', request: (_request, response) => void asked.push(response) });
  const [bound] = at.http.bound();
  const requests = (count: number) => 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(count);
  const client = connect(bound!.port, '127.0.0.1').resume();
  client.write(requests(10));
  for (let n = 1; n <= 10; n += 1) {
    await until(() => asked.length > 0);
    assert.equal(asked.length, 1);
    asked.pop()!.end(`${n}`);
  }
  const greedy = connect(bound!.port, '127.0.0.1').resume();
  greedy.on('error', () => undefined).write(requests(1000));
  await once(greedy, 'close');
  assert.equal(asked.length, 1);
  client.destroy();
});

test('beyond sessionlimit the oldest connection goes', bounded, async () => {
  await using at = await httpStage(`${HTTP}sessionlimit=2\n`);
  const [bound] = at.http.bound();
  await using first = await StreamPhone.open(bound!);
  await using second = await StreamPhone.open(bound!);
  await using third = await StreamPhone.open(bound!);
  await first.hungUp();
  for (const one of [second, third]) {
    one.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.match(await one.octets(12), /^HTTP\/1\.1 404/);
  }
});

test('a reload opens, closes and moves; what is wrong changes nothing', bounded, async () => {
  await using at = await httpStage();
  await using other = await httpStage();
  const [bound] = at.http.bound();
  const reload = (conf: string) => {
    at.stage.write('http.conf', conf);
    return at.http.reload();
  };
  await reload(HTTP);
  assert.deepEqual(at.http.bound(), [bound]);
  await assert.rejects(
    reload(`[general]\nenabled=yes\nbindport=${other.http.bound()[0]!.port}\n`),
    /^LoadDeclined: http 127\.0\.0\.1:\d+: address already in use/,
  );
  await assert.rejects(reload(`${HTTP}bindaddr=localhost\n`), /http\.conf:4: bindaddr: expected an IP address/);
  assert.deepEqual(at.http.bound(), [bound]);
  await reload(`[general]\nenabled=yes\nbindaddr=0.0.0.0\nbindport=${bound!.port}\n`);
  assert.deepEqual(at.http.bound(), [{ ...bound!, address: '0.0.0.0' }]);
  await reload(HTTP.replace('yes', 'no'));
  assert.deepEqual(at.http.bound(), []);
});

test('unknown sections and options are told', bounded, async () => {
  await using at = await httpStage(`${HTTP}enable_status=yes\nbindadr=::1\nenablestatic=no\n[post_mappings]\nx=y\n`);
  assert.deepEqual(at.stage.lines, [
    "warning: http.conf:5: unknown option 'bindadr', did you mean 'bindaddr'?",
    'warning: http.conf: [post_mappings] has no effect here',
    'notice: http.conf: options that are read and not in force yet: enable_static, enable_status',
  ]);
});

const secureGet = ({ address, port }: Bound, ca: string, servername = ''): Promise<number> =>
  new Promise((resolve, reject) => {
    secureRequest({ host: address, port, ca, agent: false, path: '/', servername }, answer => {
      answer.resume();
      resolve(answer.statusCode!);
    })
      .on('error', reject)
      .end();
  });

test('HTTPS: a renewed certificate is shown after a reload of the same file', bounded, async t => {
  const absent = await noCertificates();
  if (absent) return t.skip(absent);
  await using first = await certificate();
  await using second = await certificate();
  const conf = `${HTTP}tlsenable=yes\ntlsbindaddr=127.0.0.1:0\ntlscertfile=${first.certfile}\ntlsprivatekey=${first.keyfile}\n`;
  await using at = await httpStage(conf);
  const secure = at.http.bound().find(bound => bound.secure)!;
  assert.equal(await secureGet(secure, first.cert), 404);
  await copyFile(second.certfile, first.certfile);
  await assert.rejects(at.http.reload(), LoadDeclined);
  await copyFile(second.keyfile, first.keyfile);
  await at.http.reload();
  assert.equal(await secureGet(secure, second.cert), 404);
  await using stranger = await StreamPhone.open(secure);
  stranger.send('GET / HTTP/1.1\r\n\r\n');
  await stranger.hungUp();
  return undefined;
});

test('HTTPS: of several certificates each is for its names, those too that come with a reload', bounded, async t => {
  const absent = await noCertificates();
  if (absent) return t.skip(absent);
  await using one = await certificate('one.example');
  await using two = await certificate('two.example');
  const line = ({ certfile, keyfile }: typeof one) => `tlscertfile=${certfile}\ntlsprivatekey=${keyfile}\n`;
  const tls = `${HTTP}tlsenable=yes\ntlsbindaddr=127.0.0.1:0\n`;
  await using at = await httpStage(tls + line(one));
  const secure = at.http.bound().find(bound => bound.secure)!;
  await assert.rejects(secureGet(secure, two.cert, 'two.example'), /self-signed/);
  at.stage.write('http.conf', tls + line(two) + line(one));
  await at.http.reload();
  assert.equal(await secureGet(secure, two.cert, 'two.example'), 404);
  assert.equal(await secureGet(secure, one.cert, 'one.example'), 404);
  at.stage.write('http.conf', tls + line(two));
  await at.http.reload();
  assert.equal(await secureGet(secure, two.cert, ''), 404);
  await assert.rejects(secureGet(secure, one.cert, 'one.example'), /self-signed/);
  return undefined;
});

test('http show status says where it listens and what is served', bounded, async () => {
  await using at = await httpStage(`${HTTP}prefix=pbx\n`);
  const cli = new CliStage(...commands(at.http));
  const { address, port } = at.http.bound()[0]!;
  at.http.serve(echo);
  assert.equal(
    await cli.text('http show status'),
    `HTTP Server Status:\nPrefix: /pbx\nServer: Obelisk\nServer Enabled and Bound to ${address}:${port}\n\n` +
      "Enabled URI's:\n/pbx/echo => Echo\n\nEnabled Redirects:\n  None.\n",
  );
  await at.http.close();
  assert.match(await cli.text('http show status'), /^Server Disabled$/m);
});

test('a banned address gets no answer, over a connection that is open already neither', bounded, async () => {
  await using at = await httpStage();
  at.http.serve(echo);
  const bound = at.http.bound()[0]!;
  await using kept = await StreamPhone.open(bound);
  kept.send('GET /echo HTTP/1.1\r\nHost: x\r\n\r\n');
  await kept.octets(1);
  const heard = kept.text.length;
  at.stage.bans.ban(bound.address, 1000, 'by the operator');
  kept.send('GET /echo HTTP/1.1\r\nHost: x\r\n\r\n');
  await kept.hungUp();
  await using late = new StreamPhone(connect({ host: bound.address, port: bound.port }));
  await late.hungUp();
  assert.deepEqual([kept.text.length - heard < 8, late.text, at.stage.bans.dropped], [true, '', 2]);
});
