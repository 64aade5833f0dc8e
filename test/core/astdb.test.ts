/** AstDB: what is put is there at once, and on disk within the window, whatever happens to the process or the disk. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { AstDatabase } from '../../core/astdb.js';
import { SystemClock, TestClock } from '../../core/clock.js';
import { LoadDeclined, messageOf } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';

const WINDOW = 100;

let directory = '';
let file = '';
let said: string[] = [];
const clocks: TestClock[] = [];
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'astdb-'));
  file = join(directory, 'astdb.sqlite3');
  said = [];
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const clock of clocks.splice(0)) assert.equal(clock.pending, 0);
  rmSync(directory, { recursive: true });
});

const log: Logger = {
  error: text => said.push(`error: ${text}`),
  warning: text => said.push(`warning: ${text}`),
  notice: text => said.push(`notice: ${text}`),
  verbose: () => undefined,
  debugs: () => false,
  debug: () => undefined,
};

async function stage(parts: { clock?: TestClock | SystemClock; file?: string } = {}) {
  const clock = parts.clock ?? new TestClock();
  if (clock instanceof TestClock) clocks.push(clock);
  return { clock: clock as TestClock, db: await AstDatabase.open({ file, window: WINDOW, clock, log, ...parts }) };
}

/** What another process would find in the file now. */
function onDisk(): Record<string, string> {
  const db = new Database(file, { readonly: true });
  try {
    return Object.fromEntries(
      db.prepare('SELECT key, value FROM astdb ORDER BY key').raw().all() as [string, string][],
    );
  } finally {
    db.close();
  }
}

/** Waits for something that happens in another thread or process; the moments in between belong to it. */
async function until(happened: () => boolean): Promise<void> {
  const clock = new SystemClock();
  for (const end = clock.elapsed() + 10_000; !happened(); ) {
    assert.ok(clock.elapsed() < end, `did not happen; said: ${said.join('\n')}`);
    await new Promise<void>(resolve => clock.after(2, resolve));
  }
}

function child(mode: 'write' | 'open', tag = 'n', withoutPrivileges = false) {
  const script = [join(__dirname, 'astdb-child.js'), mode, file, tag];
  // Root writes any file: the privilege that lets it is taken away.
  const dropped = withoutPrivileges && process.getuid?.() === 0;
  const process_ = dropped
    ? spawn('setpriv', ['--bounding-set=-all', '--inh-caps=-all', process.execPath, ...script])
    : spawn(process.execPath, script);
  children.push(process_);
  const output = { text: '' };
  process_.stdout.setEncoding('utf8').on('data', (text: string) => (output.text += text));
  return { process: process_, output, ended: once(process_, 'close') };
}

test('a value is there at once, and in the file when the window has passed', async () => {
  const { clock, db } = await stage();
  db.put('SIP/Registry', '1008', '127.0.0.1:6045:300:1008:sip:1008@127.0.0.1:6045');
  assert.equal(db.get('SIP/Registry', '1008'), '127.0.0.1:6045:300:1008:sip:1008@127.0.0.1:6045');
  assert.equal(db.get('SIP', 'Registry/1008'), db.get('SIP/Registry', '1008'));
  assert.equal(db.get('SIP/Registry', '1009'), undefined);
  assert.deepEqual(onDisk(), {});
  clock.advance(WINDOW);
  await until(() => db.waiting === 0);
  assert.deepEqual(onDisk(), { '/SIP/Registry/1008': '127.0.0.1:6045:300:1008:sip:1008@127.0.0.1:6045' });
  await db.close();
});

test('all changes of a window go as one, the last of each key', async () => {
  const { clock, db } = await stage();
  for (let count = 0; count < 1000; count++) db.put('a', String(count % 10), String(count));
  db.del('a', '3');
  db.put('a', '4', 'last');
  assert.equal(db.waiting, 10);
  assert.equal(clock.pending, 1);
  await db.flush();
  assert.deepEqual(Object.entries(onDisk()).length, 9);
  assert.equal(onDisk()['/a/4'], 'last');
  await db.close();
});

test('nothing is written where nothing changes', async () => {
  const { clock, db } = await stage();
  db.put('a', 'b', '1');
  await db.flush();
  db.put('a', 'b', '1');
  assert.equal(db.del('a', 'c'), false);
  assert.equal(db.deltree('none'), 0);
  assert.equal(db.waiting, 0);
  assert.equal(clock.pending, 0);
  await db.flush();
  await db.close();
});

test('a value that is removed is gone, here and after the next start', async () => {
  const first = await stage();
  first.db.put('a', 'b', '1');
  first.db.put('a', 'c', '2');
  await first.db.flush();
  assert.equal(first.db.del('a', 'b'), true);
  assert.equal(first.db.del('a', 'b'), false);
  assert.equal(first.db.get('a', 'b'), undefined);
  await first.db.close();
  const second = await stage();
  assert.deepEqual(second.db.entries(), [['/a/c', '2']]);
  await second.db.close();
});

