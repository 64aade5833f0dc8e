/** Which nodes live: judged by what was seen of them, whatever their clocks say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../../core/clock.js';
import { DatabaseClock } from '../../../../modules/chan_sip/user/nodes/database-clock.js';
import { NodeTable } from '../../../../modules/chan_sip/user/nodes/node-table.js';

const TIMEOUT = 3000;
const row = (name: string, seen: number, address = '192.0.2.2:5060') => ({
  name,
  address,
  seen: String(seen),
  registrations: '1',
});

/** Looks at the table, so many milliseconds after the look before. */
function looking(table: NodeTable) {
  let elapsed = 100_000;
  return (rows: Parameters<NodeTable['take']>[0], after = 1000) => {
    elapsed += after;
    return table.take(rows, { elapsed, gap: after, timeout: TIMEOUT, databaseNow: 1_000_000 + elapsed });
  };
}

test('a node that writes nothing for so long is silent, and lives again with its next sign', () => {
  const table = new NodeTable();
  const look = looking(table);
  // Its clock is a day behind: only that it changes counts, once it was seen.
  assert.deepEqual(look([row('b', 5)]), ['b']);
  assert.equal(table.get('b')?.alive, false);
  assert.deepEqual(look([row('b', 6)]), ['b']);
  assert.equal(table.get('b')?.alive, true);
  for (let times = 0; times < 3; times++) assert.deepEqual(look([row('b', 6)]), []);
  assert.deepEqual(look([row('b', 6)]), ['b']);
  assert.equal(table.get('b')?.alive, false);
  assert.deepEqual(look([row('b', 7)]), ['b']);
});

test('while nobody could read the table, nobody is taken for dead', () => {
  const table = new NodeTable();
  const look = looking(table);
  look([row('b', 1_102_000)]);
  assert.equal(table.get('b')?.alive, true);
  assert.deepEqual(look([row('b', 1_102_000)], 20_000), []);
  assert.equal(table.get('b')?.alive, true);
});

test('one that says that it leaves is silent at once', () => {
  const table = new NodeTable();
  const look = looking(table);
  look([row('b', 1_101_000)]);
  assert.deepEqual(look([row('b', 0)]), ['b']);
  assert.equal(table.get('b')?.alive, false);
  assert.deepEqual(look([row('b', 1_103_000)]), ['b']);
  assert.equal(table.get('b')?.alive, true);
});

test('one that moves, and one that is taken out of the table, are told', () => {
  const table = new NodeTable();
  const look = looking(table);
  look([row('b', 1_101_000), row('c', 1_101_000)]);
  assert.deepEqual(look([row('b', 1_102_000, '192.0.2.2:5070'), row('c', 1_102_000)]), ['b']);
  assert.deepEqual(look([row('b', 1_103_000, '192.0.2.2:5070')]), ['c']);
  assert.equal(table.get('c'), undefined);
});

const NOWHERE = ['', 'pbx.example', '192.0.2.2:0', 'x:y', '192.0.2.2:70000'];

for (const address of NOWHERE) {
  test(`'${address}' is no address of a node`, () => {
    const table = new NodeTable();
    looking(table)([row('b', 1_101_000, address)]);
    assert.equal(table.get('b')?.address, undefined);
  });
}

test('the clock of the database is known from its quickest answer, and anew when somebody sets it', async () => {
  const clock = new TestClock();
  const known = new DatabaseClock(clock);
  let ahead = 5_000_000;
  /** An answer that takes so long to come, after no time on its way there. */
  const measure = (took: number) =>
    known.measure(async () => {
      const told = clock.elapsed() + ahead;
      clock.advance(took);
      return told;
    });
  const off = () => known.now() - (clock.elapsed() + ahead);
  await measure(100);
  assert.ok(Math.abs(off()) <= 51);
  await measure(2);
  assert.ok(Math.abs(off()) <= 2);
  await measure(100);
  assert.ok(Math.abs(off()) <= 2, 'a slow answer says less');
  ahead -= 60_000;
  await measure(100);
  assert.ok(Math.abs(off()) <= 51);
});
