/** What happens to the file from outside: gone, replaced, read-only, full, spoilt; and that nothing of it is taken away. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { TestClock } from '../../core/clock.js';
import { SqlStage, when } from './stage.js';

const phones = (stage: SqlStage): void => stage.sql('CREATE TABLE phones (name TEXT PRIMARY KEY, secret TEXT)');

test('a file that is not there is made', async t => {
  const stage = await SqlStage.of(t);
  await stage.connection.opened;
  assert.equal(stage.row.state, 'up');
  assert.deepEqual(await stage.connection.columns('phones'), []);
  assert.ok(readdirSync(stage.directory).includes('calls.sqlite3'));
});

test('a file that was deleted is missed, not made anew, and used again when it is back', async t => {
  const stage = await SqlStage.of(t, { before: phones });
  await stage.connection.insert('phones', { name: 'a' });
  renameSync(stage.file, `${stage.file}.away`);
  for (const ask of [
    () => stage.connection.all('phones', []),
    () => stage.connection.insert('phones', { name: 'b' }),
  ]) {
    assert.match(await stage.refusal(ask()), /the file is gone\. Put it back/);
  }
  assert.ok(!readdirSync(stage.directory).includes('calls.sqlite3'));
  renameSync(`${stage.file}.away`, stage.file);
  assert.deepEqual(await stage.connection.all('phones', []), [{ name: 'a', secret: null }]);
  assert.equal(stage.row.state, 'down'); // writes are not known to work
  await stage.connection.insert('phones', { name: 'b' });
  assert.equal(stage.row.state, 'up');
});

test('a file that was replaced is used at once, and the old log does not spoil it', async t => {
  const stage = await SqlStage.of(t, { before: phones });
  await stage.connection.insert('phones', { name: 'old' });
  const next = `${stage.file}.next`;
  stage.sql("CREATE TABLE phones (name TEXT, area TEXT); INSERT INTO phones VALUES ('new', 'x')", next);
  renameSync(next, stage.file);
  assert.deepEqual(await stage.connection.all('phones', when('area', 'x')), [{ name: 'new', area: 'x' }]);
  await stage.connection.insert('phones', { name: 'newer', area: 'y' });
  assert.deepEqual(stage.rows('SELECT name FROM phones; '), [{ name: 'new' }, { name: 'newer' }]);
  assert.deepEqual(stage.rows('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
  assert.ok(readdirSync(stage.directory).some(name => name.startsWith('calls.sqlite3-wal.of-')));
});

test('a full disk fails the write that has no room; reads and smaller things go on', async t => {
  const stage = await SqlStage.of(t, { before: phones, maxPages: 6 });
  await stage.connection.insert('phones', { name: 'a' });
  const told = await stage.refusal(stage.connection.insert('phones', { name: 'b', secret: 'x'.repeat(100_000) }));
  assert.match(told, /database or disk is full\. The disk, or the quota of the file, is full: make room\.$/);
  assert.deepEqual(await stage.connection.all('phones', []), [{ name: 'a', secret: null }]);
  assert.equal(stage.row.state, 'down');
  await stage.connection.insert('phones', { name: 'c' });
  assert.equal(stage.row.state, 'up');
});

test('of writes that are sent together, the one that has no room takes none of the others with it', async t => {
  const stage = await SqlStage.of(t, { before: phones, maxPages: 6, batch: 5 });
  const results = await Promise.allSettled([
    stage.connection.insert('phones', { name: 'a' }),
    stage.connection.insert('phones', { name: 'b', secret: 'x'.repeat(100_000) }),
    stage.connection.insert('phones', { name: 'c' }),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(stage.rows('SELECT name FROM phones'), [{ name: 'a' }, { name: 'c' }]);
});

test('a file that can only be read is read', async t => {
  const stage = await SqlStage.of(t, {
    before: one => {
      one.sql("CREATE TABLE phones (name TEXT); INSERT INTO phones VALUES ('a')");
      // A format that only later versions may write: who may not is the same for root.
      const bytes = readFileSync(one.file);
      bytes[18] = 9;
      writeFileSync(one.file, bytes);
    },
  });
  assert.deepEqual(await stage.connection.all('phones', []), [{ name: 'a' }]);
  const told = await stage.refusal(stage.connection.insert('phones', { name: 'b' }));
  assert.match(told, /readonly database\. This user must be able to write the file and its directory\.$/);
});

const unusable: [what: string, before: (stage: SqlStage) => void, message: RegExp][] = [
  [
    'no database at all',
    stage => writeFileSync(stage.file, 'this is no database, whatever its name says. '.repeat(100)),
    /file is not a database\. Restore it from a copy, or move it aside to begin an empty one\.$/,
  ],
  [
    'a directory',
    stage => mkdirSync(stage.file),
    /unable to open database file\. This user must be able to read and write/,
  ],
  ['in no directory', stage => rmSync(stage.directory, { recursive: true }), /there is no directory '\.': make it$/],
];

for (const [what, before, message] of unusable) {
  test(`a file that is ${what} is told with the cure, and left as it is`, async t => {
    const stage = await SqlStage.of(t, { before });
    await stage.connection.opened;
    assert.match(await stage.refusal(stage.connection.all('phones', [])), message);
    assert.equal(stage.row.state, 'down');
    assert.equal(stage.lines.length, 1, stage.lines.join('\n'));
    assert.match(stage.lines[0]!, /^error: calls \(.*calls\.sqlite3\): reads fail: /);
  });
}

test('a spoilt page is told', async t => {
  const stage = await SqlStage.of(t, {
    before: one => {
      one.sql('PRAGMA page_size = 512; CREATE TABLE phones (name TEXT)');
      const bytes = readFileSync(one.file);
      writeFileSync(one.file, bytes.fill(0xff, 512));
    },
  });
  assert.match(await stage.refusal(stage.connection.all('phones', [])), /malformed\. Restore it from a copy/);
});

test('after several failures nothing is tried, then one, later and later, until the file is good again', async t => {
  const stage = await SqlStage.of(t, {
    before: ({ file }) => writeFileSync(file, 'nonsense '.repeat(100)),
    still: true,
  });
  const clock = stage.clock as TestClock;
  await stage.connection.opened;
  for (let i = 0; i < 4; i++) await stage.refusal(stage.connection.all('phones', []));
  assert.equal(stage.row.breaker, 'reads open, writes closed');
  assert.match(
    await stage.refusal(stage.connection.all('phones', [])),
    /not tried, since it failed before: file is not/,
  );
  assert.equal(stage.row.failures, 5);
  clock.advance(1250);
  assert.equal(stage.row.breaker, 'reads half-open, writes closed');
  const probe = stage.refusal(stage.connection.all('phones', [])); // waits for the look that is under way
  assert.match(await probe, /file is not a database/);
  assert.equal(stage.row.breaker, 'reads open, writes closed');
  rmSync(stage.file);
  phones(stage);
  clock.advance(2500);
  assert.deepEqual(await stage.connection.all('phones', []), []);
  assert.deepEqual([stage.row.breaker, stage.row.state, stage.lines.length], ['closed', 'up', 2]);
});
