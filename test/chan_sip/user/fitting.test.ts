/** Which transport a request takes for its size, on the wire of the tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flow, Protocol } from '../../../modules/chan_sip/transport/transport.js';
import { sendFitting } from '../../../modules/chan_sip/user/fitting.js';
import { layerOver, requestText } from '../../support/stage.js';
import { type Breakage, Wire } from '../../support/wire.js';

/** `listeners`: over what we listen; `breakage`: of TCP. */
function fittingStage(listeners: readonly Protocol[], breakage?: Breakage) {
  const { clock, layer, tu, hears, left } = layerOver('udp');
  const wires = { udp: new Wire(clock, 'udp'), tcp: new Wire(clock, 'tcp', breakage) };
  const outward = (protocol: Protocol): Flow | undefined =>
    listeners.includes(protocol) ? wires[protocol as 'udp' | 'tcp'] : undefined;
  const user = { response: () => hears('response'), failed: (how: string) => hears(how) };
  const send = (size: number, allowed: readonly Protocol[]) => {
    let branches = 0;
    const make = (flow: Flow) => {
      const branch = `z9hG4bK${++branches}`;
      const via = { transport: flow.protocol.toUpperCase(), host: '192.0.2.1', port: 5060, branch, rport: true };
      const bare = requestText('OPTIONS', branch, { via, callId: '' });
      return {
        text: bare.replace('Call-ID: ', `Call-ID: ${'x'.repeat(size - bare.length)}`),
        method: 'OPTIONS',
        branch,
      };
    };
    return sendFitting({ outward, transactions: layer }, outward('udp')!, allowed, make, user);
  };
  const went = () => [wires.udp.sent.length, wires.tcp.sent.length];
  return { clock, tu, left, send, went, wires };
}

const BOTH = ['udp', 'tcp'] as const;

for (const [what, size, allowed, listeners, went] of [
  ['of 1300 octets goes by UDP', 1300, BOTH, BOTH, [1, 0]],
  ['of 1301 octets goes by TCP', 1301, BOTH, BOTH, [0, 1]],
  ['that is too big goes by UDP to a device that may not use TCP', 1301, ['udp'], BOTH, [1, 0]],
  ['that is too big goes by UDP where we do not listen for TCP', 1301, BOTH, ['udp'], [1, 0]],
] as const) {
  test(`a request ${what}`, () => {
    const stage = fittingStage(listeners);
    const sending = stage.send(size, allowed);
    assert.deepEqual(stage.went(), went);
    if (went[1] === 1) assert.match(stage.wires.tcp.sent[0]![1], /^Via: SIP\/2\.0\/TCP /m);
    sending.close();
    stage.left();
  });
}

for (const heard of ['at once', 'later'] as const) {
  test(`where nobody takes TCP, told ${heard}, it goes by UDP after all, and nobody hears of the detour`, () => {
    const stage = fittingStage(BOTH, { nth: 1, heard });
    const sending = stage.send(1400, BOTH);
    stage.clock.advance(0);
    assert.deepEqual(stage.went(), [1, 0]);
    assert.match(stage.wires.udp.sent[0]![1], /^Via: SIP\/2\.0\/UDP /m);
    assert.deepEqual(stage.tu, []);
    sending.close();
    stage.left();
  });
}

test('what nobody answers over TCP is not sent again by UDP', () => {
  const stage = fittingStage(BOTH);
  stage.send(1400, BOTH);
  stage.clock.advance(32_000);
  assert.deepEqual([stage.went(), stage.tu], [[0, 1], [[32_000, 'timeout']]]);
  stage.left();
});

test('one that was closed while TCP is tried is not sent by UDP', () => {
  const stage = fittingStage(BOTH, { nth: 1, heard: 'later' });
  stage.send(1400, BOTH).close();
  stage.clock.advance(0);
  assert.deepEqual(stage.went(), [0, 0]);
  stage.left();
});
