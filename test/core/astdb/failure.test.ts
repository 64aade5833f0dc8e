/** AstDB on a damaged file, a locked one, with a thread or a process that dies: nothing is lost that was promised. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import Database from 'better-sqlite3';
import { SystemClock } from '../../../core/clock.js';
import { LoadDeclined, messageOf } from '../../../core/errors.js';
import { AstDbStage, WINDOW } from './stage.js';

let at: AstDbStage;
beforeEach(() => (at = new AstDbStage()));
afterEach(() => at.remove());

test('a damaged file is refused with advice, and left as it is', async () => {
  const garbage = 'this is not a database, but it is longer than the header of one. '.repeat(100);
  writeFileSync(at.file, garbage);
  await assert.rejects(at.open(), (thrown: unknown) => {
    assert.ok(thrown instanceof LoadDeclined);
    assert.match(
      thrown.message,
      /astdb\.sqlite3' cannot be used: file is not a database\. Restore it .* move it aside/,
    );
    return true;
  });
  assert.equal(readFileSync(at.file, 'utf8'), garbage);
});

test('a file damaged inside is refused with advice', async () => {
  const first = await at.open();
  for (let count = 0; count < 500; count++) first.db.put('a', String(count), 'x'.repeat(100));
  await first.db.close();
  const bytes = readFileSync(at.file);
  bytes.fill(0xff, 4096);
  writeFileSync(at.file, bytes);
  await assert.rejects(at.open(), /cannot be used: .*malformed\. Restore it/);
  assert.deepEqual(readFileSync(at.file), bytes);
});

test('a path that cannot be is refused with its name', async () => {
  writeFileSync(join(at.directory, 'plain'), '');
  await assert.rejects(
    at.open({ file: join(at.directory, 'plain', 'astdb.sqlite3') }),
    /the directory of '.*' cannot be made/,
  );
  mkdirSync(at.file);
  await assert.rejects(at.open(), /astdb\.sqlite3' cannot be used: .*This user must be able to write/);
});

test('a file that may only be read is refused at the start, not at the first change', async () => {
  const { db } = await at.open();
  await db.close();
  chmodSync(at.file, 0o444);
  const { output, ended } = at.child('open', 'n', { privileged: false });
  await ended;
  assert.match(output.text, /astdb\.sqlite3' cannot be used: .*readonly.* This user must be able to write/);
});

test('a lock held by another process is waited for, then told once, and told again when it is gone', async () => {
  const { clock, db } = await at.open();
  const other = new Database(at.file);
  other.exec('BEGIN IMMEDIATE');
  db.put('a', 'b', '1');
  clock.advance(WINDOW);
  await at.until(() => {
    clock.advance(50);
    return at.said.length > 0;
  });
  db.put('a', 'c', '1');
  await assert.rejects(db.flush(), /cannot be written: database is locked/);
  assert.deepEqual(at.said, [
    `error: '${at.file}' cannot be written: database is locked; 1 changes wait in memory and are tried again`,
  ]);
  assert.equal(db.get('a', 'b'), '1');
  other.exec('COMMIT');
  other.close();
  await at.until(() => {
    clock.advance(1000);
    return db.waiting === 0;
  });
  assert.deepEqual(at.onDisk(), { '/a/b': '1', '/a/c': '1' });
  assert.deepEqual(at.said.slice(1), [`notice: '${at.file}' is written again`]);
  await db.close();
});

test('a batch that fails gives way to what was changed since', async () => {
  const { clock, db } = await at.open();
  const other = new Database(at.file);
  other.exec('BEGIN IMMEDIATE');
  db.put('a', 'b', '1');
  db.put('a', 'c', '1');
  const flushed = assert.rejects(db.flush(), /database is locked/);
  db.put('a', 'b', '2'); // while the first batch is on its way
  db.del('a', 'c');
  db.put('a', 'd', '1');
  await at.until(() => {
    clock.advance(50);
    return at.said.length > 0;
  });
  await flushed;
  other.exec('COMMIT');
  other.close();
  await db.flush();
  assert.deepEqual(at.onDisk(), { '/a/b': '2', '/a/d': '1' });
  await db.close();
});

test('a short lock is nobody’s business', async () => {
  const { db } = await at.open({ clock: new SystemClock() });
  const other = new Database(at.file);
  other.exec('BEGIN IMMEDIATE');
  db.put('a', 'b', '1');
  const flushed = db.flush();
  await at.until(() => db.waiting === 1);
  other.exec('COMMIT');
  other.close();
  await flushed;
  assert.deepEqual(at.said, []);
  await db.close();
});

test('a writing thread that dies is replaced, and nothing is lost', async () => {
  const { clock, db } = await at.open();
  const ended = at.workers[0]?.terminate();
  db.put('a', 'b', '1'); // goes to a thread that will not read it
  const flushed = assert.rejects(db.flush(), /the writing thread ended/);
  await ended;
  await flushed;
  db.put('a', 'c', '1');
  await at.until(() => {
    clock.advance(100);
    return db.waiting === 0;
  });
  assert.deepEqual(at.onDisk(), { '/a/b': '1', '/a/c': '1' });
  await at.workers[1]?.terminate(); // while it has nothing to do
  db.put('a', 'd', '1');
  await db.flush();
  await db.close();
  assert.equal(at.workers.length, 3);
  assert.equal(at.onDisk()['/a/d'], '1');
});

test('what cannot be written at the end is told, and the end comes all the same', async () => {
  const { db } = await at.open({ clock: new SystemClock() });
  const other = new Database(at.file);
  other.exec('BEGIN IMMEDIATE');
  db.put('a', 'b', '1');
  await db.close();
  other.exec('COMMIT');
  other.close();
  assert.match(at.said.at(-1) ?? '', /^error: 1 changes of '.*' are lost: .*database is locked/);
  assert.throws(() => db.put('a', 'c', '1'), /after the end/);
  await db.close();
});

/** The lines of a writing child that came whole: `count time`. */
const linesOf = (text: string): [count: number, time: number][] =>
  text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .map(line => line.split(' ').map(Number) as [number, number]);

