/** States of devices that are rows of a database, whether or not they are in memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phone, RowStage } from '../user/row-stage.js';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0) / 1000;

const registered = (name: string) =>
  phone(name, {
    ...{ ipaddr: '192.0.2.7', port: '5062', regseconds: String(NOW + 3000), defaultuser: name },
    ...{ fullcontact: `sip:${name}@192.0.2.7:5062`, lastms: '0', 'call-limit': '2' },
  });

const rows = () => [registered('3001'), phone('3002'), phone('caller', { type: 'user' })];

async function staged(general = '') {
  const stage = await RowStage.of({ general, rows: rows() });
  const { channels } = stage.site.stage.calls;
  const seen: (string | undefined)[] = [];
  channels.watchDevices(device => void seen.push(device));
  const state = (name: string) => channels.deviceState(`SIP/${name}`);
  const sure = (name: string) => channels.lookUpDeviceState(`SIP/${name}`);
  return { stage, channels, seen, state, sure };
}

for (const general of ['', 'rtcachefriends=yes']) {
  test(`${general || 'uncached'}: a state that is asked for is UNKNOWN until the row is read, and whoever watches hears of it`, async () => {
    const { stage, seen, state } = await staged(general);
    const names = ['3001', '3002', 'caller', 'nobody', 'x@3001'];
    assert.deepEqual(names.map(state), ['UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN']);
    await stage.site.stage.settled();
    assert.deepEqual(names.map(state), ['NOT_INUSE', 'UNAVAILABLE', 'INVALID', 'INVALID', 'NOT_INUSE']);
    for (const name of ['3001', '3002', 'nobody']) assert.ok(seen.includes(`SIP/${name}`), name);
    await stage.close();
  });

  test(`${general || 'uncached'}: who can wait is told at once`, async () => {
    const { stage, sure } = await staged(general);
    assert.deepEqual(await Promise.all(['3001', '3002', 'caller', 'nobody'].map(sure)), [
      ...['NOT_INUSE', 'UNAVAILABLE', 'INVALID', 'INVALID'],
    ]);
    await stage.close();
  });
}

test('a row is read again after a minute, or when its device registers, and not before; meanwhile what was read counts', async () => {
  const { stage, state, sure } = await staged();
  assert.equal(await sure('3002'), 'UNAVAILABLE');
  stage.asked();
  stage.clock.advance(59_000);
  assert.equal(await sure('3002'), 'UNAVAILABLE');
  assert.deepEqual(stage.asked(), []);
  Object.assign(stage.row('3002')!, registered('3002'));
  stage.clock.advance(1000);
  assert.equal(state('3002'), 'UNAVAILABLE');
  await stage.site.stage.settled();
  assert.equal(state('3002'), 'NOT_INUSE');

  const done = await stage.login({ user: '3001', headers: ['Expires: 0'], contact: '*' });
  assert.equal(done?.line, '200 OK');
  assert.equal(await sure('3001'), 'UNAVAILABLE');
  await stage.close();
});

test('a device that nobody asks for is not read once more when it registers', async () => {
  const { stage, seen } = await staged();
  assert.equal((await stage.login({ user: '3001' }))?.line, '200 OK');
  await stage.site.stage.settled();
  assert.deepEqual(seen, []);
  assert.equal(stage.asked().length, 1);
  await stage.close();
});

test('while the database is away what was known stays, the rest is UNKNOWN, and it is not asked at each look', async () => {
  const { stage, state, sure } = await staged();
  assert.equal(await sure('3001'), 'NOT_INUSE');
  stage.clock.advance(70_000);
  stage.engine.failure = 'it is away';
  assert.deepEqual([await sure('3001'), await sure('3002')], ['NOT_INUSE', 'UNKNOWN']);
  const asked = stage.asked().length;
  for (let look = 0; look < 5; look++) assert.deepEqual([state('3001'), state('3002')], ['NOT_INUSE', 'UNKNOWN']);
  await stage.site.stage.settled();
  assert.deepEqual(stage.asked().slice(asked), []);
  await stage.close();
});

test('a database that never answers holds nobody up for longer than a second and a half', async () => {
  const { stage, sure } = await staged();
  stage.engine.silent = true;
  let told: string | undefined;
  void sure('3001').then(state => {
    told = state;
  });
  await new Promise(resolve => setImmediate(resolve));
  stage.clock.advance(1500);
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(told, 'UNKNOWN');
  stage.engine.silent = false;
  stage.clock.advance(20_000);
  await stage.site.stage.settled();
  await stage.close();
});

test('a thousand hints do not ask the database all at once, and all are answered', async () => {
  const { stage, state } = await staged();
  const names = Array.from({ length: 1000 }, (_, number) => `of${number}`);
  for (const name of names) assert.equal(state(name), 'UNKNOWN');
  assert.ok(stage.engine.asked.length <= 16, `${stage.engine.asked.length} at once`);
  await stage.site.stage.settled();
  assert.ok(names.every(name => state(name) === 'INVALID'));
  await stage.close();
});
