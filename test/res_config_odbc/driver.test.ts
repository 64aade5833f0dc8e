/** The driver on real databases, each found through an odbc.ini. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SystemClock } from '../../core/clock.js';
import { engineToken } from '../../core/config/engine.js';
import { LoadDeclined } from '../../core/errors.js';
import { token } from '../../core/registry.js';
import { SchedulerHeap } from '../../core/sched.js';
import odbc from '../../modules/res_config_odbc/index.js';
import { NamedConnections } from '../../modules/res_knex/connections.js';
import type { Connections } from '../../modules/res_knex/token.js';
import { onEach } from '../res_knex/server-stage.js';
import { CoreStage } from '../support/core-stage.js';

const DRIVERS = '[PG]\nDriver=psqlodbcw.so\n[Maria]\nDriver=libmaodbc.so\n[Lite]\nDriver=libsqlite3odbc.so\n';

/** The module over an odbc.ini with this DSN. */
async function stageOf(t: TestContext, dsn: string | undefined) {
  const directory = await mkdtemp(join(tmpdir(), 'obelisk-odbc-'));
  const stage = await CoreStage.of('res_config_odbc', {});
  const clock = new SystemClock();
  const heap = new SchedulerHeap(clock, (label, thrown) => assert.fail(`${label}: ${String(thrown)}`));
  const connections = new NamedConnections({ ...stage.core, clock, sched: heap.open().sched });
  stage.registry.provide<Connections>('res_knex', token('sql connections'), connections);
  t.after(async () => {
    await stage.close();
    assert.deepEqual([heap.size, connections.rows()], [0, []], 'something is left behind');
    await rm(directory, { recursive: true });
  });
  const ini = (text: string) => writeFile(join(directory, 'odbc.ini'), text);
  await writeFile(join(directory, 'odbcinst.ini'), DRIVERS);
  if (dsn !== undefined) {
    await ini(dsn.replaceAll('$HOME', directory));
    const env = `[ENV]\nODBCINI=${directory}/none\nODBCSYSINI=${directory}\n`;
    stage.write('res_odbc.conf', `${env}[asterisk]\ndsn=main\nmigrate=yes\nbatch=0\nsanitysql=select 1\n`);
  }
  const driver = await odbc.loadModule({ ...stage.core, command: () => undefined });
  return {
    ...{ stage, connections, ini, directory },
    engine: () => stage.registry.find(engineToken('odbc')),
    reload: () => odbc.reloadModule!(stage.core, driver, 'cli'),
  };
}

/** A device is stored, found, changed and removed. */
async function works({ engine }: Awaited<ReturnType<typeof stageOf>>): Promise<void> {
  const place = { database: 'asterisk', table: 'sippeers' };
  const name = [{ column: 'name', operator: '=', value: '3001' }] as const;
  await engine()!.store(place, { name: '3001', port: '5060' });
  assert.equal(await engine()!.update(place, name, { port: '5070' }), 1);
  assert.equal((await engine()!.load(place, name))?.['port'], '5070');
  assert.deepEqual(await engine()!.missing(place, [{ column: 'nosuch', type: 'char' }]), ['nosuch']);
  assert.equal(await engine()!.destroy(place, name), 1);
}

onEach((kind, it) => {
  it('the driver of a DSN decides what is spoken', async (t, server) => {
    const database = await server.database();
    const driver = kind === 'mariadb' ? 'Maria' : 'PG';
    const login = `Server=127.0.0.1\nPort=${server.port}\nUserName=${server.user}\nPassword=${server.password}\n`;
    const stage = await stageOf(t, `[main]\nDriver=${driver}\nDatabase=${database}\n${login}`);
    await works(stage);
    assert.equal(stage.connections.rows()[0]!.client, kind === 'mariadb' ? 'mysql2' : 'pg');
    // A change of odbc.ini alone is seen by a reload; one that cannot be used changes nothing.
    await stage.ini('[other]\n');
    await assert.rejects(async () => stage.reload(), LoadDeclined);
    await works(stage);
    await stage.ini(`[main]\nDriver=Lite\nDatabase=${stage.directory}/calls.sqlite3\n`);
    await stage.reload();
    await stage.reload();
    assert.equal(stage.connections.rows()[0]!.client, 'better-sqlite3');
  });
});

test('SQLite is spoken to a file, and the tables are made at the start', async t => {
  await works(await stageOf(t, '[main]\nDriver = Lite\nDatabase = $HOME/calls.sqlite3\n'));
});

test('without res_odbc.conf there is no driver, and not a word', async t => {
  const { engine, stage } = await stageOf(t, undefined);
  assert.deepEqual([engine(), stage.lines.filter(line => !line.startsWith('verbose'))], [undefined, []]);
});
