/** A server's answer to our REGISTER: what it means, and for how long it is good. */

import { addressParams } from '../../message/address.js';
import type { Message } from '../../message/message.js';
import { digits } from '../../message/scan.js';
import type { General } from '../../options/general.js';
import type { Input } from './table.js';

/** Nobody mends these by asking again. */
const REFUSED = new Set([400, 404, 414, 479, 493]);

const MOST_SECONDS = 31_536_000;
/** What is kept back of a long lifetime, and of a short one: its part, and at least so much. */
const GUARD = 15_000;
const GUARD_LIMIT = 30;
const GUARD_PART = 0.2;
const GUARD_LEAST = 500;

type Policy = Pick<General, 'register_retry_403' | 'maxexpiry'>;

/** Undefined for a provisional answer. A challenge must be tried to know whether it can be answered. */
export function inputOf(response: Message, asked: number, policy: Policy): Exclude<Input, 'unanswerable'> | undefined {
  const { status } = response;
  if (status < 200) return undefined;
  if (status < 300) return 'ok';
  if (status === 401 || status === 407) return 'challenged';
  if (status === 403) return policy.register_retry_403 ? 'forbidden for now' : 'forbidden';
  if (status === 408) return 'server timeout';
  if (status === 423) return briefness(leastExpiry(response), asked, policy);
  return REFUSED.has(status) ? 'refused' : 'trouble';
}

/** A server that finds too short what it has just asked for is not asked for ever. */
function briefness(
  least: number | undefined,
  asked: number,
  { maxexpiry }: Policy,
): Input & ('refused' | 'too brief' | 'trouble') {
  if (least === undefined || least <= asked) return 'trouble';
  return least > maxexpiry ? 'refused' : 'too brief';
}

/** Min-Expires: RFC 3261 §20.23. */
export const leastExpiry = (response: Message): number | undefined => secondsOf(response.header('Min-Expires'));

/** Seconds that a 200 grants: what it says of our contact, else of all, else the default. */
export function granted(response: Message, contact: string, otherwise: number): number {
  const listed = response.list('Contact');
  // Without its end the URI is the beginning of others, as `sip:100@192.0.2.1` of those with a port.
  const ours = listed.find(text => text.includes(`<${contact}>`)) ?? listed.find(text => text.includes(contact));
  const own = ours === undefined ? undefined : secondsOf(addressParams(ours).get('expires'));
  return own || secondsOf(response.expires) || otherwise;
}

/** Milliseconds after which a registration is renewed. */
export const renewalAfter = (seconds: number): number => {
  const ms = seconds * 1000;
  return ms - (seconds > GUARD_LIMIT ? GUARD : Math.max(ms * GUARD_PART, GUARD_LEAST));
};

const secondsOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : digits(text.trim(), MOST_SECONDS);
