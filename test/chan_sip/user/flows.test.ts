/** Connections that devices register over and are reached over: RFC 5626 §6, with its refusals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import type { Endpoint, Flow } from '../../../modules/chan_sip/transport/transport.js';
import { flowTo } from '../../../modules/chan_sip/user/flow-to.js';
import { type Ask, SiteStage } from './site-stage.js';

const CONF = `[general]
nat=no
tcpenable=yes
transport=udp,tcp
supportoutbound=yes
supportpath=yes
[1008]
type=friend
host=dynamic
maxcontacts=2
[off]
type=friend
host=dynamic
supportoutbound=no
maxcontacts=2
`;

const PHONE = '+sip.instance="<urn:uuid:1>"';
const SUPPORTED = 'Supported: path, outbound';
const flowOf = (id: number, more = '') => `<sip:a@10.0.0.5:5060;transport=tcp;ob>;reg-id=${id};${PHONE}${more}`;

/** A connection that somebody opened to us. */
class Stream implements Flow {
  readonly protocol = 'tcp';
  readonly reliable = true;
  readonly local: Endpoint = { address: '192.0.2.1', port: 5060 };
  readonly remote: Endpoint;
  readonly sent: string[] = [];
  closed = false;

  constructor(port: number) {
    this.remote = { address: '192.0.2.7', port };
  }

  send(text: string): void {
    this.sent.push(text);
  }

  to(): Flow {
    return this;
  }

  trusted(): void {}

  promised(): void {}
}

async function stageOf(conf = CONF) {
  const stage = await SiteStage.of(conf);
  const register = (flow: Stream, ask: Ask): string => {
    stage.transactions.receive(parse(stage.request(ask)), flow);
    return flow.sent.at(-1)!;
  };
  const peer = stage.peers.get('1008')!;
  return { stage, register, peer };
}

test('a phone registers over a connection, and what is sent to it goes over that one', async () => {
  const { stage, register, peer } = await stageOf();
  const flow = new Stream(40_001);
  const answer = register(flow, { contact: flowOf(1), headers: [SUPPORTED], via: '10.0.0.5:5060;branch=z9hG4bK1' });
  assert.match(answer, /^SIP\/2.0 200 OK\r\n/);
  assert.match(answer, /\r\nSupported: replaces, timer, path, outbound\r\n/);
  assert.match(answer, /\r\nContact: <sip:a@[^>]*>;expires=120;\+sip\.instance="<urn:uuid:1>";reg-id=1\r\n/);
  assert.match(answer, /\r\nRequire: outbound\r\nFlow-Timer: 120\r\n/);
  assert.deepEqual(peer.address, flow.remote, 'wherever the contact points');
  assert.equal(flowTo(stage.user.site, peer, peer.binding), flow);
  stage.user.qualify(peer);
  assert.match(flow.sent.at(-1)!, /^OPTIONS sip:a@10\.0\.0\.5:5060;transport=tcp;ob SIP/);
  assert.deepEqual(stage.stage.astdb.entries(), [], 'a connection does not outlive the process');
  await stage.close();
});

test('a connection that closed is no way any more, until the phone comes over another one under the same number', async () => {
  const { stage, register, peer } = await stageOf();
  const [first, second, third] = [new Stream(40_001), new Stream(40_002), new Stream(40_003)];
  register(first, { callId: 'one', contact: flowOf(1), headers: [SUPPORTED] });
  register(second, { callId: 'two', contact: flowOf(2), headers: [SUPPORTED] });
  assert.equal(peer.bindings.length, 2, 'one contact over two connections');
  first.closed = true;
  const [last, broken] = peer.bindings;
  assert.equal(flowTo(stage.user.site, peer, broken), undefined);
  assert.equal(flowTo(stage.user.site, peer, last), second);
  const before = stage.sent(first.remote).length;
  stage.user.qualify(peer);
  assert.equal(stage.sent(first.remote).length, before, 'nobody opens one to it');
  register(third, { callId: 'one', contact: flowOf(1).replace('10.0.0.5', '10.0.0.6'), headers: [SUPPORTED] });
  assert.deepEqual(
    peer.bindings.map(one => flowTo(stage.user.site, peer, one)?.remote.port),
    [40_002, 40_003],
  );
  assert.equal(broken!.contact, 'sip:a@10.0.0.6:5060;transport=tcp;ob');
  await stage.close();
});

