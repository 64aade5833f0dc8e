/** Offer and answer (RFC 3264) for one stream of audio: all other streams are declined. Nothing here has a state. */

import {
  type Agreed,
  attributesOf,
  type Candidate,
  candidates,
  type Events,
  numbered,
  spoken,
  wantsEvents,
} from './codecs.js';
import { EVENTS } from './payloads.js';
import type { RtpPlace } from './sdp.js';
import { type Description, type Direction, isNowhere, type OwnStream, type Stream } from './sdp.js';
import type { SessionTerms } from './terms.js';

/** Why an offer or an answer is not taken. Nothing has changed by it. */
export interface Fault {
  readonly fault: 'unacceptable' | 'malformed';
  readonly why: string;
}

/** What both ends have agreed on. */
export interface Agreement {
  /** The best first. */
  readonly formats: readonly Agreed[];
  /** All that the far end may send. */
  readonly heard: readonly Agreed[];
  readonly events: Events | undefined;
  /** Undefined: nowhere. */
  readonly remote: RtpPlace | undefined;
  readonly rtcp: RtpPlace | undefined;
  /** Of ours. */
  readonly direction: Direction;
  readonly held: boolean;
  /** Milliseconds; with autoframing what the far end asks for. */
  readonly ptime: number | undefined;
  readonly maxptime: number | undefined;
  /** Whether it is of RTP/AVPF. */
  readonly feedback: boolean;
}

/** The lines m= of a session: later offers have all of them again, in the same order (§8). */
export interface Slots {
  readonly streams: readonly Pick<Stream, 'kind' | 'protocol' | 'words'>[];
  /** Which of them is our audio. */
  readonly audio: number;
}

/** Those we speak, and whether they are with feedback (RFC 4585). Encrypted ones are not among them. */
const PROFILES: ReadonlyMap<string, boolean> = new Map([
  ['RTP/AVP', false],
  ['RTP/AVPF', true],
]);

const profile = (feedback: boolean) => (feedback ? 'RTP/AVPF' : 'RTP/AVP');

/** §6.1; and whoever only sends, or to nowhere, has put us on hold. */
const REPLIES: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

const HELD: ReadonlySet<Direction> = new Set(['recvonly', 'inactive']);

function directionFor({ direction, address }: Stream): Direction {
  const ours = REPLIES[direction];
  return ours === 'sendrecv' && address !== undefined && isNowhere(address) ? 'recvonly' : ours;
}

const declined = ({ kind, protocol, words }: Pick<Stream, 'kind' | 'protocol' | 'words'>): OwnStream => ({
  kind,
  port: 0,
  protocol,
  words,
  attributes: [],
});

const unacceptable = (why: string): Fault => ({ fault: 'unacceptable', why });

const familyOf = (address: string) => (address.includes(':') ? 6 : 4);

/** Why a stream cannot be the one we use; undefined: it can. */
function objection(stream: Stream, here: string): string | undefined {
  const { kind, port, protocol, address } = stream;
  if (kind !== 'audio') return `no stream of ${kind} is taken`;
  if (port === 0) return 'the audio is declined';
  if (!PROFILES.has(protocol)) return `there is no ${protocol} here`;
  if (address === undefined || (familyOf(address) !== familyOf(here) && !isNowhere(address))) {
    return 'its address is of another family than ours';
  }
  return undefined;
}

/** What is agreed with a stream of the far end, of which `formats` are common. */
function agreed(
  stream: Stream,
  formats: readonly Agreed[],
  events: Events | undefined,
  terms: SessionTerms,
): Agreement {
  const { port, address = '', rtcp, maxptime, protocol } = stream;
  const direction = directionFor(stream);
  const somewhere = !isNowhere(address);
  return {
    formats: terms.onlyPreferred ? formats.slice(0, 1) : formats,
    heard: formats,
    events,
    remote: somewhere ? { address, port } : undefined,
    rtcp: somewhere ? (rtcp ?? { address, port: port + 1 }) : undefined,
    direction,
    held: HELD.has(direction),
    ptime: terms.autoframing ? stream.ptime : undefined,
    maxptime,
    feedback: PROFILES.get(protocol) === true,
  };
}

export interface Answer {
  readonly agreement: Agreement;
  readonly streams: readonly OwnStream[];
  readonly slots: Slots;
}

