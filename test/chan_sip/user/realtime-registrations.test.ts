/** Registrations of devices that are rows of a database: what is read from them and written to them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerAt } from '../../support/peer-at.js';
import { CACHED, EXPIRES, HERE, NOW, NOWHERE, REGISTRATION, registered, registration } from './registration-rows.js';
import { type Columns, phone, RowStage } from './row-stage.js';
import { SOURCE } from './site-stage.js';

test('with sipregs registrations are read from there and written there', async () => {
  const stage = await RowStage.of({
    regs: [{ name: '3001', ...Object.fromEntries(REGISTRATION.map(column => [column, ''])) }],
  });
  await stage.login(EXPIRES);
  await stage.written();
  assert.deepEqual(registration(stage.row('3001', 'sipregs')), HERE);
  assert.equal(stage.row('3001')?.['ipaddr'], null);
  const query = await stage.login({ contact: false, callId: 'c2' });
  assert.equal(query?.header('Contact'), '<sip:3001@192.0.2.7:5062>;expires=310');
  await stage.close();
});

test('a registration that sipregs has no row for is told of', async () => {
  const stage = await RowStage.of({ regs: [] });
  assert.equal((await stage.login(EXPIRES))?.status, 200);
  await stage.written();
  assert.deepEqual(
    stage.logged().filter(line => line.includes('3001') && line.startsWith('warning')),
    ['warning: sipregs name=3001: no such row: its registration is not kept'],
  );
  await stage.close();
});

const WRITTEN: [what: string, general: string, options: string, columns: Columns][] = [
  ['our name, with rtsavesysname', 'rtsavesysname=yes', 'systemname=pbx1', { regserver: 'pbx1' }],
  ['no name where we have none', 'rtsavesysname=yes', '', { regserver: null }],
  ['no name unless it is asked for', '', 'systemname=pbx1', { regserver: null }],
  ['the path, with rtsavepath', 'rtsavepath=yes\nsupportpath=yes', '', { path: '<sip:p1;lr>,<sip:p2;lr>' }],
  ['no path unless it is asked for', 'supportpath=yes', '', { path: null }],
  ['nothing, with rtupdate=no', 'rtupdate=no', '', { ipaddr: null, regseconds: null, fullcontact: null }],
];

for (const [what, general, options, columns] of WRITTEN) {
  test(`a registration writes ${what}`, async () => {
    const stage = await RowStage.of({ general, options, rows: [phone('3001', { path: null })] });
    await stage.login({ headers: ['Path: <sip:p1;lr>, <sip:p2;lr>', 'Supported: path'] });
    await stage.written();
    for (const [column, value] of Object.entries(columns)) assert.equal(stage.row('3001')?.[column], value, column);
    await stage.close();
  });
}

test('with rtupdate=no AstDB keeps the registration', async () => {
  const stage = await RowStage.of({ general: `rtupdate=no\n${CACHED}` });
  await stage.login(EXPIRES);
  const { astdb } = stage.site.stage;
  assert.equal(astdb.get('SIP/Registry', '3001'), '192.0.2.7:5062:300:3001:sip:3001@192.0.2.7:5062');
  await stage.site.reconfigure(`[general]\nrtupdate=no\n${CACHED}`);
  assert.equal(stage.peers.size, 0);
  await stage.ask({ user: '3001', callId: 'c2' });
  assert.equal(stage.peers.get('3001')?.address?.port, 5062);
  await stage.close();
});

test('the user is written to the column that the table has, or that the row uses', async () => {
  const old = phone('3001', { username: null });
  delete old['defaultuser'];
  const stage = await RowStage.of({ rows: [old, phone('3002', { username: 'door' })] });
  await stage.login(EXPIRES);
  await stage.login({ user: '3002', callId: 'c2' });
  await stage.written();
  assert.deepEqual([stage.row('3001')?.['username'], 'defaultuser' in stage.row('3001')!], ['3001', false]);
  assert.deepEqual([stage.row('3002')?.['username'], stage.row('3002')?.['defaultuser']], ['door', null]);
  await stage.close();
});

test('a registered row is registered when it is read, for as long as it says', async () => {
  const stage = await RowStage.of({ general: CACHED, rows: [registered('3001')] });
  await stage.ask({ user: '3001' });
  const peer = stage.peers.get('3001')!;
  assert.deepEqual(peer.address, { address: '192.0.2.7', port: 5062 });
  assert.deepEqual([peer.fullcontact, peer.useragent], ['sip:3001@192.0.2.7:5062', 'goldphone/1.0']);
  stage.clock.advance(209_000);
  assert.ok(peer.binding);
  stage.clock.advance(2000);
  assert.equal(peer.binding, undefined);
  assert.deepEqual(stage.site.stage.facts('peerStatus').at(-1), {
    technology: 'SIP',
    peer: '3001',
    status: 'Unregistered',
    cause: 'Expired',
  });
  await stage.written();
  assert.deepEqual(registration(stage.row('3001')), NOWHERE);
  await stage.close();
});

test('a device that leaves and comes again leaves nothing behind', async () => {
  const stage = await RowStage.of({
    general: `${CACHED}\nrtautoclear=30`,
    rows: [phone('3001', { insecure: 'port' })],
  });
  for (let times = 0; times < 3; times++) {
    await stage.login({ callId: `c${times}`, ...EXPIRES });
    const { peers } = stage;
    assert.equal(peerAt(peers, SOURCE.address, 1), peers.get('3001'), 'from any port');
    stage.clock.advance(311_000);
    assert.deepEqual([peers.size, peerAt(peers, SOURCE.address, 1)], [0, undefined]);
    await stage.written();
  }
  await stage.close();
});

test('a registration that ends the moment its row is read ends in memory too', async () => {
  const stage = await RowStage.of({ general: CACHED, rows: [registered('3001', { regseconds: String(NOW) })] });
  await stage.ask({ user: '3001' });
  assert.ok(stage.peers.get('3001')?.binding);
  stage.clock.advance(11_000);
  assert.equal(stage.peers.get('3001')?.binding, undefined);
  await stage.written();
  await stage.close();
});

const OVER: [what: string, columns: Columns, general: string, address: unknown, cleared: boolean][] = [
  ['is over', { regseconds: String(NOW - 1) }, '', undefined, true],
  ['has no end', { regseconds: null }, '', undefined, true],
  ['has an end that is no number', { regseconds: 'soon' }, '', undefined, true],
  ['is over, with ignoreregexpire', { regseconds: String(NOW - 1) }, 'ignoreregexpire=yes', '192.0.2.7', false],
  ['is over, with rtupdate=no', { regseconds: String(NOW - 1) }, 'rtupdate=no', undefined, false],
  ['ends now', { regseconds: String(NOW) }, '', '192.0.2.7', false],
  ['has an address that is none', { ipaddr: '(null)', fullcontact: 'sip:3001@there' }, '', undefined, true],
  ['has a port that is none', { port: '99999', fullcontact: '' }, '', undefined, true],
  [
    'says only its contact',
    { ipaddr: null, port: null, fullcontact: 'sip:3001@192.0.2.9:5070' },
    '',
    '192.0.2.9',
    false,
  ],
];

for (const [what, columns, general, address, cleared] of OVER) {
  test(`a row whose registration ${what}: it is ${address === undefined ? 'not registered' : 'registered'}, and ${cleared ? 'cleared' : 'left'}`, async () => {
    const row = registered('3001', columns);
    const before = registration(row);
    const stage = await RowStage.of({ general: `${CACHED}\n${general}`, rows: [row] });
    await stage.ask({ user: '3001' });
    assert.equal(stage.peers.get('3001')?.address?.address, address);
    await stage.written();
    assert.deepEqual(registration(stage.row('3001')), cleared ? NOWHERE : before);
    await stage.close();
  });
}
