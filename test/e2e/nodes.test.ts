/** Several PBXs on one database: phones register at any of them, and all know within a second where each phone is. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parse } from '../../modules/chan_sip/message/parser.js';
import { CallPhone, SDP } from '../support/call-phone.js';
import { DatabaseServer, type ServerKind } from '../support/database-server.js';
import { type Node, NodeStage } from '../support/node-stage.js';
import { type Phone, statusOf } from '../support/phone.js';
import { answerOf, registerText } from '../support/register.js';
import { StreamPhone } from '../support/stream-phone.js';

const CASES: readonly (readonly [kind: ServerKind, split: boolean])[] = [
  ['postgresql', false],
  ['postgresql', true],
  ['mariadb', true],
];

/** Milliseconds for which anybody may see a contact that is none any more. */
const STALE = 1000;

for (const [kind, split] of CASES) {
  const skip = DatabaseServer.lacks(kind) ?? false;

  test(`on ${kind}${split ? ' with sipregs' : ''}, a phone that moves from node to node is seen there by all within a second`, {
    skip,
  }, async t => {
    const stage = await NodeStage.of(t, kind, ['a', 'b', 'c'], ['3001'], { split });
    const phone = await stage.phone('3001', stage.nodes[0]!);
    const slowest: number[] = [];
    for (const node of [...stage.nodes, ...stage.nodes]) {
      phone.turnTo(node.port);
      assert.equal(statusOf(await phone.register()), 200);
      slowest.push(await stage.allSay('3001', `127.0.0.1:${phone.port} by ${node.name}`));
    }
    t.diagnostic(`seen by all after at most ${Math.max(...slowest)} ms`);
    // The first time it had to be read, which nobody waits for.
    assert.ok(Math.max(...slowest) < STALE, slowest.join(', '));
    const [row] = await stage.ask(`SELECT regserver, port FROM ${split ? 'sipregs' : 'sippeers'} WHERE name = '3001'`);
    assert.deepEqual({ ...row }, { regserver: 'c', port: phone.port });
    // From another place, at a node that does not have it: the old contact is none any more.
    const other = await stage.phone('3001', stage.nodes[1]!);
    await other.register();
    assert.ok((await stage.allSay('3001', `127.0.0.1:${other.port} by b`)) < STALE);
    // Ended at a node that does not have it.
    other.turnTo(stage.nodes[0]!.port);
    assert.equal(statusOf(await other.register({ expires: 0 })), 200);
    assert.ok((await stage.allSay('3001', 'nowhere')) < STALE);
  });
}

const postgresql = { skip: DatabaseServer.lacks('postgresql') ?? false };

