/** INVITE server transaction: RFC 3261 figure 7, as RFC 6026 §7.1 replaced it. The 100 Trying is the user's to send. */
import type { Table } from './machine.js';
import type { ServerAction } from './server.js';

export type State = 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';
export type Input =
  | 'request'
  | 'ACK'
  | '1xx'
  | '2xx'
  | '3xx+'
  | 'error'
  | 'timer G'
  | 'timer H'
  | 'timer I'
  | 'timer L';

// An answer that could not be sent ends nothing (RFC 6026 §7.1): the caller repeats the INVITE, and timers end the rest.
export const inviteServer: Table<State, Input, ServerAction> = {
  proceeding: {
    timers: [],
    on: {
      request: ['proceeding', 'resend'],
      '1xx': ['proceeding', 'send'],
      '2xx': ['accepted', 'send'],
      '3xx+': ['completed', 'send'],
      error: ['proceeding', 'report error'],
    },
  },
  accepted: {
    timers: ['L'],
    on: {
      request: ['accepted'],
      ACK: ['accepted', 'pass up'],
      '2xx': ['accepted', 'send'],
      error: ['accepted', 'report error'],
      'timer L': ['terminated'],
    },
  },
  completed: {
    timers: ['G', 'H'],
    on: {
      request: ['completed', 'resend'],
      ACK: ['confirmed'],
      error: ['completed', 'report error'],
      'timer G': ['completed', 'resend'],
      'timer H': ['terminated', 'report timeout'],
    },
  },
  confirmed: {
    timers: ['I'],
    on: { request: ['confirmed'], ACK: ['confirmed'], 'timer I': ['terminated'] },
  },
  terminated: { timers: [], on: {} },
};
