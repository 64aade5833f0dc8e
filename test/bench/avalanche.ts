/** After a restart 20,000 phones register within two seconds, repeat themselves as phones do, and follow a Retry-After. */
import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Obelisk } from '../support/obelisk.js';
import { manyAccounts, manyContact, manyName, manySecret } from './many.js';
import { ownMemory } from './own-work.js';
import { cpuOf } from './servers.js';

const PHONES = 20_000;
const WITHIN = 2000;
/** Of [general], under which it is too much. */
const LOW = 'overloaddelay=10\noverloadbacklog=1\noverloadretry=5\n';
const T1 = 500;
const T2 = 4000;
/** 64*T1: then a phone gives up, and says so. */
const PATIENCE = 32_000;

export interface Avalanche {
  readonly registered: number;
  /** Phones that were refused and told no time, or had no answer for half a minute. */
  readonly lost: number;
  /** 503 with Retry-After. */
  readonly putOff: number;
  /** What the PBX says of them: of strangers, of those that begin, of renewals. */
  readonly shed: readonly number[];
  readonly repeated: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Megabytes afterwards. */
  readonly heap: number;
  readonly resident: number;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

interface PhoneState {
  readonly index: number;
  readonly id: string;
  readonly socket: Socket;
  text: string;
  cseq: number;
  timer: NodeJS.Timeout | undefined;
}

/** Sockets on free ports of this machine. */
export async function sockets(count: number): Promise<Socket[]> {
  const opened: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const socket = createSocket({ type: 'udp4', recvBufferSize: count === 1 ? 4 * 1024 * 1024 : 16 * 1024 });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    opened.push(socket);
  }
  return opened;
}

/** From as many sockets as there are, in turn. */
export class Phones {
  readonly #sockets: readonly Socket[];
  readonly #port: number;
  readonly #count: number;
  readonly #within: number;
  readonly #phones = new Map<string, PhoneState>();
  readonly #run = randomBytes(4).toString('hex');
  registered = 0;
  lost = 0;
  putOff = 0;
  repeated = 0;
  #done: () => void = () => undefined;

