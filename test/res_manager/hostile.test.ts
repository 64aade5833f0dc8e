/** Clients that mean no good: what they get is defined, what they cost is bounded, and nobody else is disturbed. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ManagerCall } from '../../core/manager.js';
import { MOST_WAITING } from '../../modules/res_manager/session.js';
import { certificate, noCertificates } from '../support/certificate.js';
import { fieldOf } from './client.js';
import { ADMIN, GENERAL, ManagerStage } from './stage.js';

const bounded = { timeout: 60_000 };

test('a line of 10 MB gets an error at its end, and the session goes on', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin();
  const before = process.memoryUsage().arrayBuffers;
  client.socket.write(`Action: Echo\r\nActionID: long\r\nValue: ${'x'.repeat(10 * 1024 * 1024)}\r\n\r\n`);
  const answer = await client.until(() => client.messages.find(message => fieldOf(message, 'ActionID') === 'long'));
  assert.deepEqual(answer, [
    ['Response', 'Error'],
    ['ActionID', 'long'],
    ['Message', 'Failed to parse message: line too long'],
  ]);
  assert.ok(process.memoryUsage().arrayBuffers - before < 32 * 1024 * 1024);
  assert.equal(fieldOf(await client.ask('Restart'), 'Message'), 'Done');
});

test('random bytes end nothing but their own connection', bounded, async () => {
  await using at = await ManagerStage.of();
  const admin = await at.admin();
  const client = at.client();
  client.socket.write(randomBytes(1024 * 1024));
  client.socket.end('\n\n');
  await client.closed;
  assert.equal(fieldOf(await admin.ask('Restart'), 'Message'), 'Done');
  assert.deepEqual(
    at.stage.lines.filter(line => line.startsWith('error')),
    [],
  );
});

/** What is in use when nothing is left to collect. */
async function inUse(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await new Promise(resolve => setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function filesAllowed(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : 20_000;
}

const ATTEMPTS = 10_000;

/** Both ends of each are files of this process, which has a limit of them. */
const HELD = Math.min(4000, Math.floor((filesAllowed() - 1000) / 2));
const AT_ONCE = 200;

/** A connection that says nothing, and what it was told until it ended. */
function silent(port: number): { socket: Socket; said: () => string; ended: () => boolean } {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  let text = '';
  let over = false;
  socket.setEncoding('latin1').on('data', part => {
    text += part;
  });
  socket.on('close', () => {
    over = true;
  });
  return { socket, said: () => text, ended: () => over };
}

test('10,000 connections that say nothing: authlimit of them are held, all are greeted, and nobody is kept out', {
  timeout: 120_000,
}, async () => {
  await using at = await ManagerStage.of(`${GENERAL}authlimit=${HELD}\n${ADMIN}`);
  const admin = await at.admin();
  const before = await inUse();
  const all: ReturnType<typeof silent>[] = [];
  let most = 0;
  for (let count = 0; count < ATTEMPTS; count += AT_ONCE) {
    for (let n = 0; n < AT_ONCE; n += 1) all.push(silent(at.port));
    await at.seen(() => at.server.lobby.size + at.server.lobby.turnedAway === all.length);
    // Those that were turned away have ended before the next ones come, so that there are files for them.
    await at.seen(() => all.filter(({ ended }) => !ended()).length <= HELD);
    most = Math.max(most, at.server.lobby.size);
    if (count % 1000 === 0) assert.equal(fieldOf(await admin.ask('Restart'), 'Message'), 'Done');
  }
  assert.deepEqual([most, at.server.lobby.size, at.server.lobby.turnedAway], [HELD, HELD, ATTEMPTS - HELD]);
  await at.seen(() => all.every(({ said }) => said() !== ''));
  assert.deepEqual([...new Set(all.map(({ said }) => said()))], ['Asterisk Call Manager/9.0.0\r\n']);
  // Both ends, and what this test keeps of each.
  assert.ok((await inUse()) - before < HELD * 32 * 1024);
  const late = at.client();
  assert.equal(fieldOf(await late.login(), 'Message'), 'Authentication accepted');
  at.stage.clock.advance(30_000);
  await at.seen(() => all.every(({ ended }) => ended()));
  assert.equal(at.server.lobby.size, 0);
  all.length = 0;
  assert.ok((await inUse()) - before < 16 * 1024 * 1024);
  assert.equal(fieldOf(await admin.ask('Restart'), 'Message'), 'Done');
  assert.deepEqual(
    at.stage.lines.filter(line => !line.startsWith('verbose')),
    [],
  );
});

test('GHSA-3rhj-hhw7-m6fw: a name that is refused looks like no other line of the log', bounded, async () => {
  await using at = await ManagerStage.of();
  const name = "x' 192.0.2.1 failed to authenticate as 'y\\";
  void at
    .client()
    .login(name, 'z')
    .catch(() => undefined);
  await at.seen(() => at.stage.facts('security').length > 0);
  assert.deepEqual(
    at.stage.lines.filter(line => line.startsWith('notice')),
    ["notice: 127.0.0.1 failed to authenticate as 'x\\x27 192.0.2.1 failed to authenticate as \\x27y\\x5c'"],
  );
});

test('a client that has said all it will say waits for no more events', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin('Events: off');
  const answers = [client.ask('WaitEvent'), client.ask('WaitEvent', 'Timeout: 99999999999'), client.ask('Restart')];
  await at.seen(() => at.stage.heap.size > 0);
  client.socket.end();
  const messages = (await Promise.all(answers)).map(answer => fieldOf(answer, 'Message'));
  assert.deepEqual(messages, ['Waiting for Event completed.', 'Waiting for Event completed.', 'Done']);
  await client.closed;
});

test('a client that goes while it waits leaves nothing behind', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin('Events: off');
  client.send('Action: WaitEvent', 'Timeout: 3600');
  await at.seen(() => at.stage.heap.size > 0);
  client.socket.destroy();
  await at.seen(() => at.server.sessions().length === 0);
  assert.equal(at.stage.heap.size, 0);
});

