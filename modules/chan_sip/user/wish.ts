/** What a REGISTER asks for: which contact, for how long (RFC 3261 §10.2, with the original's reading of it). */
import type { Address } from '../message/address.js';
import type { Message } from '../message/message.js';
import type { General } from '../options/general.js';

export type Wish =
  | { readonly kind: 'query' }
  | { readonly kind: 'remove' }
  | { readonly kind: 'bind'; readonly contact: Address; readonly seconds: number }
  | { readonly kind: 'nonsense' };

const QUERY: Wish = { kind: 'query' };
const REMOVE: Wish = { kind: 'remove' };
const NONSENSE: Wish = { kind: 'nonsense' };

/** A Contact that names nothing counts as absent. */
const NOTHING = /^[^<]*<[ \t]*(?:sips?:)?[ \t]*>|^(?:sips?:)?[ \t]*(?:;|$)/i;

/** Only the first Contact is stored; the others are looked at for `*` alone. */
export function wishOf(request: Message, general: General): Wish {
  const { contacts } = request;
  let listed = request.list('Contact');
  if (listed.length > contacts.length) listed = listed.filter(text => !NOTHING.test(text));
  const [first] = listed;
  const contact = contacts[0]?.text === first ? contacts[0] : undefined;
  const seconds = lifetime(request.expires, contact, general);
  if (first === undefined) return seconds === 0 ? REMOVE : QUERY;
  if (listed.includes('*')) return listed.length === 1 && seconds === 0 ? REMOVE : NONSENSE;
  if (seconds === 0) return REMOVE;
  return contact ? { kind: 'bind', contact, seconds } : NONSENSE;
}

/** Deviates from RFC 3261 §10.3: the header goes before the parameter, too short is raised (no 423), too long is cut. */
function lifetime(header: string | undefined, contact: Address | undefined, general: General): number {
  const asked = header ? (leadingNumber(header) ?? 0) : leadingNumber(contact?.params.get('expires') ?? '');
  const seconds = asked ?? general.defaultexpiry;
  return seconds === 0 ? 0 : Math.min(Math.max(seconds, general.minexpiry), general.maxexpiry);
}

/** As atoi() reads it: the digits it begins with. */
function leadingNumber(text: string): number | undefined {
  const digits = /^\d+/.exec(text)?.[0];
  return digits === undefined ? undefined : Number(digits);
}
