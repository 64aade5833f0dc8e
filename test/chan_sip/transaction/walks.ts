/** Ways through the four transaction machines, from the start to the end, which together take every transition. */
import assert from 'node:assert/strict';
import { client } from '../../../modules/chan_sip/transaction/client.js';
import { inviteClient } from '../../../modules/chan_sip/transaction/invite-client.js';
import { inviteServer } from '../../../modules/chan_sip/transaction/invite-server.js';
import type { AnyTable } from '../../../modules/chan_sip/transaction/machine.js';
import { server } from '../../../modules/chan_sip/transaction/server.js';
import { askedOver, invitedOver, inviteOver, optionsOver, type StageOptions } from '../../support/stage.js';
import type { Breakage } from '../../support/wire.js';

/** What is given as input, a wait in milliseconds, or the state that must have been reached: `=completed`. */
export type Step = string | number;

/** UDP repeats what is unheard, TCP does not. */
export const WIRES = ['udp', 'tcp'] as const;
export type WireProtocol = (typeof WIRES)[number];

export interface Walk {
  readonly steps: readonly Step[];
  /** Where only one of them goes this way. */
  readonly only?: WireProtocol;
  /** The write that fails. */
  readonly breakage?: Breakage;
}

export interface WalkedMachine {
  readonly table: AnyTable<string>;
  readonly start: string;
  open(protocol: WireProtocol, options: StageOptions): Opened;
  readonly walks: readonly Walk[];
}

export interface Opened {
  readonly clock: { advance(ms: number): void };
  readonly wire: { readonly attempts: number };
  readonly tu: readonly [number, string][];
  readonly layer: { close(): void };
  readonly tx: { readonly state: string; input(input: never): void };
  left(): void;
}

const failing = (nth: number, heard: Breakage['heard'] = 'at once'): Breakage => ({ nth, heard });

export const MACHINES: Readonly<Record<string, WalkedMachine>> = {
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
      { steps: ['1xx', '3xx+', '=completed', 0, '=terminated'], only: 'tcp' },
      { steps: ['1xx', '3xx+', '=completed', 32_000, '=terminated'] },
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
      { steps: ['1xx', 500, '=terminated'], only: 'udp', breakage: failing(2) },
      { steps: ['1xx', '=proceeding', 0, '=terminated'], breakage: failing(1, 'later') },
      { steps: ['2xx', '=completed', 5000, '=terminated'] },
      { steps: ['3xx+', '=completed', 0, '=terminated'], only: 'tcp' },
      { steps: ['3xx+', '=completed', 5000, '=terminated'] },
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
      { steps: ['3xx+', 'ACK', '=confirmed', 0, '=terminated'], only: 'tcp' },
    ],
  },
  'non-INVITE server': {
    table: server,
    start: 'trying',
    open: askedOver,
    walks: [
      { steps: ['=trying', 'request', '2xx', '=completed', 'request', 32_000, '=terminated'] },
      { steps: ['3xx+', '=completed', 0, '=terminated'], only: 'tcp' },
      { steps: ['3xx+', '=completed', 32_000, '=terminated'] },
      { steps: ['1xx', '=proceeding', 'request', '1xx', '2xx', '=completed', 32_000, '=terminated'] },
      { steps: ['1xx', '3xx+', '=completed', 32_000, '=terminated'] },
      { steps: ['1xx', '=terminated'], breakage: failing(1) },
      { steps: ['2xx', '=terminated'], breakage: failing(1) },
    ],
  },
};

export const walksOver = ({ walks }: WalkedMachine, protocol: WireProtocol): Walk[] =>
  walks.filter(({ only }) => only === undefined || only === protocol);

/** `checked`: whether the states on the way are asserted. */
export function take(opened: Opened, steps: readonly Step[], checked = true): void {
  for (const step of steps) {
    if (typeof step === 'number') opened.clock.advance(step);
    else if (!step.startsWith('=')) opened.tx.input(step as never);
    else if (checked) assert.equal(opened.tx.state, step.slice(1), `at ${step} of ${steps.join(' ')}`);
  }
}
