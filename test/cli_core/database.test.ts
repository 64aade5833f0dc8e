/** The `database ...` commands over a real database file: modules/cli_core/database.ts. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { AstDatabase } from '../../core/astdb.js';
import { SystemClock } from '../../core/clock.js';
import { databaseCommands } from '../../modules/cli_core/database.js';
import { CliStage } from '../support/cli-stage.js';

const log = { error() {}, warning() {}, notice() {}, verbose() {}, debugs: () => false, debug() {} };

let directory: string;
let db: AstDatabase;
let stage: CliStage;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-database-'));
  db = await AstDatabase.open({ file: join(directory, 'astdb.sqlite3'), window: 1, clock: new SystemClock(), log });
  stage = new CliStage(...databaseCommands(db));
});

after(async () => {
  await db.close();
  await rm(directory, { recursive: true });
});

beforeEach(() => {
  db.deltree('');
  db.put('SIP/Registry', '1008', '127.0.0.1:6045:300:1008:sip:1008@127.0.0.1:6045');
  db.put('SIP/Registry', '1009', 'x');
  db.put('pbx', 'UUID', '2961563e');
  db.put('fam', '1008', 'y');
});

const ALICE = '/SIP/Registry/1008                                : 127.0.0.1:6045:300:1008:sip:1008@127.0.0.1:6045\n';
const BOB = '/SIP/Registry/1009                                : x                        \n';
const FAM = '/fam/1008                                         : y                        \n';
const UUID = '/pbx/UUID                                         : 2961563e                 \n';

const ANSWERS: [line: string, text: string][] = [
  ['database show', `${ALICE}${BOB}${FAM}${UUID}4 results found.\n`],
  ['database show SIP', `${ALICE}${BOB}2 results found.\n`],
  ['database show SIP Registry/1009', `${BOB}1 results found.\n`],
  ['database show S_P', '0 results found.\n'],
  ['database showkey 1008', `${ALICE}${FAM}2 results found.\n`],
  ['database get SIP/Registry 1008', 'Value: 127.0.0.1:6045:300:1008:sip:1008@127.0.0.1:6045\n'],
  ['database get fam nosuch', 'Database entry not found.\n'],
  ['database put fam key "a value"', 'Updated database successfully\n'],
  ['database del fam 1008', 'Database entry removed.\n'],
  ['database del fam key', 'Database entry could not be removed.\n'],
  ['database deltree SIP', '2 database entries removed.\n'],
  ['database deltree SIP Registry/1009', '1 database entries removed.\n'],
  ['database deltree nosuch', 'Database entries do not exist.\n'],
];

for (const [line, text] of ANSWERS) {
  test(`'${line}' is answered as recorded`, async () => {
    assert.deepEqual(await stage.run(line), ['done', text]);
  });
}

test('what was put is there, and on disk when the command has answered', async () => {
  await stage.run('database put fam key "a value"');
  assert.equal(db.get('fam', 'key'), 'a value');
  assert.equal(db.waiting, 0);
});

test('a value that cannot reach the disk is said not to be there', async () => {
  const flush = db.flush;
  db.flush = () => Promise.reject(new Error('disk full'));
  const answer = await stage.run('database put fam key value');
  db.flush = flush;
  assert.deepEqual(answer, [
    'failed',
    "disk full\nFailed to update entry\nCommand 'database put fam key value' failed.\n",
  ]);
});

test('families are completed from what is there', () => {
  assert.deepEqual(stage.table.complete('database show '), ['SIP/Registry', 'fam', 'pbx']);
});
