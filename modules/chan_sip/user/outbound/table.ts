/** Registering with another server, as a table: what each state makes of what happens. States and answers as chan_sip has them. */

/** `unregistered` waits for its turn, `waiting` for the timer, `locating` and `renewing` for addresses. */
export type State =
  | 'unregistered'
  | 'locating'
  | 'waiting'
  | 'regsent'
  | 'authsent'
  | 'registered'
  | 'renewing'
  | 'refreshing'
  | 'rejected'
  | 'noauth'
  | 'failed'
  | 'leaving'
  | 'gone';

export type Input =
  | 'turn'
  | 'located'
  | 'nowhere'
  | 'ok'
  | 'challenged'
  | 'unanswerable'
  | 'forbidden'
  | 'forbidden for now'
  | 'refused'
  | 'too brief'
  | 'server timeout'
  | 'trouble'
  | 'silence'
  | 'unsent'
  | 'timer'
  | 'exhausted'
  | 'due'
  | 'reload'
  | 'leave'
  | 'leave while granted';

export type Action =
  | 'accept'
  | 'again'
  | 'answer'
  | 'ask longer'
  | 'count anew'
  | 'end'
  | 'forget nonce'
  | 'give up'
  | 'locate'
  | 'queue'
  | 'rest'
  | 'send'
  | 'stop'
  | 'tell'
  | 'tell again'
  | 'unregister'
  | 'warn of challenge'
  | 'warn of password'
  | 'warn of place'
  | 'warn of refusal'
  | 'warn of sending'
  | 'warn of trouble';

type Step = readonly [next: State, ...actions: Action[]];
type Row = { readonly [I in Input]?: Step };

/** What is told is what came of it: that it was sent, or could not be. */
const AGAIN: Step = ['unregistered', 'rest', 'again', 'queue'];
const OVER: Step = ['failed', 'stop', 'give up', 'tell'];
const GONE: Step = ['gone', 'end'];
const GOODBYE: Step = ['leaving', 'stop', 'unregister'];
/** What an earlier attempt was granted lasts on, whatever became of later ones: then there is somebody to say goodbye to. */
const SILENT: Row = { leave: GONE, 'leave while granted': GOODBYE };
/** It was given up: who mended what was wrong reloads. */
const OVER_AGAIN: Row = { reload: ['unregistered', 'count anew', 'forget nonce', 'tell', 'queue'], ...SILENT };

/** A REGISTER is on its way: after most refusals nothing changes until the timer. */
const awaiting = (here: State, leave: Row): Row => ({
  ok: ['registered', 'stop', 'accept', 'tell'],
  challenged: ['authsent', 'answer'],
  unanswerable: [here, 'rest', 'warn of challenge'],
  forbidden: ['noauth', 'stop', 'warn of password', 'tell'],
  'forbidden for now': [here, 'rest', 'warn of password', 'forget nonce'],
  refused: ['rejected', 'stop', 'warn of refusal', 'tell'],
  'too brief': ['regsent', 'ask longer'],
  'server timeout': [here, 'rest', 'count anew'],
  trouble: [here, 'rest', 'warn of trouble'],
  silence: [here, 'rest'],
  unsent: ['waiting', 'rest', 'warn of sending', 'tell'],
  timer: AGAIN,
  exhausted: OVER,
  ...leave,
});

export const table: Readonly<Record<State, Row>> = {
  unregistered: { due: ['unregistered', 'queue'], turn: ['locating', 'locate'], ...SILENT },
  locating: {
    located: ['regsent', 'send', 'tell again'],
    nowhere: ['waiting', 'rest', 'warn of place', 'tell again'],
    timer: AGAIN,
    exhausted: OVER,
    ...SILENT,
  },
  waiting: { timer: AGAIN, exhausted: OVER, ...SILENT },
  regsent: awaiting('regsent', SILENT),
  authsent: awaiting('authsent', { leave: GOODBYE }),
  registered: { due: ['registered', 'queue'], turn: ['renewing', 'locate'], leave: GOODBYE },
  renewing: {
    located: ['refreshing', 'send'],
    nowhere: ['waiting', 'rest', 'warn of place'],
    timer: AGAIN,
    exhausted: OVER,
    leave: GOODBYE,
  },
  refreshing: awaiting('refreshing', { leave: GOODBYE }),
  rejected: OVER_AGAIN,
  noauth: OVER_AGAIN,
  failed: OVER_AGAIN,
  leaving: {
    challenged: ['leaving', 'answer'],
    ok: GONE,
    unanswerable: GONE,
    forbidden: GONE,
    'forbidden for now': GONE,
    refused: GONE,
    'too brief': GONE,
    'server timeout': GONE,
    trouble: GONE,
    unsent: GONE,
    timer: GONE,
    exhausted: GONE,
  },
  gone: {},
};

/** What lists and facts call it: while a registration is renewed it still stands. */
export const TEXTS: Readonly<Record<State, string>> = {
  unregistered: 'Unregistered',
  locating: 'Unregistered',
  waiting: 'Unregistered',
  regsent: 'Request Sent',
  authsent: 'Auth. Sent',
  registered: 'Registered',
  renewing: 'Registered',
  refreshing: 'Registered',
  rejected: 'Rejected',
  noauth: 'No Authentication',
  failed: 'Failed',
  leaving: 'Unregistered',
  gone: 'Unregistered',
};
