/** Whose packets are taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceGuard, type Strictness } from '../../modules/res_rtp/worker/source-guard.js';

const PHONE = { address: '192.0.2.7', port: 4000 };
const NAT = { address: '198.51.100.1', port: 40_001 };
const THIEF = { address: '203.0.113.66', port: 6666 };

type Step = readonly [from: { address: string; port: number }, sequence: number, now: number];

function verdicts(
  strictness: Strictness,
  steps: readonly Step[],
  guard = new SourceGuard(strictness, 4),
  agreed = PHONE,
) {
  guard.learn(agreed);
  return steps.map(([{ address, port }, sequence, now]) => guard.take(address, port, sequence, now)).join(' ');
}

const row = (from: Step[0], first: number, count: number, since = 0, gap = 20): Step[] =>
  Array.from({ length: count }, (_, index): Step => [from, (first + index) & 0xffff, since + index * gap]);

const CASES: readonly [what: string, strictness: Strictness, steps: readonly Step[], wanted: string][] = [
  ['where it was agreed on the first packet counts', 'yes', row(PHONE, 1, 2), 'moved taken'],
  ['elsewhere the fourth in a row does', 'yes', row(NAT, 1, 5), 'refused refused refused moved taken'],
  ['in a row, also round the end of numbers', 'yes', row(NAT, 65_534, 4), 'refused refused refused moved'],
  [
    'a gap begins the row anew',
    'yes',
    [...row(NAT, 1, 3), ...row(NAT, 5, 4, 80)],
    'refused refused refused refused refused refused moved',
  ],
  ['four at once are no stream', 'yes', row(NAT, 1, 4, 0, 0), 'refused refused refused refused'],
  ['with seqno they are', 'seqno', row(NAT, 1, 4, 0, 0), 'refused refused refused moved'],
  ['without strictness anybody is taken', 'no', [...row(NAT, 1, 1), ...row(THIEF, 9, 1)], 'moved moved'],
  [
    'AST-2017-005: once it is learned, others are ignored, however many packets they send',
    'yes',
    [...row(PHONE, 1, 4), ...row(THIEF, 1, 6, 80)],
    'moved taken taken taken refused refused refused refused refused refused',
  ],
  [
    'a stranger between the packets of a phone does not hold it up',
    'yes',
    row(NAT, 1, 4).flatMap(step => [step, [THIEF, 7 * step[1], step[2]] as const]),
    'refused refused refused refused refused refused moved refused',
  ],
];

for (const [what, strictness, steps, wanted] of CASES) {
  test(what, () => assert.equal(verdicts(strictness, steps), wanted));
}

test('when another place is agreed on it may be learned, and who sends meanwhile is heard', () => {
  const guard = new SourceGuard('yes', 4);
  assert.equal(verdicts('yes', row(PHONE, 1, 4), guard), 'moved taken taken taken');
  assert.equal(
    verdicts('yes', [...row(PHONE, 5, 1, 100), ...row(NAT, 1, 4, 100), ...row(PHONE, 6, 1, 180)], guard, NAT),
    'taken refused refused refused moved refused',
  );
  assert.deepEqual(guard.source, NAT);
});

test('when the same place is agreed on again, or for a while none, a stranger who is faster does not take it', () => {
  const guard = new SourceGuard('yes', 4);
  assert.equal(verdicts('yes', row(PHONE, 1, 4), guard), 'moved taken taken taken');
  for (const [agreed, at] of [
    [PHONE, 100],
    [undefined, 200],
  ] as const) {
    guard.learn(agreed);
    for (const [{ address, port }, sequence, now] of row(THIEF, 1, 6, at, 10)) {
      assert.equal(guard.take(address, port, sequence, now), 'refused');
    }
    assert.equal(guard.take(PHONE.address, PHONE.port, 5, at + 60), 'taken');
  }
});
