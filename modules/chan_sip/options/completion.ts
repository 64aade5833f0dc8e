/** Devices: how many calls they have, and call completion. */
import { type Fold, integer, into, seconds, text, truth } from '#core';
import { wordElse } from './values/words.js';

const LATER = { later: 'call completion' };

/** What `callcounter=yes` sets: calls are counted, and no number is too many. */
export const COUNTED = 2_147_483_647;

const callcounter: Fold = into<number>(
  'call-limit',
  'yes or no',
  'Count its calls, so that its state is known',
  (value, _before, warn) => {
    if (truth(value) === undefined) warn(`'${value}' is neither yes nor no, taken as no`);
    return truth(value) ? COUNTED : 0;
  },
  {},
);

export const callLimit = {
  'call-limit': integer(0, [0, COUNTED], 'Calls at a time; 0: not counted'),
  callcounter,
  busylevel: integer(0, [0, COUNTED], 'Calls from which on it is busy'),
} as const;

export const completion = {
  cc_agent_policy: wordElse(['never', 'native', 'generic'], 'never', 'Completion for callers', LATER),
  cc_monitor_policy: wordElse(['never', 'native', 'generic', 'always'], 'never', 'Completion for the called', LATER),
  cc_offer_timer: seconds(20, [1, 31_536_000], 'How long completion is offered', LATER),
  ccnr_available_timer: seconds(7200, [1, 604_800], 'How long an unanswered call waits', LATER),
  ccbs_available_timer: seconds(4800, [1, 604_800], 'How long a call to a busy line waits', LATER),
  cc_recall_timer: seconds(20, [1, 31_536_000], 'How long the caller is rung back', LATER),
  cc_max_agents: integer(5, [0, 10_000], 'Waiting calls of one caller', LATER),
  cc_max_monitors: integer(5, [0, 10_000], 'Waiting calls to one line', LATER),
  cc_agent_dialstring: text('', 'What to dial to ring back', LATER),
  cc_callback_macro: text('', 'Macro run before ringing back', LATER),
  cc_callback_sub: text('', 'Subroutine run before ringing back', LATER),
} as const;
