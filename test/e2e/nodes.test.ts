/** Several PBXs on one database: phones register at any of them, and all know within a second where each phone is. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { parse } from '../../modules/chan_sip/message/parser.js';
import { CallPhone, SDP } from '../support/call-phone.js';
import type { ServerKind } from '../support/database-server.js';
import { onEachServer } from '../support/each-way.js';
import { type Node, NodeStage } from '../support/node-stage.js';
import { statusOf } from '../support/phone.js';
import { answerOf, registerText } from '../support/register.js';
import { StreamPhone } from '../support/stream-phone.js';

/** Whether registrations have a table of their own. */
const SPLITS: Readonly<Record<ServerKind, readonly boolean[]>> = { postgresql: [false, true], mariadb: [true] };

/** Milliseconds for which anybody may see a contact that is none any more. */
const STALE = 1000;

/** Rounds in which each change is to be seen in time once. */
const ROUNDS = 3;

/** All that changes in a round is seen in time. A busy machine is late now and then; what waits too long by itself is late in every round. */
async function inTime(round: () => Promise<readonly number[]>): Promise<number> {
  let least = await round();
  for (let more = 1; more < ROUNDS && Math.max(...least) >= STALE; more++) {
    const again = await round();
    least = least.map((ms, at) => Math.min(ms, again[at]!));
  }
  assert.ok(Math.max(...least) < STALE, `seen after ${least.join(', ')} ms`);
  return Math.max(...least);
}

/** A phone goes from node to node. @returns the milliseconds until all knew of each change */
async function moves(stage: NodeStage, split: boolean): Promise<readonly number[]> {
  const phone = await stage.phone('3001', stage.nodes[0]!);
  const slowest: number[] = [];
  for (const node of [...stage.nodes, ...stage.nodes]) {
    phone.turnTo(node.port);
    assert.equal(statusOf(await phone.register()), 200);
    slowest.push(await stage.allSay('3001', `127.0.0.1:${phone.port} by ${node.name}`));
  }
  const [row] = await stage.ask(`SELECT regserver, port FROM ${split ? 'sipregs' : 'sippeers'} WHERE name = '3001'`);
  assert.deepEqual({ ...row }, { regserver: 'c', port: phone.port });
  // From another place, at a node that does not have it: the old contact is none any more.
  const other = await stage.phone('3001', stage.nodes[1]!);
  await other.register();
  slowest.push(await stage.allSay('3001', `127.0.0.1:${other.port} by b`));
  // Ended at a node that does not have it.
  other.turnTo(stage.nodes[0]!.port);
  assert.equal(statusOf(await other.register({ expires: 0 })), 200);
  slowest.push(await stage.allSay('3001', 'nowhere'));
  return slowest;
}