/** What a busy machine may add to the window. */
const SLACK = 400;

test('kill -9 loses at most what is younger than the window, and never damages the file', async () => {
  const writers = [at.child('write', 'one'), at.child('write', 'two')]; // two processes on one file are borne
  await at.until(() =>
    writers.every(({ output }) => {
      const lines = linesOf(output.text);
      return lines.length > 20 && lines.at(-1)![1] - lines[0]![1] > WINDOW + 2 * SLACK;
    }),
  );
  for (const writer of writers) writer.kill();
  await Promise.all(writers.map(({ ended }) => ended));

  const raw = new Database(at.file);
  assert.equal(raw.pragma('integrity_check', { simple: true }), 'ok');
  raw.close();
  const { db } = await at.open();
  for (const [place, tag] of (['one', 'two'] as const).entries()) {
    const lines = linesOf(writers[place]!.output.text);
    const killed = lines.at(-1)![1];
    const promised = lines.filter(([, time]) => time < killed - WINDOW - SLACK).at(-1)![0];
    const count = Number(db.get('count', tag));
    assert.ok(count >= promised, `${count} of ${lines.length} is on disk, ${promised} was promised`);
    const kept = db.entries(`kept/${tag}`).map(([key]) => Number(key.split('/').at(-1)));
    const expected = Array.from({ length: Math.min(count + 1, 50) }, (_, back) => count - back);
    assert.deepEqual(
      kept.sort((a, b) => b - a),
      expected,
    );
  }
  await db.close();
});

for (const [what, does] of [
  ['removed', (file: string) => rmSync(file)],
  ['replaced', (file: string) => renameSync(`${file}.other`, file)],
] as const) {
  test(`a file that is ${what} while it is used is told, and has everything again with the next change`, async () => {
    const { clock, db } = await at.open();
    db.put('a', 'kept', '1');
    db.put('a', 'gone', '2');
    await db.flush();
    const other = await at.open({ file: `${at.file}.other` });
    other.db.put('b', 'theirs', '3');
    await other.db.close();
    does(at.file);
    db.put('a', 'new', '4');
    db.del('a', 'gone');
    clock.advance(WINDOW);
    await db.flush();
    const theirs = what === 'replaced' ? { '/b/theirs': '3' } : {};
    assert.deepEqual(at.onDisk(), { '/a/kept': '1', '/a/new': '4', ...theirs });
    assert.equal(at.said.length, 1);
    assert.match(at.said[0]!, /^warning: .*removed, or another put in its place; everything is written into it anew$/);
    await db.close();
  });
}

test('a file that is removed after the last change is there again after the end', async () => {
  const { db } = await at.open();
  db.put('a', 'kept', '1');
  await db.flush();
  rmSync(at.file);
  await db.close();
  assert.deepEqual(at.onDisk(), { '/a/kept': '1' });
});

test('the message of a refusal is for people', async () => {
  writeFileSync(at.file, 'garbage'.repeat(1000));
  const thrown = await at.open().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.doesNotMatch(messageOf(thrown), /SQLITE_|\n/);
});
