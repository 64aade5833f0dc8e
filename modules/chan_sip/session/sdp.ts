/** SDP (RFC 4566): its text, bounded and read into what negotiation needs, and our own in the order of the original. */
import { isIP } from 'node:net';
import { type MediaDescription, parse, type SessionDescription } from 'sdp-transform';
import { wordsOf } from '#core';
import { clean } from '../message/octets.js';
import type { Rtpmap } from './payloads.js';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface Origin {
  /** All of o= but its version. */
  readonly session: string;
  readonly version: bigint;
}

export interface RtpPlace {
  readonly address: string;
  readonly port: number;
}

/** One m= line and what stands under it. */
export interface Stream {
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  /** What stands behind the protocol, as it was written. */
  readonly words: string;
  /** Payload numbers among them, in order. */
  readonly payloads: readonly number[];
  /** Its own c=, or the session's. */
  readonly address: string | undefined;
  readonly rtpmaps: ReadonlyMap<number, Rtpmap>;
  readonly direction: Direction;
  /** Milliseconds; undefined where it says nothing that can be used. */
  readonly ptime: number | undefined;
  readonly maxptime: number | undefined;
  /** Where RTCP goes, if not to the port above (RFC 3605). */
  readonly rtcp: RtpPlace | undefined;
}

export interface Description {
  readonly origin: Origin | undefined;
  readonly streams: readonly Stream[];
}

/** Text that is no SDP, or more of it than anybody needs. */
export interface Malformed {
  readonly fault: 'malformed';
  readonly why: string;
}

const malformed = (why: string): Malformed => ({ fault: 'malformed', why });

const MOST_OCTETS = 16_384;
const MOST_LINES = 500;
const MOST_STREAMS = 16;
/** Of one stream: what comes after is passed over. */
const MOST_RTPMAPS = 32;
const MOST_PAYLOADS = 64;
/** A line longer than this says nothing to us. */
const LONGEST = 1000;

/** Lines that we read; all others could as well not be there. */
const READ = /^(?:[voscmt]=|a=(?:rtpmap:|ptime:|maxptime:|rtcp:|sendrecv$|sendonly$|recvonly$|inactive$))/;

const ORIGIN = /^o=(\S+ \S+) (\d{1,20}) (IN IP[46] \S+)$/;
const CONNECTION = /^c=IN IP([46]) ([0-9A-Fa-f.:]+)$/;
/** The number of ports (`49170/2`) does not count: we take the first. */
const MEDIA = /^m=(\w{1,32}) (\d{1,5})(?:\/\d{1,5})? ([\w/]{1,32})((?: [\w.*/+-]{1,64})+)$/;

/** Whether that is nowhere: `c=IN IP4 0.0.0.0`, the old way of holding (RFC 3264 §8.4). */
export const isNowhere = (address: string): boolean => wordsOf(address)?.every(one => one === 0) === true;

/** Whether media can be sent there: an address of one host, or the one of hold. */
function isPlace(version: string, address: string): boolean {
  if (isIP(address) !== Number(version)) return false;
  const [word = 0, ...more] = wordsOf(address) ?? [];
  // 224.0.0.0 and above is groups, and everybody; ff00::/8 likewise. `::ffff:224.0.0.1` has the one word of its IPv4.
  return more.length === 0 ? word >>> 28 < 14 : word >>> 24 !== 0xff;
}

/** What is wrong with a line that everything else hangs on. */
function wrongWith(line: string): string | undefined {
  if (line.startsWith('o=')) return ORIGIN.test(line) ? undefined : 'the line o= is not one';
  if (line.startsWith('m=')) {
    const port = Number(MEDIA.exec(line)?.[2] ?? Number.NaN);
    return port <= 65_535 ? undefined : 'a line m= is not one';
  }
  if (!line.startsWith('c=')) return undefined;
  const [, version, address] = CONNECTION.exec(line) ?? [];
  return version && address && isPlace(version, address) ? undefined : 'a line c= has no address that can be sent to';
}

/** The lines that we read, or why none of it can be. */
function linesOf(text: string): readonly string[] | Malformed {
  if (text.length > MOST_OCTETS) return malformed(`it is longer than ${MOST_OCTETS} octets`);
  if (text.includes('\0')) return malformed('there is a NUL in it');
  const all = text.split(/\r\n|\r|\n/);
  if (all.length > MOST_LINES) return malformed(`it has more than ${MOST_LINES} lines`);
  const lines: string[] = [];
  for (const raw of all) {
    const line = raw.trimEnd();
    if (!READ.test(line)) continue;
    const wrong = wrongWith(line);
    if (wrong !== undefined) return malformed(wrong);
    if (line.length <= LONGEST) lines.push(line);
  }
  if (lines[0] !== 'v=0') return malformed('it does not begin with v=0');
  const streams = lines.filter(line => line.startsWith('m=')).length;
  if (streams === 0) return malformed('there is no line m=');
  return streams > MOST_STREAMS ? malformed(`it has more than ${MOST_STREAMS} lines m=`) : lines;
}