test('WaitEvent lasts an hour at most, whatever is asked for', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin('Events: off');
  for (const timeout of ['99999999999999999999', '-1', 'x', '1e9']) {
    const answer = client.ask('WaitEvent', `Timeout: ${timeout}`);
    await at.seen(() => at.stage.heap.size > 0);
    at.stage.clock.advance(3_600_000);
    assert.equal(fieldOf(await answer, 'Response'), 'Success', timeout);
  }
});

test('a handshake of TLS that never ends is ended after authtimeout, and counts until then', bounded, async t => {
  const absent = await noCertificates();
  if (absent) return t.skip(absent);
  await using made = await certificate();
  const tls = `tlsenable=yes\ntlsbindaddr=127.0.0.1:0\ntlscertfile=${made.certfile}\ntlsprivatekey=${made.keyfile}\n`;
  await using at = await ManagerStage.of(`${GENERAL}authtimeout=5\nauthlimit=3\n${tls}${ADMIN}`);
  const { port } = at.server.bound().find(({ secure }) => secure)!;
  // The beginning of a ClientHello, and nothing more.
  const half = Array.from({ length: 5 }, () => silent(port));
  for (const { socket } of half) socket.write(Buffer.from('160301020001', 'hex'));
  await at.seen(() => at.server.lobby.size + at.server.lobby.turnedAway === half.length);
  assert.equal(at.server.lobby.size, 3);
  const client = at.secureClient();
  assert.equal(fieldOf(await client.login(), 'Message'), 'Authentication accepted');
  at.stage.clock.advance(5000);
  await at.seen(() => half.every(({ ended }) => ended()));
  assert.equal(at.server.lobby.size, 0);
  assert.equal(fieldOf(await client.ask('Restart'), 'Message'), 'Done');
  return undefined;
});

test('a hash made for the challenge of one connection opens no other', bounded, async () => {
  await using at = await ManagerStage.of();
  const mine = at.client();
  const challenge = fieldOf(await mine.ask('Challenge', 'AuthType: MD5'), 'Challenge')!;
  const key = createHash('md5').update(`${challenge}s3cret`).digest('hex');
  const lines = ['Username: admin', 'AuthType: MD5', `Key: ${key}`];
  const other = at.client();
  assert.equal(fieldOf(await at.passing(1000, other.ask('Login', ...lines)), 'Message'), 'Authentication failed');
  assert.equal(fieldOf(await mine.ask('Login', ...lines), 'Message'), 'Authentication accepted');
});

test('requests in one packet with the login are served after it, and not when it is refused', bounded, async () => {
  await using at = await ManagerStage.of();
  const good = at.client();
  good.send('Action: Login', 'Username: admin', 'Secret: s3cret', '', 'Action: Restart', 'ActionID: 2');
  await good.until(() => good.messages.find(message => fieldOf(message, 'Message') === 'Done'));
  const bad = at.client();
  bad.send('Action: Restart', '', 'Action: Login', 'Username: admin', 'Secret: no', '', 'Action: Restart');
  await at.passing(1000, bad.closed);
  const said = bad.messages.map(message => fieldOf(message, 'Message'));
  assert.deepEqual(said, ['Permission denied', 'Authentication failed']);
});

