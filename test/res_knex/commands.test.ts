/** `sql show connections`. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Report, renderText } from '../../core/output.js';
import { commands } from '../../modules/res_knex/commands.js';
import { SqlStage } from './stage.js';

async function shown(stage: SqlStage): Promise<string[]> {
  const out = new Report();
  const console = { kind: 'internal', width: undefined, verbosity: 0, muted: true } as const;
  const call = { args: {}, rest: [], chosen: new Set<string>(), line: '', console, out };
  await commands(stage.connections)[0]!.run(call);
  return renderText(out, undefined).replaceAll(stage.directory, '.').trimEnd().split('\n');
}

test('it lists connections and how they are', async t => {
  const stage = await SqlStage.of(t);
  await stage.connection.opened;
  assert.deepEqual(await shown(stage), [
    'Name                 Client         State    Breaker                   Queue Operations Failures Place',
    'calls                better-sqlite3 up       closed                        0          1        0 ./calls.sqlite3',
    '1 SQL connections',
  ]);
});

test('of one that is down it says why', async t => {
  const stage = await SqlStage.of(t, { before: ({ file }) => writeFileSync(file, 'nonsense '.repeat(100)) });
  await stage.connection.opened;
  const lines = await shown(stage);
  assert.match(lines[1]!, /^calls {16}better-sqlite3 down {5}closed {24}0 {10}1 {8}1 /);
  assert.match(lines[3]!, /^calls: last error: calls \(\.\/calls\.sqlite3\): file is not a database\. Restore/);
});
