/** Registrations on their way to their rows: over the end of the process, and beside others who write them too. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { type Columns, phone, RowStage } from './row-stage.js';

const CACHED = 'rtcachefriends=yes';
const EXPIRES = { headers: ['Expires: 300'] };
const NOW = Date.UTC(2026, 10, 22, 12, 0, 0) / 1000;

/** A life in which the phone registered and nothing could be written. @returns the directory with its journal */
async function unwritten(rows: readonly Columns[], then?: (stage: RowStage) => Promise<unknown>): Promise<string> {
  const stage = await RowStage.of({ general: CACHED, rows });
  await stage.ask({ user: '3001' });
  stage.engine.failure = 'away';
  assert.equal((await stage.login({ ...EXPIRES, callId: 'c1' }))?.status, 200);
  await then?.(stage);
  await stage.end();
  return stage.directory;
}

test('what could not be written is written by the next life', async () => {
  const directory = await unwritten([phone('3001')]);
  const next = await RowStage.of({ directory, general: CACHED });
  await next.written();
  assert.equal(next.row('3001')?.['regseconds'], String(NOW + 300));
  await next.close();
});

const MEANWHILE: [what: string, row: Columns, ours: boolean][] = [
  ['nothing', {}, true],
  ['an older registration', { ipaddr: '192.0.2.99', port: '1', regseconds: String(NOW + 299) }, true],
  [
    'a newer registration with another server',
    { ipaddr: '192.0.2.99', port: '1', regseconds: String(NOW + 900) },
    false,
  ],
];

for (const [what, row, ours] of MEANWHILE) {
  test(`a registration that is written late ${ours ? 'replaces' : 'leaves'} ${what}`, async () => {
    const directory = await unwritten([phone('3001')]);
    const next = await RowStage.of({ directory, rows: [phone('3001', row)], late: 6000 });
    await next.written();
    assert.equal(next.row('3001')?.['ipaddr'], ours ? '192.0.2.7' : '192.0.2.99');
    await next.close();
  });
}

test('a registration that is written in time counts, whatever lifetime the row has', async () => {
  const stage = await RowStage.of({
    general: CACHED,
    rows: [phone('3001', { ipaddr: '192.0.2.99', port: '1', regseconds: String(NOW + 3000) })],
  });
  await stage.login(EXPIRES);
  await stage.written();
  assert.equal(stage.row('3001')?.['regseconds'], String(NOW + 300));
  await stage.close();
});

test('the end of a registration leaves a row alone that says something newer', async () => {
  const stage = await RowStage.of({ general: CACHED });
  await stage.login(EXPIRES);
  await stage.written();
  Object.assign(stage.row('3001')!, { regseconds: String(NOW + 900) });
  stage.clock.advance(311_000);
  assert.equal(stage.peers.get('3001')?.binding, undefined);
  await stage.written();
  assert.deepEqual(
    [stage.row('3001')?.['ipaddr'], stage.row('3001')?.['regseconds']],
    ['192.0.2.7', String(NOW + 900)],
  );
  await stage.close();
});

test('the end of a registration leaves a row alone that says another address', async () => {
  const stage = await RowStage.of({ general: CACHED });
  await stage.login(EXPIRES);
  await stage.written();
  Object.assign(stage.row('3001')!, { ipaddr: '192.0.2.99' });
  await stage.login({ headers: ['Expires: 0'], callId: 'c2' });
  await stage.written();
  assert.equal(stage.row('3001')?.['ipaddr'], '192.0.2.99');
  await stage.close();
});

test('a phone that registers and goes while the database is away leaves an empty row', async () => {
  const directory = await unwritten([phone('3001')], stage => stage.login({ headers: ['Expires: 0'], callId: 'c2' }));
  const next = await RowStage.of({ directory, general: CACHED });
  await next.written();
  assert.deepEqual([next.row('3001')?.['ipaddr'], next.row('3001')?.['regseconds']], ['', '0']);
  await next.close();
});

test('a row that is gone is not made again', async () => {
  const directory = await unwritten([phone('3001')]);
  const next = await RowStage.of({ directory, rows: [] });
  await next.written();
  assert.equal(next.row('3001'), undefined);
  await next.close();
});

test('the start says once which columns the table of registrations lacks', async () => {
  const row = phone('3001');
  delete row['lastms'];
  delete row['regserver'];
  const stage = await RowStage.of({ rows: [row] });
  assert.deepEqual(stage.logged(), [
    'warning: sippeers: the table lacks regserver, lastms: what registrations say of that is not kept',
  ]);
  await stage.login(EXPIRES);
  await stage.written();
  assert.equal('lastms' in stage.row('3001')!, false);
  await stage.close();
});

test('what is wrong with a row is told once, however often it is read', async () => {
  const stage = await RowStage.of({ rows: [phone('3001', { permit: 'nonsense' })] });
  for (let times = 0; times < 3; times++) {
    assert.equal((await stage.login({ callId: `c${times}` }))?.status, 403);
    stage.clock.advance(2000);
  }
  const told = stage.logged().filter(line => line.startsWith('warning'));
  assert.deepEqual(told.length, 1);
  assert.match(told[0]!, /^warning: sippeers name=3001: permit: expected an address or a network/);
  await stage.close();
});

test('a registration that waits while the family moves is written where it was meant, and is not taken for the other table’s', async () => {
  const stage = await RowStage.of({ general: CACHED });
  stage.engine.tables.set('db/others', [phone('3001')]);
  await stage.login(EXPIRES);
  await stage.map('sippeers => mem,db,others\n');
  await stage.ask({ user: '3001', callId: 'c2' });
  assert.deepEqual([stage.peers.size, stage.peers.get('3001')?.binding], [1, undefined]);
  await stage.written();
  assert.equal(stage.row('3001')?.['ipaddr'], '192.0.2.7');
  assert.equal(stage.row('3001', 'others')?.['ipaddr'], null);
  await stage.close();
});

test('the end waits 1.5 s for a database that is away, and says what stays', async () => {
  const stage = await RowStage.of({ general: CACHED });
  await stage.ask({ user: '3001' });
  stage.engine.failure = 'away';
  assert.equal((await stage.login(EXPIRES))?.status, 200);
  let ended = false;
  const ending = stage.site.user.end().then(() => void (ended = true));
  const after = async (ms: number): Promise<boolean> => {
    for (let passed = 0; passed < ms; passed += 100) {
      await stage.site.stage.settled();
      stage.clock.advance(100);
    }
    await stage.site.stage.settled();
    return ended;
  };
  assert.equal(await after(1400), false);
  await after(100);
  await ending;
  assert.deepEqual(
    stage.logged().filter(line => line.includes('stay')),
    ['warning: sippeers: 1 rows stay in the journal for the next start: not done within 1500 ms'],
  );
  await stage.site.close();
  await rm(stage.directory, { recursive: true });
});

test('nothing is left in a directory where no family is mapped', async () => {
  const stage = await RowStage.of();
  await stage.map('');
  assert.equal((await stage.login())?.status, 403);
  await stage.end();
  await rm(stage.directory, { recursive: true });
});
