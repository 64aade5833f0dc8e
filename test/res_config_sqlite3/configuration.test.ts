/** res_config_sqlite3.conf: what it opens, what is wrong in it, and what a reload changes. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { condition } from '../../core/config/condition.js';
import { parseText } from '../../core/config/dialect.js';
import { LoadDeclined } from '../../core/errors.js';
import { readDatabases } from '../../modules/res_config_sqlite3/read.js';
import { EngineStage } from './stage.js';

const readText = async (text: string) =>
  readDatabases((await parseText('res_config_sqlite3.conf', text)).config, '/var/lib/asterisk');

test('a section has the defaults, and its relative file lies in astdbdir', async () => {
  const { databases, warnings } = await readText(
    '[general]\nx=y\n[calls]\ndbfile=a.db\n[other](!)\n[more]\ndbfile=/b.db\n',
  );
  const plain = { migrate: false, seeds: [] };
  const settings = { client: 'better-sqlite3', batch: 100, busyTimeout: 10_000, debug: false };
  assert.deepEqual(
    [...databases],
    [
      ['calls', { settings: { ...settings, file: '/var/lib/asterisk/a.db' }, requirements: 'warn', ...plain }],
      ['more', { settings: { ...settings, file: '/b.db' }, requirements: 'warn', ...plain }],
    ],
  );
  assert.deepEqual(warnings, []);
});

test('every option is read', async () => {
  const { databases } = await readText(
    '[calls]\ndbfile=/a\ndebug=yes\nrequirements=createchar\nbatch=0\nbusy_timeout=500\nmigrate=yes\nseed=a?b=1&c=x+y%26z\n',
  );
  assert.deepEqual(databases.get('calls'), {
    settings: { client: 'better-sqlite3', file: '/a', batch: 0, busyTimeout: 500, debug: true },
    requirements: 'createchar',
    migrate: true,
    seeds: [{ table: 'a', row: { b: '1', c: 'x y&z' } }],
  });
});

test('everything that is wrong is told at once', async () => {
  await assert.rejects(readText('[a]\nbatch=x\n[b]\ndbfile=/b\nrequirements=maybe\n'), (thrown: unknown) => {
    assert.ok(thrown instanceof LoadDeclined);
    assert.deepEqual(
      thrown.problems.map(({ line, message }) => `${line}: ${message}`),
      [
        "2: batch: expected 0-60000 milliseconds, got 'x'",
        '1: [a]: dbfile is missing',
        "5: requirements: expected one of warn, createclose, createchar, got 'maybe'",
      ],
    );
    return true;
  });
});

test('the first start makes the tables and their first rows, and leaves what is there alone', async t => {
  const text =
    '[calls]\ndbfile=calls.sqlite3\nmigrate=yes\nseed=sippeers?name=2001&secret=s\nseed=sippeers?name=2002\n';
  const stage = await EngineStage.of(t, text);
  const names = async () =>
    (await stage.engine.loadAll({ database: 'calls', table: 'sippeers' }, [condition('name LIKE', '%')])).map(
      ({ name, secret }) => [name, secret],
    );
  assert.deepEqual(await names(), [
    ['2001', 's'],
    ['2002', null],
  ]);
  await stage.engine.destroy({ database: 'calls', table: 'sippeers' }, [condition('name', '2002')]);
  await stage.reload(text.replace('migrate', 'batch=0\nmigrate'));
  assert.deepEqual(await names(), [['2001', 's']]);
});

for (const seed of ['sippeers', '?name=2001', 'sippeers?', 'sip peers?name=1']) {
  test(`'${seed}' is no row`, async () => {
    await assert.rejects(
      readText(`[a]\ndbfile=/a\nseed=${seed}\n`),
      /res_config_sqlite3\.conf:3: seed: expected table\?column=value/,
    );
  });
}

test('without the file the driver is there with no databases', async t => {
  const stage = await EngineStage.of(t, undefined);
  await assert.rejects(stage.engine.load({ database: 'calls', table: 'x' }, []), /has no database \[calls\]/);
  assert.deepEqual(stage.connections.rows(), []);
});

test('a reload opens, closes and changes what the file says otherwise, and leaves the rest', async t => {
  const section = (name: string, more = '') => `[${name}]\ndbfile=${name}.sqlite3\nbatch=0\n${more}`;
  const stage = await EngineStage.of(t, section('kept') + section('gone') + section('changed'));
  const before = ['kept', 'gone', 'changed'].map(name => stage.connections.get(name));
  await stage.reload(section('kept') + section('changed', 'busy_timeout=1\n') + section('new'));
  const after = ['kept', 'gone', 'changed', 'new'].map(name => stage.connections.get(name));
  assert.equal(after[0], before[0]);
  assert.equal(after[1], undefined);
  assert.ok(after[2] !== undefined && after[2] !== before[2]);
  assert.ok(after[3] !== undefined && existsSync(join(stage.directory, 'new.sqlite3')));
  assert.deepEqual(await stage.engine.missing({ database: 'new', table: 'x' }, []), []);
  await assert.rejects(stage.engine.missing({ database: 'gone', table: 'x' }, []), /has no database \[gone\]/);
});

test('a reload of a file with errors changes nothing', async t => {
  const stage = await EngineStage.of(t, '[kept]\ndbfile=kept.sqlite3\n');
  const before = stage.connections.get('kept');
  await assert.rejects(stage.reload('[new]\ndbfile=new.sqlite3\n[bad]\n'), LoadDeclined);
  assert.equal(stage.connections.get('kept'), before);
  assert.equal(stage.connections.get('new'), undefined);
});

test("a name that another module's database has is refused, and nothing is changed", async t => {
  const stage = await EngineStage.of(t, '[kept]\ndbfile=kept.sqlite3\n');
  const file = join(stage.directory, 'other.sqlite3');
  const settings = { client: 'better-sqlite3', file, batch: 0, busyTimeout: 0, debug: false } as const;
  const other = stage.connections.open('taken', settings);
  await assert.rejects(stage.reload('[taken]\ndbfile=x.sqlite3\n'), /another module has a database 'taken' already/);
  assert.ok(stage.connections.get('kept'));
  await other.close();
});
