/** Which formats are offered and answered, in which order, under which numbers, in packets of which length. */
import {
  ENCODINGS,
  type Encoding,
  EVENTS,
  encodingOf,
  FIRST_DYNAMIC,
  inAal2,
  isEvents,
  LAST_PAYLOAD,
} from './payloads.js';
import type { Stream } from './sdp.js';
import type { SessionTerms } from './terms.js';

/** A format of ours, and the packet size that the file asks for. */
export interface Candidate extends Encoding {
  readonly framing: number | undefined;
}

/** A format that both ends speak: its numbers each way. */
export interface Agreed extends Candidate {
  /** As the far end hears it. */
  readonly send: number;
  /** As we hear it. */
  readonly receive: number;
}

export interface Events {
  readonly send: number;
  readonly receive: number;
}

/** What the far end says of its formats. */
export interface Spoken {
  /** Names with the first number each stands under. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly events: number | undefined;
}

/** Whether keys are to go as events of RTP, if the far end takes them. */
export const wantsEvents = ({ dtmf }: Pick<SessionTerms, 'dtmf'>): boolean => dtmf === 'rfc2833' || dtmf === 'auto';

/** What we would speak, the best first: what the other leg speaks goes before what is configured. */
export function candidates({ allowed, wanted, ignoreWanted, aal2 }: SessionTerms): readonly Candidate[] {
  const ours: Candidate[] = [];
  for (const { name, framing } of allowed) {
    const encoding = ENCODINGS.get(name);
    if (encoding && !(aal2 && name === 'g726')) ours.push({ ...(aal2 ? inAal2(encoding) : encoding), framing });
  }
  const preferred = ignoreWanted ? undefined : wanted?.find(name => ours.some(one => one.name === name));
  if (preferred === undefined || ours[0]?.name === preferred) return ours;
  return [...ours.filter(({ name }) => name === preferred), ...ours.filter(({ name }) => name !== preferred)];
}

export function spoken({ payloads, rtpmaps }: Stream, aal2: boolean): Spoken {
  const numbers = new Map<string, number>();
  let events: number | undefined;
  for (const payload of payloads) {
    const rtpmap = rtpmaps.get(payload);
    if (isEvents(rtpmap)) events ??= payload;
    else {
      const name = encodingOf(payload, rtpmap, aal2)?.name;
      if (name !== undefined && !numbers.has(name)) numbers.set(name, payload);
    }
  }
  return { numbers, events };
}

/** Numbers of ours for these formats and for keys: those already in use stay, no number is given twice. */
export function numbered(
  formats: readonly Candidate[],
  before: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  const taken = new Set(before.values());
  for (const { name, payload } of [...formats, { name: EVENTS.encoding, payload: EVENTS.payload }]) {
    const number = before.get(name) ?? (taken.has(payload) ? firstFree(taken) : payload);
    if (number === undefined) continue;
    taken.add(number);
    numbers.set(name, number);
  }
  return numbers;
}

function firstFree(taken: ReadonlySet<number>): number | undefined {
  for (let number = LAST_PAYLOAD; number >= FIRST_DYNAMIC; number--) if (!taken.has(number)) return number;
  return undefined;
}

/** Milliseconds of the packets we send: whole frames, as long as was asked for, and no longer than either end takes. */
export function packetTime(
  { framing, ptime, least, most }: Candidate,
  theirs: number | undefined,
  longest: number | undefined,
): number {
  const wanted = Math.min(theirs ?? framing ?? ptime, most, longest ?? most);
  return Math.max(Math.floor(wanted / least) * least, least);
}

const rtpmapLine = (number: number, encoding: string, clock: number, channels: number | undefined) =>
  `rtpmap:${number} ${encoding}/${clock}${channels === undefined ? '' : `/${channels}`}`;

/** The attributes of formats under our numbers, keys last, and the length of packets; how it goes both ways comes after. */
export function attributesOf(
  formats: readonly Candidate[],
  numberOf: (name: string) => number | undefined,
  theirPtime: number | undefined,
): { readonly words: string; readonly attributes: readonly string[] } {
  const numbers: number[] = [];
  const attributes: string[] = [];
  const add = (name: string, encoding: string, clock: number, channels?: number, fmtp?: string) => {
    const number = numberOf(name);
    if (number === undefined) return;
    numbers.push(number);
    attributes.push(rtpmapLine(number, encoding, clock, channels));
    if (fmtp !== undefined) attributes.push(`fmtp:${number} ${fmtp}`);
  };
  for (const { name, encoding, clock, channels, fmtp } of formats) add(name, encoding, clock, channels, fmtp);
  add(EVENTS.encoding, EVENTS.encoding, EVENTS.clock, undefined, EVENTS.fmtp);
  const sized = formats.filter(({ framing }) => theirPtime !== undefined || framing !== undefined);
  const lengths = sized.map(one => packetTime(one, theirPtime, undefined));
  attributes.push('silenceSupp:off - - - -');
  if (lengths.length > 0) attributes.push(`ptime:${Math.min(...lengths)}`);
  if (formats.length > 0) attributes.push(`maxptime:${Math.min(...formats.map(({ most }) => most))}`);
  return { words: numbers.join(' '), attributes };
}

/** What the other leg's formats can be heard in: they themselves, and what one of them can be changed into. */
export function reachable({ allowed, wanted }: SessionTerms, transcodes: readonly string[]): SessionTerms['allowed'] {
  if (!wanted) return allowed;
  const changeable = wanted.some(name => transcodes.includes(name));
  return allowed.filter(({ name }) => wanted.includes(name) || (changeable && transcodes.includes(name)));
}
