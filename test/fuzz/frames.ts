/** WebSocket handshakes and frames (RFC 6455), good and spoilt, octet by octet: no library would send them. */
import type { Chance } from '../support/chance.js';

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin?: boolean;
  /** The three bits that no extension of ours has a use for. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** Of the length: 0 is the shortest way to say it. */
  readonly octets?: 0 | 2 | 8;
  /** What it says instead of the length. */
  readonly says?: bigint;
}

function frame({ opcode, payload, fin = true, reserved = 0, masked = true, octets = 0, says }: Frame): Buffer {
  const length = says ?? BigInt(payload.length);
  const way = octets || (length < 126n ? 0 : length < 65_536n ? 2 : 8);
  const head = Buffer.alloc(2 + way);
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (way === 0 ? Number(length & 0x7fn) : way === 2 ? 126 : 127);
  if (way === 2) head.writeUInt16BE(Number(length & 0xffffn), 2);
  if (way === 8) head.writeBigUInt64BE(length, 2);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  return Buffer.concat([head, mask, payload.map((octet, at) => octet ^ mask[at % 4]!)]);
}

/** A message in several frames, with whatever is between them. */
function fragments(payload: Buffer, count: number, between: (at: number) => readonly Buffer[] = () => []): Buffer {
  const size = Math.max(1, Math.ceil(payload.length / count));
  const parts = Array.from({ length: count }, (_, at) => payload.subarray(at * size, (at + 1) * size));
  return Buffer.concat(
    parts.flatMap((part, at) => [
      frame({ opcode: at === 0 ? TEXT : 0, payload: part, fin: at === count - 1 }),
      ...(at < count - 1 ? between(at) : []),
    ]),
  );
}

const some = (chance: Chance, most: number): Buffer =>
  Buffer.from(Array.from({ length: chance.below(most + 1) }, () => chance.below(256)));

/** A status and a reason, as a farewell has them. */
const farewell = (status: number, reason: Buffer): Buffer => {
  const code = Buffer.alloc(2);
  code.writeUInt16BE(status);
  return Buffer.concat([code, reason]);
};

const BAD_UTF8 = Buffer.from([0x53, 0xc3, 0x28, 0xed, 0xa0, 0x80]);
const STATUSES = [0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 2999, 3000, 4999, 5000, 65_535];
const LENGTHS = [126n, 65_535n, 65_536n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

type Way = (payload: Buffer, chance: Chance) => Buffer;

/** The payload is a message of SIP, spoilt or not. The first row is what every phone sends, and stands there oftener. */
const GOOD: Way = (payload, chance) => frame({ opcode: chance.pick([TEXT, BINARY]), payload });
const WAYS: readonly Way[] = [
  ...Array<Way>(8).fill(GOOD),
  payload => frame({ opcode: TEXT, payload, masked: false }),
  payload => frame({ opcode: BINARY, payload, octets: 8 }),
  (payload, chance) => fragments(payload, 2 + chance.below(4)),
  (payload, chance) => fragments(payload, 3, () => [frame({ opcode: PING, payload: some(chance, 125) })]),
  payload => fragments(payload, 3, () => [frame({ opcode: TEXT, payload })]),
  payload => fragments(payload, 300),
  payload => frame({ opcode: 0, payload }),
  payload => frame({ opcode: TEXT, payload, fin: false }),
  (payload, chance) => frame({ opcode: chance.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), payload }),
  (payload, chance) => frame({ opcode: BINARY, payload, reserved: 1 + chance.below(7) }),
  (_payload, chance) =>
    frame({ opcode: chance.pick([CLOSE, PING, PONG]), payload: Buffer.alloc(126 + chance.below(900)) }),
  (_payload, chance) => frame({ opcode: chance.pick([CLOSE, PING, PONG]), payload: some(chance, 20), fin: false }),
  (_payload, chance) => frame({ opcode: chance.pick([PING, PONG]), payload: some(chance, 125) }),
  (_payload, chance) => Buffer.concat(Array<Buffer>(200).fill(frame({ opcode: PING, payload: some(chance, 125) }))),
  (_payload, chance) => frame({ opcode: CLOSE, payload: some(chance, 1) }),
  (_payload, chance) => frame({ opcode: CLOSE, payload: farewell(chance.pick(STATUSES), some(chance, 40)) }),
  () => frame({ opcode: CLOSE, payload: farewell(1000, BAD_UTF8) }),
  () => frame({ opcode: TEXT, payload: BAD_UTF8 }),
  payload => frame({ opcode: TEXT, payload: Buffer.concat([payload, BAD_UTF8]) }),
  (payload, chance) => frame({ opcode: TEXT, payload, says: chance.pick(LENGTHS) }),
  payload => frame({ opcode: TEXT, payload, says: BigInt(payload.length) + 9n }),
  (_payload, chance) => frame({ opcode: BINARY, payload: Buffer.alloc(60_000 + chance.below(20_000), 'x') }),
  () => fragments(Buffer.alloc(200_000, 'y'), 40),
  () => Buffer.concat(Array<Buffer>(500).fill(frame({ opcode: TEXT, payload: Buffer.alloc(0) }))),
  (_payload, chance) => frame({ opcode: TEXT, payload: Buffer.from(chance.pick(['\r\n\r\n', '\r\n', '\0'])) }),
  (payload, chance) => frame({ opcode: BINARY, payload }).subarray(0, 1 + chance.below(16)),
  (_payload, chance) => some(chance, 300),
];

