/** How long the start waits for tables that are being made. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { realtime } from '../../core/config/engine.js';
import { SchedulerHeap } from '../../core/sched.js';
import type { NamedDatabase } from '../../modules/res_knex/databases.js';
import { type Preparing, prepare } from '../../modules/res_knex/prepare.js';
import { QueryFailed } from '../../modules/res_knex/query-failed.js';
import type { Migration } from '../../modules/res_knex/token.js';
import { RealtimeStage } from '../support/realtime-stage.js';
import { keptLog } from '../support/wire.js';

const MADE: Migration = { created: ['sippeers'], existing: [], lacking: [] };

/** A disk that is as slow as the test says. */
async function preparing() {
  const stage = await RealtimeStage.of('sippeers => sqlite3,calls\nother => sqlite3,more\n');
  stage.told();
  const { log, lines } = keptLog();
  let asked = Promise.withResolvers<Migration>();
  let open = true;
  const heap = new SchedulerHeap(stage.clock, (label, thrown) => assert.fail(`${label}: ${String(thrown)}`));
  const core = {
    clock: stage.clock,
    sched: heap.open().sched,
    log,
    emit: (event, fact) => stage.events.emit(event, fact),
    find: token => (token.name === realtime.name ? stage.families : undefined),
  } as Preparing;
  const connection = { name: 'calls', migrate: () => asked.promise };
  let ready = false;
  const start = prepare(
    { connection, migrate: true, seeds: [] } as unknown as NamedDatabase,
    { driver: 'sqlite3' },
    core,
    () => open,
  );
  const waiting = start.then(() => void (ready = true));
  const after = async (ms: number): Promise<boolean> => {
    stage.clock.advance(ms);
    await setImmediate();
    return ready;
  };
  /** What is asked for after that is answered by the next. */
  const reject = (thrown: Error): void => {
    asked.reject(thrown);
    asked = Promise.withResolvers();
  };
  const resolve = (migration: Migration): void => asked.resolve(migration);
  const close = (): void => void (open = false);
  return { stage, heap, lines, resolve, reject, close, waiting, after };
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

const AWAY = new QueryFailed('calls (127.0.0.1)', 'unavailable', '', 'it does not answer');

test('a database that does not answer at the start has its tables made when it does, and who looked at them is told', async () => {
  const { stage, heap, lines, resolve, reject, after } = await preparing();
  reject(AWAY);
  assert.equal(await after(0), true);
  const told =
    "error: the tables of 'calls' could not be made: calls (127.0.0.1): it does not answer; this is tried again until it can be done";
  assert.deepEqual([lines, stage.told()], [[told], []]);
  for (let time = 0; time < 3; time++) {
    await after(5000);
    reject(AWAY);
    await after(0);
  }
  assert.deepEqual(lines, [told], 'told once');
  await after(5000);
  resolve(MADE);
  await after(0);
  assert.deepEqual(lines.slice(1), ["notice: 'calls': made sippeers, with 0 rows"]);
  assert.deepEqual([heap.size, stage.told()], [0, ['sippeers']]);
});

test('of a database that a reload took away nothing is made later', async () => {
  const { heap, lines, resolve, reject, close, after } = await preparing();
  reject(AWAY);
  await after(0);
  close();
  resolve(MADE);
  await after(5000);
  assert.deepEqual([heap.size, lines.length], [0, 1]);
});
