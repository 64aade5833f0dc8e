/** Connections to every port that listens for them: what goes over each is spoilt in its own way, and each must end. */
import assert from 'node:assert/strict';
import type { Endpoint } from '../../modules/chan_sip/transport/transport.js';
import type { Chance } from '../support/chance.js';
import type { Obelisk } from '../support/obelisk.js';
import { StreamPhone } from '../support/stream-phone.js';
import { frames, handshake } from './frames.js';
import { clientHello, notTls } from './hello.js';
import { managerWords, webWords } from './manager.js';

/** The ports, and what a client of TLS says first. */
export interface Places {
  readonly tcp: Endpoint;
  readonly manager: Endpoint;
  readonly http: Endpoint;
  /** Undefined where no certificate can be made. */
  readonly tls: Endpoint | undefined;
  readonly https: Endpoint | undefined;
  readonly hello: Buffer;
}

interface Texts {
  readonly chance: Chance;
  readonly hello: Buffer;
  /** The next message of SIP. */
  next(): string;
  /** Any text, spoilt as messages are. */
  spoil(text: string): string;
}

interface Way {
  readonly over: string;
  readonly place: 'tcp' | 'manager' | 'http' | 'tls' | 'https';
  /** With a handshake of TLS that is as it should be. */
  readonly secure?: boolean;
  bytes(texts: Texts): Buffer;
  /** What an answer to it never looks like. */
  readonly never?: RegExp;
}

const messages = ({ chance, next }: Texts): Buffer =>
  Buffer.from(Array.from({ length: 1 + chance.below(6) }, next).join(''), 'latin1');
const web = ({ chance, next, spoil }: Texts): Buffer => Buffer.concat([handshake(chance, spoil), frames(chance, next)]);
const NO_HTTP = /^(?!HTTP\/1\.1 [1-5]\d\d )[\s\S]|^HTTP\/1\.1 500/;
const NO_MANAGER = /^(?!Asterisk Call Manager)[\s\S]|Internal error/;

/** Each is as likely as the others. */
const WAYS: readonly Way[] = [
  { over: 'tcp', place: 'tcp', bytes: messages },
  { over: 'tls', place: 'tls', secure: true, bytes: messages },
  { over: 'no tls', place: 'tls', bytes: ({ chance, hello, next }) => notTls(chance, hello, next) },
  { over: 'ws', place: 'http', bytes: web, never: NO_HTTP },
  { over: 'wss', place: 'https', secure: true, bytes: web, never: NO_HTTP },
  { over: 'manager', place: 'manager', bytes: ({ chance, spoil }) => managerWords(chance, spoil), never: NO_MANAGER },
  { over: 'rawman', place: 'http', bytes: ({ chance, spoil }) => webWords(chance, spoil), never: NO_HTTP },
];

/** Where to find them on a PBX whose files name no port. @param secure whether it has a certificate */
export async function placesOf(pbx: Obelisk, secure: boolean): Promise<Places> {
  const at = (port: number): Endpoint => ({ address: '127.0.0.1', port });
  const found = async (command: string, sign: RegExp) => at(Number(sign.exec(await pbx.x(command))![1]));
  return {
    tcp: at(await pbx.port('TCP SIP')),
    manager: await found('manager show settings', /TCP Bindaddress: +127\.0\.0\.1:(\d+)/),
    http: await found('http show status', /^Server Enabled and Bound to \S+:(\d+)$/m),
    tls: secure ? at(await pbx.port('TLS SIP')) : undefined,
    https: secure ? await found('http show status', /^HTTPS Server .* Bound to \S+:(\d+)$/m) : undefined,
    hello: await clientHello(),
  };
}

export class Connections {
  /** How many there were, by what went over them. */
  readonly counts: Record<string, number> = {};
  readonly #places: Places;
  readonly #texts: Texts;
  readonly #ways: readonly Way[];

  constructor(places: Places, texts: Omit<Texts, 'hello'>) {
    this.#places = places;
    this.#texts = { ...texts, hello: places.hello };
    this.#ways = WAYS.filter(({ place }) => places[place]);
  }

  /** One, in pieces of any length; then its end, which the other end must follow. @param keep what goes out */
  async next(keep: (over: string, text: string) => void): Promise<void> {
    const { chance } = this.#texts;
    const { over, place, secure, bytes, never } = chance.pick(this.#ways);
    const data = bytes(this.#texts);
    keep(over, data.toString('latin1'));
    this.counts[over] = (this.counts[over] ?? 0) + 1;
    const to = this.#places[place]!;
    await using phone = await (secure ? StreamPhone.secure(to, { rejectUnauthorized: false }) : StreamPhone.open(to));
    for (let at = 0; at < data.length; ) {
      const length = 1 + chance.below(chance.happens(0.3) ? 5 : 3000);
      phone.send(data.subarray(at, at + length));
      at += length;
    }
    phone.socket.end();
    await phone.hungUp();
    if (never) assert.doesNotMatch(phone.text, never, `an answer over ${over} that is none`);
  }
}
