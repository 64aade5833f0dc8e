/** One node among others, over rows in memory: whose registrations are whose, whatever comes late, fails for a while, or has the wrong time. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parse } from '../../../../modules/chan_sip/message/parser.js';
import type { Endpoint, Flow } from '../../../../modules/chan_sip/transport/transport.js';
import { type Columns, phone, RowStage } from '../row-stage.js';

const GENERAL = 'rtcachefriends=yes\nnodeaddress=192.0.2.1:5060\nnodepermit=192.0.2.0/24';
/** Seconds that registrations of other nodes have left. */
const LEFT = 600;

/** A node `a`, and a database whose clock is so many milliseconds ahead of ours. */
async function node(t: TestContext, rows: (seconds: number) => Columns[], ahead = 0) {
  const stage = await RowStage.of({ options: 'systemname=a' });
  const { engine, site, clock } = stage;
  const now = (): number => clock.now() + ahead;
  Object.assign(engine, { now: async () => now() });
  engine.tables.set('db/sippeers', rows(Math.floor(now() / 1000)));
  await stage.map('sippeers => mem,db\nsipnodes => mem,db\n');
  await site.reconfigure(`[general]\n${GENERAL}`);
  await site.stage.settled();

  t.after(async () => {
    await site.user.nodes.close();
    await stage.close();
  });
  return {
    stage,
    now,
    /** What another node says of itself; `undefined`: that it leaves. */
    async hears(name: string, seen: number | undefined): Promise<void> {
      const table = engine.tables.get('db/sipnodes')!;
      const row = table.find(known => known['name'] === name);
      const says = { address: '192.0.2.2:5060', seen: String(seen ?? 0), registrations: '1' };
      if (row) Object.assign(row, says);
      else table.push({ name, ...says });
      site.stage.events.emit('realtimeChanged', { family: 'sipnodes', byOthers: true });
      await site.stage.settled();
    },
    /** Seconds go by, in which the others give a sign of life. */
    async wait(seconds: number): Promise<void> {
      for (let at = 0; at < seconds * 10; at++) {
        clock.advance(100);
        await site.stage.settled();
      }
    },
    async there(name: string) {
      const found = await site.user.directory.named(name, 'address');
      return found === 'failed' ? assert.fail('the row cannot be read') : found?.binding;
    },
  };
}

const registered = (name: string, seconds: number, regserver: string): Columns =>
  phone(name, {
    ...{ ipaddr: '192.0.2.9', port: '5066', fullcontact: `sip:${name}@192.0.2.9:5066`, useragent: '', lastms: '0' },
    ...{ regseconds: String(seconds + LEFT), regserver, regstamp: '7' },
  });

test('a device that was read before its node was seen leads to that node as soon as it is', async t => {
  const { now, hears, there } = await node(t, seconds => [registered('3001', seconds, 'b')]);
  assert.equal((await there('3001'))?.node, undefined, 'nobody knows b');
  await hears('b', now());
  const binding = await there('3001');
  assert.deepEqual([binding?.node, binding?.path], ['b', ['<sip:3001@192.0.2.2:5060;lr;node=b>']]);
});

/** What the others read of `a`. */
const said = (rows: readonly Columns[]) => rows.find(({ name }) => name === 'a')?.['seen'];

test('a node that is none any more by a reload says so at once, and is one again by another', async t => {
  const { stage, wait, now } = await node(t, () => []);
  await wait(2);
  const rows = stage.engine.tables.get('db/sipnodes')!;
  assert.ok(Number(said(rows)) > now() - 2500);
  await stage.site.reconfigure('[general]\nrtcachefriends=yes\n');
  await stage.site.stage.settled();
  assert.equal(said(rows), '0');
  await wait(3);
  assert.equal(said(rows), '0');
  await stage.site.reconfigure(`[general]\n${GENERAL}`);
  await wait(2);
  assert.ok(Number(said(rows)) > now() - 2500);
});

test('a sign of life that is on its way while the node leaves does not outlive the farewell', async t => {
  const { stage, wait } = await node(t, () => []);
  await wait(2);
  const { engine, site } = stage;
  const held: (() => void)[] = [];
  const update = engine.update.bind(engine);
  engine.update = async (...what) => {
    if (held.length === 0) await new Promise<void>(go => held.push(go));
    return update(...what);
  };
  while (held.length === 0) await wait(1);
  await site.reconfigure('[general]\nrtcachefriends=yes\n');
  held[0]!();
  await site.stage.settled();
  assert.equal(said(engine.tables.get('db/sipnodes')!), '0');
});

test('registrations of a dead node are taken over once the database answers again', async t => {
  const { stage, now, hears, wait } = await node(t, seconds => [registered('3001', seconds, 'b')]);
  await hears('b', now());
  const { engine } = stage;
  const loadAll = engine.loadAll.bind(engine);
  engine.loadAll = (place, conditions) =>
    place.table === 'sippeers' ? Promise.reject(new Error('away')) : loadAll(place, conditions);
  await hears('b', undefined);
  assert.equal(stage.row('3001')?.['regserver'], 'b');
  engine.loadAll = loadAll;
  await wait(10);
  assert.equal(stage.row('3001')?.['regserver'], 'a');
});