export const frames = (chance: Chance, next: () => string): Buffer =>
  Buffer.concat(
    Array.from({ length: 1 + chance.below(8) }, () => chance.pick(WAYS)(Buffer.from(next(), 'latin1'), chance)),
  );

const HANDSHAKE = [
  'GET /ws HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: sip',
  '',
  '',
].join('\r\n');

const REQUEST_LINES = [
  'GET /ws HTTP/1.0',
  'POST /ws HTTP/1.1',
  'GET /ws/../ws HTTP/1.1',
  'GET /nowhere HTTP/1.1',
  'GET /rawman HTTP/1.1',
  'GET ws://127.0.0.1/ws HTTP/1.1',
  'GET //ws HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'CONNECT 127.0.0.1:80 HTTP/1.1',
];
const HEADERS = [
  'Sec-WebSocket-Key: short',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 99',
  'Sec-WebSocket-Protocol: chat',
  'Sec-WebSocket-Protocol: sip,,sip',
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
  'Sec-WebSocket-Extensions: ;;=',
  'Upgrade: h2c',
  'Content-Length: 5',
  'Transfer-Encoding: chunked',
  'Origin: http://elsewhere.example',
  `Cookie: ${'x'.repeat(9000)}`,
];
/** How often it is as it should be, so that frames are looked at. */
const SOUND = 0.75;

/** @param spoil what is done to any text */
export function handshake(chance: Chance, spoil: (text: string) => string): Buffer {
  const ways: readonly (() => string)[] = [
    () => HANDSHAKE.replace(/^.*/, () => chance.pick(REQUEST_LINES)),
    () => HANDSHAKE.replace('\r\n\r\n', () => `\r\n${chance.pick(HEADERS)}\r\n\r\n`),
    () => {
      const header = chance.pick(HEADERS);
      return HANDSHAKE.replace(new RegExp(`^${header.split(':')[0]}:.*$`, 'm'), () => header);
    },
    () =>
      HANDSHAKE.split('\r\n')
        .filter((_, at, { length }) => at > length - 3 || chance.happens(0.8))
        .join('\r\n'),
    () => HANDSHAKE.slice(0, chance.below(HANDSHAKE.length)),
    () => spoil(HANDSHAKE),
  ];
  return Buffer.from(chance.happens(SOUND) ? HANDSHAKE : chance.pick(ways)(), 'latin1');
}
