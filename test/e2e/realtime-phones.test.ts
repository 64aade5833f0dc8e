/** Phones whose accounts are rows of a SQLite file: what they are answered, and what the rows say afterwards. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { ODD } from '../support/odd-rows.js';
import { type Phone, statusOf } from '../support/phone.js';
import { PATIENCE, REGISTRATION, registration, Stage } from '../support/realtime-phones.js';

test('3001 registers as recorded, is listed, pruned and read again, and its row says where it is', async t => {
  const stage = await Stage.of(t, [{ name: '3001', secret: 'pass3001' }], {
    general: 'rtcachefriends=yes',
    regs: true,
  });
  const { pbx } = stage;
  const phone = await stage.phone('3001');
  const before = Math.floor(Date.now() / 1000);
  const answer = await phone.register();
  const after = Math.floor(Date.now() / 1000);
  assert.match(answer, /^SIP\/2\.0 200 OK\r\n/);
  assert.match(answer, new RegExp(`^Contact: <sip:3001@127\\.0\\.0\\.1:${phone.port}>;expires=300\r$`, 'm'));
  await stage.becomes(`SELECT ${REGISTRATION} FROM sipregs`, [registration(phone)]);
  const [{ regseconds } = {}] = stage.rows('SELECT regseconds FROM sipregs');
  assert.ok(Number(regseconds) >= before + 300 && Number(regseconds) <= after + 300, `regseconds ${regseconds}`);
  assert.deepEqual(stage.rows('SELECT ipaddr, regseconds FROM sippeers'), [{ ipaddr: null, regseconds: null }]);
  assert.equal(await pbx.x('database show SIP/Registry'), '0 results found.\n');
  assert.match(
    await pbx.x('sip show peers'),
    new RegExp(
      `^Name/username .* Realtime\n3001/3001 +127\\.0\\.0\\.1 +D +Auto \\(No\\) +No +${phone.port} +Unmonitored +Cached RT\n1 sip peers`,
    ),
  );
  assert.match(await pbx.x('sip show peer 3001 load'), /^ {2}Realtime peer: Yes, cached$/m);
  assert.equal(await pbx.x('sip prune realtime peer 3001'), "Peer '3001' pruned.\n");
  assert.equal(await pbx.x('sip prune realtime peer 3001'), "Peer '3001' not found.\n");
  assert.equal(await pbx.x('sip prune realtime all'), 'No peers found to prune.\n');
  assert.equal(await pbx.x('sip show peer 3001'), 'Peer 3001 not found.\n\n');
  assert.match(
    await pbx.x('sip show peer 3001 load'),
    new RegExp(`^ {2}Addr->IP {5}: 127\\.0\\.0\\.1:${phone.port}$`, 'm'),
  );
  assert.equal(await pbx.x('sip prune realtime peer like ^30'), '1 peers pruned.\n');
  assert.match(await pbx.x('sip show user 3001 load'), /^ {2}\* Name {7}: 3001$/m);
  assert.match(
    await pbx.x('sip show settings'),
    /^Realtime SIP Settings:\n-{22}\n {2}Realtime Peers: {9}Yes\n {2}Realtime Regs: {10}Yes\n {2}Cache Friends: {10}Yes$/m,
  );
  assert.equal(statusOf(await phone.register({ expires: 0 })), 200);
  await stage.becomes('SELECT fullcontact, ipaddr, port, regseconds, regserver FROM sipregs', [
    { fullcontact: '', ipaddr: '', port: 0, regseconds: 0, regserver: '' },
  ]);
});

test('without rtcachefriends a row registers, and nobody sees it but its row', async t => {
  const stage = await Stage.of(t, [{ name: '3001', secret: 'pass3001' }]);
  const phone = await stage.phone('3001');
  assert.equal(statusOf(await phone.register()), 200);
  await stage.becomes(`SELECT ${REGISTRATION} FROM sippeers`, [registration(phone)]);
  assert.match(await stage.pbx.x('sip show peers'), /^0 sip peers/m);
  assert.equal(statusOf(await (await stage.phone('nobody')).register()), 403);
});

test('rows that are not as they should be get the right answer or a clear word', async t => {
  const rows = ODD.map(([, row], index) => ({ name: `odd${index}`, ...row }));
  const stage = await Stage.of(t, rows, { general: 'rtcachefriends=yes' });
  for (const [index, [what, row, status, told]] of ODD.entries()) {
    const phone = await stage.phone(`odd${index}`, String(row['secret']));
    assert.equal(statusOf(await phone.register()), status, what);
    if (told) await stage.tells(told);
  }
  assert.deepEqual(stage.rows('SELECT count(*) AS rows FROM sippeers'), [{ rows: ODD.length }]);
});

const MANY = Array.from({ length: 200 }, (_, index) => ({ name: `4${index}`, secret: `pass4${index}` }));

test('what was answered is in the rows after a kill -9 while nothing could be written', async t => {
  const stage = await Stage.of(t, MANY.slice(0, 50), { general: 'rtcachefriends=yes' });
  const phones: Phone[] = [];
  for (const { name } of MANY.slice(0, 50)) phones.push(await stage.phone(name));
  const release = await stage.lock();
  for (const phone of phones) assert.equal(statusOf(await phone.register()), 200, phone.name);
  const journal = join(stage.pbx.directory, 'lib', 'sip-registrations.sippeers.journal');
  const lines = async () => (await stage.pbx.read('lib/sip-registrations.sippeers.journal')).split('\n').length - 1;
  for (const end = Date.now() + PATIENCE; Date.now() < end && (await lines().catch(() => 0)) < 50; )
    await setTimeout(20);
  stage.pbx.kill('SIGKILL');
  await stage.pbx.exited();
  assert.ok((await stat(journal)).size > 0);
  await release();
  await stage.start();
  await stage.becomes(`SELECT ${REGISTRATION} FROM sippeers ORDER BY id`, phones.map(registration));
  assert.match(await stage.pbx.x('sip show peer 40 load'), new RegExp(`127\\.0\\.0\\.1:${phones[0]!.port}`));
});