  constructor(sockets: readonly Socket[], port: number, count = PHONES, within = WITHIN) {
    this.#sockets = sockets;
    this.#port = port;
    this.#count = count;
    this.#within = within;
    for (const socket of sockets) socket.on('message', this.#hear);
  }

  /** Resolves when every phone is registered or lost. */
  all(): Promise<void> {
    for (let index = 0; index < this.#count; index++) {
      const socket = this.#sockets[index % this.#sockets.length]!;
      const phone: PhoneState = { index, id: `${this.#run}-${index}`, socket, text: '', cseq: 0, timer: undefined };
      this.#phones.set(phone.id, phone);
      phone.timer = setTimeout(() => this.#begin(phone, ''), (index * this.#within) / this.#count);
    }
    const over = new Promise<void>(done => (this.#done = done));
    return over.finally(() => {
      for (const socket of this.#sockets) socket.off('message', this.#hear);
    });
  }

  #begin(phone: PhoneState, credentials: string): void {
    clearTimeout(phone.timer);
    phone.cseq += 1;
    const name = manyName(phone.index);
    phone.text =
      `REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${phone.socket.address().port};branch=z9hG4bK${phone.id}-${phone.cseq};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:${name}@127.0.0.1>;tag=${phone.id}\r\nTo: <sip:${name}@127.0.0.1>\r\nCall-ID: ${phone.id}\r\n` +
      `CSeq: ${phone.cseq} REGISTER\r\nContact: <sip:${name}@${manyContact(phone.index)}>\r\nExpires: 300\r\n${credentials}Content-Length: 0\r\n\r\n`;
    this.#send(phone, T1, 0);
  }

  /** RFC 3261 §17.1.2.2, Timers E and F. */
  #send(phone: PhoneState, wait: number, waited: number): void {
    phone.socket.send(phone.text, this.#port, '127.0.0.1');
    phone.timer = setTimeout(() => {
      if (waited + wait >= PATIENCE) {
        this.lost += 1;
        this.#end(phone);
        return;
      }
      this.repeated += 1;
      this.#send(phone, Math.min(wait * 2, T2), waited + wait);
    }, wait);
  }

  readonly #hear = (data: Buffer): void => {
    const text = data.toString('latin1');
    const status = text.slice(8, 11);
    const later = /\r\nRetry-After: (\d+)/.exec(text)?.[1];
    // To a request that was repeated there may be two.
    if (status === '503') this.putOff += 1;
    // Among so many ports there may be one that others on this machine still send to.
    const phone = this.#phones.get(/\r\nCall-ID: (\S+)/.exec(text)?.[1] ?? '');
    if (!phone || Number(/\r\nCSeq: (\d+)/.exec(text)![1]) !== phone.cseq) return;
    if (status === '401') this.#begin(phone, this.#credentials(phone, text));
    else if (status === '503' && later !== undefined) {
      clearTimeout(phone.timer);
      phone.timer = setTimeout(() => this.#begin(phone, ''), Number(later) * 1000);
    } else {
      if (status === '200') this.registered += 1;
      else this.lost += 1;
      this.#end(phone);
    }
  };

  #credentials({ index }: PhoneState, challenge: string): string {
    const name = manyName(index);
    const nonce = /nonce="([^"]*)"/.exec(challenge)![1];
    const response = md5(`${md5(`${name}:bench:${manySecret(name)}`)}:${nonce}:${md5('REGISTER:sip:127.0.0.1')}`);
    return `Authorization: Digest username="${name}", realm="bench", nonce="${nonce}", uri="sip:127.0.0.1", response="${response}", algorithm=MD5\r\n`;
  }

  #end(phone: PhoneState): void {
    clearTimeout(phone.timer);
    this.#phones.delete(phone.id);
    if (this.#phones.size === 0) this.#done();
  }
}

/** Turned away so far, by class. */
async function shedBy(pbx: Obelisk): Promise<number[]> {
  const { fields } = JSON.parse(await pbx.says('sip show overload --json')) as { fields: [Record<string, number>] };
  return ['unknown', 'new', 'refresh'].map(name => fields[0][name]!);
}

/**
 * One after each of two restarts, the second with what the first has left; and one more without a restart. `general`: more
 * lines of [general].
 */
async function figuresOf(from: readonly Socket[], general: string): Promise<Avalanche[]> {
  const pbx = await manyAccounts(PHONES);
  await pbx.write('sip.conf', (await pbx.read('sip.conf')).replace('[general]\n', `[general]\n${general}`));
  const figures: Avalanche[] = [];
  const one = async (): Promise<void> => {
    const phones = new Phones(from, await pbx.port());
    const [before, shedBefore] = [await cpuOf(pbx.pid), await shedBy(pbx)];
    const began = performance.now();
    await phones.all();
    const seconds = (performance.now() - began) / 1000;
    const cpuSeconds = ((await cpuOf(pbx.pid)) - before) / 1e6;
    const { heap, resident } = await ownMemory(pbx);
    const shed = (await shedBy(pbx)).map((count, index) => count - shedBefore[index]!);
    const { registered, lost, putOff, repeated } = phones;
    figures.push({ registered, lost, putOff, shed, repeated, seconds, cpuSeconds, heap, resident });
  };
  try {
    await pbx.start();
    await one();
    await one();
    await pbx.stop();
    await pbx.start();
    await one();
    await one();
  } finally {
    await pbx.remove();
    for (const socket of from) socket.close();
  }
  return figures;
}

export const avalancheFigures = async (): Promise<Avalanche[]> => figuresOf(await sockets(1), '');

/** The same where it is too much early; two phones share a port, by which one of them is known when it renews. */
export const shedFigures = async (): Promise<Avalanche[]> => figuresOf(await sockets(PHONES / 2), LOW);

export const avalancheLines = (figures: readonly Avalanche[]): string[] => [
  `${PHONES} phones within 2 s`.padEnd(26) +
    ['registered', 'lost', 'put off', 'strangers', 'new', 'renewals', 'repeated', 's', 'CPU s', 'heap MB', 'MB']
      .map(title => title.padStart(11))
      .join(''),
  ...figures.map(
    (one, index) =>
      ['first', 'once more', 'after a restart', 'once more'][index]!.padEnd(26) +
      [
        one.registered,
        one.lost,
        one.putOff,
        ...one.shed,
        one.repeated,
        one.seconds.toFixed(1),
        one.cpuSeconds.toFixed(1),
      ]
        .concat(one.heap.toFixed(0), one.resident.toFixed(0))
        .map(cell => String(cell).padStart(11))
        .join(''),
  ),
];
