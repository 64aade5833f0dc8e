/** A node of several that is killed, stopped, or cut off from the database: its phones go on, and nothing that is newer is undone. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { parse } from '../../modules/chan_sip/message/parser.js';
import { CallPhone } from '../support/call-phone.js';
import { onEachServer } from '../support/each-way.js';
import { type Node, NodeStage } from '../support/node-stage.js';
import { type Phone, statusOf } from '../support/phone.js';

/** A phone that answers whether it is there, and remembers the ports that it was asked from. */
async function alivePhone(
  t: TestContext,
  account: string,
  node: Node,
): Promise<{ phone: CallPhone; askers: Set<number> }> {
  const phone = await CallPhone.far(node.port, account, `pass${account}`);
  t.after(() => phone.close());
  const askers = new Set<number>();
  phone.udp.onEach(text => {
    if (!text.startsWith('OPTIONS')) return false;
    const request = parse(Buffer.from(text, 'latin1'));
    askers.add(request.via.port ?? 0);
    phone.answerAt(request, request.via.port ?? 0);
    return true;
  });
  await phone.register();
  return { phone, askers };
}

async function overtaken(
  stage: NodeStage,
  how: 'cut off from the database' | 'killed',
  accounts: readonly string[],
): Promise<void> {
  const [first, second, last] = accounts as [string, string, string];
  const names = accounts.map(name => `'${name}'`).join(', ');
  const others = `SELECT * FROM sippeers WHERE name IN ('${second}', '${last}') ORDER BY name`;
  const [a, b] = stage.nodes as [Node, Node];
  const phones = await Promise.all(accounts.map(account => stage.phone(account, a)));
  for (const phone of phones) await phone.register({ expires: 100 });
  for (const phone of phones) await stage.allSay(phone.name, `127.0.0.1:${phone.port} by a`);
  a.cable.cut();
  // All of them are taken here for long; two are at the other node then, one of those is nowhere after that.
  for (const phone of phones) assert.equal(statusOf(await phone.register({ expires: 3000 })), 200);
  // Nobody is quicker at the next node: what both know of one clock is as exact as the way to it is short.
  const taken = Date.now();
  await stage.comes(() => Date.now() > taken + 200, '');
  const [stays, moves, leaves] = phones as [Phone, Phone, Phone];
  for (const phone of [moves, leaves]) {
    phone.turnTo(b.port);
    assert.equal(statusOf(await phone.register({ expires: 200 })), 200);
  }
  await stage.comes(async () => {
    const rows = await stage.ask(
      `SELECT name FROM sippeers WHERE name IN (${names}) AND regserver = 'b' AND fullcontact <> ''`,
    );
    return rows.length >= 2;
  }, 'b writes nothing');
  assert.equal(statusOf(await leaves.register({ expires: 0 })), 200);
  await stage.comes(
    async () => (await stage.ask(`SELECT 1 FROM sippeers WHERE name = '${last}' AND regseconds = 0`)).length === 1,
    `${last} is there`,
  );
  const before = await stage.ask(others);
  if (how === 'killed') await a.kill();
  a.cable.mend();
  if (how === 'killed') await a.start();
  const now = Math.floor(Date.now() / 1000);
  await stage.comes(
    async () =>
      (await stage.ask(`SELECT 1 FROM sippeers WHERE name = '${first}' AND regseconds > ${now + 2000}`)).length === 1,
    'what a took is never written',
  );
  await stage.comes(
    async () => /^sippeers +0 /m.test(await a.says('realtime show status')),
    'the queue of a is not drained',
  );
  assert.deepEqual(await stage.ask(others), before);
  await stage.allSay(second, `127.0.0.1:${moves.port} by b`);
  await stage.allSay(last, 'nowhere');
  await stage.living(stage.nodes);
  if (how !== 'killed') await stage.allSay(first, `127.0.0.1:${stays.port} by a`);
}

onEachServer((_kind, it) => {
  it(', of a node that is killed nothing is lost: the others share its phones, each asked by one of them', async (t, server) => {
    const accounts = Array.from({ length: 12 }, (_, index) => `31${String(index).padStart(2, '0')}`);
    const stage = await NodeStage.of(t, server, ['a', 'b', 'c'], accounts, {
      general: 'qualifyfreq=1\nqualifygap=10',
      columns: { qualify: 'yes' },
    });
    const [a, b, c] = stage.nodes as [Node, Node, Node];
    const phones = await Promise.all(accounts.map(account => alivePhone(t, account, a)));
    for (const { phone } of phones) await stage.allSay(phone.name, `127.0.0.1:${phone.udp.endpoint.port} by a`);
    await stage.comes(() => phones.every(({ askers }) => askers.size > 0), 'nobody asks the phones');
    assert.deepEqual(new Set(phones.flatMap(({ askers }) => [...askers])), new Set([a.port]));
    // The others show what it says.
    await stage.comes(
      async () => /Status +: OK/.test(await b.says('sip show peer 3100')),
      'b does not know how 3100 answers',
    );
    await a.kill();
    const killed = Date.now();
    await stage.living([b, c]);
    for (const { askers } of phones) askers.clear();
    const held = 'SELECT regserver, COUNT(*) AS many FROM sippeers GROUP BY regserver ORDER BY regserver';
    await stage.comes(
      async () => (await stage.ask(held)).every(({ regserver }) => regserver !== 'a'),
      'a still has phones',
    );
    t.diagnostic(`all taken over ${Date.now() - killed} ms after the death`);
    assert.equal((await stage.ask(held)).length, 2, 'both of them take some');
    await stage.comes(() => phones.every(({ askers }) => askers.size > 0), 'nobody asks the phones any more');
    assert.ok(
      phones.every(({ askers }) => askers.size === 1),
      'a phone is asked by two nodes',
    );
    const rows = await stage.ask('SELECT name, port, regserver FROM sippeers');
    for (const { phone } of phones) {
      const { regserver, port } = rows.find(({ name }) => name === phone.name)!;
      assert.equal(port, phone.udp.endpoint.port);
      await stage.allSay(phone.name, `127.0.0.1:${port} by ${regserver}`, [b, c]);
    }
    // It comes back: what it had is where it is now, and who registers there is its own again.
    await a.start();
    await stage.living(stage.nodes);
    const again = await alivePhone(t, '3100', a);
    await stage.allSay('3100', `127.0.0.1:${again.phone.udp.endpoint.port} by a`);
    // One that is stopped says so, and nobody waits until it is missed.
    await b.pbx.stop();
    const stopped = Date.now();
    const left = "SELECT name FROM sippeers WHERE regserver = 'b'";
    await stage.comes(async () => (await stage.ask(left)).length === 0, 'b still has phones');
    t.diagnostic(`all taken over ${Date.now() - stopped} ms after the stop`);
  });

  it(', what a node could not write undoes nothing that another wrote since', async (t, server) => {
    const accounts = { 'cut off from the database': ['3001', '3002', '3003'], killed: ['3101', '3102', '3103'] };
    const stage = await NodeStage.of(t, server, ['a', 'b'], Object.values(accounts).flat());
    for (const how of ['cut off from the database', 'killed'] as const)
      await t.test(how, () => overtaken(stage, how, accounts[how]));
  });
});
