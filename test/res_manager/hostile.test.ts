/** Clients that mean no good: what they get is defined, what they cost is bounded, and nobody else is disturbed. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { test } from 'node:test';
import { MOST_WAITING } from '../../modules/res_manager/session.js';
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

test('10,000 connections that say nothing keep nobody out', { timeout: 120_000 }, async () => {
  await using at = await ManagerStage.of();
  const admin = await at.admin();
  let arrived = 0;
  for (let round = 0; round < 50; round += 1) {
    const sockets = Array.from({ length: 200 }, () => connect(at.port, '127.0.0.1').on('error', () => undefined));
    arrived += sockets.length;
    await at.seen(() => at.server.lobby.size + at.server.lobby.turnedAway === arrived);
    assert.ok(at.server.lobby.size <= 50);
    // Those that were turned away have ended; the others are let go by the next.
    if (round === 49) {
      const client = at.client();
      assert.equal(fieldOf(await client.login(), 'Message'), 'Authentication accepted');
      for (const socket of sockets) socket.destroy();
    }
  }
  assert.equal(fieldOf(await admin.ask('Restart'), 'Message'), 'Done');
  await at.seen(() => at.server.lobby.size === 0);
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
