/** How operations travel: together, in order, bounded, and to their end when the connection is closed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestClock } from '../../core/clock.js';
import { SqlStage, when } from './stage.js';

const TABLE = 'CREATE TABLE phones (name TEXT PRIMARY KEY, n INTEGER)';

const phones = (stage: SqlStage): void => stage.sql(TABLE);

test('writes wait for the window, share it, and keep their order', async t => {
  const stage = await SqlStage.of(t, { before: phones, batch: 100, still: true });
  const clock = stage.clock as TestClock;
  await stage.connection.opened;
  const writes = [
    stage.connection.insert('phones', { name: 'a', n: '1' }),
    stage.connection.update('phones', when('name', 'a'), { n: '2' }),
    stage.connection.update('phones', when('name', 'a'), { n: '3' }),
  ];
  clock.advance(99);
  assert.equal(await stage.connection.first('phones', when('name', 'a')), undefined);
  assert.equal(stage.row.queue, 3);
  clock.advance(1);
  await Promise.all(writes);
  assert.deepEqual(await stage.connection.first('phones', when('name', 'a')), { name: 'a', n: '3' });
});

test('one that fails takes none of the others with it', async t => {
  const stage = await SqlStage.of(t, { before: phones, batch: 5 });
  const results = await Promise.allSettled([
    stage.connection.insert('phones', { name: 'a' }),
    stage.connection.insert('phones', { name: 'a' }),
    stage.connection.insert('phones', { nosuch: 'x' }),
    stage.connection.insert('phones', { name: 'b' }),
    stage.connection.delete('phones', when('name', 'a')),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled'],
  );
  assert.deepEqual(stage.rows('SELECT name FROM phones'), [{ name: 'b' }]);
  const { operations, refusals, failures, queue, lastError } = stage.row;
  assert.deepEqual([operations, refusals, failures, queue, lastError], [6, 2, 0, 0, undefined]);
});

test('beyond its bound the queue refuses, and says so', async t => {
  const stage = await SqlStage.of(t, { before: phones, batch: 60_000, still: true });
  await stage.connection.opened;
  const asked = Array.from({ length: 10_200 }, () => stage.connection.delete('nosuch', when('name', 'a')));
  const told = await Promise.allSettled(asked);
  const reasons = told.map(result => (result.status === 'rejected' ? String(result.reason.message) : 'done'));
  const refused = reasons.filter(reason => reason.endsWith('10000 writes wait already, no more are taken'));
  // The first hundred were on their way.
  assert.equal(refused.length, 100);
  assert.equal(reasons.filter(reason => reason.endsWith("there is no table 'nosuch'")).length, 10_100);
});

test('closing writes what waits, refuses what comes later, and frees the name', async t => {
  const stage = await SqlStage.of(t, { before: phones, batch: 60_000 });
  const { connection } = stage;
  const write = connection.insert('phones', { name: 'a' });
  const closing = connection.close();
  assert.equal(stage.connections.get('calls'), undefined);
  assert.match(await stage.refusal(connection.insert('phones', { name: 'b' })), /it is being closed$/);
  await Promise.all([write, closing]);
  assert.deepEqual(stage.rows('SELECT name FROM phones'), [{ name: 'a' }]);
});

test('a name is taken once', async t => {
  const stage = await SqlStage.of(t);
  const { file } = stage;
  assert.throws(
    () => stage.connections.open('calls', { client: 'better-sqlite3', file, batch: 0, busyTimeout: 0, debug: false }),
    /there is a connection 'calls' already/,
  );
});

test('with debug on, operations are told without their values', async t => {
  const stage = await SqlStage.of(t, { before: phones, debug: true });
  await stage.connection.insert('phones', { name: 'hidden' });
  assert.match(stage.lines.join('\n'), /^debug: calls: insert 'phones' took \d+ ms$/);
});
