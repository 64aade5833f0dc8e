/** The circuit breaker over a clock that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../core/clock.js';
import { SchedulerHeap } from '../../core/sched.js';
import { Breaker } from '../../modules/res_knex/breaker.js';

function stage(random = 0) {
  const clock = new TestClock();
  const { sched } = new SchedulerHeap(clock, (_label, thrown) => assert.fail(String(thrown))).open();
  const halves: number[] = [];
  const halfOpened = (): void => void halves.push(clock.elapsed());
  return { clock, halves, breaker: new Breaker({ label: 'x', sched, halfOpened, random: () => random }) };
}

const fail = (breaker: Breaker, times: number): void => {
  for (let i = 0; i < times; i++) breaker.failed('gone');
};

test('four failures in a row leave it closed, a success forgets them, the fifth in a row opens it', () => {
  const { breaker, clock } = stage();
  fail(breaker, 4);
  breaker.succeeded();
  fail(breaker, 4);
  assert.deepEqual([breaker.state, breaker.refusal, clock.pending], ['closed', undefined, 0]);
  fail(breaker, 1);
  assert.deepEqual([breaker.state, breaker.refusal], ['open', 'gone']);
  breaker.close();
  assert.equal(clock.pending, 0);
});

test('each failed try doubles the wait from 1 to 30 seconds; a success begins anew', () => {
  const { breaker, clock, halves } = stage();
  fail(breaker, 5);
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    const from = clock.elapsed();
    while (breaker.state === 'open') clock.advance(500);
    waits.push(clock.elapsed() - from);
    assert.equal(breaker.refusal, undefined);
    breaker.failed('still gone');
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.equal(halves.length, 7);
  clock.advance(30_000);
  breaker.succeeded();
  fail(breaker, 5);
  clock.advance(1000);
  assert.equal(breaker.state, 'half-open');
  assert.equal(clock.pending, 0);
});

test('chance lengthens a wait by up to a quarter', () => {
  const { breaker, clock } = stage(1);
  fail(breaker, 5);
  clock.advance(1249);
  assert.equal(breaker.state, 'open');
  clock.advance(1);
  assert.equal(breaker.state, 'half-open');
});
