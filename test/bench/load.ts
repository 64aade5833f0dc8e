/** The load: accounts that register with digest, or strangers that only ask, so many at a time over one socket. */
import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { accountName, secretOf } from './servers.js';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export interface Outcome {
  /** Attempts that came to their end. */
  readonly done: number;
  /** Requests sent again because no answer came. */
  readonly repeated: number;
  readonly seconds: number;
}

/** A datagram unanswered for so long is sent again, as a phone does (T1). */
const REPEAT = 500;

interface Who {
  readonly name: string;
  readonly contact: string;
}

/** One account on its way through 401 and 200. */
interface Attempt extends Who {
  text: string;
  sentAt: number;
}

/** What an attempt is made of: `register` answers its challenge and is done with a 200, `knock` is done with the challenge. */
type Kind = 'register' | 'knock';

/** Accounts that exist, each through 401 and 200. */
export const register = (port: number, total: number, abreast: number): Promise<Outcome> =>
  run(port, total, abreast, 'register');

/** Names that nobody has, each but once, without credentials. */
export const flood = (port: number, total: number, abreast: number): Promise<Outcome> =>
  run(port, total, abreast, 'knock');

/** Who registers, by a number. */
export interface Accounts {
  name(index: number): string;
  secret(name: string): string;
  /** Host and port of its contact; left out: where it is. */
  contact?(index: number): string;
  /** Its Call-ID; left out: another each time. */
  id?(index: number): string;
}

const BENCH: Accounts = { name: accountName, secret: secretOf };

/** The same with accounts of another kind, each once. */
export const registerAs = (port: number, total: number, accounts: Accounts, abreast = 64): Promise<Outcome> =>
  run(port, total, abreast, 'register', accounts);

async function run(port: number, total: number, abreast: number, kind: Kind, accounts = BENCH): Promise<Outcome> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const load = new Load(socket, port, total, kind, accounts);
  const began = performance.now();
  await load.run(abreast);
  const seconds = (performance.now() - began) / 1000;
  socket.close();
  return { done: total, repeated: load.repeated, seconds };
}

class Load {
  repeated = 0;
  readonly #attempts = new Map<string, Attempt>();
  readonly #own: number;
  /** Names and Call-IDs that no run has used before. */
  readonly #run = randomBytes(4).toString('hex');
  #started = 0;
  #done = 0;
  #finish: () => void = () => undefined;
  #fail: (reason: Error) => void = () => undefined;

  constructor(
    readonly socket: Socket,
    readonly port: number,
    readonly total: number,
    readonly kind: Kind,
    readonly accounts: Accounts,
  ) {
    this.#own = socket.address().port;
  }

  async run(abreast: number): Promise<void> {
    const all = new Promise<void>((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    this.socket.on('message', data => this.#answer(data.toString('latin1')));
    for (let index = 0; index < Math.min(abreast, this.total); index++) this.#next();
    const sweep = setInterval(() => this.#sweep(), REPEAT / 2);
    const awake = this.#stayAwake();
    await all.finally(() => {
      clearInterval(sweep);
      awake.end();
    });
  }

  /**
   * Keeps this process from sleeping. A datagram over loopback wakes whoever waits for it at the sender's cost, and the
   * slower a server is the oftener its client sleeps: it would pay for that too, though no phone is ever on its machine.
   */
  #stayAwake(): { end: () => void } {
    let next: NodeJS.Immediate;
    const turn = () => {
      next = setImmediate(turn);
    };
    turn();
    return { end: () => clearImmediate(next) };
  }

  #next(): void {
    if (this.#started === this.total) return;
    const index = this.#started++;
    const name = this.kind === 'register' ? this.accounts.name(index) : `nobody${this.#run}${index}`;
    const id = this.accounts.id?.(index) ?? `${this.#run}-${index}`;
    const contact = this.accounts.contact?.(index) ?? `127.0.0.1:${this.#own}`;
    const attempt = { name, contact, text: this.#request({ name, contact }, id, 1, ''), sentAt: 0 };
    this.#attempts.set(id, attempt);
    this.#send(attempt);
  }

  #send(attempt: Attempt): void {
    attempt.sentAt = performance.now();
    this.socket.send(attempt.text, this.port, '127.0.0.1');
  }

  #sweep(): void {
    const late = performance.now() - REPEAT;
    for (const attempt of this.#attempts.values()) {
      if (attempt.sentAt > late) continue;
      this.repeated += 1;
      this.#send(attempt);
    }
  }

  #answer(text: string): void {
    const at = text.indexOf('Call-ID: ') + 9;
    const id = text.slice(at, text.indexOf('\r\n', at));
    const attempt = this.#attempts.get(id);
    if (!attempt) return;
    const last = this.kind === 'register' ? 'SIP/2.0 200' : 'SIP/2.0 401';
    if (text.startsWith(last)) {
      this.#attempts.delete(id);
      if (++this.#done === this.total) this.#finish();
      else this.#next();
    } else if (text.startsWith('SIP/2.0 401')) {
      attempt.text = this.#request(attempt, id, 2, this.#credentials(attempt.name, text));
      this.#send(attempt);
    } else this.#fail(new Error(`unexpected answer:\n${text}`));
  }

  #credentials(name: string, challenge: string): string {
    const at = challenge.indexOf('nonce="') + 7;
    const nonce = challenge.slice(at, challenge.indexOf('"', at));
    const uri = 'sip:127.0.0.1';
    const response = md5(`${md5(`${name}:bench:${this.accounts.secret(name)}`)}:${nonce}:${md5(`REGISTER:${uri}`)}`);
    return `Authorization: Digest username="${name}", realm="bench", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5\r\n`;
  }

  #request({ name, contact }: Who, id: string, cseq: number, credentials: string): string {
    return (
      `REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${this.#own};branch=z9hG4bK${id}-${cseq};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:${name}@127.0.0.1>;tag=${id}\r\nTo: <sip:${name}@127.0.0.1>\r\nCall-ID: ${id}\r\n` +
      `CSeq: ${cseq} REGISTER\r\nContact: <sip:${name}@${contact}>\r\nExpires: 300\r\nUser-Agent: bench/1.0\r\n` +
      `Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER, INFO\r\nSupported: path\r\n${credentials}Content-Length: 0\r\n\r\n`
    );
  }
}
