/** Devices in memory whose rows somebody else changed: they are what the row says now, and lose nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Columns, RowStage } from './row-stage.js';

const CACHED = 'rtcachefriends=yes';
const NOW = Date.UTC(2026, 10, 22, 12, 0, 0) / 1000;
const ELSEWHERE: Columns = {
  ...{ ipaddr: '192.0.2.99', port: '5070', regseconds: String(NOW + 900), fullcontact: 'sip:3001@192.0.2.99:5070' },
};

/** The phone is registered, and its row says so; then somebody else writes to it. */
async function changed(change: Columns, names: { name?: string } = { name: '3001' }) {
  const stage = await RowStage.of({ general: CACHED });
  assert.equal((await stage.login({ headers: ['Expires: 300'] }))?.status, 200);
  await stage.written();
  stage.engine.asked.length = 0;
  Object.assign(stage.row('3001')!, change);
  stage.site.stage.events.emit('realtimeChanged', { family: 'sippeers', byOthers: true, ...names });
  await stage.site.stage.settled();
  return { stage, peer: stage.peers.get('3001') };
}

const CASES: [what: string, change: Columns, address: string | undefined, context: string][] = [
  ['nothing', {}, '192.0.2.7', 'internal'],
  ['an option', { context: 'sales' }, '192.0.2.7', 'sales'],
  ['where it is', ELSEWHERE, '192.0.2.99', 'internal'],
  ['both', { ...ELSEWHERE, context: 'sales' }, '192.0.2.99', 'sales'],
  ['that it is nowhere', { ipaddr: '', port: '0', regseconds: '0', fullcontact: '' }, undefined, 'internal'],
];

for (const [what, change, address, context] of CASES) {
  for (const names of [{ name: '3001' }, {}]) {
    test(`${what} changed, ${names.name ? 'told of the row' : 'told of the table'}: it is at ${address}, in ${context}`, async () => {
      const { stage, peer } = await changed(change, names);
      assert.deepEqual([peer?.address?.address, peer?.get('context')], [address, context]);
      assert.equal(stage.peers.get('3001'), peer);
      await stage.close();
    });
  }
}

test('what the phone registered stays as it is where only an option changed', async () => {
  const { stage, peer } = await changed({ context: 'sales' });
  assert.equal(peer?.binding?.callId, 'call-1');
  stage.clock.advance(311_000);
  assert.equal(peer.binding, undefined, 'it ends when it would have ended');
  await stage.close();
});

test('a device whose row is gone is gone, one that is not in memory is not read', async () => {
  const { stage } = await changed({ name: 'other' });
  assert.equal(stage.peers.get('3001'), undefined);
  stage.engine.asked.length = 0;
  stage.site.stage.events.emit('realtimeChanged', { family: 'sippeers', byOthers: true, name: '3001' });
  await stage.site.stage.settled();
  assert.deepEqual(stage.engine.asked, []);
  await stage.close();
});

test('a database that does not answer leaves the device as it was, and is asked again', async () => {
  const { stage, peer } = await changed({});
  stage.engine.failure = 'away';
  Object.assign(stage.row('3001')!, { context: 'sales' });
  stage.site.stage.events.emit('realtimeChanged', { family: 'sippeers', byOthers: true, name: '3001' });
  await stage.site.stage.settled();
  assert.equal(peer?.get('context'), 'internal');
  stage.engine.failure = undefined;
  stage.clock.advance(600);
  await stage.site.stage.settled();
  assert.equal(peer?.get('context'), 'sales');
  await stage.close();
});

for (const names of [{ name: '3001' }, {}]) {
  test(`a row that changes while it is read for the first time is read once more${names.name ? '' : ', told of the table'}`, async () => {
    const stage = await RowStage.of({ general: CACHED });
    const { engine, site } = stage;
    const held = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    const loadAll = engine.loadAll.bind(engine);
    engine.loadAll = async (...asked) => {
      const rows = (await loadAll(...asked)).map(row => ({ ...row }));
      read.resolve();
      await held.promise;
      return rows;
    };
    const device = site.user.directory.named('3001', 'register');
    await read.promise;
    Object.assign(stage.row('3001')!, ELSEWHERE);
    site.stage.events.emit('realtimeChanged', { family: 'sippeers', byOthers: true, ...names });
    held.resolve();
    await device;
    await site.stage.settled();
    assert.equal(stage.peers.get('3001')?.address?.address, '192.0.2.99');
    await stage.close();
  });
}
