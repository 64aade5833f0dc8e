/** The verbs on PostgreSQL and on MariaDB: the same answers as on a SQLite file. */
import assert from 'node:assert/strict';
import type { Condition, Operator } from '../../core/config/engine.js';
import { onEach, ServerStage } from './server-stage.js';
import { when } from './stage.js';

/** A table whose name and columns are reserved words too. */
const TABLES = `
  CREATE TABLE phones (name VARCHAR(200) PRIMARY KEY, Port INTEGER, secret TEXT, weight NUMERIC(5,1), seen TIMESTAMP NULL);
  CREATE TABLE "order" ("select" VARCHAR(40), "from" INTEGER, "call-limit" INTEGER);
`;

const tablesOf = (kind: string): string =>
  kind === 'mariadb' ? `SET sql_mode = 'ANSI_QUOTES'; ${TABLES.replaceAll('TEXT', 'LONGTEXT')}` : TABLES;

/** As the server itself spells the column: PostgreSQL folds what is not quoted. */
const portOf = (kind: string): string => (kind === 'mariadb' ? 'Port' : 'port');

const INTEGERS: readonly [operator: Operator, value: string, found: string[]][] = [
  ['=', '9', ['b']],
  ['=', '9.0', ['b']],
  ['!=', '9', ['a', 'c']],
  ['<', '10', ['b', 'c']],
  ['<=', '10', ['a', 'b', 'c']],
  ['>', '9', ['a']],
  ['>=', '9', ['a', 'b']],
  ['=', '99999999999', []],
  ['=', 'many', []],
  ['=', '', []],
  ['>', 'many', []],
  ['<', 'many', ['a', 'b', 'c']],
  ['!=', '', ['a', 'b', 'c']],
  ['LIKE', '1%', ['a', 'c']],
];

const TEXTS: readonly [operator: Operator, value: string, found: string[]][] = [
  ['=', 'alice', ['alice']],
  ['=', 'Alice', ['Alice']],
  ['=', 'alice ', []],
  ['=', '0', []],
  ['!=', 'alice', ['100', '1_0', 'Alice', 'a\\b']],
  ['LIKE', 'ALI%', ['Alice', 'alice']],
  ['NOT LIKE', 'ali%', ['100', '1_0', 'a\\b']],
  ['LIKE', '1\\_%', ['1_0']],
  ['LIKE', 'a\\\\b', ['a\\b']],
  ['<', 'A', ['100', '1_0']],
  ['>=', 'a', ['a\\b', 'alice']],
];

const VALUES = ["it's", '"; DROP TABLE phones; --', '`', '\\', "\\'", '?', ':name', '$1', '%', 'x'.repeat(190)];

