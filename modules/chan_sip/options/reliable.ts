/** What the original does not do and some trunks want: PRACK (RFC 3262) and UPDATE (RFC 3311). Off, nothing of it is seen. */
import { yesno } from '#core';
import { yesNoOr } from './values/words.js';

export const reliable = {
  '100rel': yesNoOr(
    ['required'],
    'no',
    'Whether ringing and early media are acknowledged (PRACK, RFC 3262): where the other end can, or with it alone',
    {},
  ),
  update: yesno(false, 'Take UPDATE within a call (RFC 3311)', {}),
} as const;