test('what a node wrote after it said that it leaves is taken over, too', async t => {
  const { stage, now, hears, wait } = await node(t, seconds => [registered('3001', seconds, 'b')]);
  await hears('b', now());
  await hears('b', undefined);
  assert.equal(stage.row('3001')?.['regserver'], 'a');
  Object.assign(stage.row('3001')!, { regserver: 'b', regstamp: '8' });
  stage.site.stage.events.emit('realtimeChanged', { family: 'sippeers', byOthers: true, name: '3001' });
  await wait(10);
  assert.equal(stage.row('3001')?.['regserver'], 'a');
});

test('what a node takes while it leaves has its stamp, too: written late it undoes nothing', async t => {
  const { stage, now } = await node(t, seconds => [registered('3001', seconds, 'b')]);
  const { engine } = stage;
  await stage.site.user.nodes.close();
  assert.equal((await stage.login({ headers: ['Expires: 3000'] }))?.status, 200);
  engine.failure = 'away';
  stage.clock.advance(10_000);
  Object.assign(stage.row('3001')!, registered('3001', Math.floor(now() / 1000), 'b'), { regstamp: String(now()) });
  engine.failure = undefined;
  await stage.written();
  assert.deepEqual([stage.row('3001')?.['ipaddr'], stage.row('3001')?.['regserver']], ['192.0.2.9', 'b']);
});

test('another node of the same name is told, and a new address of our own is no other node', async t => {
  const { stage, now, hears, wait } = await node(t, () => [phone('3001', { regstamp: null })]);
  await stage.site.reconfigure(`[general]\n${GENERAL.replace('192.0.2.1:5060', '192.0.2.3:5060')}`);
  await wait(3);
  assert.deepEqual(stage.logged(), []);
  await hears('a', now());
  await wait(3);
  const told = "warning: node 'a' is at 192.0.2.2:5060, too: give each a systemname of its own";
  assert.deepEqual(stage.logged(), [told]);
});

test('a table without the column of stamps is told, with what helps where it is not called sippeers', async t => {
  const { stage } = await node(t, () => [phone('3001')]);
  assert.match(
    stage.logged().join(),
    /error: sippeers: the table lacks regstamp, .* sippeers and sipregs, .* ALTER TABLE/,
  );
});

for (const hours of [-2, 2]) {
  test(`by a clock that is ${hours} hours off, a registration of another node ends when it does`, async t => {
    const { now, hears, there, stage } = await node(t, seconds => [registered('3001', seconds, 'b')], hours * 3600_000);
    await hears('b', now());
    const binding = await there('3001');
    assert.equal(binding?.granted, LEFT);
    assert.equal((await stage.login({ headers: ['Expires: 300'] }))?.status, 200);
    await stage.written();
    assert.equal(Number(stage.row('3001')?.['regseconds']), Math.floor(now() / 1000) + 300);
  });

  test(`by a clock that is ${hours} hours off, what a dead node leaves is taken over as long as it lasts`, async t => {
    const { now, hears, stage } = await node(
      t,
      seconds => [registered('3001', seconds, 'b'), registered('3002', seconds - LEFT - 1, 'b')],
      hours * 3600_000,
    );
    await hears('b', now());
    await hears('b', undefined);
    assert.deepEqual(
      ['3001', '3002'].map(name => stage.row(name)?.['regserver']),
      ['a', 'b'],
    );
  });
}

test('a phone’s request in a dialog goes over its node to the node that has the other end, and from there nowhere else', async t => {
  const { stage, now, hears } = await node(t, () => [phone('3001')]);
  const { site } = stage;
  await hears('b', now());
  assert.equal((await stage.login())?.status, 200);
  const answers: string[] = [];
  const flow: Flow = {
    ...{ protocol: 'udp', reliable: false, local: { address: '192.0.2.1', port: 5060 } },
    ...{ remote: { address: '192.0.2.7', port: 5062 }, send: (text: string) => void answers.push(text) },
    ...{ to: (_: Endpoint) => flow, trusted: () => undefined, promised: () => undefined },
  };
  const ours = 'Route: <sip:3001@192.0.2.1:5060;lr;node=a;by=b>';
  for (const [beyond, passed] of [
    [[], 1],
    // The next node would take it for one of ours, and ask nobody for a password.
    [['Route: <sip:3002@192.0.2.2:5060;lr;node=b>'], 0],
    [['Route: <sip:198.51.100.9;lr>'], 0],
  ] as const) {
    const before = site.sent({ address: '192.0.2.2', port: 5060 }).length;
    const ask = { method: 'MESSAGE', user: '3001', uri: 'sip:3002@192.0.2.2', to: 'sip:3002@192.0.2.2>;tag=t' };
    const text = site.request({ ...ask, headers: [ours, ...beyond] }).replace('tag=t>', 'tag=t');
    assert.equal(site.user.relay.takes(parse(text), flow), true);
    assert.equal(site.sent({ address: '192.0.2.2', port: 5060 }).length - before, passed, beyond.join());
    assert.deepEqual(
      answers.splice(0).map(answer => answer.split('\r\n')[0]),
      passed ? [] : ['SIP/2.0 403 Forbidden'],
    );
  }
});
