/** Requests to a server that is in several places: who is tried, who is told, and who is left alone afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { response } from '../../../modules/chan_sip/message/build.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { DEFAULT_TIMERS } from '../../../modules/chan_sip/transaction/timers.js';
import type { Hop } from '../../../modules/chan_sip/transport/resolver/hop.js';
import { Outgoing } from '../../../modules/chan_sip/user/outgoing.js';
import { layerOver, requestText } from '../../support/stage.js';
import { transportStage } from '../../support/transport.js';
import { UdpPhone } from '../../support/udp-phone.js';
import { type Breakage, Wire } from '../../support/wire.js';

const hopAt = (last: number): Hop => ({
  protocol: 'udp',
  remote: { address: `192.0.2.${last}`, port: 5060 },
  name: 'sip.example',
});
const HOPS = [hopAt(1), hopAt(2), hopAt(3)];

/** Outgoing over wires that are cut as `breakage` says, and a user that writes down what it hears. */
function stage(breakage: Readonly<Record<string, Breakage>> = {}, method = 'REGISTER') {
  const layer = layerOver('udp');
  const { clock } = layer;
  const wires = new Map<string, Wire>();
  const asked: (string | undefined)[] = [];
  const outgoing = new Outgoing({
    clock,
    transactions: layer.layer,
    outward: (protocol, remote, name) => {
      asked.push(name);
      if (protocol !== 'udp') return undefined;
      const wire = wires.get(remote.address) ?? new Wire(clock, 'udp', breakage[remote.address], remote);
      wires.set(remote.address, wire);
      return wire;
    },
  });
  const heard: string[] = [];
  let branches = 0;
  const send = (hops: readonly Hop[] = HOPS) =>
    outgoing.send(
      hops,
      () => () => {
        const branch = `z9hG4bK-${++branches}`;
        return { text: requestText(method, branch), method, branch };
      },
      {
        response: ({ status }, { remote }) => heard.push(`${status} ${remote.address}`),
        failed: () => heard.push('failed'),
      },
    );
  /** The place answers the last request that it got. */
  const answer = (last: number, status: number, block = '') => {
    const request = parse(wires.get(`192.0.2.${last}`)!.sent.findLast(([, text]) => !text.startsWith('ACK '))![1]);
    const source = { address: '192.0.2.1', port: 5060 };
    layer.receive(response(request, { status, reason: 'As it is', toTag: 'b1', source, rport: false, block }));
  };
  const tried = () => [...wires].map(([place, { sent }]) => `${place} ${sent.length > 0 ? 'sent' : 'cut'}`);
  const left = () => {
    clock.advance(64_000);
    layer.left();
    assert.equal(outgoing.size, 0);
  };
  return { ...layer, outgoing, heard, asked, wires, send, answer, tried, left };
}

test('the first place that answers is the last one tried', () => {
  const { send, answer, heard, asked, tried, left } = stage();
  send();
  answer(1, 100);
  answer(1, 401);
  assert.deepEqual(heard, ['100 192.0.2.1', '401 192.0.2.1']);
  assert.deepEqual([tried(), asked], [['192.0.2.1 sent'], ['sip.example']]);
  left();
});

test('after silence, and after an error, the next one is tried; when all are done so is the request', () => {
  const { clock, send, heard, tried, left } = stage({ '192.0.2.2': { nth: 1, heard: 'at once' } });
  send();
  clock.advance(31_999);
  assert.deepEqual(tried(), ['192.0.2.1 sent']);
  clock.advance(1);
  assert.deepEqual(tried(), ['192.0.2.1 sent', '192.0.2.2 cut', '192.0.2.3 sent']);
  assert.deepEqual(heard, []);
  clock.advance(32_000);
  assert.deepEqual(heard, ['failed']);
  left();
});

test('a place that says 100 and then nothing has failed, too', () => {
  const { clock, send, answer, heard, left } = stage();
  send();
  answer(1, 100);
  clock.advance(32_000);
  answer(2, 200);
  assert.deepEqual(heard, ['100 192.0.2.1', '200 192.0.2.2']);
  left();
});

test('a 503 sends on at once; only where nobody says anything better is it told', () => {
  const { clock, send, answer, heard, left } = stage();
  send();
  answer(1, 503);
  answer(2, 200);
  assert.deepEqual(heard, ['200 192.0.2.2']);
  clock.advance(60_000);
  heard.length = 0;
  send();
  answer(1, 503);
  clock.advance(32_000);
  clock.advance(32_000);
  assert.deepEqual(heard, ['503 192.0.2.1']);
  left();
});

test('an INVITE is acknowledged where it was refused, and told of each 2xx', () => {
  const { send, answer, heard, left } = stage({}, 'INVITE');
  send();
  answer(1, 503);
  answer(2, 200);
  answer(2, 200);
  assert.deepEqual(heard, ['200 192.0.2.2', '200 192.0.2.2']);
  left();
});

