/** INVITE client transaction: RFC 3261 figure 5, with the Accepted state of RFC 6026 §7.2. */
import type { ClientAction } from './client.js';
import type { Table } from './machine.js';

export type State = 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated';
export type Input = 'timer A' | 'timer B' | 'timer D' | 'timer M' | '1xx' | '2xx' | '3xx+' | 'error';

export const inviteClient: Table<State, Input, ClientAction> = {
  calling: {
    timers: ['A', 'B'],
    on: {
      'timer A': ['calling', 'resend'],
      'timer B': ['terminated', 'report timeout'],
      error: ['terminated', 'report error'],
      '1xx': ['proceeding', 'pass up'],
      '2xx': ['accepted', 'pass up'],
      '3xx+': ['completed', 'ack', 'pass up'],
    },
  },
  proceeding: {
    timers: [],
    on: {
      '1xx': ['proceeding', 'pass up'],
      '2xx': ['accepted', 'pass up'],
      '3xx+': ['completed', 'ack', 'pass up'],
    },
  },
  accepted: {
    timers: ['M'],
    on: { '2xx': ['accepted', 'pass up'], 'timer M': ['terminated'] },
  },
  completed: {
    timers: ['D'],
    on: {
      '3xx+': ['completed', 'ack'],
      'timer D': ['terminated'],
      error: ['terminated', 'report error'],
    },
  },
  terminated: { timers: [], on: {} },
};
