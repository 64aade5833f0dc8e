/** A 2xx until its ACK, alone: RFC 3261 §13.3.1.4. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../core/clock.js';
import { SchedulerHeap } from '../../../core/sched.js';
import { Acceptance } from '../../../modules/chan_sip/dialog/acceptance.js';
import { DEFAULT_TIMERS, type Timers } from '../../../modules/chan_sip/transaction/timers.js';

function stage(timers: Timers = DEFAULT_TIMERS) {
  const clock = new TestClock();
  const heap = new SchedulerHeap(clock, (label, thrown) => assert.fail(`${label}: ${thrown}`));
  const sent: number[] = [];
  const lost: number[] = [];
  const acceptance = new Acceptance({
    sched: heap.open().sched,
    timers,
    cseq: 7,
    send: () => void sent.push(clock.elapsed()),
    lost: () => void lost.push(clock.elapsed()),
  });
  return { clock, heap, sent, lost, acceptance };
}

test('it is sent at once, then after T1 and twice as long each time up to T2, and is lost after 64*T1', () => {
  const { clock, heap, sent, lost } = stage();
  clock.advance(60_000);
  assert.deepEqual(sent, [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
  assert.deepEqual([lost, heap.size], [[32_000], 0]);
});

test('AST-2016-002: however long T1 is, it ends after 64*T1', () => {
  const { clock, heap, sent, lost } = stage({ ...DEFAULT_TIMERS, t1: 60_000 });
  clock.advance(64 * 60_000);
  assert.deepEqual([lost, heap.size], [[3_840_000], 0]);
  assert.ok(sent.length > 2 && sent.length < 2000, String(sent.length));
});

test('with its ACK nothing is sent any more, and nothing is lost', () => {
  const { clock, heap, sent, lost, acceptance } = stage();
  assert.deepEqual([acceptance.isFor(7), acceptance.isFor(8)], [true, false]);
  clock.advance(600);
  acceptance.close();
  acceptance.close();
  clock.advance(60_000);
  assert.deepEqual([sent, lost, heap.size], [[0, 500], [], 0]);
});