onEach((kind, it) => {
  it('integers compare as numbers, whatever they are asked for', async (t, server) => {
    const { connection } = await ServerStage.of(t, server, tablesOf(kind));
    for (const [name, Port] of [
      ['a', '10'],
      ['b', '9'],
      ['c', '1'],
      ['none', null],
    ] as const)
      await connection.insert('phones', { name, Port });
    for (const [operator, value, found] of INTEGERS) {
      const rows = await connection.all('phones', when('port', value, operator));
      assert.deepEqual(rows.map(row => row['name']).sort(), found, `${operator} ${value}`);
      const orNull: Condition[] = [{ column: 'PORT', operator, value, orNull: true }];
      const more = await connection.all('phones', orNull);
      assert.deepEqual(more.map(row => row['name']).sort(), [...found, 'none'], `${operator} ${value} or NULL`);
    }
  });

  it('texts compare and sort by their bytes, and LIKE has no regard to case', async (t, server) => {
    const { connection } = await ServerStage.of(t, server);
    await connection.addColumns('phones', [{ column: 'name', type: 'char' }]);
    for (const name of ['alice', 'Alice', '100', '1_0', 'a\\b']) await connection.insert('phones', { name });
    for (const [operator, value, found] of TEXTS) {
      const rows = await connection.all('phones', when('name', value, operator));
      assert.deepEqual(
        rows.map(row => row['name']),
        found,
        `${operator} ${value}`,
      );
    }
  });

  it('a table with a collation of its own is looked up by bytes all the same', async (t, server) => {
    const { connection } = await ServerStage.of(t, server, tablesOf(kind));
    await connection.insert('phones', { name: 'Alicé', secret: 'x' });
    assert.equal(await connection.first('phones', when('name', 'alicé')), undefined);
    assert.equal((await connection.first('phones', when('name', 'Alicé')))?.['secret'], 'x');
    assert.equal(await connection.update('phones', when('name', 'ALICÉ'), { secret: 'y' }), 0);
  });

  it('values are kept as they are, NULL is null, and an empty text is no number', async (t, server) => {
    const stage = await ServerStage.of(t, server, tablesOf(kind));
    const { connection } = stage;
    for (const value of VALUES) {
      await connection.insert('phones', { name: value, secret: 'first' });
      assert.equal(await connection.update('phones', when('name', value), { secret: value }), 1);
      assert.equal(await connection.update('phones', when('name', value), { secret: value }), 1, 'nothing changed');
      assert.equal((await connection.first('phones', when('secret', value)))?.['name'], value);
      assert.equal(await connection.delete('phones', when('name', value)), 1);
    }
    await connection.insert('phones', { name: 'a', PORT: '5060', weight: '1.5', seen: '2026-11-22 12:00:00' });
    const port = portOf(kind);
    assert.deepEqual(await connection.first('phones', when('name', 'a')), {
      ...{ name: 'a', [port]: '5060', secret: null, weight: '1.5', seen: '2026-11-22 12:00:00' },
    });
    await connection.update('phones', when('name', 'a'), { port: '', seen: '', secret: '' });
    assert.deepEqual(await connection.first('phones', when('name', 'a')), {
      ...{ name: 'a', [port]: null, secret: '', weight: '1.5', seen: null },
    });
  });

  it('reserved words and hyphens are names like others', async (t, server) => {
    const { connection } = await ServerStage.of(t, server, tablesOf(kind));
    await connection.insert('order', { select: 'a', from: '1', 'call-limit': '2' });
    assert.equal(await connection.update('order', when('select', 'a'), { 'call-limit': '3' }), 1);
    assert.deepEqual(await connection.all('order', when('call-limit', '3')), [
      { select: 'a', from: '1', 'call-limit': '3' },
    ]);
    assert.deepEqual(await connection.columns('order'), ['select', 'from', 'call-limit']);
  });

  it('what makes no sense is refused with words for it, and the connection goes on', async (t, server) => {
    const stage = await ServerStage.of(t, server, tablesOf(kind));
    const { connection } = stage;
    await connection.insert('phones', { name: 'a', secret: 'hidden' });
    assert.match(await stage.refusal(connection.first('phones', when('nosuch', 'x'))), /has no column 'nosuch'$/);
    assert.match(await stage.refusal(connection.all('nosuch', [])), /there is no table 'nosuch'$/);
    assert.match(await stage.refusal(connection.delete('phones', [])), /no condition says which rows/);
    await assert.rejects(connection.insert('phones', { name: 'a', secret: 'hidden' }), {
      kind: 'refused',
      message: /uplicate (?:key|entry)(?!.*hidden)/i,
    });
    await assert.rejects(connection.update('phones', when('name', 'a'), { port: 'there' }), { kind: 'refused' });
    const both = [connection.insert('phones', { name: 'a' }), connection.insert('phones', { name: 'b' })];
    const results = await Promise.allSettled(both);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    );
    assert.deepEqual([stage.row.state, stage.row.failures, stage.lines], ['up', 0, []]);
  });

  it('a text that a column has no room for is refused with its name, and others are written', async (t, server) => {
    const stage = await ServerStage.of(t, server, 'CREATE TABLE phones (name VARCHAR(10), secret TEXT)');
    const { connection } = stage;
    await connection.insert('phones', { name: 'é'.repeat(10), secret: 'x'.repeat(10_000) });
    await assert.rejects(connection.update('phones', when('secret', 'x'), { name: 'y'.repeat(11) }), {
      kind: 'refused',
      tooLong: ['name'],
      message: /: table 'phones': 'name' takes 10 characters and not 11: make it wider$/,
    });
    assert.equal((await connection.first('phones', when('name', 'é'.repeat(10))))?.['secret'], 'x'.repeat(10_000));
  });

  if (kind === 'mariadb')
    it('a text is found by its name, whatever the character sets of connection and table', async (t, server) => {
      for (const charset of ['latin1', 'utf8', 'utf8mb4'])
        for (const table of ['latin1', 'utf8mb4']) {
          const made = `CREATE TABLE phones (name VARCHAR(10), secret TEXT) CHARACTER SET ${table}`;
          const { connection } = await ServerStage.of(t, server, made, { charset });
          await connection.insert('phones', { name: 'jörg', secret: 'x' });
          assert.equal(await connection.update('phones', when('name', 'jörg'), { secret: 'ü' }), 1);
          assert.deepEqual(
            { ...(await connection.first('phones', when('name', 'jörg'))) },
            { name: 'jörg', secret: 'ü' },
            `${charset}, ${table}`,
          );
          assert.equal(await connection.first('phones', when('name', 'JÖRG')), undefined);
        }
    });

  it('characters that a column cannot hold are refused with its name, and the others of a batch are written', async (t, server) => {
    const maria = kind === 'mariadb';
    const columns = 'name VARCHAR(10), secret VARCHAR(40), agent VARCHAR(40), place VARCHAR(40)';
    const stage = await ServerStage.of(
      t,
      server,
      `CREATE TABLE phones (${columns})${maria ? ' CHARACTER SET utf8mb3' : ''}; INSERT INTO phones (name) VALUES ('a'), ('b')`,
    );
    const { connection } = stage;
    const strange = maria ? '\u{1f600}' : 'x\0y';
    const [refused, written] = await Promise.allSettled([
      connection.update('phones', when('name', 'a'), { secret: 's', agent: strange, place: maria ? 'é' : 'there' }),
      connection.update('phones', when('name', 'b'), { secret: 's' }),
    ]);
    const { kind: how, tooLong } = refused.status === 'rejected' ? refused.reason : assert.fail('it was not refused');
    assert.deepEqual([how, tooLong], ['refused', ['agent']]);
    assert.deepEqual(written, { status: 'fulfilled', value: 1 });
    // On MariaDB such a code means other things, too.
    if (maria) await stage.sql('ALTER TABLE phones ADD COLUMN port INT');
    connection.forget('phones');
    if (maria)
      await assert.rejects(connection.update('phones', when('name', 'a'), { port: 'there' }), {
        kind: 'refused',
        tooLong: [],
      });
  });

  it('AST-2017-001: a row that is to be fitted is cut to its columns and goes without characters that there are none for', async (t, server) => {
    const maria = kind === 'mariadb';
    const made = `CREATE TABLE phones (name VARCHAR(4), secret VARCHAR(40), agent VARCHAR(40), place VARCHAR(40))`;
    const stage = await ServerStage.of(t, server, `${made}${maria ? ' CHARACTER SET utf8mb3' : ''}`);
    const { connection } = stage;
    const strange = maria ? '\u{1f600}' : '\0';
    const row = { name: 'ééééé', secret: `é${strange}`, agent: `${strange}x${strange}`, place: strange };
    await assert.rejects(connection.insert('phones', { ...row, name: 'a' }), { kind: 'refused' });
    await connection.insert('phones', row, true);
    const written = { name: 'éééé', secret: 'é?', agent: '?x?', place: '?' };
    assert.deepEqual({ ...(await connection.first('phones', when('name', 'éééé'))) }, written);
    assert.equal(stage.lines.filter(line => /no room in '(?:name|secret|agent|place)' for all/.test(line)).length, 4);
    if (!maria) return;
    await stage.sql(
      'DELETE FROM phones; ALTER TABLE phones CONVERT TO CHARACTER SET ascii; ALTER TABLE phones ADD COLUMN port INT',
    );
    connection.forget('phones');
    await connection.insert('phones', { name: 'b', secret: 'éx' }, true);
    assert.equal((await connection.first('phones', when('name', 'b')))?.['secret'], '?x');
    await assert.rejects(connection.insert('phones', { name: 'c', port: 'there' }, true), { kind: 'refused' });
  });

  it('who died while it made tables holds nobody up, and two make them at the same time', async (t, server) => {
    const stage = await ServerStage.of(t, server);
    const { connection } = stage;
    await connection.migrate();
    await stage.sql('UPDATE obelisk_migrations_lock SET is_locked = 1');
    await stage.sql("DROP TABLE voicemail; DELETE FROM obelisk_migrations WHERE name = '001_voicemail'");
    const other = stage.connections.open('other', stage.settings);
    const made = await Promise.all([connection, other].map(one => one.migrate()));
    assert.deepEqual(made.flatMap(({ created }) => created).slice(0, 1), ['voicemail']);
    assert.deepEqual((await connection.migrate()).created, []);
  });

  it('every table is made once, with the columns, defaults and unique names that it has in a file', async (t, server) => {
    const stage = await ServerStage.of(t, server);
    const { connection } = stage;
    const ALL = ['sippeers', 'sipregs', 'ast_config', 'extensions', 'voicemail', 'cdr'];
    assert.deepEqual(await connection.migrate(), { created: ALL, existing: [], lacking: [] });
    assert.deepEqual(await connection.migrate(), { created: [], existing: ALL, lacking: [] });
    const counts: number[] = [];
    for (const table of ALL) counts.push((await connection.columns(table)).length);
    assert.deepEqual(counts, [89, 9, 8, 6, 34, 21]);
    await connection.insert('sippeers', { name: 'Bob', 'call-limit': '2', sendrpid: 'pai' });
    await connection.insert('sippeers', { name: 'bob' });
    await assert.rejects(connection.insert('sippeers', { name: 'Bob' }), { kind: 'refused' });
    const line = { filename: 'sip.conf', var_metric: '1' };
    for (const [cat_metric, category, var_val] of [
      ['1', 'low', 'x'],
      ['2', 'high', 'é☎'],
    ] as const)
      await connection.insert('ast_config', { ...line, cat_metric, category, var_name: 'n', var_val });
    await connection.insert('ast_config', { ...line, category: 'off', var_name: 'n', var_val: 'v', commented: '1' });
    assert.deepEqual(await connection.lines('ast_config', 'sip.conf', true), [
      { section: 'high', name: 'n', value: 'é☎' },
      { section: 'low', name: 'n', value: 'x' },
    ]);
    await connection.insert('cdr', { src: '1', start: '2026-11-22 12:00:00' });
    assert.equal((await connection.all('cdr', []))[0]!['start'], '2026-11-22 12:00:00');
  });
});
