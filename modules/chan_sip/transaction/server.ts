/** Non-INVITE server transaction: RFC 3261 figure 8. */
import type { Table } from './machine.js';

export type State = 'trying' | 'proceeding' | 'completed' | 'terminated';
export type Input = 'request' | '1xx' | '2xx' | '3xx+' | 'error' | 'timer J';
/** What either server transaction does. */
export type ServerAction = 'send' | 'resend' | 'pass up' | 'report timeout' | 'report error';

export const server: Table<State, Input, ServerAction> = {
  trying: {
    timers: [],
    on: {
      request: ['trying'],
      '1xx': ['proceeding', 'send'],
      '2xx': ['completed', 'send'],
      '3xx+': ['completed', 'send'],
    },
  },
  proceeding: {
    timers: [],
    on: {
      request: ['proceeding', 'resend'],
      '1xx': ['proceeding', 'send'],
      '2xx': ['completed', 'send'],
      '3xx+': ['completed', 'send'],
      error: ['terminated', 'report error'],
    },
  },
  completed: {
    timers: ['J'],
    on: {
      request: ['completed', 'resend'],
      error: ['terminated', 'report error'],
      'timer J': ['terminated'],
    },
  },
  terminated: { timers: [], on: {} },
};
