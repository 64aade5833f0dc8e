/** Timers of transactions and sessions (RFC 3261 17, RFC 4028): what [general] and devices have in common. */
import { milliseconds, seconds } from '#core';
import { wordElse } from './values/words.js';

const LATER = { later: 'session timers' };

export const session = {
  'session-timers': wordElse(
    ['accept', 'originate', 'refuse'],
    'accept',
    'Whether calls are refreshed: when asked, always, never',
    { label: 'Session Timers:', ...LATER },
  ),
  'session-refresher': wordElse(['uac', 'uas'], 'uas', 'Who refreshes when we are asked', {
    label: 'Session Refresher:',
    ...LATER,
  }),
  'session-expires': seconds(1800, [90, 31_536_000], 'Longest time between refreshes', {
    label: 'Session Expires:',
    ...LATER,
  }),
  'session-minse': seconds(90, [90, 31_536_000], 'Shortest time between refreshes', {
    label: 'Session Min-SE:',
  }),
  timert1: milliseconds(500, [1, 60_000], 'Time to the other end and back; the first wait before a repetition', {
    label: 'Timer T1:',
  }),
  timerb: milliseconds(32_000, [1, 3_600_000], 'How long an INVITE may stay unanswered', {
    label: 'Timer B:',
  }),
} as const;