/** A number of so many digits at most, between two bounds; undefined: it is none. */
function bounded(value: unknown, least: number, most: number): number | undefined {
  const number = /^\d{1,9}$/.test(String(value)) ? Number(value) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

function rtpmapsOf(media: MediaDescription): Map<number, Rtpmap> {
  const maps = new Map<number, Rtpmap>();
  for (const { payload, codec, rate, encoding = 1 } of media.rtp.slice(0, MOST_RTPMAPS)) {
    const number = bounded(payload, 0, 127);
    const clock = bounded(rate, 1, 1_000_000);
    const channels = bounded(encoding, 1, 255);
    if (number === undefined || clock === undefined || channels === undefined || codec === '') continue;
    if (!maps.has(number)) maps.set(number, { encoding: String(codec), clock, channels });
  }
  return maps;
}

function rtcpOf({ rtcp }: MediaDescription, address: string | undefined): RtpPlace | undefined {
  const port = bounded(rtcp?.port, 1, 65_535);
  if (!rtcp || port === undefined) return undefined;
  const { ipVer, address: own = address } = rtcp;
  if (own === undefined || (rtcp.address !== undefined && !isPlace(String(ipVer), own))) return undefined;
  return { address: own, port };
}

function streamOf(media: MediaDescription, session: SessionDescription): Stream {
  const words = String(media.payloads ?? '').trim();
  const numbers = words.split(' ').map(word => bounded(word, 0, 127));
  const address = media.connection?.ip ?? session.connection?.ip;
  return {
    kind: media.type,
    port: media.port,
    protocol: media.protocol,
    words,
    payloads: [...new Set(numbers.filter(number => number !== undefined))].slice(0, MOST_PAYLOADS),
    address,
    rtpmaps: rtpmapsOf(media),
    direction: media.direction ?? session.direction ?? 'sendrecv',
    ptime: bounded(media.ptime, 1, 1000),
    maxptime: bounded(media.maxptime, 1, 1000),
    rtcp: rtcpOf(media, address),
  };
}

function originOf(lines: readonly string[]): Origin | undefined {
  const line = lines.find(one => one.startsWith('o='));
  const [, who, version, where] = (line && ORIGIN.exec(line)) ?? [];
  return version === undefined ? undefined : { session: `${who} ${where}`, version: BigInt(version) };
}

/** What a text offers or answers. Nothing that it may hold throws. */
export function parseSdp(text: string): Description | Malformed {
  const lines = linesOf(text);
  if ('fault' in lines) return lines;
  // The library takes only a bare port.
  const bare = lines.map(line => (line.startsWith('m=') ? line.replace(/^(m=\w+ \d+)\/\d+/, '$1') : line));
  const session = parse(bare.join('\r\n'));
  const streams = session.media.map(media => streamOf(media, session));
  if (streams.some(({ port, address }) => port !== 0 && address === undefined)) {
    return malformed('a line m= has no line c=');
  }
  return { origin: originOf(lines), streams };
}

/** One of our lines m=. */
export interface OwnStream {
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  readonly words: string;
  /** What stands under it, in order: `rtpmap:0 PCMU/8000`. */
  readonly attributes: readonly string[];
}

/** What we say. */
export interface OwnDescription {
  readonly owner: string;
  readonly id: number;
  readonly version: number;
  /** Of the machine that speaks. */
  readonly origin: string;
  readonly name: string;
  /** Where media goes. */
  readonly address: string;
  readonly streams: readonly OwnStream[];
}

const family = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);

/** What stands in a word of o=: something, and no blank. */
const word = (text: string) => clean(text).replace(/\s+/g, '_') || '-';

/** Written here and not by the library, which looks every line up in its grammar: this is what each call says. */
export function formatSdp({ owner, id, version, origin, name, address, streams }: OwnDescription): string {
  const lines = [
    'v=0',
    `o=${word(owner)} ${id} ${version} IN IP${family(origin)} ${origin}`,
    `s=${clean(name) || '-'}`,
    `c=IN IP${family(address)} ${address}`,
    't=0 0',
  ];
  for (const { kind, port, protocol, words, attributes } of streams) {
    lines.push(`m=${kind} ${port} ${protocol} ${words}`);
    for (const attribute of attributes) lines.push(`a=${attribute}`);
  }
  return `${lines.join('\r\n')}\r\n`;
}
