/** Formats as RTP and SDP know them: payload numbers (RFC 3551 §6), names of rtpmap, lengths of packets. */
import { FORMATS } from '#core';

export interface Encoding {
  /** Of the format: `ulaw`. */
  readonly name: string;
  /** The fixed number, or the one of the dynamic range that we offer it under. */
  readonly payload: number;
  /** As in `a=rtpmap`. */
  readonly encoding: string;
  /** The clock of rtpmap, which is not always how fast it is sampled. */
  readonly clock: number;
  /** Channels, where rtpmap says so. */
  readonly channels?: number;
  readonly fmtp?: string;
  /** Milliseconds of a packet: usually, at least, at most. */
  readonly ptime: number;
  readonly least: number;
  readonly most: number;
}

/** Numbers below are RFC 3551's or nobody's. */
export const FIRST_DYNAMIC = 96;
export const LAST_PAYLOAD = 127;

interface Extras {
  readonly clock?: number;
  readonly channels?: number;
  readonly fmtp?: string;
  readonly ptime?: number;
  readonly least?: number;
}

type Row = readonly [name: string, payload: number, encoding: string, most: number, extras?: Extras];

const ROWS: readonly Row[] = [
  ['ulaw', 0, 'PCMU', 140],
  ['gsm', 3, 'GSM', 300, { least: 20 }],
  ['g723', 4, 'G723', 300, { ptime: 30, least: 30, fmtp: 'annexa=no' }],
  ['adpcm', 5, 'DVI4', 300],
  ['lpc10', 7, 'LPC', 20, { least: 20 }],
  ['alaw', 8, 'PCMA', 140],
  // RFC 3551 §4.5.2: the clock of G.722 was written down wrong once, and stays so.
  ['g722', 9, 'G722', 140, { clock: 8000 }],
  ['slin44', 11, 'L16', 70],
  ['g729', 18, 'G729', 230, { fmtp: 'annexb=no' }],
  ['ilbc', 97, 'iLBC', 300, { ptime: 30, least: 30, fmtp: 'mode=30' }],
  ['siren7', 102, 'G7221', 80, { least: 20, fmtp: 'bitrate=32000' }],
  ['opus', 107, 'opus', 60, { least: 20, channels: 2 }],
  ['silk8', 108, 'SILK', 100, { least: 20 }],
  ['silk12', 109, 'SILK', 100, { least: 20 }],
  ['speex', 110, 'speex', 60],
  ['g726', 111, 'G726-32', 300],
  ['g726aal2', 112, 'AAL2-G726-32', 300],
  ['silk16', 113, 'SILK', 100, { least: 20 }],
  ['silk24', 114, 'SILK', 100, { least: 20 }],
  ['siren14', 115, 'G7221', 80, { least: 20, fmtp: 'bitrate=48000' }],
  ['g719', 116, 'G719', 80, { least: 20 }],
  ['speex16', 117, 'speex', 60],
  ['slin16', 118, 'L16', 70],
  ['speex32', 119, 'speex', 60],
  ['slin', 120, 'L16', 70],
  ['slin12', 122, 'L16', 70],
  ['slin24', 123, 'L16', 70],
  ['slin32', 124, 'L16', 70],
  ['slin48', 125, 'L16', 70],
  ['slin96', 126, 'L16', 70],
  ['slin192', 127, 'L16', 70],
];

/** The audio formats that RTP can carry, by name. */
export const ENCODINGS: ReadonlyMap<string, Encoding> = new Map(
  ROWS.map(([name, payload, encoding, most, extras]) => {
    const clock = FORMATS.get(name)!.rate;
    return [name, { name, payload, encoding, clock, ptime: 20, least: 10, most, ...extras }];
  }),
);

/** The keys of a telephone (RFC 4733), beside whatever is spoken. */
export const EVENTS = { payload: 101, encoding: 'telephone-event', clock: 8000, fmtp: '0-16' } as const;

const keyOf = (encoding: string, clock: number) => `${encoding.toLowerCase()}/${clock}`;

const BY_ENCODING: ReadonlyMap<string, Encoding> = new Map(
  [...ENCODINGS.values()].map(encoding => [keyOf(encoding.encoding, encoding.clock), encoding]),
);

/** What a number means that no rtpmap explains. */
const BY_NUMBER: ReadonlyMap<number, Encoding> = new Map(
  [...ENCODINGS.values()].filter(({ payload }) => payload < FIRST_DYNAMIC).map(one => [one.payload, one]),
);

/** `g726nonstandard`: packed as for AAL2, under the plain name. */
export const inAal2 = (encoding: Encoding): Encoding =>
  encoding.name === 'g726aal2' ? { ...encoding, encoding: 'G726-32', payload: 111 } : encoding;

export interface Rtpmap {
  readonly encoding: string;
  readonly clock: number;
  readonly channels: number;
}

/** @param aal2 see inAal2 */
export function encodingOf(payload: number, rtpmap: Rtpmap | undefined, aal2: boolean): Encoding | undefined {
  if (!rtpmap) return BY_NUMBER.get(payload);
  const found = BY_ENCODING.get(keyOf(rtpmap.encoding, rtpmap.clock));
  if (!found || rtpmap.channels !== (found.channels ?? 1)) return undefined;
  return aal2 && found.name === 'g726' ? inAal2(ENCODINGS.get('g726aal2')!) : found;
}

export const isEvents = (rtpmap: Rtpmap | undefined): boolean =>
  rtpmap !== undefined && rtpmap.encoding.toLowerCase() === EVENTS.encoding && rtpmap.clock === EVENTS.clock;
