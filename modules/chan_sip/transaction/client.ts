/** Non-INVITE client transaction: RFC 3261 figure 6. */
import type { Table } from './machine.js';

export type State = 'trying' | 'proceeding' | 'completed' | 'terminated';
export type Input = 'timer E' | 'timer F' | 'timer K' | '1xx' | '2xx' | '3xx+' | 'error';
/** What either client transaction does. */
export type ClientAction = 'resend' | 'ack' | 'pass up' | 'report timeout' | 'report error';

export const client: Table<State, Input, ClientAction> = {
  trying: {
    timers: ['E', 'F'],
    on: {
      'timer E': ['trying', 'resend'],
      'timer F': ['terminated', 'report timeout'],
      error: ['terminated', 'report error'],
      '1xx': ['proceeding', 'pass up'],
      '2xx': ['completed', 'pass up'],
      '3xx+': ['completed', 'pass up'],
    },
  },
  proceeding: {
    timers: ['E', 'F'],
    on: {
      'timer E': ['proceeding', 'resend'],
      'timer F': ['terminated', 'report timeout'],
      error: ['terminated', 'report error'],
      '1xx': ['proceeding', 'pass up'],
      '2xx': ['completed', 'pass up'],
      '3xx+': ['completed', 'pass up'],
    },
  },
  completed: {
    timers: ['K'],
    on: { 'timer K': ['terminated'] },
  },
  terminated: { timers: [], on: {} },
};
