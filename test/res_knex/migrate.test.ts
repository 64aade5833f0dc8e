/** migrate(): what it makes, what it leaves alone, what it names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holder, SqlStage, when } from './stage.js';

const ALL = ['sippeers', 'sipregs', 'ast_config', 'extensions', 'voicemail', 'cdr'];

test('an empty file gets every table, once', async t => {
  const { connection } = await SqlStage.of(t);
  assert.deepEqual(await connection.migrate(), { created: ALL, existing: [], lacking: [] });
  assert.deepEqual(await connection.migrate(), { created: [], existing: ALL, lacking: [] });
});

test("the tables have the original's columns and indexes", async t => {
  const stage = await SqlStage.of(t);
  await stage.connection.migrate();
  const counts: [string, number][] = [];
  for (const table of ALL) counts.push([table, (await stage.connection.columns(table)).length]);
  assert.deepEqual(counts, [
    ['sippeers', 89],
    ['sipregs', 9],
    ['ast_config', 8],
    ['extensions', 6],
    ['voicemail', 34],
    ['cdr', 21],
  ]);
  assert.deepEqual(
    stage.rows("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'sippeers' ORDER BY name"),
    [
      { name: 'sippeers_host_port_index' },
      { name: 'sippeers_ipaddr_port_index' },
      { name: 'sippeers_name_host_index' },
      { name: 'sippeers_name_unique' },
    ],
  );
});

test('a table that is there is used as it is, and what it lacks is named', async t => {
  const stage = await SqlStage.of(t, {
    before: ({ sql, file }) =>
      sql("CREATE TABLE sipregs (NAME TEXT, ipaddr TEXT, mine TEXT); INSERT INTO sipregs VALUES ('a', 'b', 'c')", file),
  });
  assert.deepEqual(await stage.connection.migrate(), {
    created: ALL.filter(name => name !== 'sipregs'),
    existing: ['sipregs'],
    lacking: [
      {
        table: 'sipregs',
        columns: ['fullcontact', 'port', 'defaultuser', 'regserver', 'regseconds', 'useragent', 'lastms'],
      },
    ],
  });
  assert.deepEqual(stage.rows('SELECT * FROM sipregs'), [{ NAME: 'a', ipaddr: 'b', mine: 'c' }]);
});

test('a row takes its own key and defaults, and names are unique', async t => {
  const { connection } = await SqlStage.of(t);
  await connection.migrate();
  await connection.insert('ast_config', { filename: 'x', category: 'c', var_name: 'n', var_val: 'v' });
  assert.deepEqual(await connection.first('ast_config', when('id', '1')), {
    ...{ id: '1', cat_metric: '0', var_metric: '0', filename: 'x', category: 'c', var_name: 'n', var_val: 'v' },
    commented: '0',
  });
  await connection.insert('sippeers', { name: '3001', 'call-limit': '2', sendrpid: 'pai' });
  await assert.rejects(connection.insert('sippeers', { name: '3001' }), /UNIQUE constraint failed: sippeers\.name/);
});

test('who died while it made tables holds nobody up', async t => {
  const stage = await SqlStage.of(t);
  await stage.connection.migrate();
  stage.sql('UPDATE obelisk_migrations_lock SET is_locked = 1; DROP TABLE voicemail');
  stage.sql("DELETE FROM obelisk_migrations WHERE name = '001_voicemail'");
  assert.deepEqual((await stage.connection.migrate()).created, ['voicemail']);
});

test('it waits for whoever holds the file', async t => {
  const stage = await SqlStage.of(t);
  await stage.connection.migrate();
  stage.sql('DROP TABLE voicemail');
  stage.sql("DELETE FROM obelisk_migrations WHERE name = '001_voicemail'");
  const other = await holder(t, stage.file);
  const migration = stage.connection.migrate();
  while (stage.row.retries < 2) await stage.connection.columns('sippeers');
  await other.release();
  assert.deepEqual((await migration).created, ['voicemail']);
});

test('columns that are needed are added by type, and the table too', async t => {
  const stage = await SqlStage.of(t);
  await stage.connection.addColumns('sipregs', [{ column: 'name', type: 'char' }]);
  await stage.connection.addColumns('sipregs', [
    { column: 'NAME', type: 'integer' },
    { column: 'port', type: 'integer' },
    { column: 'weight', type: 'float' },
    { column: 'seen', type: 'datetime' },
  ]);
  assert.deepEqual(stage.rows("SELECT name, type FROM pragma_table_info('sipregs')"), [
    { name: 'name', type: 'TEXT' },
    { name: 'port', type: 'INTEGER' },
    { name: 'weight', type: 'REAL' },
    { name: 'seen', type: 'TEXT' },
  ]);
});
