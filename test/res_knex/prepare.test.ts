/** How long the start waits for tables that are being made. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { realtime } from '../../core/config/engine.js';
import type { NamedDatabase } from '../../modules/res_knex/databases.js';
import { type Preparing, prepare } from '../../modules/res_knex/prepare.js';
import type { Migration } from '../../modules/res_knex/token.js';
import { RealtimeStage } from '../support/realtime-stage.js';
import { keptLog } from '../support/wire.js';

const MADE: Migration = { created: ['sippeers'], existing: [], lacking: [] };

/** A disk that is as slow as the test says. */
async function preparing() {
  const stage = await RealtimeStage.of('sippeers => sqlite3,calls\nother => sqlite3,more\n');
  stage.told();
  const { log, lines } = keptLog();
  const { promise, resolve, reject } = Promise.withResolvers<Migration>();
  const core = {
    clock: stage.clock,
    log,
    emit: (event, fact) => stage.events.emit(event, fact),
    find: token => (token.name === realtime.name ? stage.families : undefined),
  } as Preparing;
  const connection = { name: 'calls', migrate: () => promise };
  let ready = false;
  const start = prepare(
    { connection, migrate: true, seeds: [] } as unknown as NamedDatabase,
    { driver: 'sqlite3' },
    core,
  );
  const waiting = start.then(() => void (ready = true));
  const after = async (ms: number): Promise<boolean> => {
    stage.clock.advance(ms);
    await setImmediate();
    return ready;
  };
  return { stage, lines, resolve, reject, waiting, after };
}

test('tables that are made in time keep the start waiting until then, and no longer', async () => {
  const { stage, lines, resolve, after } = await preparing();
  assert.equal(await after(2999), false);
  resolve(MADE);
  assert.equal(await after(0), true);
  assert.deepEqual(lines, ["notice: 'calls': made sippeers, with 0 rows"]);
  assert.deepEqual([stage.clock.pending, stage.told()], [0, []]);
});

test('after 3 s the start goes on, and who looked at the tables is told when they are there', async () => {
  const { stage, lines, resolve, after } = await preparing();
  assert.equal(await after(3000), true);
  const late = "warning: 'calls': the tables are still being made after 3000 ms; the start goes on without them";
  assert.deepEqual([lines, stage.told()], [[late], []]);
  resolve(MADE);
  await after(0);
  assert.deepEqual(lines.slice(1), ["notice: 'calls': made sippeers, with 0 rows"]);
  assert.deepEqual([stage.clock.pending, stage.told()], [0, ['sippeers']]);
});

for (const ms of [0, 3000]) {
  test(`tables that cannot be made after ${ms} ms are told, and keep nothing from starting`, async () => {
    const { lines, reject, after } = await preparing();
    await after(ms);
    reject(new Error('the disk is full'));
    assert.equal(await after(0), true);
    assert.equal(lines.at(-1), "error: the tables of 'calls' could not be made: the disk is full");
  });
}
