/** Who has to go when too many have not logged in. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { TestClock } from '../../core/clock.js';
import { SchedulerHeap } from '../../core/sched.js';
import { Lobby } from '../../modules/res_manager/lobby.js';

function lobbyOf(count: number) {
  const clock = new TestClock();
  const heap = new SchedulerHeap(clock, (_label, thrown) => assert.ifError(thrown));
  const lobby = new Lobby(heap.open().sched, () => ({ count, patience: 30_000 }));
  const gone: string[] = [];
  let port = 1000;
  /** The end of a connection, as far as the lobby looks at it. */
  const come = (remoteAddress: string, localPort = 5038) => {
    if (localPort === 5038) port += 1;
    const socket = Object.assign(new EventEmitter(), {
      remoteAddress,
      remotePort: port,
      localPort,
      destroy: () => {
        gone.push(remoteAddress);
        socket.emit('close');
      },
    });
    lobby.enter(socket as unknown as Socket);
  };
  return { lobby, heap, gone, come };
}

const CASES: readonly [what: string, come: readonly string[], gone: readonly string[]][] = [
  ['the oldest of many from one address', ['192.0.2.1', '192.0.2.2', '192.0.2.2', '192.0.2.2'], ['192.0.2.2']],
  ['one of a network of IPv6', ['2001:db8::1', '192.0.2.2', '2001:db8::2', '2001:db8:0:0:ffff::3'], ['2001:db8::1']],
  [
    'none of another network',
    ['2001:db8:0:1::1', '2001:db8:0:2::1', '2001:db8:0:1::2', '192.0.2.1'],
    ['2001:db8:0:1::1'],
  ],
  [
    'an address of IPv4 as one of IPv6',
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', '192.0.2.2', '192.0.2.3'],
    ['::ffff:192.0.2.2'],
  ],
];

for (const [what, addresses, gone] of CASES) {
  test(`${what} goes`, () => {
    const s = lobbyOf(3);
    for (const address of addresses) s.come(address);
    assert.deepEqual([s.gone, s.lobby.size, s.lobby.turnedAway], [gone, 3, 1]);
    s.lobby.close();
    assert.deepEqual([s.lobby.size, s.heap.size], [0, 0]);
  });
}

test('connections from one port to two of ours are two', () => {
  const s = lobbyOf(10);
  s.come('192.0.2.1');
  s.come('192.0.2.1', 5039);
  assert.deepEqual([s.lobby.size, s.heap.size], [2, 2]);
  s.lobby.close();
});

test('ends that nobody knows the address of any more leave nothing behind', () => {
  const s = lobbyOf(10);
  for (let n = 0; n < 5; n += 1) {
    const socket = Object.assign(new EventEmitter(), { destroy: () => undefined });
    s.lobby.enter(socket as unknown as Socket);
  }
  assert.deepEqual([s.lobby.size, s.heap.size], [1, 1]);
  s.lobby.close();
  assert.equal(s.heap.size, 0);
});