test('a refused INVITE is acknowledged again when the refusal is repeated, though nobody listens any more', () => {
  const { send, answer, heard, wires, left } = stage({}, 'INVITE');
  const sending = send();
  answer(1, 486);
  sending.close();
  answer(1, 486);
  assert.deepEqual([heard, wires.get('192.0.2.1')!.acks.length], [['486 192.0.2.1'], 2]);
  left();
});

test('any other refusal is an answer', () => {
  for (const status of [403, 408, 486, 500, 600]) {
    const { send, answer, heard, left } = stage();
    send();
    answer(1, status);
    assert.deepEqual(heard, [`${status} 192.0.2.1`]);
    left();
  }
});

for (const [what, block, ms] of [
  ['half a minute', '', 30_000],
  ['as long as it says', 'Retry-After: 120 (busy)\r\n', 120_000],
  ['an hour at most', 'Retry-After: 999999999\r\n', 3_600_000],
  ['half a minute when it says nothing that can be read', 'Retry-After: soon\r\n', 30_000],
] as const) {
  test(`a place that is unavailable is tried last for ${what}`, () => {
    const { clock, send, answer, outgoing, left } = stage();
    send();
    answer(1, 503, block);
    answer(2, 200);
    assert.deepEqual(outgoing.rows(), [{ place: 'udp 192.0.2.1:5060', left: ms }]);
    const order = () => outgoing.inOrder(HOPS).map(({ remote }) => remote.address.at(-1));
    clock.advance(ms - 1);
    assert.deepEqual(order(), ['2', '3', '1']);
    clock.advance(1);
    assert.deepEqual(order(), ['1', '2', '3']);
    left();
  });
}

test('a place that answers again is itself again', () => {
  const { send, answer, outgoing, left } = stage();
  outgoing.avoid(HOPS[0]!);
  send([HOPS[0]!]);
  answer(1, 200);
  assert.deepEqual(outgoing.rows(), []);
  left();
});

test('what we do not speak is passed over, and no place at all is a failure', () => {
  const { send, answer, heard, left } = stage();
  send([{ ...HOPS[0]!, protocol: 'tls' }, HOPS[1]!]);
  answer(2, 200);
  send([]);
  send([{ ...HOPS[0]!, protocol: 'ws' }]);
  assert.deepEqual(heard, ['200 192.0.2.2', 'failed', 'failed']);
  left();
});

test('after the end nobody is told and nothing is sent', () => {
  const { clock, send, answer, heard, tried, outgoing, left } = stage();
  const first = send();
  send();
  first.close();
  first.close();
  assert.equal(outgoing.size, 1);
  outgoing.close();
  answer(1, 200);
  clock.advance(100_000);
  assert.deepEqual([heard, tried(), outgoing.size], [[], ['192.0.2.1 sent'], 0]);
  left();
});

test('a thousand places are remembered, those that failed last', () => {
  const { outgoing } = stage();
  const many = Array.from({ length: 1001 }, (_, n) => ({ ...hopAt(1), remote: { address: '192.0.2.1', port: n + 1 } }));
  for (const hop of many) outgoing.avoid(hop);
  assert.deepEqual([outgoing.rows().length, outgoing.avoids(many[0]!), outgoing.avoids(many[1]!)], [1000, false, true]);
});

test('over real sockets: one is silent, one unavailable, one good', async () => {
  await using silent = await UdpPhone.open();
  await using busy = await UdpPhone.open();
  await using good = await UdpPhone.open();
  const { layer: transactions, clock, receive, left } = layerOver('udp');
  await using transport = transportStage(message => receive(message.text));
  const listener = await transport.layer.open('udp', { address: '127.0.0.1', port: 0 });
  const outgoing = new Outgoing({ clock, transactions, outward: (_protocol, remote) => listener.flow(remote) });
  let branches = 0;
  const { promise, resolve } = Promise.withResolvers<string>();
  outgoing.send(
    [silent, busy, good].map(({ endpoint }) => ({ protocol: 'udp', remote: endpoint, name: 'sip.example' })),
    () => flow => {
      const branch = `z9hG4bK-${++branches}`;
      const via = { transport: 'UDP', host: '127.0.0.1', port: flow.local.port, branch, rport: true };
      return { text: requestText('REGISTER', branch, { via }), method: 'REGISTER', branch };
    },
    { response: ({ status }, { remote }) => resolve(`${status} ${remote.port}`), failed: () => resolve('failed') },
    { timers: { ...DEFAULT_TIMERS, t1: 100 } },
  );
  await silent.next();
  clock.advance(6400);
  for (const [phone, status] of [
    [busy, 503],
    [good, 200],
  ] as const) {
    const request = parse(await phone.next());
    const answer = response(request, {
      status,
      reason: 'As it is',
      toTag: 'b1',
      source: listener.local,
      rport: false,
      block: '',
    });
    phone.send(listener.local, answer);
  }
  assert.equal(await promise, `200 ${good.endpoint.port}`);
  assert.deepEqual(
    outgoing.rows().map(({ place }) => place),
    [silent, busy].map(({ endpoint }) => `udp 127.0.0.1:${endpoint.port}`),
  );
  clock.advance(64_000);
  left();
});
