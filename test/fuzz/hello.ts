/** What comes to a port of TLS from those who do not speak it, or stop in the middle of the handshake. */
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { Chance } from '../support/chance.js';

/** What a client says first: a ClientHello, as Node's own library makes it. */
export function clientHello(): Promise<Buffer> {
  return new Promise(resolve => {
    const wire = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        resolve(chunk);
        done();
      },
    });
    connect({ socket: wire, servername: 'pbx.example' }).on('error', () => undefined);
  });
}

/** Types of records: change of cipher, alert, handshake, data, and two that are none. */
const TYPES = [20, 21, 22, 23, 24, 255];
const VERSIONS = [0x0002, 0x0200, 0x0300, 0x0301, 0x0303, 0x0304, 0xffff];

function record(chance: Chance, payload: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head[0] = chance.pick(TYPES);
  head.writeUInt16BE(chance.pick(VERSIONS), 1);
  head.writeUInt16BE(chance.happens(0.7) ? payload.length & 0xffff : chance.below(65_536), 3);
  return Buffer.concat([head, payload]);
}

const some = (chance: Chance, most: number): Buffer =>
  Buffer.from(Array.from({ length: chance.below(most + 1) }, () => chance.below(256)));

/** @param next a message of SIP, which has no business there */
export function notTls(chance: Chance, hello: Buffer, next: () => string): Buffer {
  const ways: readonly (() => Buffer)[] = [
    () => Buffer.from(next(), 'latin1'),
    () => hello.subarray(0, chance.below(hello.length)),
    () => Buffer.concat([hello, some(chance, 400)]),
    () => Buffer.concat([hello, hello]),
    () => Buffer.concat([hello, record(chance, some(chance, 300))]),
    () => Buffer.concat([hello, Buffer.from(next(), 'latin1')]),
    () => {
      const spoilt = Buffer.from(hello);
      for (let left = 1 + chance.below(6); left > 0; left -= 1) spoilt[chance.below(spoilt.length)] = chance.below(256);
      return spoilt;
    },
    () => Buffer.concat(Array.from({ length: 1 + chance.below(5) }, () => record(chance, some(chance, 500)))),
    () => some(chance, 2000),
    () => Buffer.alloc(0),
  ];
  return chance.pick(ways)();
}