test('a broken connection gives way where there is no room', async () => {
  const { stage, register, peer } = await stageOf();
  const flows = [1, 2, 3].map(id => new Stream(40_000 + id));
  const answer = (id: number) =>
    register(flows[id - 1]!, { callId: `c${id}`, contact: flowOf(id), headers: [SUPPORTED] }).slice(8, 11);
  assert.deepEqual([answer(1), answer(2), answer(3)], ['200', '200', '403']);
  flows[1]!.closed = true;
  assert.equal(answer(3), '200');
  assert.deepEqual(
    peer.bindings.map(({ traits }) => traits!.regId),
    [3, 1],
  );
  await stage.close();
});

/** What is asked for, the answer, and the number that the binding has then. */
const ASKED: [what: string, ask: Ask, line: string, regId?: number][] = [
  ['without outbound among what it supports', { contact: flowOf(4) }, '200 OK'],
  ['without the name of the phone', { contact: '<sip:a@10.0.0.5>;reg-id=1', headers: [SUPPORTED] }, '200 OK'],
  [
    'with a number that is none',
    { contact: flowOf(1).replace('reg-id=1', 'reg-id=0'), headers: [SUPPORTED] },
    '200 OK',
  ],
  ['for a device that may not', { user: 'off', contact: flowOf(1), headers: [SUPPORTED] }, '200 OK'],
  ['with a second contact', { contact: `${flowOf(1)}, <sip:b@10.0.0.6>`, headers: [SUPPORTED] }, '400 Bad Request'],
  ['with one that goes', { contact: `${flowOf(1)}, <sip:b@10.0.0.6>;expires=0`, headers: [SUPPORTED] }, '200 OK', 1],
  [
    'through a proxy that does not keep connections',
    {
      contact: flowOf(1),
      headers: [SUPPORTED, 'Via: SIP/2.0/TCP 10.0.0.5;branch=z9hG4bKx', 'Path: <sip:p.example;lr>'],
    },
    '439 First Hop Lacks Outbound Support',
  ],
  [
    'through a proxy that names itself nowhere',
    { contact: flowOf(1), headers: [SUPPORTED, 'Via: SIP/2.0/TCP 10.0.0.5;branch=z9hG4bKx'] },
    '439 First Hop Lacks Outbound Support',
  ],
  [
    'through a proxy that keeps connections',
    {
      contact: flowOf(1),
      headers: [
        SUPPORTED,
        'Via: SIP/2.0/TCP 10.0.0.5;branch=z9hG4bKx',
        'Path: <sip:q.example;lr>, <sip:t@p.example;lr;ob>',
      ],
    },
    '200 OK',
    1,
  ],
];

for (const [what, ask, line, regId] of ASKED) {
  test(`a connection asked for ${what} is answered ${line}${regId ? ' and kept' : ''}`, async () => {
    const { stage, register } = await stageOf();
    const flow = new Stream(40_001);
    const answer = register(flow, ask);
    assert.match(answer, new RegExp(`^SIP/2.0 ${line}\r\n`));
    const traits = stage.peers.get(ask.user ?? '1008')!.binding?.traits;
    assert.equal(traits?.regId, regId);
    assert.equal(/\r\nRequire: outbound\r\n/.test(answer), regId !== undefined);
    const proxied = ask.headers?.some(one => one.startsWith('Via'));
    assert.equal(traits?.flow, regId && !proxied ? flow : undefined);
    await stage.close();
  });
}

test('a contact goes by its phone and number, whatever its URI is', async () => {
  const { stage, register, peer } = await stageOf();
  const flow = new Stream(40_001);
  register(flow, { callId: 'one', contact: flowOf(1), headers: [SUPPORTED] });
  register(flow, { callId: 'two', contact: flowOf(2, ';expires=0'), headers: [SUPPORTED] });
  assert.equal(peer.bindings.length, 1);
  register(flow, { callId: 'one', contact: flowOf(1, ';expires=0').replace('a@', 'z@'), headers: [SUPPORTED] });
  assert.equal(peer.bindings.length, 0);
  await stage.close();
});

test('flowtimer=0 leaves the header out', async () => {
  const { stage, register } = await stageOf(CONF.replace('[general]', '[general]\nflowtimer=0'));
  assert.doesNotMatch(register(new Stream(40_001), { contact: flowOf(1), headers: [SUPPORTED] }), /Flow-Timer/);
  await stage.close();
});
