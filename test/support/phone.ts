/** A phone of a few lines: registers over UDP with digest, and gives back what it was answered. */
import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export interface RegisterOptions {
  readonly expires?: number;
  readonly secret?: string;
  /** The Contact header's value; false leaves it out. */
  readonly contact?: string | false;
}

export class Phone {
  readonly #socket: Socket;
  #server: number;
  readonly name: string;
  readonly #secret: string;
  readonly #callId = `phone-${randomBytes(6).toString('hex')}`;
  #cseq = 100;
  /** Answers that came and were not yet asked for. */
  readonly #inbox: string[] = [];
  #waiting: ((answer: string) => void) | undefined;

  private constructor(socket: Socket, server: number, name: string, secret: string) {
    this.#socket = socket;
    this.#server = server;
    this.name = name;
    this.#secret = secret;
    socket.on('message', data => {
      const answer = data.toString('latin1');
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting) waiting(answer);
      else this.#inbox.push(answer);
    });
  }

  static async open(server: number, name: string, secret: string): Promise<Phone> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.unref(); // a test that fails half-way ends all the same
    return new Phone(socket, server, name, secret);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** From now on it speaks to another server, at this port. */
  turnTo(server: number): void {
    this.#server = server;
  }

  send(text: string): void {
    this.#socket.send(Buffer.from(text, 'latin1'), this.#server, '127.0.0.1');
  }

  receive(): Promise<string> {
    const answer = this.#inbox.shift();
    return answer !== undefined ? Promise.resolve(answer) : new Promise(resolve => (this.#waiting = resolve));
  }

  /** Sends a text and waits for the next answer. */
  ask(text: string): Promise<string> {
    this.send(text);
    return this.receive();
  }

  /** One REGISTER, with credentials when given a challenge. */
  request({ expires = 300, contact, secret }: RegisterOptions, challenge?: string): string {
    this.#cseq += 1;
    const uri = `sip:127.0.0.1:${this.#server}`;
    const lines = [
      `REGISTER ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bK${randomBytes(6).toString('hex')};rport`,
      `From: <sip:${this.name}@127.0.0.1>;tag=t${this.port}`,
      `To: <sip:${this.name}@127.0.0.1>`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${this.#cseq} REGISTER`,
      'Max-Forwards: 70',
      `Expires: ${expires}`,
    ];
    if (contact !== false) lines.push(`Contact: ${contact ?? `<sip:${this.name}@127.0.0.1:${this.port}>`}`);
    if (challenge !== undefined) {
      const realm = /realm="([^"]*)"/.exec(challenge)![1]!;
      const nonce = /nonce="([^"]*)"/.exec(challenge)![1]!;
      const ha1 = md5(`${this.name}:${realm}:${secret ?? this.#secret}`);
      const response = md5(`${ha1}:${nonce}:${md5(`REGISTER:${uri}`)}`);
      lines.push(
        `Authorization: Digest username="${this.name}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5`,
      );
    }
    return `${[...lines, 'Content-Length: 0'].join('\r\n')}\r\n\r\n`;
  }

  /** Registers as a phone does: unchallenged first, then with credentials. @returns the last answer */
  async register(options: RegisterOptions = {}): Promise<string> {
    const first = await this.ask(this.request(options));
    return first.startsWith('SIP/2.0 401') ? this.ask(this.request(options, first)) : first;
  }

  close(): void {
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The status of an answer: 200. */
export const statusOf = (answer: string): number => Number(/^SIP\/2\.0 (\d{3})/.exec(answer)?.[1]);
