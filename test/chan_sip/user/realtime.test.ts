/** Devices that are rows of a database: how they are found, kept and let go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CACHED, EXPIRES, HERE, NOWHERE, registered, registration } from './registration-rows.js';
import { type Columns, phone, RowStage } from './row-stage.js';
import type { Ask } from './site-stage.js';

for (const general of ['', CACHED]) {
  const how = general === '' ? 'uncached' : 'cached';

  test(`${how}: a row registers like any device, and its row says where it is`, async () => {
    const stage = await RowStage.of({ general });
    const first = await stage.ask({ user: '3001', ...EXPIRES });
    assert.equal(first?.line, '401 Unauthorized');
    const done = await stage.ask(stage.site.answered(first, { user: '3001', ...EXPIRES }));
    assert.equal(done?.line, '200 OK');
    assert.equal(done?.header('Expires'), '300');
    assert.equal(done?.header('Contact'), '<sip:3001@192.0.2.7:5062>;expires=300');
    await stage.written();
    assert.deepEqual(registration(stage.row('3001')), HERE);
    assert.equal(stage.row('3001')?.['regserver'], null);
    assert.deepEqual([...stage.site.stage.astdb.values.keys()], []);
    await stage.close();
  });

  test(`${how}: un-registering clears the row, even one that began without a contact`, async () => {
    const stage = await RowStage.of({ general });
    await stage.login(EXPIRES);
    const gone = await stage.login({ headers: ['Expires: 0'], callId: 'c2' });
    assert.deepEqual([gone?.line, gone?.header('Contact')], ['200 OK', undefined]);
    await stage.written();
    assert.deepEqual(registration(stage.row('3001')), NOWHERE);
    assert.equal(stage.row('3001')?.['regserver'], '');
    await stage.close();
  });

  test(`${how}: an answer that was lost is given again`, async () => {
    const stage = await RowStage.of({ general });
    const ask: Ask = { user: '3001', ...EXPIRES };
    const text = stage.site.request(stage.site.answered(await stage.ask(ask), ask));
    assert.deepEqual(
      (await stage.hear(text)).map(({ line }) => line),
      ['200 OK'],
    );
    stage.clock.advance(5000);
    const [again] = await stage.hear(text);
    assert.equal(again?.line, '200 OK');
    stage.clock.advance(40_000);
    assert.match((await stage.hear(text))[0]!.text, /^SIP\/2\.0 401 /);
    await stage.close();
  });

  test(`${how}: names that are nobody's, and rows that may not register, get the answers of unknown devices`, async () => {
    const stage = await RowStage.of({ general, rows: [phone('caller', { type: 'user' })] });
    const walk = async (user: string) => {
      const ask = { user, callId: 'same', cseq: 500, contact: '<sip:x@192.0.2.7>' };
      const first = await stage.ask(ask);
      const second = await stage.ask({ ...stage.site.answered(first, ask), cseq: 501 });
      return [first, second].map(one => one?.text.replaceAll(user, 'NAME').replace(/nonce="\w+"/, 'nonce="N"'));
    };
    const nobody = await walk('nobody');
    assert.deepEqual(
      nobody.map(text => text?.slice(8, 11)),
      ['401', '403'],
    );
    assert.deepEqual(await walk('caller'), nobody);
    await stage.close();
  });
}

test('with rtcachefriends a device is read once, and costs no look-up afterwards', async () => {
  const stage = await RowStage.of({ general: CACHED });
  await stage.login(EXPIRES);
  assert.deepEqual(stage.asked(), ['loadAll sippeers']);
  assert.equal(stage.peers.get('3001')?.origin, 'realtime');
  for (const callId of ['c2', 'c3']) {
    stage.clock.advance(60_000);
    assert.equal((await stage.login({ ...EXPIRES, callId }))?.status, 200);
    assert.equal((await stage.ask({ method: 'INVITE', user: '3001', callId: `i${callId}` }))?.status, 401);
  }
  assert.deepEqual(stage.asked(), []);
  await stage.close();
});

test('without it no device is kept: what was read serves for a second', async () => {
  const stage = await RowStage.of();
  await stage.ask({ user: '3001', ...EXPIRES });
  await stage.ask({ user: '3001', callId: 'c2' });
  assert.deepEqual(stage.asked(), ['loadAll sippeers']);
  stage.clock.advance(1000);
  await stage.ask({ user: '3001', callId: 'c3' });
  assert.deepEqual(stage.asked(), ['loadAll sippeers']);
  assert.equal(stage.peers.size, 0);
  assert.equal(stage.site.stage.heap.size, 0);
  await stage.close();
});

const ASKED: [who: string, name: string, rows: Columns[]][] = [
  ['a device that registers', '3001', [phone('3001')]],
  ['a device with a fixed address', '3001', [phone('3001', { host: '192.0.2.1' })]],
  ['a device that is both, in two rows', '3001', [phone('3001', { host: '192.0.2.1' }), phone('3001')]],
  ['a name that another case of it has', '3001a', [phone('3001A')]],
  ['nobody', '3001', []],
];

for (const [who, name, rows] of ASKED) {
  test(`${who} is asked for in one statement for each table, whether there is one or not`, async () => {
    for (const regs of [undefined, rows.map(row => ({ name: row['name']! })), []]) {
      const stage = await RowStage.of({ rows, ...(regs ? { regs } : {}) });
      await stage.ask({ user: name });
      assert.deepEqual(stage.asked(), ['loadAll sippeers', ...(regs ? ['load sipregs'] : [])]);
      await stage.ask({ user: name, callId: 'c2' });
      assert.deepEqual(stage.asked(), [], 'the answer is good for a second');
      await stage.close();
    }
  });
}

test('of two rows with one name the one that registers counts', async () => {
  const rows = [phone('3001', { host: '192.0.2.1', secret: 'other' }), phone('3001', { host: 'Dynamic' })];
  const stage = await RowStage.of({ rows });
  assert.equal((await stage.login(EXPIRES))?.status, 200);
  await stage.close();
});

test('without any nat flag the address is that of the contact', async () => {
  const rows = [registered('3001', { fullcontact: 'sip:3001@10.0.0.5:5070', nat: 'no' })];
  const stage = await RowStage.of({ general: `${CACHED}\nnat=no`, rows });
  await stage.ask({ user: '3001' });
  assert.deepEqual(stage.peers.get('3001')?.address, { address: '10.0.0.5', port: 5070 });
  await stage.close();
});

test('rtautoclear lets a device go that does not register, and one whose registration ends', async () => {
  const stage = await RowStage.of({ general: `${CACHED}\nrtautoclear=30`, rows: [phone('3001'), phone('3002')] });
  await stage.ask({ user: '3001' });
  await stage.login({ user: '3002', callId: 'c2', ...EXPIRES });
  stage.clock.advance(31_000);
  assert.deepEqual(
    [...stage.peers.values()].map(({ name }) => name),
    ['3002'],
  );
  stage.clock.advance(280_000);
  assert.equal(stage.peers.size, 0);
  await stage.close();
});

test('a reload lets go of the devices that were kept, and they are read again', async () => {
  const stage = await RowStage.of({ general: CACHED });
  await stage.login(EXPIRES);
  await stage.written();
  stage.row('3001')!['secret'] = 'other';
  assert.equal((await stage.login({ callId: 'c2' }, { secret: 'other' }))?.status, 403);
  await stage.site.reconfigure(`[general]\n${CACHED}`);
  assert.equal(stage.peers.size, 0);
  assert.equal((await stage.login({ callId: 'c3' }, { secret: 'other' }))?.status, 200);
  await stage.close();
});

test('a change through the PBX is seen at once', async () => {
  const stage = await RowStage.of();
  await stage.ask({ user: '3001' });
  assert.equal((await stage.login({ user: 'new', callId: 'c1' }))?.status, 403);
  const { families } = stage.site.stage;
  await families.update('sippeers', [{ column: 'name', operator: '=', value: '3001' }], { secret: 'other' });
  assert.equal((await stage.login({ callId: 'c2' }, { secret: 'other' }))?.status, 200);
  await families.store('sippeers', phone('new'));
  assert.equal((await stage.login({ user: 'new', callId: 'c3' }))?.status, 200);
  await stage.close();
});

test('what is not written yet is read all the same', async () => {
  const stage = await RowStage.of();
  await stage.login(EXPIRES);
  assert.equal(stage.row('3001')?.['ipaddr'], null);
  const query = await stage.login({ contact: false, callId: 'c2' });
  assert.equal(query?.header('Contact'), '<sip:3001@192.0.2.7:5062>;expires=310');
  await stage.close();
});

test('one look-up serves all who ask for a name, and a request that is repeated is answered once', async () => {
  const stage = await RowStage.of();
  const text = stage.site.request({ user: '3001' });
  for (let times = 0; times < 3; times++) stage.site.receive(text);
  stage.site.receive(stage.site.request({ user: '3001', callId: 'c2' }));
  await stage.site.stage.settled();
  assert.deepEqual(
    stage.site.sent().map(({ status }) => status),
    [401, 401],
  );
  assert.deepEqual(stage.asked(), ['loadAll sippeers']);
  await stage.close();
});

test('look-ups at a time are bounded: what is beyond gets no answer, and comes again', async () => {
  const stage = await RowStage.of();
  for (let index = 0; index < 2000; index++) {
    stage.site.receive(stage.site.request({ user: `n${index}`, callId: `c${index}` }));
  }
  await stage.site.stage.settled();
  const { length } = stage.site.sent();
  assert.ok(length >= 100 && length <= 500, `${length} answers`);
  assert.match(
    stage.logged().join('\n'),
    /^warning: devices that are not in memory get no answer for now: \d+ look-ups are under way already$/m,
  );
  assert.equal((await stage.ask({ user: 'n1999', callId: 'again' }))?.status, 401);
  await stage.close();
});

test('while the database is away a phone gets no answer, or what was known of it, and this is told once', async () => {
  const stage = await RowStage.of({ devices: '[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n' });
  await stage.ask({ user: '3001' });
  stage.clock.advance(2000);
  stage.engine.failure = 'the disk is full';
  stage.logged();
  assert.equal(await stage.ask({ user: 'new', callId: 'c1' }), undefined);
  assert.equal(await stage.ask({ user: 'new', callId: 'c2' }), undefined);
  assert.equal((await stage.login({ callId: 'c3', ...EXPIRES }))?.status, 200, 'known of late');
  assert.equal((await stage.login({ user: '1008', callId: 'c4' }))?.status, 200, 'a device of the file');
  const told = stage.logged().filter(line => line.includes('get no answer'));
  assert.equal(told.length, 1);
  assert.match(told[0]!, /sippeers: mem:db\/sippeers: the disk is full/);
  stage.engine.failure = undefined;
  assert.equal((await stage.login({ user: 'new', callId: 'c5' }))?.status, 403);
  await stage.written();
  assert.deepEqual(registration(stage.row('3001')).slice(0, 2), ['192.0.2.7', '5062']);
  await stage.close();
});

test('a driver that is gone is no reason to take its devices for unknown ones', async () => {
  const stage = await RowStage.of({ general: CACHED });
  await stage.login(EXPIRES);
  await stage.map('sippeers => gone,db\n');
  assert.equal(stage.peers.size, 0, 'the family lies elsewhere now');
  assert.equal(await stage.ask({ user: '3001', callId: 'c2' }), undefined);
  await stage.map('');
  assert.equal((await stage.ask({ user: '3001', callId: 'c3' }))?.status, 401);
  assert.equal((await stage.login({ callId: 'c4' }))?.status, 403);
  await stage.map('sippeers => mem,db\n');
  assert.equal((await stage.login({ callId: 'c5', ...EXPIRES }))?.status, 200);
  await stage.close();
});

for (const failing of [1, 2, 3, 4, 5]) {
  test(`when call ${failing} of the database fails, a phone that repeats itself is registered in the end`, async () => {
    const stage = await RowStage.of({ regs: [{ name: '3001', ipaddr: null, port: null, regseconds: null }] });
    stage.engine.failing = failing;
    let done: number | undefined;
    for (let times = 0; times < 3 && done !== 200; times++) {
      done = (await stage.login({ callId: `c${times}`, ...EXPIRES }))?.status;
      stage.clock.advance(1000);
    }
    assert.equal(done, 200);
    await stage.written();
    assert.equal(stage.row('3001', 'sipregs')?.['ipaddr'], '192.0.2.7');
    await stage.close();
  });
}

test('50,000 names that are nobody’s leave no more behind than 10,000 do', async () => {
  const stage = await RowStage.of({ rows: [] });
  const { directory } = stage.site.user;
  for (let index = 0; index < 50_000; index += 100) {
    const names = Array.from({ length: 100 }, (_, at) => directory.named(`n${index + at}`, 'register'));
    assert.deepEqual(new Set(await Promise.all(names)), new Set([undefined]));
  }
  const { families, status } = stage.site.stage;
  assert.equal(families.maps('sippeers'), true);
  const [caches] = status.rows().get('Caches') ?? [];
  assert.deepEqual([caches?.['keys'], caches?.['underWay'], Number(caches?.['absent']) <= 10_000], [0, 0, true]);
  assert.deepEqual([stage.peers.size, stage.site.stage.heap.size], [0, 0]);
  await stage.close();
});
