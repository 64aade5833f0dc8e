/** A batch on a file whose lock others take in the middle of it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { knex as makeKnex } from 'knex';
import type { Dialect } from '../../modules/res_knex/dialect.js';
import type { Operation } from '../../modules/res_knex/operation.js';
import { Runner } from '../../modules/res_knex/runner.js';

const insert = (name: string): Operation => ({ verb: 'insert', table: 'phones', row: { name }, fitted: false });

test('where the file is held half-way, nothing behind that is done: a later write never overtakes an earlier one', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'obelisk-runner-'));
  const filename = join(directory, 'calls.sqlite3');
  const other = new Database(filename);
  other.exec("PRAGMA journal_mode = WAL; CREATE TABLE phones (name TEXT PRIMARY KEY); INSERT INTO phones VALUES ('a')");
  const afterCreate = (driver: Database.Database, done: () => void): void => {
    driver.pragma('busy_timeout = 0');
    done();
  };
  const connection = { filename };
  const knex = makeKnex({ client: 'better-sqlite3', connection, useNullAsDefault: true, pool: { afterCreate } });
  t.after(async () => {
    await knex.destroy();
    other.close();
    await rm(directory, { recursive: true });
  });
  // After the batch failed as a whole, after `a` was refused, after `b` met the lock.
  const resets = [() => undefined, () => other.exec('BEGIN IMMEDIATE'), () => other.exec('COMMIT')];
  const dialect: Dialect = {
    columns: async () => [{ name: 'name', kind: 'other' }],
    exact: {},
    text: String,
    now: '0',
    alone: (on, work) => work(on),
    value: text => text,
    hold: () => undefined,
    order: () => undefined,
  };
  const runner = new Runner({ knex, dialect, reset: () => void resets.shift()!() });
  const outcomes = await runner.run([insert('a'), insert('b'), insert('c')]);
  assert.deepEqual(
    outcomes.map(outcome => outcome.ok || outcome.kind),
    ['refused', 'busy', 'busy'],
  );
  assert.deepEqual(other.prepare('SELECT name FROM phones').all(), [{ name: 'a' }]);
  assert.equal(resets.length, 0);
});