async function calls(t: TestContext, stage: NodeStage): Promise<void> {
  const [a, b] = stage.nodes as [Node, Node];
  const [callee, caller] = [
    await CallPhone.far(a.port, '3002', 'pass3002'),
    await CallPhone.far(b.port, '3003', 'pass3003'),
  ];
  t.after(() => Promise.all([callee.close(), caller.close()]));
  await callee.register();
  await caller.register();
  await stage.allSay('3002', `127.0.0.1:${callee.udp.endpoint.port} by a`);
  await b.says('sip qualify peer 3002');
  const options = await callee.expect('OPTIONS');
  assert.deepEqual(options.headers('Via').length, 2);
  callee.answer(options, 200, 'OK');
  for (const ends of ['callee', 'caller'] as const) {
    assert.equal((await caller.call('3002')).status, 100);
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
  await caller.call('3002');
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
}

async function connected(t: TestContext, stage: NodeStage): Promise<void> {
  const [a, b] = stage.nodes as [Node, Node];
  const phone = await StreamPhone.open({ address: '127.0.0.1', port: await a.pbx.port('TCP SIP') });
  t.after(() => phone[Symbol.asyncDispose]());
  phone.send(registerText('3004', 1));
  const challenge = await phone.next();
  phone.send(registerText('3004', 2, answerOf(challenge, '3004', 'pass3004')));
  assert.equal(statusOf(await phone.next()), 200);
  await stage.allSay('3004', `127.0.0.1:${phone.endpoint.port} by a`);
  await b.says('sip qualify peer 3004');
  const options = parse(Buffer.from(await phone.next(), 'latin1'));
  assert.deepEqual([options.method, options.via.transport, options.headers('Via').length], ['OPTIONS', 'TCP', 2]);
}

async function strangers(t: TestContext, stage: NodeStage): Promise<void> {
  const [a, b] = stage.nodes as [Node, Node];
  const phone = await CallPhone.far(a.port, '3005', 'pass3005');
  const stranger = await CallPhone.far(a.port, '3009', 'none');
  t.after(() => Promise.all([phone.close(), stranger.close()]));
  await phone.register();
  const { endpoint } = phone.udp;
  await stage.allSay('3005', `127.0.0.1:${endpoint.port} by a`);
  const route = (more = ''): string[] => [`Route: <sip:3005@127.0.0.1:${a.port};lr;node=a${more}>`];
  const talk = (to: string) => ({ callId: 'x1', from: '<sip:3009@127.0.0.1>;tag=x', to, target: '', cseq: 1 });
  for (const method of ['OPTIONS', 'INVITE', 'MESSAGE']) {
    stranger.request(method, `sip:3005@127.0.0.1:${endpoint.port}`, talk('<sip:3005@127.0.0.1>'), {
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
  stranger.request('OPTIONS', `sip:127.0.0.1:${a.port}`, talk('<sip:3005@127.0.0.1>'));
  assert.equal((await stranger.next()).method, 'OPTIONS');
  assert.deepEqual(
    phone.udp.received.filter(text => /^(?:OPTIONS|INVITE|MESSAGE|SIP\/2.0 200 OK\r\nVia: [^\r]*z9hG4bKx)/.test(text)),
    [],
  );
  // Who is no node any more is none.
  await b.pbx.stop();
  await stage.living(stage.nodes.filter(node => node !== b));
}

const NODES = {
  general: 'directmedia=no\ntcpenable=yes\ntcpbindaddr=127.0.0.1:0\ntransport=udp,tcp',
};

onEachServer((kind, it) => {
  for (const split of SPLITS[kind])
    it(`${split ? ' with sipregs' : ''}, phones at several nodes are reached from each`, async (t, server) => {
      const accounts = ['3001', '3002', '3003', '3004', '3005'];
      const stage = await NodeStage.of(t, server, ['a', 'b', 'c'], accounts, { ...NODES, split });
      await t.test('a phone that moves from node to node is seen there by all within a second', async one => {
        one.diagnostic(`seen by all after at most ${await inTime(() => moves(stage, split))} ms`);
      });
      await t.test('a call to a phone at another node goes over that node, both ways and to its end', () =>
        calls(t, stage),
      );
      // The way of a message is the same whatever the database.
      if (kind !== 'postgresql' || split) return;
      await t.test('a phone on a connection is reached from another node over the connection that it has', () =>
        connected(t, stage),
      );
      await t.test('a route over a node is for nodes and for the phones that it has: nobody else is passed on', () =>
        strangers(t, stage),
      );
    });

  it(', devices that are not kept in memory are found where they registered last, and a node that dies loses none', async (t, server) => {
    const stage = await NodeStage.of(t, server, ['a', 'b'], ['3001', '3002'], {
      general: 'rtcachefriends=no\ndirectmedia=no',
    });
    const [a, b] = stage.nodes as [Node, Node];
    const phone = await stage.phone('3001', a);
    await inTime(async () => {
      const times: number[] = [];
      for (const node of [a, b, a]) {
        phone.turnTo(node.port);
        assert.equal(statusOf(await phone.register()), 200);
        times.push(await stage.allSay('3001', `127.0.0.1:${phone.port} by ${node.name}`));
      }
      phone.turnTo(b.port);
      assert.equal(statusOf(await phone.register({ expires: 0 })), 200);
      times.push(await stage.allSay('3001', 'nowhere'));
      return times;
    });

    const callee = await CallPhone.far(a.port, '3001', 'pass3001');
    const caller = await CallPhone.far(b.port, '3002', 'pass3002');
    t.after(() => Promise.all([callee.close(), caller.close()]));
    await callee.register();
    await caller.register();
    const place = `127.0.0.1:${callee.udp.endpoint.port}`;
    await stage.allSay('3001', `${place} by a`);
    const ring = async (): Promise<number | undefined> => {
      await caller.call('3001');
      const invite = await callee.expect('INVITE');
      callee.answerAt(invite, invite.via.port ?? 0, 486, 'Busy Here');
      await callee.expect('ACK');
      caller.acknowledge(await caller.expect('486 INVITE'));
      return invite.via.port;
    };
    assert.equal(await ring(), a.port);
    await a.kill();
    await stage.living([b]);
    await stage.allSay('3001', `${place} by b`, [b]);
    assert.equal(await ring(), b.port);
    assert.match(await b.says('sip show peers'), /^0 sip peers/m);
  });
});