test('a change made while a batch is being written goes with the next', async () => {
  const { clock, db } = await stage();
  db.put('a', 'b', '1');
  const first = db.flush();
  db.put('a', 'b', '2');
  db.put('a', 'c', '1');
  const second = db.flush();
  await first;
  await second;
  assert.deepEqual(onDisk(), { '/a/b': '2', '/a/c': '1' });
  db.put('a', 'd', '1');
  const third = db.flush();
  db.put('a', 'e', '1'); // nobody asks for it: the window does
  await third;
  clock.advance(WINDOW);
  await until(() => db.waiting === 0);
  assert.equal(onDisk()['/a/e'], '1');
  await db.close();
});

test('families and prefixes are whole path components, in their case, without wildcards', async () => {
  const { db } = await stage();
  for (const path of [
    'SIP/Registry/1',
    'SIP/Registry/2',
    'SIP/Registryx/3',
    'SIPx/4',
    'sip/5',
    'S_P/6',
    '%/7',
    'SIP/1',
  ]) {
    const at = path.indexOf('/');
    db.put(path.slice(0, at), path.slice(at + 1), path);
  }
  const keys = (found: [string, string][]) => found.map(([key]) => key);
  assert.deepEqual(keys(db.entries('SIP')), ['/SIP/1', '/SIP/Registry/1', '/SIP/Registry/2', '/SIP/Registryx/3']);
  assert.deepEqual(keys(db.entries('SIP', 'Registry')), ['/SIP/Registry/1', '/SIP/Registry/2']);
  assert.deepEqual(keys(db.entries('SIP/Registry', '2')), ['/SIP/Registry/2']);
  assert.deepEqual(keys(db.entries('S_P')), ['/S_P/6']);
  assert.deepEqual(keys(db.entries('%')), ['/%/7']);
  assert.deepEqual(keys(db.withKey('1')), ['/SIP/1', '/SIP/Registry/1']);
  assert.deepEqual(keys(db.withKey('_')), []);
  assert.equal(db.entries().length, 8);
  assert.equal(db.deltree('SIP', 'Registry'), 2);
  assert.equal(db.deltree('S_P'), 1);
  assert.deepEqual(keys(db.entries('SIP')), ['/SIP/1', '/SIP/Registryx/3']);
  assert.equal(db.deltree(''), 5);
  await db.close();
  assert.deepEqual(onDisk(), {});
});

test('values are kept as they are', async () => {
  const odd = { 'q"\'--': "'; DROP TABLE astdb; --", ünï: 'ö\n\0\u{1f4de}', empty: '', long: 'x'.repeat(100_000) };
  const first = await stage();
  for (const [key, value] of Object.entries(odd)) first.db.put('odd', key, value);
  await first.db.close();
  const second = await stage();
  assert.deepEqual(
    Object.fromEntries(second.db.entries('odd')),
    Object.fromEntries(Object.entries(odd).map(([key, value]) => [`/odd/${key}`, value])),
  );
  await second.db.close();
});

test('a file of Asterisk is opened as it is', async () => {
  const theirs = new Database(file);
  theirs.exec('CREATE TABLE astdb(key VARCHAR(256), value VARCHAR(256), PRIMARY KEY(key))');
  theirs.exec("INSERT INTO astdb VALUES ('/pbx/UUID', 'abc'), ('/SIP/Registry/1', NULL)");
  theirs.close();
  const { db } = await stage();
  assert.deepEqual(db.entries(), [
    ['/SIP/Registry/1', ''],
    ['/pbx/UUID', 'abc'],
  ]);
  db.put('pbx', 'UUID', 'def');
  await db.close();
  assert.equal(onDisk()['/pbx/UUID'], 'def');
});

test('a directory that is missing is made', async () => {
  const { db } = await stage({ file: join(directory, 'var', 'lib', 'astdb.sqlite3') });
  await db.close();
  assert.ok(readFileSync(join(directory, 'var', 'lib', 'astdb.sqlite3')).length > 0);
});

test('a damaged file is refused with advice, and left as it is', async () => {
  const garbage = 'this is not a database, but it is longer than the header of one. '.repeat(100);
  writeFileSync(file, garbage);
  await assert.rejects(stage(), (thrown: unknown) => {
    assert.ok(thrown instanceof LoadDeclined);
    assert.match(
      thrown.message,
      /astdb\.sqlite3' cannot be used: file is not a database\. Restore it .* move it aside/,
    );
    return true;
  });
  assert.equal(readFileSync(file, 'utf8'), garbage);
});

test('a file damaged inside is refused with advice', async () => {
  const first = await stage();
  for (let count = 0; count < 500; count++) first.db.put('a', String(count), 'x'.repeat(100));
  await first.db.close();
  const bytes = readFileSync(file);
  bytes.fill(0xff, 4096);
  writeFileSync(file, bytes);
  await assert.rejects(stage(), /cannot be used: .*malformed\. Restore it/);
  assert.deepEqual(readFileSync(file), bytes);
});

