/** The interpreter of the tables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, TestClock } from '../../../core/clock.js';
import { SchedulerHeap } from '../../../core/sched.js';
import { Machine, type Table } from '../../../modules/chan_sip/transaction/machine.js';
import { DEFAULT_TIMERS } from '../../../modules/chan_sip/transaction/timers.js';

type Action = 'first' | 'second' | 'fail';
const table: Table<'one' | 'two' | 'terminated', 'timer A' | 'timer B' | 'go' | 'end' | 'break', Action> = {
  one: {
    timers: ['A', 'B'],
    on: {
      'timer A': ['one', 'first'],
      'timer B': ['terminated'],
      go: ['two', 'first', 'second'],
      break: ['terminated', 'fail'],
    },
  },
  two: { timers: ['B'], on: { 'timer B': ['terminated', 'second'], end: ['terminated', 'second'] } },
  terminated: { timers: [], on: {} },
};

function running(
  perform: (action: Action, machine: Machine<Action, string>, datum?: string) => void = () => undefined,
) {
  const clock = new TestClock();
  const failures: unknown[] = [];
  const { sched } = new SchedulerHeap(clock, (_label, thrown) => failures.push(thrown)).open();
  const done: string[] = [];
  const machine: Machine<Action, string> = new Machine<Action, string>({
    table,
    start: 'one',
    timers: DEFAULT_TIMERS,
    reliable: false,
    sched,
    observer: undefined,
    performer: {
      perform(action, datum) {
        done.push(`${clock.elapsed()} ${machine.state} ${action} ${datum ?? ''}`.trim());
        perform(action, machine, datum);
      },
      ended: () => void done.push('ended'),
    },
  });
  return { clock, sched, machine, done, failures };
}

test('its timers are in the scheduler under their names', () => {
  const { sched, machine, clock } = running();
  assert.deepEqual([...atOnce(sched.counts()).keys()], ['timer A', 'timer B']);
  machine.close();
  assert.equal(clock.pending, 0);
});

test('a timer that two states share goes on, one that the next state has not ends', () => {
  const { clock, machine, done } = running();
  clock.advance(600);
  machine.input('go', 'x');
  clock.advance(31_400);
  assert.deepEqual(done, ['500 one first', '600 two first x', '600 two second x', '32000 terminated second', 'ended']);
  assert.equal(clock.pending, 0);
});

test('an input that an action gives waits for the other actions', () => {
  const { done, machine, clock } = running((action, self) => action === 'first' && self.input('end', 'y'));
  machine.input('go', 'x');
  assert.deepEqual(done, ['0 two first x', '0 two second x', '0 terminated second y', 'ended']);
  assert.equal(clock.pending, 0);
});

test('an action that throws is heard by who gave the input, and the machine ends all the same', () => {
  const { machine, done, clock } = running(action => assert.ok(action !== 'fail', 'a fault'));
  assert.throws(() => machine.input('break'), /a fault/);
  assert.deepEqual(done, ['0 terminated fail', 'ended']);
  machine.input('go');
  assert.equal(machine.state, 'terminated');
  assert.equal(clock.pending, 0);
});

test('an input that the state does not name changes nothing', () => {
  const { machine, done } = running();
  machine.input('end');
  assert.deepEqual([machine.state, done], ['one', []]);
  machine.close();
});

test('closing tells nobody', () => {
  const { machine, done, clock } = running();
  machine.close();
  clock.advance(100_000);
  assert.deepEqual([machine.state, done, clock.pending], ['terminated', [], 0]);
});