/** A phone that answers whether it is there, and remembers the ports that it was asked from. */
async function alivePhone(
  t: TestContext,
  account: string,
  node: Node,
): Promise<{ phone: CallPhone; askers: Set<number> }> {
  const phone = await CallPhone.open({ address: '127.0.0.1', port: node.port }, account, `pass${account}`);
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

test('a call to a phone at another node goes over that node, both ways and to its end', postgresql, async t => {
  const stage = await NodeStage.of(t, 'postgresql', ['a', 'b'], ['3001', '3002'], { general: 'directmedia=no' });
  const [a, b] = stage.nodes as [Node, Node];
  const [callee, caller] = [
    await CallPhone.open({ address: '127.0.0.1', port: a.port }, '3001', 'pass3001'),
    await CallPhone.open({ address: '127.0.0.1', port: b.port }, '3002', 'pass3002'),
  ];
  t.after(() => Promise.all([callee.close(), caller.close()]));
  await callee.register();
  await caller.register();
  await stage.allSay('3001', `127.0.0.1:${callee.udp.endpoint.port} by a`);
  await b.says('sip qualify peer 3001');
  const options = await callee.expect('OPTIONS');
  assert.deepEqual(options.headers('Via').length, 2);
  callee.answer(options, 200, 'OK');
  for (const ends of ['callee', 'caller'] as const) {
    assert.equal((await caller.call('3001')).status, 100);
    const invite = await callee.expect('INVITE');
    assert.equal(invite.via.port, a.port, 'it comes from the node that has the registration');
    callee.answer(invite, 180, 'Ringing');
    await caller.expect('180 INVITE');
    callee.answer(invite, 200, 'OK', { body: SDP });
    const talk = caller.acknowledge(await caller.expect('200 INVITE'));
    assert.equal((await callee.expect('ACK')).via.port, a.port);
    if (ends === 'callee') {
      const routes = invite.headers('Record-Route').map(route => `Route: ${route}`);
      callee.within(callee.calledIn(invite), 'BYE', { headers: routes });
      await callee.expect('200 BYE');
      caller.answer(await caller.expect('BYE'), 200, 'OK');
    } else {
      caller.within(talk, 'BYE');
      await caller.expect('200 BYE');
      const bye = await callee.expect('BYE');
      assert.equal(bye.via.port, a.port);
      callee.answer(bye, 200, 'OK');
    }
  }
  // Given up before anybody answered.
  await caller.call('3001');
  const invite = await callee.expect('INVITE');
  callee.answer(invite, 180, 'Ringing');
  await caller.expect('180 INVITE');
  caller.cancel();
  const terminated = await caller.expect('487 INVITE');
  await caller.expect('200 CANCEL');
  caller.acknowledge(terminated);
  callee.answer(await callee.expect('CANCEL'), 200, 'OK');
  callee.answer(invite, 487, 'Request Terminated');
  await callee.expect('ACK');
});

test('a phone on a connection is reached from another node over the connection that it has', postgresql, async t => {
  const stage = await NodeStage.of(t, 'postgresql', ['a', 'b'], ['3001'], {
    general: 'tcpenable=yes\ntcpbindaddr=127.0.0.1:0\ntransport=udp,tcp',
  });
  const [a, b] = stage.nodes as [Node, Node];
  const phone = await StreamPhone.open({ address: '127.0.0.1', port: await a.pbx.port('TCP SIP') });
  t.after(() => phone[Symbol.asyncDispose]());
  phone.send(registerText('3001', 1));
  const challenge = await phone.next();
  phone.send(registerText('3001', 2, answerOf(challenge, '3001', 'pass3001')));
  assert.equal(statusOf(await phone.next()), 200);
  await stage.allSay('3001', `127.0.0.1:${phone.endpoint.port} by a`);
  await b.says('sip qualify peer 3001');
  const options = parse(Buffer.from(await phone.next(), 'latin1'));
  assert.deepEqual([options.method, options.via.transport, options.headers('Via').length], ['OPTIONS', 'TCP', 2]);
});

test(
  'a route over a node is for nodes and for the phones that it has: nobody else is passed on',
  postgresql,
  async t => {
    const stage = await NodeStage.of(t, 'postgresql', ['a', 'b'], ['3001']);
    const [a, b] = stage.nodes as [Node, Node];
    const phone = await CallPhone.open({ address: '127.0.0.1', port: a.port }, '3001', 'pass3001');
    const stranger = await CallPhone.open({ address: '127.0.0.1', port: a.port }, '3009', 'none');
    t.after(() => Promise.all([phone.close(), stranger.close()]));
    await phone.register();
    const { endpoint } = phone.udp;
    await stage.allSay('3001', `127.0.0.1:${endpoint.port} by a`);
    const route = (more = ''): string[] => [`Route: <sip:3001@127.0.0.1:${a.port};lr;node=a${more}>`];
    const talk = (to: string) => ({ callId: 'x1', from: '<sip:3009@127.0.0.1>;tag=x', to, target: '', cseq: 1 });
    for (const method of ['OPTIONS', 'INVITE', 'MESSAGE']) {
      stranger.request(method, `sip:3001@127.0.0.1:${endpoint.port}`, talk('<sip:3001@127.0.0.1>'), {
        headers: route(),
      });
      await stranger.expect(`403 ${method}`);
      stranger.request(method, `sip:x@127.0.0.1:${b.port}`, talk('<sip:x@127.0.0.1>'), { headers: route(';by=b') });
      await stranger.expect(`403 ${method}`);
    }
    // An answer to what nobody has passed on.
    const via = `SIP/2.0/UDP 127.0.0.1:${a.port};branch=z9hG4bKnode.${'0'.repeat(24)}`;
    const next = `SIP/2.0/UDP 127.0.0.1:${endpoint.port};branch=z9hG4bKx;received=127.0.0.1;rport=${endpoint.port}`;
    stranger.send(
      `SIP/2.0 200 OK\r\nVia: ${via}\r\nVia: ${next}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: y\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
    );
    stranger.request('OPTIONS', `sip:127.0.0.1:${a.port}`, talk('<sip:3001@127.0.0.1>'));
    assert.equal((await stranger.next()).method, 'OPTIONS');
    assert.deepEqual(
      phone.udp.received.filter(text =>
        /^(?:OPTIONS|INVITE|MESSAGE|SIP\/2.0 200 OK\r\nVia: [^\r]*z9hG4bKx)/.test(text),
      ),
      [],
    );
    // Who is no node any more is none.
    await b.pbx.stop();
    await stage.living([a]);
  },
);

test(
  'of a node that is killed nothing is lost: the others share its phones, each asked by one of them',
  postgresql,
  async t => {
    const accounts = Array.from({ length: 12 }, (_, index) => `31${String(index).padStart(2, '0')}`);
    const stage = await NodeStage.of(t, 'postgresql', ['a', 'b', 'c'], accounts, {
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
  },
);

for (const how of ['cut off from the database', 'killed'] as const) {
  test(`what a node could not write, ${how}, undoes nothing that another wrote since`, postgresql, async t => {
    const accounts = ['3001', '3002', '3003'];
    const stage = await NodeStage.of(t, 'postgresql', ['a', 'b'], accounts);
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
      const rows = await stage.ask("SELECT name FROM sippeers WHERE regserver = 'b' AND fullcontact <> ''");
      return rows.length >= 2;
    }, 'b writes nothing');
    assert.equal(statusOf(await leaves.register({ expires: 0 })), 200);
    await stage.comes(
      async () => (await stage.ask("SELECT 1 FROM sippeers WHERE name = '3003' AND regseconds = 0")).length === 1,
      '3003 is there',
    );
    const before = await stage.ask("SELECT * FROM sippeers WHERE name <> '3001' ORDER BY name");
    if (how === 'killed') await a.kill();
    a.cable.mend();
    if (how === 'killed') await a.start();
    const now = Math.floor(Date.now() / 1000);
    await stage.comes(
      async () =>
        (await stage.ask(`SELECT 1 FROM sippeers WHERE name = '3001' AND regseconds > ${now + 2000}`)).length === 1,
      'what a took is never written',
    );
    await stage.comes(
      async () => /^sippeers +0 /m.test(await a.says('realtime show status')),
      'the queue of a is not drained',
    );
    assert.deepEqual(await stage.ask("SELECT * FROM sippeers WHERE name <> '3001' ORDER BY name"), before);
    await stage.allSay('3002', `127.0.0.1:${moves.port} by b`);
    await stage.allSay('3003', 'nowhere');
    await stage.living(stage.nodes);
    if (how !== 'killed') await stage.allSay('3001', `127.0.0.1:${stays.port} by a`);
  });
}
