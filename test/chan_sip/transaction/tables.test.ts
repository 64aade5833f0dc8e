/** The four tables as data: well formed, and walked until every transition of each has been taken, with every write failing once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client } from '../../../modules/chan_sip/transaction/client.js';
import { inviteClient } from '../../../modules/chan_sip/transaction/invite-client.js';
import { inviteServer } from '../../../modules/chan_sip/transaction/invite-server.js';
import type { AnyTable, Observer } from '../../../modules/chan_sip/transaction/machine.js';
import { server } from '../../../modules/chan_sip/transaction/server.js';
import { TIMERS } from '../../../modules/chan_sip/transaction/timers.js';
import { askedOver, invitedOver, inviteOver, optionsOver, type StageOptions } from '../../support/stage.js';
import type { Breakage } from '../../support/wire.js';

/** An input, a wait in ms, or the state that must have been reached. */
type Step = string | number;

interface Machine {
  readonly table: AnyTable<string>;
  readonly start: string;
  open(protocol: 'udp' | 'tcp', options: StageOptions): Opened;
  /** From the start to the end; `error` is a write that fails, the next one or the one before. */
  readonly walks: readonly {
    readonly steps: readonly Step[];
    readonly protocol?: 'tcp';
    readonly breakage?: Breakage;
  }[];
}

interface Opened {
  readonly clock: { advance(ms: number): void };
  readonly wire: { readonly attempts: number };
  readonly tu: readonly [number, string][];
  readonly layer: { close(): void };
  readonly tx: { readonly state: string; input(input: never): void };
  left(): void;
}

const failing = (nth: number, heard: Breakage['heard'] = 'at once'): Breakage => ({ nth, heard });

const MACHINES: Readonly<Record<string, Machine>> = {
  'INVITE client': {
    table: inviteClient,
    start: 'calling',
    open: inviteOver,
    walks: [
      { steps: ['=calling', 500, 32_000, '=terminated'] },
      { steps: ['=terminated'], breakage: failing(1) },
      { steps: ['=calling', 0, '=terminated'], breakage: failing(1, 'later') },
      { steps: ['2xx', '=accepted', '2xx', 32_000, '=terminated'] },
      { steps: ['1xx', '=proceeding', '1xx', '2xx', '=accepted', 32_000, '=terminated'] },
      { steps: ['3xx+', '=completed', '3xx+', 32_000, '=terminated'] },
      { steps: ['1xx', '3xx+', '=completed', 0, '=terminated'], protocol: 'tcp' },
      { steps: ['3xx+', '=terminated'], breakage: failing(2) },
    ],
  },
  'non-INVITE client': {
    table: client,
    start: 'trying',
    open: optionsOver,
    walks: [
      { steps: ['=trying', 500, 32_000, '=terminated'] },
      { steps: ['=terminated'], breakage: failing(1) },
      { steps: ['1xx', '=proceeding', '1xx', 500, 32_000, '=terminated'] },
      { steps: ['1xx', 500, '=terminated'], breakage: failing(2) },
      { steps: ['2xx', '=completed', 5000, '=terminated'] },
      { steps: ['3xx+', '=completed', 0, '=terminated'], protocol: 'tcp' },
      { steps: ['1xx', '2xx', '=completed', 5000, '=terminated'] },
      { steps: ['1xx', '3xx+', '=completed', 5000, '=terminated'] },
    ],
  },
  'INVITE server': {
    table: inviteServer,
    start: 'proceeding',
    open: invitedOver,
    walks: [
      { steps: ['=proceeding', 'request', '1xx', 'request', '2xx', '=accepted', 32_000, '=terminated'] },
      { steps: ['1xx', '=proceeding', '3xx+', 32_000, '=terminated'], breakage: failing(1) },
      { steps: ['2xx', 'request', 'ACK', '2xx', '=accepted', 32_000, '=terminated'] },
      { steps: ['2xx', '=accepted', 32_000, '=terminated'], breakage: failing(1) },
      { steps: ['3xx+', '=completed', 'request', 500, 32_000, '=terminated'] },
      { steps: ['3xx+', '=completed', 32_000, '=terminated'], breakage: failing(1) },
      { steps: ['3xx+', 'ACK', '=confirmed', 'request', 'ACK', 5000, '=terminated'] },
      { steps: ['3xx+', 'ACK', '=confirmed', 0, '=terminated'], protocol: 'tcp' },
    ],
  },
  'non-INVITE server': {
    table: server,
    start: 'trying',
    open: askedOver,
    walks: [
      { steps: ['=trying', 'request', '2xx', '=completed', 'request', 32_000, '=terminated'] },
      { steps: ['3xx+', '=completed', 0, '=terminated'], protocol: 'tcp' },
      { steps: ['1xx', '=proceeding', 'request', '1xx', '2xx', '=completed', 32_000, '=terminated'] },
      { steps: ['1xx', '3xx+', '=completed', 32_000, '=terminated'] },
      { steps: ['1xx', '=terminated'], breakage: failing(1) },
      { steps: ['2xx', '=terminated'], breakage: failing(1) },
    ],
  },
};

function walk(opened: Opened, steps: readonly Step[], checked: boolean): void {
  for (const step of steps) {
    if (typeof step === 'number') opened.clock.advance(step);
    else if (!step.startsWith('=')) opened.tx.input(step as never);
    else if (checked) assert.equal(opened.tx.state, step.slice(1), `at ${step} of ${steps.join(' ')}`);
  }
}

const pairsOf = (table: AnyTable<string>): string[] =>
  Object.entries(table).flatMap(([state, { on }]) => Object.keys(on).map(input => `${state}: ${input}`));

for (const [name, { table, start, open, walks }] of Object.entries(MACHINES)) {
  test(`${name}: every input of every state is taken by a walk, each ending with nothing left`, () => {
    const seen = new Set<string>();
    const observer: Observer = (of, state, input) => {
      assert.equal(of, table);
      seen.add(`${state}: ${input}`);
    };
    for (const { steps, protocol = 'udp', breakage } of walks) {
      const opened = open(protocol, breakage ? { observer, breakage } : { observer });
      walk(opened, steps, true);
      opened.left();
    }
    assert.deepEqual([...seen].sort(), pairsOf(table).sort());
  });

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
      for (const { steps, protocol = 'udp' } of walks) {
        for (let nth = 1; ; nth += 1) {
          const opened = open(protocol, { breakage: { nth, heard } });
          walk(opened, steps, false);
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