test('a client that reads no events is let go, and the others hear them all', bounded, async () => {
  await using at = await ManagerStage.of();
  const reader = await at.admin('Events: user');
  const sleeper = await at.admin('Events: user');
  sleeper.socket.pause();
  const filler = 'x'.repeat(4096);
  const count = Math.ceil((MOST_WAITING * 8) / filler.length);
  for (let n = 0; n < count; n += 1) {
    const fields = [['UserEvent', filler] as const, ['Number', n] as const];
    at.stage.core.emit('managerEvent', { event: 'UserEvent', privileges: ['user'], fields });
    if (n % 16 === 0) await new Promise(resolve => setImmediate(resolve));
  }
  await at.seen(() => at.server.sessions().length === 1);
  const cut = at.stage.lines.filter(line => line.includes('cut off'));
  assert.equal(cut.length, 1);
  assert.match(cut[0]!, /^notice: client 'admin' 127\.0\.0\.1:\d+ cut off: it does not read its events$/);
  await reader.until(() => reader.messages.find(message => fieldOf(message, 'Number') === String(count - 1)));
  assert.equal(reader.messages.filter(message => fieldOf(message, 'Event') === 'UserEvent').length, count);
});

test('a client that waits for an answer hears every event of that time', bounded, async () => {
  await using at = await ManagerStage.of();
  let done = (): void => undefined;
  const work = new Promise<void>(resolve => (done = resolve));
  let began = false;
  const run = async (call: ManagerCall) => {
    began = true;
    await work;
    call.reply([['Message', 'Slow']]);
  };
  at.stage.core.action({ name: 'Slow', privileges: [], summary: 'Take long', run });
  const client = await at.admin('Events: user');
  const slow = client.ask('Slow');
  await at.seen(() => began);
  const filler = 'x'.repeat(4096);
  const count = Math.ceil((MOST_WAITING * 3) / filler.length);
  for (let n = 0; n < count; n += 1) {
    const fields = [['UserEvent', filler] as const, ['Number', n] as const];
    at.stage.core.emit('managerEvent', { event: 'UserEvent', privileges: ['user'], fields });
    if (n % 16 === 0) await new Promise(resolve => setImmediate(resolve));
  }
  done();
  assert.equal(fieldOf(await slow, 'Message'), 'Slow');
  await client.until(() => client.messages.find(message => fieldOf(message, 'Number') === String(count - 1)));
  const told = client.messages.map(message => fieldOf(message, 'Number')).filter(n => n !== undefined);
  assert.deepEqual(
    told,
    Array.from({ length: count }, (_, n) => String(n)),
  );
});

test('a client that reads no answer is let go after writetimeout', bounded, async () => {
  await using at = await ManagerStage.of(`${GENERAL}${ADMIN}writetimeout=2000\n`);
  const client = await at.admin('Events: off');
  client.socket.pause();
  const lines = Array.from({ length: 120 }, (_, n) => `H${n}: ${'y'.repeat(1000)}`);
  let ended = false;
  void client.closed.then(() => {
    ended = true;
  });
  for (let n = 0; n < 400; n += 1) client.send('Action: Echo', ...lines);
  // Time goes on only when nothing moves any more.
  while (at.server.sessions().length > 0) {
    await new Promise(resolve => setImmediate(resolve));
    at.stage.clock.advance(1);
  }
  client.socket.resume();
  await client.closed;
  assert.equal(ended, true);
  assert.match(at.stage.lines.join('\n'), /cut off: it reads nothing/);
});

test('what a client sends back never makes a line of its own', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin();
  const answer = await client.ask('Echo', 'A\rEvent: b', 'C: d\rEvent: Fake', 'E: \u2028f\u0085g\0h');
  assert.deepEqual(answer.slice(2), [
    ['A\\x0dEvent', 'b'],
    ['C', 'd\\x0dEvent: Fake'],
    ['E', '\\u2028f\\x85g\\x00h'],
  ]);
});

test('an action that fails is logged with its stack, and answered without it', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin();
  assert.equal(fieldOf(await client.ask('Break'), 'Message'), 'Internal error, see the log');
  assert.match(at.stage.lines.join('\n'), /error: action 'Break' failed: Error: broken\n/);
});

test('requests that come faster than they are answered wait outside', bounded, async () => {
  await using at = await ManagerStage.of();
  const client = await at.admin('Events: off');
  for (let n = 0; n < 5000; n += 1) client.send('Action: Echo', `N: ${n}`);
  await client.until(() => client.messages.find(message => fieldOf(message, 'N') === '4999'));
  const answered = client.messages.map(message => fieldOf(message, 'N')).filter(n => n !== undefined);
  assert.deepEqual(
    answered,
    Array.from({ length: 5000 }, (_, n) => String(n)),
  );
});
