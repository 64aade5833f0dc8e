/** The driver on real files: each verb by its place, and what its options do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, Need } from '../../core/config/engine.js';
import { EngineStage } from './stage.js';

const CONF = '[calls]\ndbfile=calls.sqlite3\nbatch=0\n';
const place = { database: 'calls', table: 'sippeers' };
const name = (value: string): Condition => ({ column: 'name', operator: '=', value });

test('the driver is called sqlite3, and a database by its section', async t => {
  const { engine, connections } = await EngineStage.of(t, CONF);
  assert.equal(engine.name, 'sqlite3');
  assert.deepEqual(
    connections.rows().map(row => [row.name, row.state]),
    [['calls', 'up']],
  );
  await assert.rejects(engine.load({ database: 'other', table: 'x' }, []), {
    message: 'res_config_sqlite3.conf has no database [other]',
  });
});

test('a row is stored, found, changed and removed', async t => {
  const stage = await EngineStage.of(t, CONF);
  stage.sql('calls.sqlite3', 'CREATE TABLE sippeers (name TEXT, port INTEGER)');
  const { engine } = stage;
  await engine.store(place, { name: '3002', port: null });
  await engine.store(place, { name: '3001', port: '5060' });
  assert.deepEqual(await engine.load(place, [name('3001')]), { name: '3001', port: '5060' });
  assert.equal(await engine.load(place, [name('nosuch')]), undefined);
  assert.equal(await engine.update(place, [name('3001')], { port: '5070' }), 1);
  assert.deepEqual(await engine.loadAll(place, [{ column: 'name', operator: 'LIKE', value: '300%' }]), [
    { name: '3001', port: '5070' },
    { name: '3002', port: null },
  ]);
  assert.equal(await engine.destroy(place, [name('3001'), { column: 'port', operator: '=', value: '1' }]), 0);
  assert.equal(await engine.destroy(place, [name('3001')]), 1);
});

test('the lines of a file kept in a table', async t => {
  const stage = await EngineStage.of(t, CONF);
  await stage.connections.get('calls')!.migrate();
  stage.sql(
    'calls.sqlite3',
    "INSERT INTO ast_config (filename, category, var_name, var_val) VALUES ('sip.conf', 'general', 'realm', 'here')",
  );
  assert.deepEqual(await stage.engine.file({ database: 'calls', table: 'ast_config' }, 'sip.conf'), [
    { section: 'general', name: 'realm', value: 'here' },
  ]);
});

const NEEDS: Need[] = [
  { column: 'NAME', type: 'char', length: 10 },
  { column: 'port', type: 'integer' },
];

const requirements: [option: string, missing: string[], columns: string[]][] = [
  ['warn', ['port'], ['name ']],
  ['createclose', [], ['name ', 'port INTEGER']],
  ['createchar', [], ['name ', 'port TEXT']],
];

for (const [option, missing, columns] of requirements) {
  test(`requirements=${option}: a missing column is ${missing.length > 0 ? 'told' : 'added'}`, async t => {
    const stage = await EngineStage.of(t, `${CONF}requirements=${option}\n`);
    stage.sql('calls.sqlite3', 'CREATE TABLE sippeers (name)');
    assert.deepEqual(await stage.engine.missing(place, NEEDS), missing);
    assert.deepEqual(stage.columns('calls.sqlite3', 'sippeers'), columns);
  });
}

test('a table that is not there lacks every column', async t => {
  const { engine } = await EngineStage.of(t, CONF);
  assert.deepEqual(await engine.missing(place, NEEDS), ['NAME', 'port']);
});

test('a column that was added is used after forget()', async t => {
  const stage = await EngineStage.of(t, CONF);
  stage.sql('calls.sqlite3', 'CREATE TABLE sippeers (name TEXT)');
  await stage.engine.store(place, { name: 'a', path: 'x' });
  stage.sql('calls.sqlite3', 'ALTER TABLE sippeers ADD COLUMN path TEXT');
  stage.engine.forget(place);
  stage.engine.forget({ database: 'other', table: 'x' });
  await stage.engine.store(place, { name: 'b', path: 'y' });
  assert.deepEqual(await stage.engine.load(place, [name('b')]), { name: 'b', path: 'y' });
});
