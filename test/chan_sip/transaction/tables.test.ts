/** The four tables as data: well formed, and walked with every write failing once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TIMERS } from '../../../modules/chan_sip/transaction/timers.js';
import { MACHINES, take } from './walks.js';

for (const [name, { table, start, open, walks }] of Object.entries(MACHINES)) {
  test(`${name}: every timer of a state is an input of it, every state is reached, and only the last has no way out`, () => {
    const reached = new Set([start]);
    for (const state of reached) {
      for (const row of Object.values(table[state]!.on)) reached.add(row![0]);
      assert.equal(Object.keys(table[state]!.on).length === 0, state === 'terminated', state);
      for (const timer of table[state]!.timers) assert.ok(table[state]!.on[TIMERS[timer].label], `${state}, ${timer}`);
      for (const input of Object.keys(table[state]!.on)) {
        if (input.startsWith('timer ')) assert.ok(table[state]!.timers.some(timer => TIMERS[timer].label === input));
      }
    }
    assert.deepEqual([...reached].sort(), Object.keys(table).sort());
  });

  for (const heard of ['at once', 'later'] as const) {
    test(`${name}: the nth write failing, heard of ${heard}, is reported once and nothing is left`, () => {
      for (const { steps, only = 'udp' } of walks) {
        for (let nth = 1; ; nth += 1) {
          const opened = open(only, { breakage: { nth, heard } });
          take(opened, steps, false);
          opened.clock.advance(64_000);
          const errors = opened.tu.filter(([, what]) => what === 'report error');
          const broke = opened.wire.attempts >= nth;
          // Heard of later, the transaction may have its answer and no longer care.
          if (heard === 'at once') assert.equal(errors.length, broke ? 1 : 0, `write ${nth} of ${steps.join(' ')}`);
          else assert.ok(errors.length <= 1);
          if (opened.tx.state !== 'terminated') opened.layer.close(); // a server whose user never gave a final answer
          opened.left();
          if (!broke) break;
          assert.ok(nth < 100, 'the walk never passes');
        }
      }
    });
  }
}