test('a path that cannot be is refused with its name', async () => {
  writeFileSync(join(directory, 'plain'), '');
  await assert.rejects(
    stage({ file: join(directory, 'plain', 'astdb.sqlite3') }),
    /the directory of '.*' cannot be made/,
  );
  mkdirSync(file);
  await assert.rejects(stage(), /astdb\.sqlite3' cannot be used: .*This user must be able to write/);
});

test('a file that may only be read is refused at the start, not at the first change', async () => {
  const { db } = await stage();
  await db.close();
  chmodSync(file, 0o444);
  const { output, ended } = child('open', 'n', true);
  await ended;
  assert.match(output.text, /astdb\.sqlite3' cannot be used: .*readonly.* This user must be able to write/);
});

test('a lock held by another process is waited for, then told once, and told again when it is gone', async () => {
  const { clock, db } = await stage();
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  db.put('a', 'b', '1');
  clock.advance(WINDOW);
  await until(() => {
    clock.advance(50);
    return said.length > 0;
  });
  db.put('a', 'c', '1');
  await assert.rejects(db.flush(), /cannot be written: database is locked/);
  assert.deepEqual(said, [
    `error: '${file}' cannot be written: database is locked; 1 changes wait in memory and are tried again`,
  ]);
  assert.equal(db.get('a', 'b'), '1');
  other.exec('COMMIT');
  other.close();
  await until(() => {
    clock.advance(1000);
    return db.waiting === 0;
  });
  assert.deepEqual(onDisk(), { '/a/b': '1', '/a/c': '1' });
  assert.deepEqual(said.slice(1), [`notice: '${file}' is written again`]);
  await db.close();
});

test('a short lock is nobody’s business', async () => {
  const { db } = await stage({ clock: new SystemClock() });
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  db.put('a', 'b', '1');
  const flushed = db.flush();
  await until(() => db.waiting === 1);
  other.exec('COMMIT');
  other.close();
  await flushed;
  assert.deepEqual(said, []);
  await db.close();
});

test('a writing thread that dies is replaced, and nothing is lost', async () => {
  const workers: Worker[] = [];
  const seen = (worker: Worker) => void workers.push(worker);
  process.on('worker', seen);
  const { clock, db } = await stage();
  const ended = workers[0]?.terminate();
  db.put('a', 'b', '1'); // goes to a thread that will not read it
  const flushed = assert.rejects(db.flush(), /the writing thread ended/);
  await ended;
  await flushed;
  db.put('a', 'c', '1');
  await until(() => {
    clock.advance(100);
    return db.waiting === 0;
  });
  assert.deepEqual(onDisk(), { '/a/b': '1', '/a/c': '1' });
  await workers[1]?.terminate(); // while it has nothing to do
  db.put('a', 'd', '1');
  await db.flush();
  await db.close();
  process.off('worker', seen);
  assert.equal(workers.length, 3);
  assert.equal(onDisk()['/a/d'], '1');
});

test('what cannot be written at the end is told, and the end comes all the same', async () => {
  const { db } = await stage({ clock: new SystemClock() });
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  db.put('a', 'b', '1');
  await db.close();
  other.exec('COMMIT');
  other.close();
  assert.match(said.at(-1) ?? '', /^error: 1 changes of '.*' are lost: .*database is locked/);
  assert.throws(() => db.put('a', 'c', '1'), /after the end/);
  await db.close();
});

/** The lines of a writing child that came whole: `count time`. */
const linesOf = (text: string): [count: number, at: number][] =>
  text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .map(line => line.split(' ').map(Number) as [number, number]);

/** What a busy machine may add to the window. */
const SLACK = 400;

test('kill -9 loses at most what is younger than the window, and never damages the file', async () => {
  const writers = [child('write', 'one'), child('write', 'two')]; // two processes on one file are borne
  await until(() =>
    writers.every(({ output }) => {
      const lines = linesOf(output.text);
      return lines.length > 20 && lines.at(-1)![1] - lines[0]![1] > WINDOW + 2 * SLACK;
    }),
  );
  for (const writer of writers) writer.process.kill('SIGKILL');
  await Promise.all(writers.map(({ ended }) => ended));

  const raw = new Database(file);
  assert.equal(raw.pragma('integrity_check', { simple: true }), 'ok');
  raw.close();
  const { db } = await stage();
  for (const [at, tag] of (['one', 'two'] as const).entries()) {
    const lines = linesOf(writers[at]!.output.text);
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

test('the message of a refusal is for people', async () => {
  writeFileSync(file, 'garbage'.repeat(1000));
  const thrown = await stage().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.doesNotMatch(messageOf(thrown), /SQLITE_|\n/);
});
