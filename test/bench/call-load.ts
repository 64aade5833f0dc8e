/** Calls one after the other, so many at a time, between two sockets of this process: INVITE, 180, 200, ACK, BYE, 200. It never sleeps. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { SDP } from '../support/call-phone.js';

const ADDRESS = '127.0.0.1';
/** Milliseconds without an answer after which a request is sent again (T1). */
const REPEAT = 500;

export interface CallOutcome {
  readonly done: number;
  /** Requests sent again because no answer came. */
  readonly repeated: number;
  readonly seconds: number;
}

/** What the caller waits for. */
interface Going {
  text: string;
  sentAt: number;
  hangingUp: boolean;
}

const headerOf = (text: string, name: string): string => {
  const from = text.indexOf(`\r\n${name}: `) + name.length + 4;
  return text.slice(from, text.indexOf('\r\n', from));
};

/** All that an answer takes from its request. */
function answered(request: string, status: string, tag: string, more: string): string {
  const vias = request.split('\r\n').filter(line => line.startsWith('Via: '));
  const to = headerOf(request, 'To');
  return [
    `SIP/2.0 ${status}`,
    ...vias,
    `From: ${headerOf(request, 'From')}`,
    `To: ${to.includes(';tag=') ? to : `${to};tag=${tag}`}`,
    `Call-ID: ${headerOf(request, 'Call-ID')}`,
    `CSeq: ${headerOf(request, 'CSeq')}`,
    more,
  ].join('\r\n');
}

const EMPTY = 'Content-Length: 0\r\n\r\n';

/** Both ends of all calls. */
export class CallLoad {
  readonly #caller: Socket;
  readonly #callee: Socket;
  readonly #going = new Map<string, Going>();
  #server = 0;
  #total = 0;
  #started = 0;
  #done = 0;
  #repeated = 0;
  #run = '';
  #finish: () => void = () => undefined;
  #fail: (reason: Error) => void = () => undefined;

  private constructor(caller: Socket, callee: Socket) {
    this.#caller = caller;
    this.#callee = callee;
    caller.on('message', data => this.#answer(data.toString('latin1')));
    callee.on('message', (data, { port }) => this.#called(data.toString('latin1'), port));
  }

  static async open(): Promise<CallLoad> {
    const open = async () => {
      const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 }).bind(0, ADDRESS);
      await once(socket, 'listening');
      return socket;
    };
    return new CallLoad(await open(), await open());
  }

  /** Ports of who calls and of who is called. */
  get ports(): readonly [caller: number, callee: number] {
    return [this.#caller.address().port, this.#callee.address().port];
  }

  /** @throws when a call is refused */
  async run(server: number, total: number, abreast: number): Promise<CallOutcome> {
    this.#server = server;
    this.#total = total;
    this.#started = this.#done = this.#repeated = 0;
    this.#run = randomBytes(4).toString('hex');
    const all = new Promise<void>((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    const began = performance.now();
    for (let index = 0; index < Math.min(abreast, total); index++) this.#next();
    const sweep = setInterval(() => this.#sweep(), REPEAT / 2);
    let awake = true;
    const turn = (): void => void (awake && setImmediate(turn));
    turn();
    await all.finally(() => {
      clearInterval(sweep);
      awake = false;
    });
    return { done: total, repeated: this.#repeated, seconds: (performance.now() - began) / 1000 };
  }

  close(): void {
    this.#caller.close();
    this.#callee.close();
  }

  #next(): void {
    if (this.#started === this.#total) return;
    const id = `${this.#run}-${this.#started++}`;
    const invite = this.#request('INVITE', `sip:callee@${ADDRESS}`, `<sip:callee@${ADDRESS}>`, id, 1, true);
    const going: Going = { text: invite, sentAt: 0, hangingUp: false };
    this.#going.set(id, going);
    this.#send(going);
  }

  #send(going: Going): void {
    going.sentAt = performance.now();
    this.#caller.send(going.text, this.#server, ADDRESS);
  }

  #sweep(): void {
    const late = performance.now() - REPEAT;
    for (const going of this.#going.values()) {
      if (going.sentAt > late) continue;
      this.#repeated += 1;
      this.#send(going);
    }
  }

  #answer(text: string): void {
    const id = headerOf(text, 'Call-ID');
    const going = this.#going.get(id);
    if (!going || text.startsWith('SIP/2.0 1')) return;
    if (!text.startsWith('SIP/2.0 200')) this.#fail(new Error(`unexpected answer:\n${text}`));
    else if (headerOf(text, 'CSeq') === '2 BYE') {
      this.#going.delete(id);
      if (++this.#done === this.#total) this.#finish();
      else this.#next();
    } else {
      const [target = ''] = /(?<=<)[^>]*/.exec(headerOf(text, 'Contact')) ?? [];
      const to = headerOf(text, 'To');
      this.#caller.send(this.#request('ACK', target, to, id, 1, false), this.#server, ADDRESS);
      if (going.hangingUp) return;
      going.hangingUp = true;
      going.text = this.#request('BYE', target, to, id, 2, false);
      this.#send(going);
    }
  }

  #called(text: string, port: number): void {
    const send = (answer: string) => this.#callee.send(answer, port, ADDRESS);
    if (text.startsWith('BYE ')) send(answered(text, '200 OK', '', EMPTY));
    else if (text.startsWith('INVITE ')) {
      const tag = headerOf(text, 'Call-ID').slice(0, 8);
      const contact = `Contact: <sip:callee@${ADDRESS}:${this.ports[1]}>\r\n`;
      send(answered(text, '180 Ringing', tag, contact + EMPTY));
      send(answered(text, '200 OK', tag, contact + withSdp()));
    }
  }

  #request(method: string, uri: string, to: string, id: string, cseq: number, offer: boolean): string {
    const [own] = this.ports;
    return (
      `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${ADDRESS}:${own};branch=z9hG4bK${id}-${method};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: "Bench" <sip:caller@${ADDRESS}>;tag=${id}\r\nTo: ${to}\r\nCall-ID: ${id}\r\n` +
      `CSeq: ${cseq} ${method}\r\nContact: <sip:caller@${ADDRESS}:${own}>\r\nUser-Agent: bench/1.0\r\n` +
      `Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER, INFO\r\n${offer ? withSdp() : EMPTY}`
    );
  }
}

const withSdp = (): string => `Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`;
