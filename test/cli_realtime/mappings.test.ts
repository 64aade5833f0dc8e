import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadDeclined } from '../../core/errors.js';
import { mappingCommands } from '../../modules/cli_realtime/mappings.js';
import { CliStage } from '../support/cli-stage.js';
import { MemoryPbx } from '../support/memory-pbx.js';
import { RealtimeStage } from '../support/realtime-stage.js';

async function stage(settings: string) {
  const realtime = await RealtimeStage.of(settings);
  const pbx = new MemoryPbx(0);
  return { realtime, pbx, cli: new CliStage(...mappingCommands(realtime.families, pbx)) };
}

test('core show config mappings is as recorded, the last line of the file first', async () => {
  const { cli, realtime } = await stage('sippeers => sqlite3,asterisk\nsipregs => sqlite3,asterisk\n');
  realtime.driver('sqlite3');
  assert.equal(
    await cli.text('core show config mappings'),
    `Config Engine: sqlite3
===> sipregs (db=asterisk, table=sipregs)
===> sippeers (db=asterisk, table=sippeers)
`,
  );
});

test('core show config mappings says which driver is missing, and which is the next to ask', async () => {
  const { cli } = await stage('a => pgsql,db,tab\na => pgsql,db2,tab,2\n');
  assert.equal(
    await cli.text('core show config mappings'),
    `Config Engine: pgsql (not loaded)
===> a (db=db2, table=tab, priority=2)
===> a (db=db, table=tab)
`,
  );
});

test('core show config mappings says that there are none', async () => {
  const { cli } = await stage('');
  assert.equal(await cli.text('core show config mappings'), 'No config mappings found.\n');
});

test('realtime reload reads extconfig.conf again', async () => {
  const { cli, pbx } = await stage('');
  assert.deepEqual(await cli.run('realtime reload'), ['done', '']);
  assert.deepEqual(pbx.asked, ['reload realtime']);
});

test('realtime reload names what is in force and will not work', async () => {
  const { cli, pbx } = await stage('');
  pbx.problems = [{ file: 'extconfig.conf', line: 2, message: "driver 'sqlite' is not loaded" }];
  assert.deepEqual(await cli.run('realtime reload'), ['done', "extconfig.conf:2: driver 'sqlite' is not loaded\n"]);
});

test('realtime reload names the mistakes', async () => {
  const { cli, pbx } = await stage('');
  pbx.reloadRealtime = () =>
    Promise.reject(new LoadDeclined('x cannot be used', [{ file: 'x', line: 3, message: 'odd' }]));
  assert.deepEqual(await cli.run('realtime reload'), [
    'failed',
    "x cannot be used\nx:3: odd\nCommand 'realtime reload' failed.\n",
  ]);
});
