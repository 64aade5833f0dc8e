/** What a Dial comes to: DIALSTATUS, and how it follows from the causes of those who did not answer. */
import { type Channel, Q850 } from '#core';

export type DialStatus =
  | 'CHANUNAVAIL'
  | 'CONGESTION'
  | 'NOANSWER'
  | 'BUSY'
  | 'ANSWER'
  | 'CANCEL'
  | 'DONTCALL'
  | 'TORTURE'
  | 'INVALIDARGS';

/** What one destination came to. */
export type Miss = Extract<DialStatus, 'BUSY' | 'CONGESTION' | 'CHANUNAVAIL' | 'NOANSWER'>;

const MISSES: ReadonlyMap<number, Miss> = new Map<number, Miss>([
  [Q850.userBusy, 'BUSY'],
  [Q850.congestion, 'CONGESTION'],
  [42, 'CONGESTION'],
  [Q850.noAnswer, 'NOANSWER'],
  [Q850.noUserResponse, 'NOANSWER'],
  [Q850.normalClearing, 'NOANSWER'],
  [Q850.callRejected, 'NOANSWER'],
]);

const REFUSALS: Readonly<Record<NonNullable<Channel['refusal']>, Miss>> = {
  busy: 'BUSY',
  congestion: 'CONGESTION',
  uncalled: 'CHANUNAVAIL',
};

/** What the far end said counts for more than the cause that its words stand for. */
export function missOf(cause: number, refusal: Channel['refusal']): Miss {
  if (refusal) return REFUSALS[refusal];
  return MISSES.get(cause) ?? 'CHANUNAVAIL';
}

/** Of all of them: one that is busy says the most. Somebody who rang in vain: no answer. */
export function statusOf(misses: readonly Miss[]): DialStatus {
  if (misses.includes('NOANSWER')) return 'NOANSWER';
  if (misses.includes('BUSY')) return 'BUSY';
  return misses.includes('CONGESTION') ? 'CONGESTION' : 'CHANUNAVAIL';
}
