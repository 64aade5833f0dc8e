/** Somebody else holds the file: who waits, for how long, and that nothing of ours stands still meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { TestClock } from '../../core/clock.js';
import { holder, SqlStage, when } from './stage.js';

const phones = (stage: SqlStage): void =>
  stage.sql('PRAGMA journal_mode = WAL; CREATE TABLE phones (name TEXT PRIMARY KEY, n INTEGER)');

test('writes wait for another writer, in order, while reads and this thread go on', async t => {
  const stage = await SqlStage.of(t, { before: phones });
  await stage.connection.opened;
  const other = await holder(t, stage.file);
  let written = 0;
  const writes = Array.from({ length: 20 }, (_, i) =>
    i === 0
      ? stage.connection.insert('phones', { name: 'a', n: '0' })
      : stage.connection.update('phones', when('name', 'a'), { n: String(i) }),
  ).map(write => write.then(() => void (written += 1)));
  while (stage.row.retries < 60) {
    assert.deepEqual(await stage.connection.all('phones', []), []);
    await setImmediate();
  }
  assert.equal(written, 0);
  await other.release();
  await Promise.all(writes);
  assert.deepEqual(stage.rows('SELECT name, n FROM phones'), [{ name: 'a', n: 19 }]);
  assert.deepEqual([stage.row.failures, stage.lines], [0, []]);
});

test('a write gives up in the end, tells who can help, and the next one after the release works', async t => {
  const stage = await SqlStage.of(t, { before: phones, still: true, busyTimeout: 500 });
  await stage.connection.opened;
  const other = await holder(t, stage.file);
  const told = await stage.passing(stage.refusal(stage.connection.insert('phones', { name: 'a' })));
  assert.match(told, /database is locked\. Another process holds the file: end that process, or wait for it\.$/);
  assert.equal(stage.row.state, 'down');
  await other.release();
  await stage.passing(stage.connection.insert('phones', { name: 'b' }));
  assert.equal(stage.row.state, 'up');
  assert.deepEqual(
    stage.lines.map(line => line.replace(/\(.*?\)/, '(file)').split('. ')[0]),
    ['error: calls (file): writes fail: database is locked', 'notice: calls (file): writes work again'],
  );
});

test('a file that is held while it is opened is opened later', async t => {
  const before = ({ sql, file }: SqlStage) => sql('CREATE TABLE phones (name TEXT)', file);
  const stage = await SqlStage.of(t, { before, still: true });
  await stage.connection.opened;
  await stage.connection.close();
  const held = await holder(t, stage.file, 'PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  const { file } = stage;
  const again = stage.connections.open('again', {
    client: 'better-sqlite3',
    file,
    batch: 0,
    busyTimeout: 9000,
    debug: false,
  });
  await stage.passingUntil(() => stage.row.retries >= 2);
  assert.equal(stage.row.state, 'opening');
  await held.release();
  await stage.passing(again.opened);
  assert.equal(stage.row.state, 'up');
});

test('closing does not wait for ever for somebody who holds the file', async t => {
  const stage = await SqlStage.of(t, { before: phones, still: true });
  await stage.connection.opened;
  const other = await holder(t, stage.file);
  const write = stage.refusal(stage.connection.insert('phones', { name: 'a' }));
  await stage.passing(stage.connection.close());
  assert.match(await write, /it was closed before this was done$/);
  await other.release();
});

test('a thread that does not answer is left alone after 30 seconds, and the next operation has a new one', async t => {
  const stage = await SqlStage.of(t, { before: phones, still: true });
  await stage.connection.opened;
  // Whether it answers while it is being ended makes no difference.
  const asked = stage.refusal(stage.connection.all('phones', []));
  (stage.clock as TestClock).advance(30_000);
  assert.match(await asked, /the database did not answer within 30 seconds$/);
  assert.deepEqual(await stage.connection.all('phones', []), []);
});

test('a thread that dies takes along only what was asked of it, and the next operation has a new one', async t => {
  const threads: Worker[] = [];
  const seen = (worker: Worker): void => void threads.push(worker);
  process.on('worker', seen);
  t.after(() => void process.off('worker', seen));
  const stage = await SqlStage.of(t, { before: phones });
  await stage.connection.opened;
  await stage.connection.insert('phones', { name: 'a', n: '1' });
  const other = await holder(t, stage.file);
  const asked = stage.connection.insert('phones', { name: 'b' }).then(
    () => 'written',
    (thrown: Error) => thrown.message,
  );
  while (stage.row.retries < 1) await setImmediate();
  await threads[0]!.terminate();
  await other.release();
  // It is tried again while the file is held: only a try that is under way goes with the thread.
  const outcome = await asked;
  assert.match(outcome, /^written$|the thread of the database ended$/);
  const names = outcome === 'written' ? ['a', 'b'] : ['a'];
  assert.equal((await stage.connection.all('phones', [])).length, names.length);
  await threads[1]!.terminate(); // while it has nothing to do
  await stage.connection.insert('phones', { name: 'c' });
  assert.deepEqual(
    stage.rows('SELECT name FROM phones ORDER BY name'),
    [...names, 'c'].map(name => ({ name })),
  );
  assert.equal(threads.length, 3);
});
