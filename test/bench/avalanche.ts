/** After a restart 20,000 phones register within two seconds, repeat themselves as phones do, and follow a Retry-After. */
import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { manyAccounts, manyContact, manyName, manySecret } from './many.js';
import { ownMemory } from './own-work.js';
import { cpuOf } from './servers.js';

const PHONES = 20_000;
const WITHIN = 2000;
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
  text: string;
  cseq: number;
  timer: NodeJS.Timeout | undefined;
}

class Phones {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #phones = new Map<string, PhoneState>();
  readonly #run = randomBytes(4).toString('hex');
  registered = 0;
  lost = 0;
  putOff = 0;
  repeated = 0;
  #done: () => void = () => undefined;

  constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#port = port;
    socket.on('message', data => this.#hear(data.toString('latin1')));
  }

  /** Resolves when every phone is registered or lost. */
  all(): Promise<void> {
    for (let index = 0; index < PHONES; index++) {
      const phone: PhoneState = { index, id: `${this.#run}-${index}`, text: '', cseq: 0, timer: undefined };
      this.#phones.set(phone.id, phone);
      phone.timer = setTimeout(() => this.#begin(phone, ''), (index * WITHIN) / PHONES);
    }
    return new Promise(done => (this.#done = done));
  }

  #begin(phone: PhoneState, credentials: string): void {
    clearTimeout(phone.timer);
    phone.cseq += 1;
    const name = manyName(phone.index);
    phone.text =
      `REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${this.#socket.address().port};branch=z9hG4bK${phone.id}-${phone.cseq};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:${name}@127.0.0.1>;tag=${phone.id}\r\nTo: <sip:${name}@127.0.0.1>\r\nCall-ID: ${phone.id}\r\n` +
      `CSeq: ${phone.cseq} REGISTER\r\nContact: <sip:${name}@${manyContact(phone.index)}>\r\nExpires: 300\r\n${credentials}Content-Length: 0\r\n\r\n`;
    this.#send(phone, T1, 0);
  }

  /** RFC 3261 §17.1.2.2, Timers E and F. */
  #send(phone: PhoneState, wait: number, waited: number): void {
    this.#socket.send(phone.text, this.#port, '127.0.0.1');
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

  #hear(text: string): void {
    const phone = this.#phones.get(/\r\nCall-ID: (\S+)/.exec(text)![1]!);
    if (!phone || Number(/\r\nCSeq: (\d+)/.exec(text)![1]) !== phone.cseq) return;
    const status = text.slice(8, 11);
    const later = /\r\nRetry-After: (\d+)/.exec(text)?.[1];
    if (status === '401') this.#begin(phone, this.#credentials(phone, text));
    else if (status === '503' && later !== undefined) {
      this.putOff += 1;
      clearTimeout(phone.timer);
      phone.timer = setTimeout(() => this.#begin(phone, ''), Number(later) * 1000);
    } else {
      if (status === '200') this.registered += 1;
      else this.lost += 1;
      this.#end(phone);
    }
  }

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

/** One after each of two restarts, the second with what the first has left; and one more without a restart. */
export async function avalancheFigures(): Promise<Avalanche[]> {
  const pbx = await manyAccounts(PHONES);
  const figures: Avalanche[] = [];
  const one = async (): Promise<void> => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const phones = new Phones(socket, await pbx.port());
    const before = await cpuOf(pbx.pid);
    const began = performance.now();
    await phones.all();
    const seconds = (performance.now() - began) / 1000;
    const cpuSeconds = ((await cpuOf(pbx.pid)) - before) / 1e6;
    socket.close();
    const { heap, resident } = await ownMemory(pbx);
    const { registered, lost, putOff, repeated } = phones;
    figures.push({ registered, lost, putOff, repeated, seconds, cpuSeconds, heap, resident });
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
  }
  return figures;
}

export const avalancheLines = (figures: readonly Avalanche[]): string[] => [
  `${PHONES} phones within 2 s`.padEnd(26) +
    ['registered', 'lost', 'put off', 'repeated', 's', 'CPU s', 'heap MB', 'MB']
      .map(title => title.padStart(11))
      .join(''),
  ...figures.map(
    (one, index) =>
      ['first', 'once more', 'after a restart', 'once more'][index]!.padEnd(26) +
      [one.registered, one.lost, one.putOff, one.repeated, one.seconds.toFixed(1), one.cpuSeconds.toFixed(1)]
        .concat(one.heap.toFixed(0), one.resident.toFixed(0))
        .map(cell => String(cell).padStart(11))
        .join(''),
  ),
];
