/** Addresses and networks as numbers, so that asking whether one holds the other costs a few operations. */
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Invalid, type Warn } from './config/options.js';

/** An address: one 32-bit word of IPv4, four of IPv6. A mapped one (::ffff:a.b.c.d) is its IPv4 address. */
export type Words = readonly number[];

export interface Network {
  /** Cut to the mask. */
  readonly words: Words;
  readonly mask: Words;
  /** As show commands print it: address and mask. */
  readonly text: string;
}

const ANY_V4 = 0xffff_ffff;
const MAPPED_PREFIX = 96;
const DOT = 46;
const ZERO = 48;
/** `::a.b.c.d`, long withdrawn (RFC 4291 §2.5.5.1): the library takes it for a mapped address, and so for IPv4. */
const COMPATIBLE = /^::\d+\./;

/** The numbers of an address; undefined for what is none. The zone of a v6 address (`%eth0`) does not count. */
export function wordsOf(address: string): Words | undefined {
  // Node's check is strict and quick; the library would also take `0x7f.1` and octal numbers, which others read differently.
  if (isIPv4(address)) return [wordOf(address)];
  if (!ipaddr.IPv6.isValid(address) || COMPATIBLE.test(address)) return undefined;
  const v6 = ipaddr.IPv6.parse(address);
  if (v6.isIPv4MappedAddress()) return fromOctets(v6.toIPv4Address().octets);
  const { parts } = v6;
  return [0, 2, 4, 6].map(at => ((parts[at]! << 16) | parts[at + 1]!) >>> 0);
}

/** Of an address that is one. Packets are asked for it, so it makes nothing on the way. */
function wordOf(address: string): number {
  let word = 0;
  let octet = 0;
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (code === DOT) {
      word = word * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + code - ZERO;
  }
  return word * 256 + octet;
}

const fromOctets = ([a, b, c, d]: number[]): Words => [((a! << 24) | (b! << 16) | (c! << 8) | d!) >>> 0];

/** Whether the network holds the address. One family never holds an address of the other. */
export function holds({ words, mask }: Network, address: Words): boolean {
  if (words.length !== address.length) return false;
  for (let at = 0; at < words.length; at++) if ((address[at]! & mask[at]!) >>> 0 !== words[at]) return false;
  return true;
}

/**
 * `a.b.c.d`, `a.b.c.d/24`, `a.b.c.d/255.255.255.0`, the same with IPv6.
 * @throws Invalid for anything else: a name is never looked up, its answer could change under the rule
 */
export function parseNetwork(text: string, warn: Warn): Network {
  const slash = text.indexOf('/');
  const address = (slash < 0 ? text : text.slice(0, slash)).trim();
  const bare = address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
  const words = wordsOf(bare);
  if (!words) throw new Invalid(`expected an address or a network (10.0.0.0/8, 2001:db8::/32), got '${text}'`);
  const mapped = words.length === 1 && bare.includes(':');
  if (mapped) warn(`'${text}' is an IPv4 address written as IPv6, taken as IPv4`);
  const mask =
    slash < 0 ? prefix(words, words.length * 32) : parseMask(text, words, text.slice(slash + 1).trim(), mapped);
  const cut = words.map((word, at) => (word & mask[at]!) >>> 0);
  if (!contiguous(mask)) warn(`the mask of '${text}' has gaps`);
  return { words: cut, mask, text: `${print(cut)}/${printMask(mask)}` };
}

function parseMask(text: string, words: Words, mask: string, mapped: boolean): Words {
  if (/^\d{1,3}$/.test(mask)) {
    const bits = Number(mask);
    const most = words.length * 32;
    if (bits <= most) return prefix(words, bits);
    if (mapped && bits >= MAPPED_PREFIX && bits <= 128) return prefix(words, bits - MAPPED_PREFIX);
    throw new Invalid(`expected a prefix of 0-${most} bits, got '${text}'`);
  }
  const given = wordsOf(mask);
  if (!given) throw new Invalid(`expected a mask such as 255.255.255.0 or 24, got '${text}'`);
  if (given.length !== words.length) throw new Invalid(`address and mask are of different families in '${text}'`);
  return given;
}

/** A mask of so many leading bits. A shift by 32 is a shift by 0 in this language, so whole words are made apart. */
const prefix = (words: Words, bits: number): Words =>
  words.map((_, at) => {
    const left = Math.min(Math.max(bits - at * 32, 0), 32);
    return left === 0 ? 0 : (ANY_V4 << (32 - left)) >>> 0;
  });

const bitsOf = (mask: Words): string => mask.map(word => word.toString(2).padStart(32, '0')).join('');
const contiguous = (mask: Words): boolean => !bitsOf(mask).includes('01');

function print(words: Words): string {
  const bytes = words.flatMap(word => [24, 16, 8, 0].map(shift => (word >>> shift) & 0xff));
  return ipaddr.fromByteArray(bytes).toString();
}

/** As the original prints it: dotted for IPv4, the number of bits for IPv6. */
const printMask = (mask: Words): string =>
  mask.length === 1 || !contiguous(mask) ? print(mask) : String(bitsOf(mask).replaceAll('0', '').length);
