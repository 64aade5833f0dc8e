/** Every transition of the four transaction tables is taken, over a wire that repeats and over one that does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyTable } from '../../../modules/chan_sip/transaction/machine.js';
import { DEFAULT_TIMERS, TIMERS, type TimerRow } from '../../../modules/chan_sip/transaction/timers.js';
import { entriesOf, TakenTransitions, type Transitions } from '../../support/transitions.js';
import { MACHINES, take, WIRES, type WireProtocol, walksOver } from './walks.js';

const inputsOf = (table: AnyTable<string>): Transitions =>
  Object.fromEntries(Object.entries(table).map(([state, { on }]) => [state, on]));

/** A timer that never runs over this wire gives no input. */
function happens(protocol: WireProtocol): (state: string, input: string) => boolean {
  const timers: readonly TimerRow[] = Object.values(TIMERS);
  const silent = timers.filter(({ first }) => first(DEFAULT_TIMERS, protocol === 'tcp') === undefined);
  return (_state, input) => !silent.some(({ label }) => label === input);
}

for (const [name, machine] of Object.entries(MACHINES)) {
  for (const protocol of WIRES) {
    test(`${name}: every transition that ${protocol} allows is taken, each way ending with nothing left`, t => {
      const taken = new TakenTransitions(inputsOf(machine.table), happens(protocol));
      for (const { steps, breakage } of walksOver(machine, protocol)) {
        const opened = machine.open(protocol, {
          observer(table, state, input) {
            assert.equal(table, machine.table);
            taken.take(state, input);
          },
          ...(breakage && { breakage }),
        });
        take(opened, steps);
        opened.left();
      }
      taken.assertComplete();
      t.diagnostic(
        `${name} over ${protocol}: ${taken.size} of ${entriesOf(inputsOf(machine.table)).length} transitions`,
      );
    });
  }
}

test('no transition of any table is left to a wire that cannot take it', () => {
  const missed = Object.values(MACHINES).flatMap(({ table }) =>
    Object.entries(table).flatMap(([state, { on }]) =>
      Object.keys(on).filter(input => !WIRES.some(protocol => happens(protocol)(state, input))),
    ),
  );
  assert.deepEqual(missed, []);
});
