/** Statements that stay prepared: modules/res_knex/sqlite-statements.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { keepStatements, type Preparing } from '../../modules/res_knex/sqlite-statements.js';

function kept() {
  const database = new Database(':memory:');
  database.exec('CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2)');
  keepStatements(database as unknown as Preparing);
  return database;
}

test('the same text is the same statement, as long as it is among the latest', () => {
  const database = kept();
  const all = database.prepare('SELECT * FROM t');
  assert.equal(database.prepare('SELECT * FROM t'), all);
  for (let n = 0; n < 127; n += 1) database.prepare(`SELECT ${n}`);
  assert.equal(database.prepare('SELECT * FROM t'), all, 'used again it is the latest');
  for (let n = 200; n < 328; n += 1) database.prepare(`SELECT ${n}`);
  assert.notEqual(database.prepare('SELECT * FROM t'), all);
  database.close();
});

test('numbers are what the last one to ask wants them to be', () => {
  const database = kept();
  const ask = () => database.prepare('SELECT a FROM t');
  assert.deepEqual(ask().safeIntegers(true).all(), [{ a: 1n }]);
  assert.deepEqual(ask().all(), [{ a: 1 }]);
  database.close();
});

test('columns that come, go and are renamed meanwhile are seen', () => {
  const database = kept();
  const all = () => database.prepare('SELECT * FROM t').all();
  const set = (a: number) => database.prepare('UPDATE t SET a = ?').run(a);
  set(3);
  assert.deepEqual(all(), [{ a: 3, b: 2 }]);
  database.exec('ALTER TABLE t ADD COLUMN c DEFAULT 9');
  assert.deepEqual(all(), [{ a: 3, b: 2, c: 9 }]);
  database.exec('ALTER TABLE t RENAME COLUMN a TO z');
  assert.deepEqual(all(), [{ z: 3, b: 2, c: 9 }]);
  assert.throws(() => set(4), /no such column: a/);
  database.exec('DROP TABLE t');
  assert.throws(all, /no such table: t/);
  database.exec('CREATE TABLE t (a)');
  set(5);
  assert.deepEqual(all(), []);
  database.close();
});

test('a statement that failed runs again when the cause is gone', () => {
  const database = kept();
  database.exec('CREATE TABLE u (a UNIQUE)');
  const put = (a: number) => database.prepare('INSERT INTO u VALUES (?)').run(a).changes;
  assert.equal(put(1), 1);
  assert.throws(() => put(1), /UNIQUE/);
  assert.equal(put(2), 1);
  database.close();
});
