/** What the verbs do to a real file: values, conditions, orders, and what makes no sense. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, Operator } from '../../core/config/engine.js';
import { SqlStage, when } from './stage.js';

const TABLE =
  'CREATE TABLE phones (name TEXT PRIMARY KEY, Port INTEGER, secret TEXT, weight REAL, seen DATETIME, image BLOB)';

const phones = (stage: SqlStage): void => stage.sql(TABLE);

test('every value comes out as text, and NULL as null', async t => {
  const stage = await SqlStage.of(t, { before: phones });
  stage.sql(
    "INSERT INTO phones VALUES ('a', 9007199254740993, '', 1.0, '2026-11-22 12:00:00', x'616263'), ('b', NULL, NULL, 0.1, 17, NULL)",
  );
  assert.deepEqual(await stage.connection.all('phones', []), [
    { name: 'a', Port: '9007199254740993', secret: '', weight: '1.0', seen: '2026-11-22 12:00:00', image: 'abc' },
    { name: 'b', Port: null, secret: null, weight: '0.1', seen: '17', image: null },
  ]);
});

for (const value of [
  "it's",
  '"; DROP TABLE phones; --',
  '`',
  '\\',
  '?',
  ':name',
  '%',
  'é☎\u{1F4DE}',
  'x'.repeat(10_000),
]) {
  test(`a value is kept as it is: ${value.slice(0, 30)}`, async t => {
    const { connection } = await SqlStage.of(t, { before: phones });
    await connection.insert('phones', { name: value, secret: 'first' });
    assert.equal(await connection.update('phones', when('name', value), { secret: value }), 1);
    assert.equal((await connection.first('phones', when('secret', value)))?.['name'], value);
    assert.equal(await connection.delete('phones', when('name', value)), 1);
  });
}

test('null is written as NULL', async t => {
  const stage = await SqlStage.of(t, { before: phones });
  await stage.connection.insert('phones', { name: 'a', secret: null });
  await stage.connection.update('phones', when('name', 'a'), { Port: null });
  assert.deepEqual(stage.rows('SELECT name, secret, Port FROM phones'), [{ name: 'a', secret: null, Port: null }]);
});

const conditions: [operator: Operator, value: string, found: string[]][] = [
  ['=', '9', ['b']],
  ['!=', '9', ['a', 'c']],
  ['<', '10', ['b', 'c']],
  ['<=', '10', ['b', 'a', 'c']],
  ['>', '9', ['a']],
  ['>=', '9', ['b', 'a']],
];

for (const [operator, value, found] of conditions) {
  test(`Port ${operator} ${value} compares numbers`, async t => {
    const stage = await SqlStage.of(t, { before: phones });
    stage.sql("INSERT INTO phones (name, Port) VALUES ('a', 10), ('b', 9), ('c', 1)");
    const rows = await stage.connection.all('phones', [{ column: 'port', operator, value }]);
    assert.deepEqual(rows.map(row => row['name']).sort(), [...found].sort());
  });
}

const orNulls: [operator: Operator, value: string, found: string[]][] = [
  ['<=', '9', ['b', 'none']],
  ['=', '10', ['a', 'none']],
  ['LIKE', '1%', ['a', 'none']],
];

for (const [operator, value, found] of orNulls) {
  test(`Port ${operator} ${value}, or NULL, holds of rows without a Port beside all that holds else`, async t => {
    const stage = await SqlStage.of(t, { before: phones });
    stage.sql("INSERT INTO phones (name, secret, Port) VALUES ('a', 's', 10), ('b', 's', 9), ('none', 's', NULL)");
    stage.sql("INSERT INTO phones (name, secret, Port) VALUES ('other', 't', NULL)");
    const asked: Condition[] = [{ column: 'port', operator, value, orNull: true }, ...when('secret', 's')];
    const rows = await stage.connection.all('phones', asked);
    assert.deepEqual(rows.map(row => row['name']).sort(), found);
    assert.equal(await stage.connection.update('phones', asked, { weight: '1' }), found.length);
  });
}

const patterns: [operator: Operator, value: string, found: string[]][] = [
  ['LIKE', '1%', ['1%0', '100', '1_0']],
  ['LIKE', '1_0', ['1%0', '100', '1_0']],
  ['LIKE', '1\\%0', ['1%0']],
  ['LIKE', '1\\_%', ['1_0']],
  ['NOT LIKE', '1%', ['a\\b']],
  ['LIKE', 'a\\\\b', ['a\\b']],
];

for (const [operator, value, found] of patterns) {
  test(`name ${operator} ${value}`, async t => {
    const { connection } = await SqlStage.of(t, { before: phones });
    for (const name of ['100', '1_0', '1%0', 'a\\b']) await connection.insert('phones', { name });
    const rows = await connection.all('phones', [{ column: 'name', operator, value }]);
    assert.deepEqual(
      rows.map(row => row['name']),
      found,
    );
  });
}

test('many rows come in the order of the first condition, one row is the first that holds all', async t => {
  const stage = await SqlStage.of(t, { before: phones });
  stage.sql("INSERT INTO phones (name, Port, secret) VALUES ('b', 1, 'x'), ('a', 2, 'x'), ('c', 3, 'y')");
  const both: Condition[] = [...when('name', '%', 'LIKE'), ...when('secret', 'x')];
  assert.deepEqual(
    (await stage.connection.all('phones', both)).map(row => row['name']),
    ['a', 'b'],
  );
  assert.equal((await stage.connection.first('phones', [...both, ...when('Port', '1')]))?.['name'], 'b');
  assert.equal(await stage.connection.first('phones', when('name', 'nobody')), undefined);
});

test('delete needs every condition to hold', async t => {
  const stage = await SqlStage.of(t, { before: phones });
  stage.sql("INSERT INTO phones (name, secret) VALUES ('a', 'x'), ('b', 'x')");
  assert.equal(await stage.connection.delete('phones', [...when('secret', 'x'), ...when('name', 'a')]), 1);
  assert.deepEqual(stage.rows('SELECT name FROM phones'), [{ name: 'b' }]);
});

const nonsense: [what: string, ask: (stage: SqlStage) => Promise<unknown>, message: RegExp][] = [
  [
    'a condition on no column',
    s => s.connection.first('phones', when('nosuch', 'x')),
    /table 'phones' has no column 'nosuch'$/,
  ],
  ['no table', s => s.connection.all('nosuch', []), /there is no table 'nosuch'$/],
  [
    'a table whose name is a statement',
    s => s.connection.all("phones'); DROP TABLE phones; --", []),
    /there is no table/,
  ],
  [
    'only columns that are not there',
    s => s.connection.insert('phones', { x: '1', y: '2' }),
    /has no column 'x', 'y'$/,
  ],
  ['an update of everything', s => s.connection.update('phones', [], { secret: 'x' }), /no condition says which rows/],
  ['a delete of everything', s => s.connection.delete('phones', []), /no condition says which rows/],
  ['an empty row', s => s.connection.insert('phones', {}), /nothing is to be written to table 'phones'$/],
  [
    'an unknown operator',
    s => s.connection.all('phones', when('name', 'x', 'OR 1=1 --')),
    /there is no operator 'OR 1=1 --'$/,
  ],
];

for (const [what, ask, message] of nonsense) {
  test(`refused, with words for it: ${what}`, async t => {
    const stage = await SqlStage.of(t, { before: phones });
    await stage.connection.opened;
    stage.sql("INSERT INTO phones (name) VALUES ('a')");
    const told = await stage.refusal(ask(stage));
    assert.match(told, message);
    assert.match(told, /^calls \(\.\/calls\.sqlite3\): /);
    assert.deepEqual(stage.rows('SELECT name FROM phones'), [{ name: 'a' }]);
    assert.equal(stage.row.state, 'up');
  });
}

test('a row that is there already is refused without its values', async t => {
  const { connection } = await SqlStage.of(t, { before: phones });
  await connection.insert('phones', { name: 'a', secret: 'hidden' });
  await assert.rejects(connection.insert('phones', { name: 'a', secret: 'hidden' }), {
    name: 'QueryFailed',
    kind: 'refused',
    code: 'SQLITE_CONSTRAINT_PRIMARYKEY',
    message: /: UNIQUE constraint failed: phones\.name$/,
  });
});

test('columns that the table lacks are left out with one warning, until they are looked at afresh', async t => {
  const stage = await SqlStage.of(t, { before: phones });
  const { connection } = stage;
  await connection.insert('phones', { name: 'a', path: 'lost' });
  await connection.update('phones', when('name', 'a'), { path: 'lost', SECRET: 's' });
  const warning = "warning: calls: table 'phones' has no column 'path': what is written there is lost";
  assert.deepEqual(stage.lines, [warning]);
  stage.sql('ALTER TABLE phones ADD COLUMN path TEXT');
  connection.forget('phones');
  await connection.update('phones', when('name', 'a'), { path: 'kept' });
  assert.deepEqual(stage.rows('SELECT path, secret FROM phones'), [{ path: 'kept', secret: 's' }]);
  assert.deepEqual(stage.lines, [warning]);
});

test('a column that was refused is found once it is there', async t => {
  const stage = await SqlStage.of(t, { before: phones });
  const { connection } = stage;
  await stage.refusal(connection.first('phones', when('path', 'x')));
  stage.sql('ALTER TABLE phones ADD COLUMN path TEXT');
  assert.equal(await connection.first('phones', when('path', 'x')), undefined);
  const both = () => [connection.insert('phones', { area: 'x' }), connection.insert('phones', { area: 'y' })];
  await Promise.allSettled([connection.insert('phones', { name: 'a' }), ...both()]); // the two go together
  stage.sql('ALTER TABLE phones ADD COLUMN area TEXT');
  await Promise.all(both());
});

test('a column that went away is told, and known to be gone from then on', async t => {
  const stage = await SqlStage.of(t, { before: phones });
  await stage.connection.insert('phones', { name: 'a', secret: 'x' });
  stage.sql('ALTER TABLE phones DROP COLUMN secret');
  assert.match(await stage.refusal(stage.connection.first('phones', when('secret', 'x'))), /no such column: secret$/);
  assert.match(await stage.refusal(stage.connection.first('phones', when('secret', 'x'))), /has no column 'secret'$/);
});

test('the lines of a file come in its order, without those that are commented out', async t => {
  const stage = await SqlStage.of(t);
  await stage.connection.migrate();
  stage.sql(`INSERT INTO ast_config (cat_metric, var_metric, filename, category, var_name, var_val, commented) VALUES
    (2, 1, 'sip.conf', 'alice', 'type', 'friend', 0), (1, 2, 'sip.conf', 'general', 'realm', NULL, 0),
    (1, 1, 'sip.conf', 'general', '#include', 'more.conf', 0), (1, 3, 'sip.conf', 'general', 'off', 'x', 1),
    (0, 1, 'other.conf', 'general', 'x', 'y', 0)`);
  assert.deepEqual(await stage.connection.lines('ast_config', 'sip.conf'), [
    { section: 'general', name: '#include', value: 'more.conf' },
    { section: 'general', name: 'realm', value: '' },
    { section: 'alice', name: 'type', value: 'friend' },
  ]);
  assert.match(
    await stage.refusal(stage.connection.lines('sippeers', 'sip.conf')),
    /'sippeers' has no column 'filename'$/,
  );
});
