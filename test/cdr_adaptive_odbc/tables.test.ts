/** Call records in tables: which columns get what, what is wrong with the file, and a database that is away. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateTime } from '../../core/log/dates.js';
import { DatabaseServer } from '../support/database-server.js';
import { AdaptiveStage, RECORD } from './stage.js';

const bounded = { timeout: 20_000 };

const CONF = '[calls]\nconnection=asterisk\n';

test('the table that migrate makes takes every field; what is empty is left to it', bounded, async t => {
  const at = await AdaptiveStage.of(t);
  await at.connections.get('asterisk')!.migrate();
  await at.load(CONF);
  at.post({});
  await at.settled();
  assert.deepEqual(at.rows('SELECT * FROM cdr'), [
    {
      accountcode: 'sales',
      src: '1008',
      dst: '100',
      dcontext: 'internal',
      clid: '"Alice" <1008>',
      channel: 'Paper/1008-00000000',
      dstchannel: 'Paper/1009-00000001',
      lastapp: 'Dial',
      lastdata: 'Paper/1009,20',
      start: dateTime(RECORD.start),
      answer: dateTime(RECORD.answer!),
      end: dateTime(RECORD.end),
      duration: 10,
      billsec: 7,
      disposition: 'ANSWERED',
      amaflags: 'DOCUMENTATION',
      userfield: null,
      uniqueid: '1795348800.0',
      linkedid: '1795348800.0',
      peeraccount: null,
      sequence: 0,
    },
  ]);
  assert.deepEqual(at.lines, []);
});

test('columns of other names have aliases, texts, and variables of the record', bounded, async t => {
  const at = await AdaptiveStage.of(t);
  at.sql('CREATE TABLE calls (Source TEXT, calldate TEXT, answer TEXT, ticket TEXT, site TEXT, mine TEXT)');
  await at.load(
    `${CONF}table=calls\nusegmtime=yes\nalias src => source\nalias start => calldate\nstatic "head office" => site\nstatic "x" => nowhere\n`,
  );
  at.post({ answer: undefined });
  at.post({ src: "o'brien" });
  await at.settled();
  assert.deepEqual(at.rows('SELECT * FROM calls'), [
    {
      ...{ Source: '1008', calldate: '2026-11-22 12:00:00', answer: null, ticket: "47'11; DROP TABLE cdr" },
      ...{ site: 'head office', mine: null },
    },
    {
      ...{ Source: "o'brien", calldate: '2026-11-22 12:00:00', answer: '2026-11-22 12:00:03' },
      ...{ ticket: "47'11; DROP TABLE cdr", site: 'head office', mine: null },
    },
  ]);
  assert.deepEqual(at.lines, [
    "warning: cdr_adaptive_odbc.conf:2: table 'calls' has no columns for accountcode, dst, dcontext, clid, channel, " +
      'dstchannel, lastapp, lastdata, end, duration, billsec, disposition, amaflags, uniqueid, userfield, peeraccount, ' +
      'linkedid, sequence, nowhere: they are not kept',
  ]);
});

const FILTERS: readonly [line: string, kept: string][] = [
  ['', 'sales home -'],
  ['filter accountcode => sales', 'sales'],
  ['filter accountcode != sales', 'home -'],
  ['filter accountcode =>', '-'],
  ['filter ticket => 7', 'home'],
  ['filter accountcode != sales\nfilter ACCOUNTCODE != home', '-'],
];

for (const [line, kept] of FILTERS) {
  test(`of three records ${kept} are kept with ${line.replace('\n', ', ') || 'no filter'}`, bounded, async t => {
    const at = await AdaptiveStage.of(t);
    at.sql('CREATE TABLE cdr (accountcode TEXT, dst TEXT)');
    await at.load(`${CONF}${line}\n`);
    at.post({}, { accountcode: 'home', variables: new Map([['Ticket', '7']]) }, { accountcode: '' });
    await at.settled();
    const rows = at.rows("SELECT coalesce(accountcode, '-') AS account FROM cdr") as { account: string }[];
    assert.equal(rows.map(({ account }) => account).join(' '), kept);
  });
}

test(
  'everything that is wrong with the file is told with its line, and a reload leaves all as it was',
  bounded,
  async t => {
    const at = await AdaptiveStage.of(t);
    assert.deepEqual(
      await at.refusal(
        '[one]\ntable=x\n[two]\nconnection=asterisk\nstatic x => y\nalias => z\n[two]\nconnection=asterisk\nfilter => 1\n',
      ),
      [
        '1: [one]: connection is missing',
        '5: expected: static "text" => column',
        '6: expected: alias field => column',
        '9: expected: filter field => text, or filter field != text',
        '7: [two] is there twice',
      ],
    );
    assert.deepEqual(await at.refusal(`${CONF}[other]\nconnection=nowhere\n`), [
      "4: [other]: there is no database 'nowhere': res_config_sqlite3.conf has a section for each",
    ]);
    assert.deepEqual(at.engine.posting.backends(), []);
    at.sql('CREATE TABLE cdr (src TEXT)');
    await at.load(CONF);
    await at.refusal('[calls]\nconnection=nowhere\n');
    at.post({});
    await at.settled();
    assert.equal(at.rows('SELECT * FROM cdr').length, 1);
  },
);

test('options without effect are told as such, and without a file nothing is kept', bounded, async t => {
  const at = await AdaptiveStage.of(t);
  await at.load(`${CONF}schema=public\nquoted_identifiers="\ncolour=red\n`);
  assert.deepEqual(
    at.lines.map(line => line.replace(/^warning: cdr_adaptive_odbc\.conf:/, '')),
    [
      "5: unknown option 'colour'",
      '3: schema has no effect: a SQLite file has no schemas',
      '4: quoted_identifiers has no effect: names are always quoted',
    ],
  );
  const bare = await AdaptiveStage.of(t);
  await bare.load(undefined);
  assert.deepEqual(bare.engine.posting.backends(), []);
});

test('records wait while there is no database, and nobody waits for them', bounded, async t => {
  const at = await AdaptiveStage.of(t);
  at.sql('CREATE TABLE cdr (dst TEXT)');
  await at.load(CONF);
  await at.connections.get('asterisk')!.close();
  at.post({ dst: '1' });
  await at.seen(() => at.lines.length > 0);
  at.post({ dst: '2' }, { dst: '3' });
  assert.equal(at.engine.posting.backends()[0]!.waiting, 2);
  // Later and later, but never later than a minute.
  for (let n = 0; n < 10; n += 1) {
    at.stage.clock.advance(60_000);
    await new Promise(resolve => setImmediate(resolve));
  }
  at.open();
  await at.passing(60_000, at.settled());
  assert.deepEqual(at.rows('SELECT dst FROM cdr'), [{ dst: '1' }, { dst: '2' }, { dst: '3' }]);
  assert.deepEqual(
    at.lines.filter(line => !line.includes('no columns')),
    [
      "error: adaptive_odbc/calls: call records are kept until the database takes them: there is no database 'asterisk'",
      'notice: adaptive_odbc/calls: the database takes call records again',
    ],
  );
});

test('beyond what may wait records are lost, and counted', bounded, async t => {
  const at = await AdaptiveStage.of(t);
  await at.load(CONF);
  at.post({ dst: 'first' });
  await at.seen(() => at.lines.length > 0);
  for (let n = 0; n < 10_002; n += 1) at.post({ dst: String(n) });
  assert.deepEqual(at.engine.posting.backends(), [{ name: 'adaptive_odbc/calls', waiting: 10_000, lost: 2 }]);
  assert.match(at.lines.at(-1)!, /adaptive_odbc\/calls keeps up no longer/);
});

test('a table that is not there is waited for, and so is one that became another', bounded, async t => {
  const at = await AdaptiveStage.of(t);
  await at.load(CONF);
  at.post({ dst: '1' });
  await at.seen(() => at.lines.length > 0);
  assert.match(at.lines[0]!, /there is no table 'cdr': `realtime migrate asterisk` makes one named cdr/);
  at.sql('CREATE TABLE cdr (dst TEXT)');
  await at.passing(60_000, at.settled());
  at.sql('DROP TABLE cdr; CREATE TABLE cdr (number TEXT, src TEXT)');
  at.post({ dst: '2', src: '1009' });
  await at.passing(60_000, at.settled());
  assert.deepEqual(at.rows('SELECT * FROM cdr'), [{ number: null, src: '1009' }]);
});

test('a record that the database does not take is lost alone, with its reason', bounded, async t => {
  const at = await AdaptiveStage.of(t);
  at.sql('CREATE TABLE cdr (dst TEXT UNIQUE)');
  await at.load(CONF);
  at.post({ dst: '1' }, { dst: '1', uniqueid: 'again' }, { dst: '2' });
  await at.settled();
  assert.deepEqual(at.rows('SELECT dst FROM cdr'), [{ dst: '1' }, { dst: '2' }]);
  const told = at.lines.filter(line => line.startsWith('error')).join('\n');
  assert.match(told, /1 call records are lost \(again\): asterisk .*UNIQUE constraint failed: cdr\.dst/);
  assert.equal(at.engine.posting.backends()[0]!.lost, 1);
});

const NO_SERVER = DatabaseServer.lacks('postgresql');

test('a record with a character that the database has none for is kept without it', {
  ...bounded,
  skip: NO_SERVER ?? false,
}, async t => {
  const server = await DatabaseServer.start('postgresql');
  t.after(() => server.remove());
  const database = await server.database();
  await server.ask(database, 'CREATE TABLE cdr (dst TEXT, userfield VARCHAR(8))');
  const at = await AdaptiveStage.of(t);
  at.connections.open('server', {
    ...{ client: 'pg', host: '127.0.0.1', port: server.port, database, user: server.user, password: server.password },
    ...{ batch: 0, busyTimeout: 1000, debug: false },
  });
  await at.load('[calls]\nconnection=server\n');
  at.post({ dst: '1', userfield: 'a\0b, and more' });
  await at.passing(1000, at.settled());
  assert.deepEqual(await server.ask(database, 'SELECT * FROM cdr'), [{ dst: '1', userfield: 'a?b, and' }]);
});

test('a batch that waits is written at the end, before the table is let go', bounded, async t => {
  const at = await AdaptiveStage.of(t, '[general]\nbatch=yes\n');
  at.sql('CREATE TABLE cdr (dst TEXT)');
  await at.load(CONF);
  at.post({ dst: '1' });
  await at.reload('[general]\n');
  assert.deepEqual(at.rows('SELECT dst FROM cdr'), [{ dst: '1' }]);
  assert.deepEqual(at.engine.posting.backends(), []);
});

test('the end waits a little for a database that is away, then names what is lost', bounded, async t => {
  const at = await AdaptiveStage.of(t);
  await at.load(CONF);
  at.post({ uniqueid: 'late' });
  await at.seen(() => at.lines.length > 0);
  await at.passing(500, at.reload('[general]\n'));
  await at.settled();
  assert.match(at.lines.at(-1)!, /1 call records are lost \(late\): the database was away until the end/);
  assert.equal(at.stage.clock.pending, 0);
});

test('a reload that changes a table keeps what waits for it', bounded, async t => {
  const at = await AdaptiveStage.of(t);
  await at.load(CONF);
  at.post({ dst: '1' });
  await at.seen(() => at.lines.length > 0);
  at.sql('CREATE TABLE calls (number TEXT)');
  await at.reload(`${CONF}table=calls\nalias dst => number\n`);
  await at.passing(60_000, at.settled());
  assert.deepEqual(at.rows('SELECT * FROM calls'), [{ number: '1' }]);
});
