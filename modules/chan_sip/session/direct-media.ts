/** Direct media: two ends that send to each other and not to us, and what must hold for that. */
import type { Candidate } from './codecs.js';
import type { Agreement } from './offer-answer.js';
import { EVENTS } from './payloads.js';
import type { RtpPlace } from './sdp.js';
import type { DirectTerms } from './terms.js';

/** What one end says to the other through us. */
export interface End {
  readonly agreement: Agreement | undefined;
  readonly direct: DirectTerms;
  /** Whether there is a NAT before it, as packets or its requests have shown. */
  readonly natted: boolean;
  readonly digits: 'rtp' | 'info' | 'shortinfo';
  /** What it would speak before it has agreed. */
  readonly candidates: readonly Candidate[];
}

/** Where an end is to send its media instead of to us, and what it may send there. */
export interface Elsewhere {
  readonly place: RtpPlace;
  readonly names: readonly string[];
  /** The numbers that the other end hears them under. */
  readonly numbers: ReadonlyMap<string, number>;
}

const willing = ({ direct, natted }: End): boolean => direct.enabled && (direct.nat || !natted);

/** Where it really takes media, while both ways are open. */
const openPlace = ({ agreement }: End): RtpPlace | undefined =>
  agreement?.direction === 'sendrecv' ? agreement.remote : undefined;

const familyOf = ({ address }: RtpPlace) => (address.includes(':') ? 6 : 4);

/** Formats under the numbers an end hears them under, keys among them. */
const heardThere = ({ formats, events }: Agreement): ReadonlyMap<string, number> =>
  new Map([
    ...formats.map(({ name, send }) => [name, send] as const),
    ...(events ? [[EVENTS.encoding, events.send] as const] : []),
  ]);

/** The formats of both that need no change on the way: the same number both ways at both ends. */
function shared(one: Agreement, other: Agreement): readonly string[] {
  const fixed = new Map(other.formats.map(format => [format.name, format]));
  return one.formats.flatMap(({ name, send, receive }) => {
    const there = fixed.get(name);
    return there && [there.send, there.receive, receive].every(number => number === send) ? name : [];
  });
}

const sameKeys = ({ events: one }: Agreement, { events: other }: Agreement): boolean =>
  one?.send === other?.send && one?.receive === other?.receive;

/** Where `end` is told to send, so that it reaches `other` past us; undefined: to us. */
export function elsewhere(end: End, other: End): Elsewhere | undefined {
  const place = openPlace(other);
  if (!place || !other.agreement || !willing(end) || !willing(other) || end.digits !== other.digits) return undefined;
  if (!end.direct.allows(place.address)) return undefined;
  return end.agreement ? agreedElsewhere(end, end.agreement, other, other.agreement, place) : early(end, other, place);
}

function agreedElsewhere(
  end: End,
  agreement: Agreement,
  other: End,
  there: Agreement,
  place: RtpPlace,
): Elsewhere | undefined {
  const own = openPlace(end);
  // An end that is only called by direct media of others is left as it is.
  if (!own || (end.direct.outgoing && !end.direct.calling)) return undefined;
  if (familyOf(own) !== familyOf(place) || !other.direct.allows(own.address) || !sameKeys(agreement, there)) {
    return undefined;
  }
  const names = shared(agreement, there);
  // Of what each would send us now, the other must understand it.
  if (names[0] !== agreement.formats[0]?.name || !names.includes(there.formats[0]?.name ?? '')) return undefined;
  return { place, names, numbers: heardThere(there) };
}

/** directrtpsetup: the first offer names the other end already. */
function early(end: End, { agreement }: End, place: RtpPlace): Elsewhere | undefined {
  if (!end.direct.early || !end.direct.calling || !agreement) return undefined;
  const numbers = heardThere(agreement);
  const names = end.candidates.map(({ name }) => name).filter(name => numbers.has(name));
  return names.length > 0 ? { place, names, numbers } : undefined;
}

export const sameElsewhere = (one: Elsewhere | undefined, other: Elsewhere | undefined): boolean =>
  one?.place.address === other?.place.address &&
  one?.place.port === other?.place.port &&
  one?.names.join() === other?.names.join();