/** @param here where we take media in */
export function answerTo(offer: Description, terms: SessionTerms, here: RtpPlace): Answer | Fault {
  let why = 'it offers no audio';
  const ours = candidates(terms);
  for (const [at, stream] of offer.streams.entries()) {
    const against = objection(stream, here.address);
    if (against !== undefined) {
      if (stream.kind === 'audio') why = against;
      continue;
    }
    const theirs = spoken(stream, terms.aal2);
    const common = joint(ours, name => theirs.numbers.get(name));
    if (common.length === 0) {
      why = 'there is no codec that both ends have';
      continue;
    }
    const keys = wantsEvents(terms) ? theirs.events : undefined;
    const whole = agreed(stream, common, keys === undefined ? undefined : { send: keys, receive: keys }, terms);
    const agreement = { ...whole, heard: whole.formats };
    const own = answered(agreement, here.port);
    const streams = offer.streams.map((other, position) => (position === at ? own : declined(other)));
    return { agreement, streams, slots: { streams, audio: at } };
  }
  return unacceptable(why);
}

/** Answers speak with the numbers of the offer (§6.1). */
const joint = (ours: readonly Candidate[], numberOf: (name: string) => number | undefined): readonly Agreed[] =>
  ours.flatMap(one => {
    const number = numberOf(one.name);
    return number === undefined ? [] : [{ ...one, send: number, receive: number }];
  });

function answered({ formats, events, direction, ptime, feedback }: Agreement, port: number): OwnStream {
  const numbers = new Map(formats.map(({ name, receive }) => [name, receive]));
  if (events) numbers.set(EVENTS.encoding, events.receive);
  const { words, attributes } = attributesOf(formats, name => numbers.get(name), ptime);
  return { kind: 'audio', port, protocol: profile(feedback), words, attributes: [...attributes, direction] };
}

/** What we have offered. */
export interface Offer {
  readonly formats: readonly Candidate[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly feedback: boolean;
  readonly streams: readonly OwnStream[];
  readonly slots: Slots;
}

/** What an offer goes on from. */
export interface Standing {
  readonly agreement: Agreement | undefined;
  readonly slots: Slots | undefined;
  readonly feedback: boolean;
  /** How it goes both ways while the far end holds us. */
  readonly held: Direction | undefined;
  /** Numbers that formats must stand under. */
  readonly numbers: ReadonlyMap<string, number> | undefined;
}

/** @param formats what is offered; where the far end hears them from is `here` */
export function offerOf(formats: readonly Candidate[], terms: SessionTerms, here: RtpPlace, standing: Standing): Offer {
  const { agreement, slots, feedback, held } = standing;
  const before = new Map([
    ...(agreement?.heard.map(({ name, receive }) => [name, receive] as const) ?? []),
    ...(standing.numbers ?? []),
  ]);
  if (agreement?.events && !before.has(EVENTS.encoding)) before.set(EVENTS.encoding, agreement.events.receive);
  const numbers = numbered(formats, before);
  const keys = wantsEvents(terms) && (!standing.numbers || standing.numbers.has(EVENTS.encoding));
  const { words, attributes } = attributesOf(
    formats,
    name => (name === EVENTS.encoding && !keys ? undefined : numbers.get(name)),
    agreement?.ptime,
  );
  const protocol = profile(feedback);
  const own: OwnStream = {
    kind: 'audio',
    port: here.port,
    protocol,
    words,
    attributes: [...attributes, held ?? 'sendrecv'],
  };
  const streams = slots ? slots.streams.map((slot, at) => (at === slots.audio ? own : declined(slot))) : [own];
  return { formats, numbers, feedback, streams, slots: { streams, audio: slots?.audio ?? 0 } };
}

/** What an answer to our offer comes to. */
export function acceptedOf(offer: Offer, answer: Description, terms: SessionTerms, here: string): Agreement | Fault {
  const stream = answer.streams[offer.slots.audio];
  if (!stream) return unacceptable('it does not answer our audio');
  const against = objection(stream, here);
  if (against !== undefined) return unacceptable(against);
  if (PROFILES.get(stream.protocol) !== offer.feedback) {
    return unacceptable(`it answers ${profile(offer.feedback)} with ${stream.protocol}`);
  }
  const theirs = spoken(stream, terms.aal2);
  const common = offer.formats.flatMap(one => {
    const [send, receive] = [theirs.numbers.get(one.name), offer.numbers.get(one.name)];
    return send === undefined || receive === undefined ? [] : [{ ...one, send, receive }];
  });
  if (common.length === 0) return unacceptable('there is no codec that both ends have');
  const receive = offer.numbers.get(EVENTS.encoding);
  const keys = wantsEvents(terms) && theirs.events !== undefined && receive !== undefined;
  return agreed(stream, common, keys ? { send: theirs.events, receive } : undefined, terms);
}

/** What another leg that goes direct with this one hangs on. */
export const marks = ({ remote, formats, events, direction }: Agreement): string =>
  JSON.stringify([remote, formats.map(({ name, send }) => [name, send]), events, direction]);
