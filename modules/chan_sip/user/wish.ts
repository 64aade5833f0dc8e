/** What a REGISTER asks for: which contact, for how long (RFC 3261 §10.2, with the original's reading of it). */
import type { Address } from '../message/address.js';
import type { Message } from '../message/message.js';
import type { General } from '../options/general.js';

export type Wish =
  | { readonly kind: 'query' }
  | { readonly kind: 'remove' }
  | { readonly kind: 'bind'; readonly contact: Address; readonly seconds: number }
  | { readonly kind: 'nonsense' };

const QUERY = { kind: 'query' } as const;
const REMOVE: Wish = { kind: 'remove' };
const NONSENSE = { kind: 'nonsense' } as const;

/** One of several contacts. */
export interface Wanted {
  readonly contact: Address;
  /** 0: it is to go. */
  readonly seconds: number;
}

export type Wishes =
  | { readonly kind: 'query' }
  | { readonly kind: 'remove all' }
  | { readonly kind: 'change'; readonly contacts: readonly Wanted[] }
  | { readonly kind: 'nonsense' };

/** A Contact that names nothing counts as absent. */
const NOTHING = /^[^<]*<[ \t]*(?:sips?:)?[ \t]*>|^(?:sips?:)?[ \t]*(?:;|$)/i;

/** Only the first Contact is stored; the others are looked at for `*` alone. */
export function wishOf(request: Message, general: General): Wish {
  const { contacts } = request;
  const listed = listedIn(request);
  const [first] = listed;
  const contact = contacts[0]?.text === first ? contacts[0] : undefined;
  const seconds = withinBounds(askedForFirst(request, contact), general);
  if (first === undefined) return seconds === 0 ? REMOVE : QUERY;
  if (listed.includes('*')) return listed.length === 1 && seconds === 0 ? REMOVE : NONSENSE;
  if (seconds === 0) return REMOVE;
  return contact ? { kind: 'bind', contact, seconds } : NONSENSE;
}

/** By the letter of RFC 3261 §10.3: every Contact counts, and `most` of them are read. */
export function wishesOf(request: Message, general: General, most: number): Wishes {
  const { contacts } = request;
  const listed = listedIn(request);
  if (listed.length === 0) return QUERY;
  if (listed.includes('*')) {
    return listed.length === 1 && leadingNumber(request.expires ?? '') === 0 ? { kind: 'remove all' } : NONSENSE;
  }
  if (listed.length > contacts.length || listed.length > most) return NONSENSE;
  return {
    kind: 'change',
    contacts: contacts.map(contact => ({ contact, seconds: withinBounds(askedForOne(request, contact), general) })),
  };
}

/** Whether all that a request is for is that something ends: a registration, a subscription. */
export function asksForNothing(request: Message): boolean {
  const contacts = request.method === 'REGISTER' ? request.contacts : [];
  if (contacts.length === 0) return leadingNumber(request.expires ?? '') === 0;
  return contacts.every(contact => askedForOne(request, contact) === 0);
}

/** The values of Contact that name something. */
function listedIn(request: Message): readonly string[] {
  const listed = request.listedContacts;
  return listed.length > request.contacts.length ? listed.filter(text => !NOTHING.test(text)) : listed;
}

/** Seconds that are asked for; undefined: the request does not say. */
export type Asked = (request: Message, contact: Address | undefined) => number | undefined;

/** The parameter goes before the header. */
export const askedForOne: Asked = ({ expires = '' }, contact) => inContact(contact) ?? leadingNumber(expires);

/** Deviates from RFC 3261 §10.3: the header goes before the parameter. */
export const askedForFirst: Asked = ({ expires }, contact) =>
  expires ? (leadingNumber(expires) ?? 0) : inContact(contact);

const inContact = (contact: Address | undefined) => leadingNumber(contact?.params.get('expires') ?? '');

/** Deviates from RFC 3261 §10.3: too short is raised (no 423), too long is cut. */
function withinBounds(asked: number | undefined, { defaultexpiry, minexpiry, maxexpiry }: General): number {
  const seconds = asked ?? defaultexpiry;
  return seconds === 0 ? 0 : Math.min(Math.max(seconds, minexpiry), maxexpiry);
}

/** As atoi() reads it: the digits it begins with. */
function leadingNumber(text: string): number | undefined {
  let end = 0;
  while (isDigit(text.charCodeAt(end))) end++;
  return end === 0 ? undefined : Number(text.slice(0, end));
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
