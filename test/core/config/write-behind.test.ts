/** Write-behind: what reaches the database, when and in which order, whatever fails. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import fc from '../../support/property.js';
import { BehindStage, change, MapDatabase, WINDOW } from './behind-stage.js';

let at: BehindStage;
beforeEach(() => (at = new BehindStage()));
afterEach(() => at.remove());

const counts = ({ queued, inFlight, written, failures, lost, full }: Record<string, string | number>) => ({
  queued,
  inFlight,
  written,
  failures,
  lost,
  full,
});

test('changes of a window are written when it has passed, the last of each row', async () => {
  const behind = await at.open();
  for (let count = 1; count <= 30; count++) assert.equal(behind.put(change(`row ${count % 3}`, `${count}`)), 'queued');
  assert.equal(at.clock.pending, 1);
  at.clock.advance(WINDOW - 1);
  assert.deepEqual(at.database.tried, []);
  at.clock.advance(1);
  assert.deepEqual(at.database.tried, ['row 1 28', 'row 2 29', 'row 0 30']);
  await at.until(() => behind.row().queued === 0);
  await at.until(() => behind.row().journalBytes === 0);
  assert.deepEqual(counts(behind.row()), { queued: 0, inFlight: 0, written: 3, failures: 0, lost: 0, full: 0 });
  assert.equal(at.clock.pending, 0);
});

test('a look-up is told what a row is about to say, while it waits and while it is written', async () => {
  const behind = await at.open();
  at.database.holding = true;
  assert.equal(behind.pending('alice'), undefined);
  const first = change('alice', 'first');
  behind.put(first);
  assert.deepEqual(behind.pending('alice'), first);
  at.clock.advance(WINDOW);
  assert.deepEqual(behind.pending('alice'), first);
  behind.put({ ...change('alice', 'second', 7), changes: { ms: '5' } });
  assert.deepEqual(behind.pending('alice'), { ...change('alice', 'first', 7), changes: { says: 'first', ms: '5' } });
  at.database.release();
  await at.until(() => behind.row().written === 1);
  assert.deepEqual(behind.pending('alice')?.changes, { ms: '5' });
  at.database.release();
  await at.until(() => behind.row().queued === 0);
  assert.equal(behind.pending('alice'), undefined);
});

test('a row that is gone or says something newer is counted, and is no error', async () => {
  const behind = await at.open();
  at.database.rows.set('old', { name: 'old', until: '5' });
  at.database.rows.set('newer', { name: 'newer', until: '9' });
  for (const name of ['old', 'newer', 'gone']) {
    const { conditions } = change(name, '');
    const until = { column: 'until', operator: '<=', value: '7' } as const;
    behind.put({ ...change(name, name), conditions: [...conditions, until], changes: { until: '7' } });
  }
  await behind.drain();
  assert.deepEqual(
    [...at.database.rows.values()].map(row => row['until']),
    ['7', '9'],
  );
  const { written, stale, failures } = behind.row();
  assert.deepEqual({ written, stale, failures }, { written: 3, stale: 2, failures: 0 });
});

test('so many rows are written at a time, each one when another is done', async () => {
  const behind = await at.open({ batch: 10 });
  at.database.holding = true;
  for (let count = 0; count < 25; count++) behind.put(change(`row ${count}`, 'x'));
  at.clock.advance(WINDOW);
  assert.equal(at.database.held, 10);
  at.database.release(3);
  await at.until(() => at.database.tried.length === 11);
  assert.equal(behind.row().inFlight, 10);
  at.database.holding = false;
  at.database.release();
  await at.until(() => behind.row().queued === 0);
  assert.equal(at.database.most, 10);
});

test('while the database is away it is tried alone, ever more rarely, and all goes at once when it is back', async () => {
  const behind = await at.open({ batch: 10 });
  at.database.failing = () => 'connection refused';
  for (let count = 0; count < 50; count++) behind.put(change(`row ${count}`, 'x', at.clock.now()));
  at.clock.advance(WINDOW);
  await at.until(() => behind.row().failures === 10);
  const started = at.clock.elapsed();
  const tries: number[] = [];
  while (tries.length < 8) {
    const { failures } = behind.row();
    await at.advanceUntil(() => at.database.tried.length > failures, 500);
    await at.until(() => behind.row().failures === failures + 1);
    tries.push((at.clock.elapsed() - started) / 1000);
  }
  assert.deepEqual(tries, [1, 3, 7, 15, 31, 56, 81, 106]);
  assert.equal(behind.row().oldestMs, 106_000 + WINDOW);
  assert.equal(behind.row().lastError, 'phones: connection refused');
  assert.equal((await at.left()).length, 50);
  at.database.failing = () => undefined;
  at.clock.advance(25_000);
  await at.until(() => behind.row().queued === 0);
  assert.equal(new Set(at.database.written).size, 50);
  assert.deepEqual(at.said, [
    'warning: phones: changes cannot be written, 50 rows wait and are tried again: phones: connection refused',
    'notice: phones: changes are written again, 50 rows wait',
  ]);
});

test('the waits between tries differ from queue to queue', async () => {
  const behind = await at.open({ random: () => 0.5 });
  at.database.failing = () => 'connection refused';
  behind.put(change('alice', 'x'));
  at.clock.advance(WINDOW);
  await at.until(() => behind.row().failures === 1);
  at.clock.advance(1099);
  assert.equal(at.database.tried.length, 1);
  at.clock.advance(1);
  assert.equal(at.database.tried.length, 2);
});

test('a family whose driver is away keeps its changes', async () => {
  const behind = await at.open();
  at.database.mapped = false;
  behind.put(change('alice', 'x'));
  at.clock.advance(WINDOW);
  await at.until(() => behind.row().failures === 1);
  assert.deepEqual([behind.row().queued, at.database.tried], [1, []]);
  at.database.mapped = true;
  await behind.drain();
  assert.deepEqual(at.database.written, ['alice x']);
});

const MOVED = [{ driver: 'map', database: 'db', table: 'others' }];

test('a change goes to where its family lay when it came, also in the next life, and what comes later does not', async () => {
  const behind = await at.open();
  at.database.failing = () => 'away';
  behind.put(change('alice', 'x'));
  behind.put(change('bob', 'x'));
  at.clock.advance(WINDOW);
  await at.until(() => behind.row().inFlight === 0 && behind.row().journalBytes > 0);
  at.database.lies = MOVED;
  assert.equal(behind.pending('alice'), undefined, 'the other table says nothing of it');
  behind.put(change('alice', 'y'));
  assert.equal(behind.pending('alice')?.changes['says'], 'y');
  await behind.close();
  at.database.failing = () => undefined;
  const next = await at.open();
  await next.drain();
  assert.deepEqual(at.database.written.toSorted(), ['alice x to phones', 'alice y', 'bob x to phones']);
});

test('a change of a family that lies elsewhere by now is given up when it cannot be written, and told', async () => {
  const behind = await at.open();
  at.database.failing = () => 'has no database [db]';
  behind.put(change('alice', 'x'));
  at.database.lies = MOVED;
  for (let count = 0; behind.row().lost === 0; count++) {
    at.clock.advance(30_000);
    await at.until(() => behind.row().inFlight === 0);
    assert.ok(count < 40, 'it is never given up');
  }
  assert.match(
    at.said.at(-1)!,
    /^error: phones: a change of 'alice' is given up, the family lies elsewhere by now: .*has no database \[db\]$/,
  );
  await behind.drain();
});

test('a row that always fails holds up nobody, and is given up when others were written all the time', async () => {
  const behind = await at.open();
  at.database.failing = (_n, name) => (name === 'bad' ? 'value too long' : undefined);
  behind.put(change('bad', 'x'));
  for (let count = 0; behind.row().lost === 0; count++) {
    behind.put(change('good', `${count}`));
    at.clock.advance(2000);
    await at.until(() => behind.row().inFlight === 0);
    assert.ok(count < 40, 'it is never given up');
  }
  assert.ok(behind.row().written >= 8);
  assert.deepEqual([behind.pending('bad'), behind.row().queued], [undefined, 0]);
  assert.match(
    at.said.at(-1)!,
    /^error: phones: a change of 'bad' is given up, others were written: .*value too long$/,
  );
  await behind.drain();
});

test('a row that fails because the database is away is never given up', async () => {
  const behind = await at.open();
  at.database.failing = () => 'connection refused';
  behind.put(change('alice', 'x'));
  for (let count = 1; count < 100; count++) {
    at.clock.advance(30_000);
    await at.until(() => behind.row().failures >= count && behind.row().inFlight === 0);
  }
  assert.deepEqual([behind.row().queued, behind.row().lost], [1, 0]);
});

for (const limit of [1, 10]) {
  test(`of ${limit} rows at most none more is taken, those that wait may change`, async () => {
    const behind = await at.open({ limit });
    at.database.failing = () => 'connection refused';
    for (let count = 0; count < limit; count++) assert.equal(behind.put(change(`row ${count}`, 'x')), 'queued');
    for (let count = 0; count < 100; count++) assert.equal(behind.put(change(`other ${count}`, 'x')), 'full');
    assert.equal(behind.put(change('row 0', 'y')), 'queued');
    assert.equal(behind.pending('other 1'), undefined);
    const { full, queued } = behind.row();
    assert.deepEqual({ full, queued }, { full: 100, queued: limit });
    assert.equal(at.said.filter(line => /which is the limit/.test(line)).length, 1);
    at.clock.advance(60_000);
    behind.put(change('other', 'x'));
    assert.equal(at.said.filter(line => /which is the limit/.test(line)).length, 2);
  });
}

test('draining an empty queue is done at once, one that is closed too', async () => {
  const behind = await at.open();
  await behind.drain();
  behind.put(change('alice', 'x'));
  at.database.failing = () => 'connection refused';
  const draining = behind.drain();
  await behind.close();
  await draining;
  await behind.close();
  await behind.drain();
  assert.equal(behind.put(change('bob', 'x')), 'full');
});

test('whichever write fails, every row says in the end what was put last', async () => {
  for (let nth = 1, failed = true; failed; nth++) {
    const database = new MapDatabase();
    database.failing = n => (n === nth ? 'connection lost' : undefined);
    const behind = await at.open({ realtime: database, journal: `${at.file} ${nth}` });
    for (const says of ['one', 'two', 'three']) {
      for (const name of ['alice', 'bob']) {
        database.rows.set(name, database.rows.get(name) ?? { name });
        behind.put(change(name, says));
      }
      at.clock.advance(WINDOW);
      await at.until(() => behind.row().inFlight === 0);
    }
    await behind.drain();
    failed = behind.row().failures > 0;
    assert.deepEqual(
      [...database.rows.values()].map(row => row['says']),
      ['three', 'three'],
      `write ${nth} failed`,
    );
    assert.ok(nth < 20);
    await behind.close();
  }
});

test('in whatever order writes end and fail, each row is written in the order of its changes, the last one last', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ put: fc.constantFrom('a', 'b', 'c', 'd') }) },
    { weight: 2, arbitrary: fc.record({ pass: fc.constantFrom(10, WINDOW, 1000) }) },
    { weight: 3, arbitrary: fc.record({ end: fc.nat() }) },
    { weight: 1, arbitrary: fc.constant('drop' as const) },
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.infiniteStream(fc.boolean()), async (steps, fails) => {
      const database = new MapDatabase();
      database.holding = true;
      database.failing = () => (fails.next().value ? 'connection lost' : undefined);
      const behind = await at.open({ realtime: database, batch: 2, journal: `${at.file} ${run++}` });
      const last = new Map<string, string>();
      for (const [index, one] of steps.entries()) {
        if (one === 'drop') {
          behind.drop('d');
          last.delete('d');
        } else if ('put' in one) {
          behind.put(change(one.put, `${index}`));
          last.set(one.put, `${index}`);
        } else if ('pass' in one) at.clock.advance(one.pass);
        else if (database.held > 0) database.release(one.end);
        for (let turn = 0; turn < 5; turn++) await undefined;
      }
      for (const [name, says] of last) {
        const waits = behind.pending(name)?.changes['says'];
        assert.ok(waits === says || database.written.includes(`${name} ${says}`), `${name} ${says} is lost`);
      }
      database.holding = false;
      database.failing = () => undefined;
      database.release();
      await at.advanceUntil(() => behind.row().queued === 0, 30_000);
      const wrote = (name: string) =>
        database.written.filter(one => one.startsWith(`${name} `)).map(one => one.slice(2));
      for (const name of ['a', 'b', 'c', 'd']) {
        const order = wrote(name).map(Number);
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
        );
        if (last.has(name)) assert.equal(wrote(name).at(-1), last.get(name));
      }
      await behind.close();
      assert.deepEqual(await at.left(`${at.file} ${run - 1}`), []);
    }),
    { numRuns: 150 },
  );
});
