/** AstDB: what is put is there at once, and on disk within the window. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import Database from 'better-sqlite3';
import { atOnce } from '../../core/clock.js';
import { AstDbStage, WINDOW } from './astdb/stage.js';

let at: AstDbStage;
beforeEach(() => (at = new AstDbStage()));
afterEach(() => at.remove());

test('a value is there at once, and in the file when the window has passed', async () => {
  const { clock, db } = await at.open();
  db.put('SIP/Registry', '1008', '127.0.0.1:6045:300:1008:sip:1008@127.0.0.1:6045');
  assert.equal(db.get('SIP/Registry', '1008'), '127.0.0.1:6045:300:1008:sip:1008@127.0.0.1:6045');
  assert.equal(db.get('SIP', 'Registry/1008'), db.get('SIP/Registry', '1008'));
  assert.equal(db.get('SIP/Registry', '1009'), undefined);
  assert.deepEqual(at.onDisk(), {});
  clock.advance(WINDOW);
  await at.until(() => db.waiting === 0);
  assert.deepEqual(at.onDisk(), { '/SIP/Registry/1008': '127.0.0.1:6045:300:1008:sip:1008@127.0.0.1:6045' });
  await db.close();
});

test('all changes of a window go as one, the last of each key', async () => {
  const { clock, db } = await at.open();
  for (let count = 0; count < 1000; count++) db.put('a', String(count % 10), String(count));
  db.del('a', '3');
  db.put('a', '4', 'last');
  assert.equal(db.waiting, 10);
  assert.equal(clock.pending, 1);
  await db.flush();
  assert.deepEqual(Object.entries(at.onDisk()).length, 9);
  assert.equal(at.onDisk()['/a/4'], 'last');
  await db.close();
});

test('very many values go to the file in parts, and come back so', async () => {
  const first = await at.open();
  for (let key = 0; key < 10_000; key++) first.db.put('many', String(key), 'value');
  await first.db.flush();
  assert.equal(first.db.waiting, 0);
  assert.equal(Object.keys(at.onDisk()).length, 10_000);
  await first.db.close();
  const second = await at.open();
  assert.equal(second.db.entries('many').length, 10_000);
  await second.db.close();
});

test('nothing is written where nothing changes', async () => {
  const { clock, db } = await at.open();
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
  const first = await at.open();
  first.db.put('a', 'b', '1');
  first.db.put('a', 'c', '2');
  await first.db.flush();
  assert.equal(first.db.del('a', 'b'), true);
  assert.equal(first.db.del('a', 'b'), false);
  assert.equal(first.db.get('a', 'b'), undefined);
  await first.db.close();
  const second = await at.open();
  assert.deepEqual(second.db.entries(), [['/a/c', '2']]);
  await second.db.close();
});

test('a change made while a batch is being written goes with the next', async () => {
  const { clock, db } = await at.open();
  db.put('a', 'b', '1');
  const first = db.flush();
  db.put('a', 'b', '2');
  db.put('a', 'c', '1');
  const second = db.flush();
  await first;
  await second;
  assert.deepEqual(at.onDisk(), { '/a/b': '2', '/a/c': '1' });
  db.put('a', 'd', '1');
  const third = db.flush();
  db.put('a', 'e', '1'); // nobody asks for it: the window does
  await third;
  clock.advance(WINDOW);
  await at.until(() => db.waiting === 0);
  assert.equal(at.onDisk()['/a/e'], '1');
  await db.close();
});

test('families and prefixes are whole path components, in their case, without wildcards', async () => {
  const { db } = await at.open();
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
    const slash = path.indexOf('/');
    db.put(path.slice(0, slash), path.slice(slash + 1), path);
  }
  const keys = (found: [string, string][]) => found.map(([key]) => key);
  assert.deepEqual(keys(db.entries('SIP')), ['/SIP/1', '/SIP/Registry/1', '/SIP/Registry/2', '/SIP/Registryx/3']);
  assert.deepEqual(keys(db.entries('SIP', 'Registry')), ['/SIP/Registry/1', '/SIP/Registry/2']);
  assert.deepEqual(keys(db.entries('SIP/Registry', '2')), ['/SIP/Registry/2']);
  assert.deepEqual(keys(db.entries('S_P')), ['/S_P/6']);
  assert.deepEqual(keys(db.entries('%')), ['/%/7']);
  assert.deepEqual(keys(atOnce(db.withKey('1'))), ['/SIP/1', '/SIP/Registry/1']);
  assert.deepEqual(keys(atOnce(db.withKey('_'))), []);
  assert.equal(db.entries().length, 8);
  assert.equal(db.deltree('SIP', 'Registry'), 2);
  assert.equal(db.deltree('S_P'), 1);
  assert.deepEqual(keys(db.entries('SIP')), ['/SIP/1', '/SIP/Registryx/3']);
  assert.equal(db.deltree(''), 5);
  await db.close();
  assert.deepEqual(at.onDisk(), {});
});

test('values are kept as they are', async () => {
  const odd = { 'q"\'--': "'; DROP TABLE astdb; --", ünï: 'ö\n\0\u{1f4de}', empty: '', long: 'x'.repeat(100_000) };
  const first = await at.open();
  for (const [key, value] of Object.entries(odd)) first.db.put('odd', key, value);
  await first.db.close();
  const second = await at.open();
  assert.deepEqual(
    Object.fromEntries(second.db.entries('odd')),
    Object.fromEntries(Object.entries(odd).map(([key, value]) => [`/odd/${key}`, value])),
  );
  await second.db.close();
});

test('a file of Asterisk is opened as it is', async () => {
  const theirs = new Database(at.file);
  theirs.exec('CREATE TABLE astdb(key VARCHAR(256), value VARCHAR(256), PRIMARY KEY(key))');
  theirs.exec("INSERT INTO astdb VALUES ('/pbx/UUID', 'abc'), ('/SIP/Registry/1', NULL)");
  theirs.close();
  const { db } = await at.open();
  assert.deepEqual(db.entries(), [
    ['/SIP/Registry/1', ''],
    ['/pbx/UUID', 'abc'],
  ]);
  db.put('pbx', 'UUID', 'def');
  await db.close();
  assert.equal(at.onDisk()['/pbx/UUID'], 'def');
});

test('a directory that is missing is made', async () => {
  const { db } = await at.open({ file: join(at.directory, 'var', 'lib', 'astdb.sqlite3') });
  await db.close();
  assert.ok(readFileSync(join(at.directory, 'var', 'lib', 'astdb.sqlite3')).length > 0);
});
