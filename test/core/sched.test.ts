import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, TestClock } from '../../core/clock.js';
import { SchedulerHeap } from '../../core/sched.js';
import fc from '../support/property.js';

const stage = (random = () => 0) => {
  const clock = new TestClock();
  const failed: string[] = [];
  const heap = new SchedulerHeap(clock, label => failed.push(label), random);
  return { clock, heap, failed, ...heap.open() };
};

test('jobs run in the order they are due, whatever the order they were asked for', () => {
  const { clock, sched } = stage();
  const ran: string[] = [];
  for (const ms of [300, 100, 200, 100]) sched.after('job', ms, () => ran.push(`${ms}@${clock.elapsed()}`));
  clock.advance(1000);
  assert.deepEqual(ran, ['100@100', '100@100', '200@200', '300@300']);
  assert.equal(clock.pending, 0);
});

test('any number of jobs share one timer of the clock', () => {
  const { clock, sched, heap } = stage();
  for (let ms = 1000; ms > 0; ms--) sched.after('job', ms, () => undefined);
  assert.equal(clock.pending, 1);
  assert.equal(heap.size, 1000);
  clock.advance(1000);
  assert.deepEqual([clock.pending, heap.size], [0, 0]);
});

test('a cancelled job does not run and leaves no timer', () => {
  const { clock, sched } = stage();
  const job = sched.after('job', 10, () => assert.fail('it ran'));
  job.cancel();
  job.cancel();
  assert.equal(job.waiting, false);
  assert.equal(clock.pending, 0);
  clock.advance(100);
});

test('any mix of jobs and cancellations runs exactly those left, each at its moment', () => {
  const step = fc.record({ ms: fc.nat(500), cancel: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const { clock, sched } = stage();
      const ran: number[] = [];
      const jobs = steps.map(({ ms }) => sched.after('job', ms, () => ran.push(ms - clock.elapsed())));
      for (const [index, { cancel }] of steps.entries()) if (cancel) jobs[index]!.cancel();
      clock.advance(500);
      assert.deepEqual(
        ran,
        steps.filter(({ cancel }) => !cancel).map(() => 0),
      );
      assert.equal(clock.pending, 0);
    }),
  );
});

test('an object with run() may stand for a function', () => {
  const { clock, sched } = stage();
  const ran: number[] = [];
  sched.after('job', 10, { run: () => ran.push(clock.elapsed()) });
  clock.advance(20);
  assert.deepEqual(ran, [10]);
});

test('jobs that fall due together and take long let the event loop have a turn between them', () => {
  const { clock, sched } = stage();
  const ran: number[] = [];
  for (let job = 0; job < 10; job++) {
    sched.after('job', 100, () => {
      ran.push(job);
      clock.stall(3);
    });
  }
  clock.advance(100);
  assert.equal(ran.length, 4);
  assert.equal(clock.pending, 1);
  clock.advance(30);
  assert.deepEqual(
    ran.toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.equal(clock.pending, 0);
});

test('a repeating job goes on until cancelled, even from within itself, and after a run that throws', () => {
  const { clock, sched, failed } = stage();
  let runs = 0;
  const job = sched.every('tick', 100, () => {
    runs += 1;
    if (runs === 2) throw new Error('once');
    if (runs === 4) job.cancel();
  });
  clock.advance(1000);
  assert.equal(runs, 4);
  assert.deepEqual(failed, ['tick']);
  assert.equal(clock.pending, 0);
});

test('a job whose promise is rejected is told of like one that throws', async () => {
  const { clock, sched, failed } = stage();
  sched.after('once', 100, () => Promise.reject(new Error('late')));
  const job = sched.every('tick', 60, () => Promise.reject(new Error('late')));
  clock.advance(120);
  job.cancel();
  await Promise.resolve();
  assert.deepEqual(failed, ['tick', 'once', 'tick']);
});

test('jitter lengthens each wait by the part drawn at random', () => {
  const { clock, sched } = stage(() => 0.5);
  const at: number[] = [];
  const job = sched.every('tick', 100, () => at.push(clock.elapsed()), 0.2);
  clock.advance(330);
  assert.deepEqual(at, [110, 220, 330]);
  job.cancel();
});

test('an owner that closes takes its own jobs with it and nobody else’s', () => {
  const { clock, heap, sched, close } = stage();
  const other = heap.open();
  let ran = 0;
  sched.after('mine', 10, () => assert.fail('it ran'));
  sched.every('mine too', 10, () => assert.fail('it ran'));
  other.sched.after('theirs', 10, () => (ran += 1));
  close();
  clock.advance(100);
  assert.equal(ran, 1);
});

test('of any owners, whichever closes, exactly the jobs of the others run, each at its moment', () => {
  // Owners of few jobs beside one of many are closed in another way than the many.
  const owner = fc.oneof({ weight: 60, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) });
  const jobsOf = (one: fc.Arbitrary<number>, minLength: number) =>
    fc.array(fc.record({ owner: one, ms: fc.nat(500) }), { minLength, maxLength: 200 });
  fc.assert(
    fc.property(fc.oneof(jobsOf(fc.nat(3), 0), jobsOf(owner, 100)), fc.subarray([0, 1, 2, 3]), (jobs, closing) => {
      const { clock, heap } = stage();
      const owners = [0, 1, 2, 3].map(() => heap.open());
      const ran: number[] = [];
      for (const { owner, ms } of jobs) owners[owner]!.sched.after('job', ms, () => ran.push(ms - clock.elapsed()));
      for (const owner of closing) owners[owner]!.close();
      const left = jobs.filter(({ owner }) => !closing.includes(owner));
      assert.equal(heap.size, left.length);
      for (const owner of closing) assert.equal(owners[owner]!.sched.waiting, 0);
      clock.advance(500);
      assert.deepEqual(
        ran,
        left.map(() => 0),
      );
    }),
  );
});

test('owners of few jobs close in no time while 200,000 jobs of another wait', () => {
  const { heap, sched } = stage();
  for (let at = 0; at < 200_000; at++) sched.after('expiry', at, () => undefined);
  const owners = Array.from({ length: 100 }, (_, index) => {
    const owner = heap.open();
    if (index % 2 === 0) owner.sched.after('sweep', 1000, () => undefined);
    return owner;
  });
  const before = process.threadCpuUsage();
  for (const { close } of owners) close();
  const { user, system } = process.threadCpuUsage(before);
  assert.equal(heap.size, 200_000);
  assert.ok(user + system < 500_000, `${(user + system) / 1000} ms of work`);
});

test('it lists what waits, by label, with the most that ever waited', () => {
  const { clock, sched } = stage();
  for (let i = 0; i < 3; i++) sched.after('expire', 10, () => undefined);
  sched.after('sweep', 100, () => undefined);
  clock.advance(50);
  assert.deepEqual([atOnce(sched.counts()), sched.waiting, sched.highwater], [new Map([['sweep', 1]]), 1, 4]);
  clock.advance(50);
});

test('ten thousand jobs are counted in steps, whatever comes and goes between them', () => {
  const { clock, sched } = stage();
  for (let i = 0; i < 10_000; i++) sched.after('expire', 10, () => undefined);
  const counting = sched.counts();
  let steps = 0;
  let step = counting.next();
  for (; !step.done; step = counting.next()) {
    steps += 1;
    sched.after('sweep', 100, () => undefined);
  }
  assert.ok(steps >= 9, `${steps} steps`);
  assert.equal(step.value.get('expire'), 10_000);
  clock.advance(100);
  assert.deepEqual(atOnce(sched.counts()), new Map());
});
