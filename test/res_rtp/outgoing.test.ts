/** Numbers of a stream that goes out, whatever is carried in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outgoing } from '../../modules/res_rtp/worker/outgoing.js';

const START = { ssrc: 5, sequence: 65_533, timestamp: 0xffff_ff00 };

/** Carries packets, each `[source, sequence, timestamp, now]`, and tells `[sequence, timestamp, marker]` of each. */
function carried(packets: readonly (readonly [number, number, number, number])[], out = new Outgoing(START)) {
  return packets.map(([source, sequence, timestamp, now]) => {
    out.carry(source, sequence, timestamp, false, 8000, now);
    return [out.sequence, out.timestamp, out.marker];
  });
}

const CASES: readonly [
  what: string,
  packets: readonly (readonly [number, number, number, number])[],
  numbers: readonly (readonly [number, number, boolean])[],
][] = [
  [
    'numbers go round at their ends, and the first is marked',
    [
      [1, 65_534, 0xffff_ff00, 0],
      [1, 65_535, 0xffff_ffa0, 20],
      [1, 0, 0x40, 40],
      [1, 1, 0xe0, 60],
    ],
    [
      [65_534, 0xffff_ff00, true],
      [65_535, 0xffff_ffa0, false],
      [0, 0x40, false],
      [1, 0xe0, false],
    ],
  ],
  [
    'gaps and a changed order stay as they came',
    [
      [1, 10, 1600, 0],
      [1, 13, 2080, 60],
      [1, 12, 1920, 61],
      [1, 14, 2240, 80],
    ],
    [
      [10, 1600, true],
      [13, 2080, false],
      [12, 1920, false],
      [14, 2240, false],
    ],
  ],
  [
    'another source goes on where the one before ended, as much later as time has passed',
    [
      [1, 10, 1600, 0],
      [2, 30_000, 7, 1000],
      [2, 30_001, 167, 1020],
      [1, 99, 16_000, 1021],
    ],
    [
      [10, 1600, true],
      [11, 9600, true],
      [12, 9760, false],
      [13, 9920, true],
    ],
  ],
  [
    'a source that begins anew far away is taken for another',
    [
      [1, 10, 1600, 0],
      [1, 40_000, 99_999_999, 20],
    ],
    [
      [10, 1600, true],
      [11, 1760, true],
    ],
  ],
];

for (const [what, packets, numbers] of CASES) {
  test(what, () => assert.deepEqual(carried(packets), numbers));
}

test('a packet that is not carried leaves no gap', () => {
  const out = new Outgoing(START);
  carried([[1, 10, 0, 0]], out);
  out.passOver(1);
  out.passOver(2);
  assert.deepEqual(carried([[1, 12, 320, 40]], out), [[11, 320, false]]);
});

test('a key has the time at which it was pressed in all its packets, and sound goes on after it', () => {
  const out = new Outgoing(START);
  carried([[1, 65_534, 0xffff_ff00, 0]], out);
  const at = out.timeAt(20, 8000);
  const packets = [20, 40, 60].map(now => {
    out.insert(at, now === 20, now);
    return [out.sequence, out.timestamp, out.marker];
  });
  assert.deepEqual(packets, [
    [65_535, 0xffff_ffa0, true],
    [0, 0xffff_ffa0, false],
    [1, 0xffff_ffa0, false],
  ]);
  assert.deepEqual(carried([[1, 14, 640, 80]], out), [[2, (0xffff_ffa0 + 480) % 2 ** 32, true]]);
});

test('numbers are those of what is carried first, and low where our own sound is first', () => {
  const first = new Outgoing();
  assert.deepEqual(carried([[1, 60_000, 0xfeed_0000, 0]], first), [[60_000, 0xfeed_0000, true]]);
  const own = new Outgoing();
  own.insert(own.timeAt(0, 8000), true, 0);
  assert.ok(own.timestamp < 8000 && own.sequence <= 256);
});
