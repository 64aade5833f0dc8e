/** The control socket itself: who may have it, who may open it, how many. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LoadDeclined } from '../../core/errors.js';
import { ControlServer, MOST_CLIENTS, type ServerParts } from '../../modules/cli_console/server.js';
import { Client, GREETING, openStage, parts, temporary } from './stage.js';

/** A server that ends with its test. */
async function open(t: TestContext, made: ServerParts): Promise<ControlServer> {
  const server = await ControlServer.open(made);
  t.after(() => server.close());
  return server;
}

const rights = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('only the owner may open the socket and look into a directory made for it', async t => {
  const { path } = await openStage(t);
  assert.equal(rights(path), '600');
  assert.equal(rights(join(path, '..')), '750');
});

test('the socket has the permissions of asterisk.conf', async t => {
  const made = parts(join(temporary(t), 'ctl'), 0o660);
  await open(t, made);
  assert.equal(rights(made.socket.path), '660');
});

test('making the socket leaves the mask of the process as it was', async t => {
  const before = process.umask(0o002);
  t.after(() => process.umask(before));
  await openStage(t);
  assert.equal(process.umask(), 0o002);
});

test('closing removes the socket', async t => {
  const stage = await openStage(t);
  await stage.server.close();
  assert.equal(existsSync(stage.path), false);
  assert.equal(stage.clock.pending, 0);
});

test('closing leaves the socket of another server that has taken its place', async t => {
  const path = join(temporary(t), 'ctl');
  const first = await ControlServer.open(parts(path));
  rmSync(path);
  await open(t, parts(path));
  await first.close();
  const client = new Client(path);
  client.send('cli quit after say there');
  await client.closed;
  assert.equal(client.text, `${GREETING}there\n`);
  assert.deepEqual(readdirSync(join(path, '..')), ['ctl']);
});

test('of two that begin at the same time one has the socket, and the other declines', async t => {
  const path = join(temporary(t), 'ctl');
  const both = [41, 42].map(pid => open(t, { ...parts(path), pid }));
  const told = (await Promise.allSettled(both)).filter(one => one.status === 'rejected').map(({ reason }) => reason);
  assert.equal(told.length, 1);
  assert.ok(told[0] instanceof LoadDeclined);
  assert.match(told[0].message, /ctl: another PBX begins there at the same time/);
  const client = new Client(path);
  client.send('cli quit after say there');
  await client.closed;
  assert.equal(client.text, `${GREETING}there\n`);
  assert.deepEqual(readdirSync(join(path, '..')), ['ctl']);
});

test('what a server that was killed left behind is replaced', async t => {
  const path = join(temporary(t), 'ctl');
  const die = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', die]);
  assert.ok(existsSync(path));
  await open(t, parts(path));
  const client = new Client(path);
  client.send('cli quit after say alive');
  await client.closed;
  assert.equal(client.text, `${GREETING}alive\n`);
});

test('a server that answers keeps its socket', async t => {
  const stage = await openStage(t);
  await assert.rejects(
    open(t, parts(stage.path)),
    new LoadDeclined(`control socket ${stage.path}: another PBX answers there`),
  );
  const client = stage.client();
  client.send('cli quit after say mine');
  await client.closed;
  assert.equal(client.text, `${GREETING}mine\n`);
});

test('a file that is no socket is left alone', async t => {
  const path = join(temporary(t), 'ctl');
  writeFileSync(path, 'precious');
  await assert.rejects(
    open(t, parts(path)),
    new LoadDeclined(`control socket ${path}: there is something else in its place`),
  );
  assert.equal(statSync(path).size, 8);
});

test('a path that no socket can have is refused with the cure', async t => {
  const path = join(temporary(t), 'x'.repeat(100), 'ctl');
  await assert.rejects(open(t, parts(path)), (thrown: Error) => {
    assert.ok(thrown instanceof LoadDeclined);
    assert.match(thrown.message, /may have 107 bytes; change astrundir$/);
    return true;
  });
});

test('a directory that cannot be made is the reason, in words', async t => {
  const directory = temporary(t);
  writeFileSync(join(directory, 'file'), '');
  await assert.rejects(
    open(t, parts(join(directory, 'file', 'ctl'))),
    /^LoadDeclined: control socket .*(ENOTDIR|EEXIST)/,
  );
});

test(`${MOST_CLIENTS} clients are served, the next is told so, and there is room again when one goes`, async t => {
  const stage = await openStage(t);
  const clients = Array.from({ length: MOST_CLIENTS }, () => stage.client());
  await Promise.all(clients.map(client => client.until(GREETING)));
  const late = stage.client();
  await late.closed;
  assert.equal(late.text, `there are ${MOST_CLIENTS} consoles already\n`);
  assert.equal(stage.server.refused, 1);
  clients[0]!.send('quit');
  await clients[0]!.closed;
  await stage.left(MOST_CLIENTS - 1);
  const next = stage.client();
  next.send('cli quit after say room');
  await next.closed;
  assert.equal(next.text, `${GREETING}room\n`);
});

test('closing lets the answers out and ends every connection', async t => {
  const stage = await openStage(t);
  const clients = [stage.client(), stage.client()];
  for (const client of clients) client.send('say bye');
  await Promise.all(clients.map(client => client.until('bye\n')));
  await stage.server.close();
  await Promise.all(clients.map(client => client.closed));
  assert.deepEqual([stage.server.clients, stage.sinks.size, stage.clock.pending], [0, 0, 0]);
});

test('closing does not wait for a command that does not end', async t => {
  const stage = await openStage(t);
  stage.table.add('stuck', { syntax: 'stuck', summary: 'Never ends', run: () => new Promise(() => undefined) });
  const client = stage.client();
  client.send('say going', 'stuck');
  await client.until('going\n');
  await stage.server.close();
  await client.closed;
});
