import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RealtimeStatus } from '../../core/config/realtime-status.js';
import type { ConnectionRow, Connections } from '../../modules/cli_realtime/services.js';
import { statusCommands } from '../../modules/cli_realtime/status.js';
import { CliStage } from '../support/cli-stage.js';
import { RealtimeStage } from '../support/realtime-stage.js';

const ROW: ConnectionRow = {
  name: 'asterisk',
  client: 'better-sqlite3',
  place: '/var/lib/asterisk/realtime.sqlite3',
  state: 'up',
  breaker: 'closed',
  queue: 0,
  operations: 12,
  failures: 1,
  retries: 3,
  averageMs: 0.25,
  longestMs: 12.5,
  lastError: 'database is locked',
};

async function stage(settings: string, connections?: Connections) {
  const realtime = await RealtimeStage.of(settings);
  realtime.driver('sqlite3');
  const status = new RealtimeStatus();
  return { status, cli: new CliStage(...statusCommands(realtime.families, status, () => connections)) };
}

test('realtime show status shows families, connections, and whatever else tells of itself', async () => {
  const connections = { get: () => undefined, rows: () => [ROW] };
  const { cli, status } = await stage('a => sqlite3,asterisk,tab\nb => none,db\n', connections);
  status.add('Caches', () => [{ name: 'sippeers', hits: 120, underWay: 0 }]);
  status.add('Queues', () => []);
  assert.equal(
    await cli.text('realtime show status'),
    `Family               Priority Lies in                                          Driver
a                    1        sqlite3:asterisk/tab                             loaded
b                    1        none:db/b                                        not loaded

Connection       Client         State   Breaker   Waiting Operations Failures Retries  Mean ms  Most ms  Last error
asterisk         better-sqlite3 up      closed          0         12        1       3      0.3     12.5  database is locked

Caches:
Name      Hits  Under way
sippeers   120          0
`,
  );
});

test('realtime show status with nothing there says so', async () => {
  const { cli } = await stage('');
  assert.equal(await cli.text('realtime show status'), 'No families are mapped in extconfig.conf.\n');
});

const made = {
  created: ['sipregs', 'ast_config'],
  existing: ['sippeers'],
  lacking: [{ table: 'sippeers', columns: ['path', 'lastms'] }],
};

test('realtime migrate says what it made, what was there, and what that lacks', async () => {
  const connection = { migrate: async () => made };
  const { cli } = await stage('', { get: () => connection, rows: () => [ROW] });
  assert.equal(
    await cli.text('realtime migrate asterisk'),
    `Created:         sipregs, ast_config
Already there:   sippeers
asterisk: table 'sippeers' lacks path, lastms
`,
  );
  assert.deepEqual(cli.table.complete('realtime migrate '), ['asterisk']);
});

test('realtime migrate gives the reason when it fails', async () => {
  const connection = { migrate: () => Promise.reject(new Error('asterisk: the disk is full')) };
  const { cli } = await stage('', { get: () => connection, rows: () => [ROW] });
  assert.deepEqual(await cli.run('realtime migrate asterisk'), [
    'failed',
    "Not every table could be created: asterisk: the disk is full\nCommand 'realtime migrate asterisk' failed.\n",
  ]);
});

test('realtime migrate of a connection that is not there says where they are listed', async () => {
  const { cli } = await stage('');
  assert.equal(
    await cli.text('realtime migrate x'),
    "There is no connection 'x'; 'realtime show status' lists them.\n",
  );
  assert.deepEqual(cli.table.complete('realtime migrate '), []);
});
