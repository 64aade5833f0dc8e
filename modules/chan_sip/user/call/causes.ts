/** Why a call failed, from SIP to Q.850 and back, as the original translates it. */
import { Q850 } from '#core';

export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

const refusal = (status: number, reason: string): Refusal => ({ status, reason });

const CAUSES: ReadonlyMap<number, number> = new Map<number, number>([
  ...[401, 403, 407, 603].map((status): [number, number] => [status, Q850.callRejected]),
  ...[404, 485, 604].map((status): [number, number] => [status, Q850.unallocated]),
  [408, Q850.noUserResponse],
  [409, Q850.temporaryFailure],
  [410, 22],
  [420, Q850.noRoute],
  [480, Q850.noAnswer],
  [483, Q850.noAnswer],
  [484, Q850.invalidNumber],
  [486, Q850.userBusy],
  [600, Q850.userBusy],
  [488, Q850.notAvailable],
  [606, Q850.notAvailable],
  [500, Q850.networkOutOfOrder],
  [501, 29],
  [502, 27],
  [504, 102],
]);

/** The cause that a refusal stands for. */
export function causeOf(status: number): number {
  return CAUSES.get(status) ?? (status >= 500 && status < 600 ? Q850.congestion : Q850.interworking);
}

export const NOT_ACCEPTABLE: Refusal = refusal(488, 'Not acceptable here');
const DECLINED: Refusal = refusal(603, 'Declined');
export const BUSY: Refusal = refusal(486, 'Busy Here');
export const CONGESTED: Refusal = refusal(503, 'Service Unavailable');

export const NOT_FOUND: Refusal = refusal(404, 'Not Found');
const UNAVAILABLE = refusal(480, 'Temporarily unavailable');

const REFUSALS: ReadonlyMap<number, Refusal> = new Map<number, Refusal>([
  [Q850.unallocated, NOT_FOUND],
  [2, NOT_FOUND],
  [Q850.noRoute, NOT_FOUND],
  [Q850.userBusy, refusal(486, 'Busy here')],
  [Q850.noUserResponse, refusal(408, 'Request Timeout')],
  [Q850.noAnswer, UNAVAILABLE],
  [Q850.subscriberAbsent, UNAVAILABLE],
  [31, UNAVAILABLE],
  [Q850.callRejected, refusal(403, 'Forbidden')],
  [22, refusal(410, 'Gone')],
  [27, refusal(502, 'Bad Gateway')],
  [Q850.invalidNumber, refusal(484, 'Address incomplete')],
  [29, refusal(501, 'Not Implemented')],
  [Q850.networkOutOfOrder, refusal(500, 'Server internal failure')],
  [Q850.congestion, CONGESTED],
  [42, CONGESTED],
  [66, CONGESTED],
  [Q850.notAvailable, refusal(488, 'Not Acceptable Here')],
  [Q850.interworking, refusal(500, 'Network error')],
]);

/** The answer to a call that came to nothing for this cause. */
export const refusalFor = (cause: number): Refusal => REFUSALS.get(cause) ?? DECLINED;

/** `Q.850;cause=17` in a Reason header; undefined where there is none (RFC 3326). */
export function causeInReason(values: readonly string[]): number | undefined {
  for (const value of values) {
    const cause = /^\s*Q\.850\s*;/i.test(value) ? /;\s*cause\s*=\s*(\d{1,3})\b/i.exec(value)?.[1] : undefined;
    if (cause !== undefined && Number(cause) <= 127) return Number(cause);
  }
  return undefined;
}

/** Whether a Reason header says that somebody else took the call (RFC 3326 §3.1). */
export const isAnsweredElsewhere = (values: readonly string[]): boolean =>
  values.some(value => /^\s*SIP\s*;/i.test(value) && /;\s*cause\s*=\s*200\b/i.test(value));
