/** A phone as RFC 3261 §17 has it over UDP: it sends again what is unheard, answers again what comes again, and calls. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Message } from '../../modules/chan_sip/message/message.js';
import { parse } from '../../modules/chan_sip/message/parser.js';
import { SDP } from './call-phone.js';
import { answerOf } from './register.js';

/** What RFC 3261 has for timer T1; T2 is eight times that. */
const T1 = 500;
/** As often a challenge is answered, less one. */
const CHALLENGES = 4;

interface Asked {
  readonly method: string;
  readonly callId: string;
  readonly cseq: number;
  readonly to?: string;
  readonly uri?: string;
  readonly more?: readonly string[];
  readonly body?: string;
}

export class PatientPhone {
  /** Requests that were sent again. */
  repeated = 0;
  /** Calls in which this phone was called. */
  readonly calledIn: string[] = [];
  readonly #socket: Socket;
  readonly #server: number;
  readonly #waiting = new Map<string, (answer: Message) => void>();
  /** ACKs to 2xx, to be sent again whenever such an answer comes again. */
  readonly #acks = new Map<string, string>();
  /** What was answered, to be said again. */
  readonly #said = new Map<string, string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #t1: number;
  #serial = 0;

  private constructor(
    readonly name: string,
    readonly secret: string,
    socket: Socket,
    server: number,
    t1: number,
  ) {
    this.#socket = socket;
    this.#server = server;
    this.#t1 = t1;
    socket.on('message', data => {
      const message = parse(data);
      if (message.kind === 'request') this.#request(message);
      else this.#response(message);
    });
  }

  /** @param t1 milliseconds, as the server has them */
  static async open(server: number, name: string, secret: string, t1 = T1): Promise<PatientPhone> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new PatientPhone(name, secret, socket, server, t1);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#socket.close();
  }

  /** Tries once more where nothing is heard of the other end. @returns the last answer */
  register(expires = 300): Promise<Message> {
    return this.#register(expires).catch(() => this.#register(expires));
  }

  async #register(expires: number): Promise<Message> {
    const callId = `reg-${this.#id}-${this.#serial++}`;
    const asked = { method: 'REGISTER', callId, uri: 'sip:127.0.0.1' };
    const more = [this.#contact, `Expires: ${expires}`];
    let answer = await this.#ask({ ...asked, cseq: 1, more });
    // A nonce that the server has forgotten meanwhile is as good as none.
    for (let cseq = 2; answer.status === 401 && cseq <= CHALLENGES; cseq += 1) {
      const proof = `Authorization: ${this.#proof(answer, 'REGISTER')}`;
      answer = await this.#ask({ ...asked, cseq, more: [...more, proof] });
    }
    return answer;
  }

  /** Calls, is acknowledged, and hangs up; dials once more where nothing is heard of the other end. @returns the answers to the INVITE and to the BYE */
  async call(extension: string, again = true): Promise<[invite: number, bye: number]> {
    const callId = `call-${this.#id}-${this.#serial++}`;
    const uri = `sip:${extension}@127.0.0.1`;
    const asked = { method: 'INVITE', callId, body: SDP };
    const more = [this.#contact, 'Content-Type: application/sdp'];
    const first = await this.#ask({ ...asked, uri, to: `<${uri}>`, cseq: 1, more }).catch((silence: Error) => silence);
    // A challenge is not repeated by itself: of a hundred callers one hears nothing for 64*T1 where three of ten are lost.
    if (first instanceof Error) {
      if (again) return this.call(extension, false);
      throw first;
    }
    let answer = first;
    let cseq = 1;
    if (answer.status === 401) {
      const proof = `Authorization: ${this.#proof(answer, 'INVITE')}`;
      cseq = 2;
      answer = await this.#ask({ ...asked, uri, to: `<${uri}>`, cseq, more: [...more, proof] });
    }
    // Nor does the server hear of every phone that it calls within that time, and says so.
    if (answer.status === 503 && again) return this.call(extension, false);
    if (answer.status >= 300) return [answer.status, 0];
    const target = answer.contacts[0]?.uri.text ?? uri;
    return [
      answer.status,
      await this.#hangUp({ method: 'BYE', callId, uri: target, to: answer.header('To')!, cseq: cseq + 1 }),
    ];
  }

  /** Once more where nothing is heard of the other end, which has then ended the call or does it now. @returns the status */
  async #hangUp(bye: Asked): Promise<number> {
    try {
      return (await this.#ask(bye)).status;
    } catch {
      const { status } = await this.#ask({ ...bye, cseq: bye.cseq + 1 });
      return status === 481 ? 200 : status;
    }
  }

  /** Nobody else has it. */
  get #id(): string {
    return `${this.name}-${this.#socket.address().port}`;
  }

  get #contact(): string {
    return `Contact: <sip:${this.name}@127.0.0.1:${this.#socket.address().port}>`;
  }

  #proof(challenge: Message, method: string): string {
    return answerOf(challenge.text, this.name, this.secret, method);
  }

  #text({ method, callId, cseq, uri = 'sip:127.0.0.1', to, more = [], body = '' }: Asked, branch: string): string {
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.#socket.address().port};branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: <sip:${this.name}@127.0.0.1>;tag=${callId}`,
      `To: ${to ?? `<sip:${this.name}@127.0.0.1>`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      ...more,
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  }

  /** Sends it until a final answer is there; an INVITE until there is any. */
  #ask(asked: Asked): Promise<Message> {
    const { method, callId, cseq } = asked;
    const branch = `z9hG4bK${callId}-${cseq}-${method}`;
    const text = this.#text(asked, branch);
    const key = `${callId} ${cseq} ${method}`;
    return new Promise((resolve, reject) => {
      const again = this.#repeat(text, () => reject(new Error(`${this.name}: no answer to\n${text}`)));
      this.#waiting.set(key, answer => {
        if (method === 'INVITE' || answer.status >= 200) again.stop();
        if (answer.status < 200) return;
        this.#waiting.delete(key);
        if (method === 'INVITE') this.#acknowledge(asked, answer, branch);
        resolve(answer);
      });
    });
  }

  #acknowledge(asked: Asked, answer: Message, branch: string): void {
    const target = answer.status < 300 ? (answer.contacts[0]?.uri.text ?? asked.uri) : asked.uri;
    const { callId, cseq } = asked;
    const ack: Asked = { method: 'ACK', callId, cseq, to: answer.header('To')!, ...(target && { uri: target }) };
    const text = this.#text(ack, answer.status < 300 ? `${branch}-ack` : branch);
    this.#acks.set(`${asked.callId} ${asked.cseq}`, text);
    this.#send(text);
  }

  /** With the waits of timer A, for as long as timer B. */
  #repeat(text: string, givenUp: () => void): { stop(): void } {
    let wait = this.#t1;
    let waited = 0;
    let timer: NodeJS.Timeout;
    const stop = (): void => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
    const next = (): void => {
      timer = setTimeout(() => {
        this.#timers.delete(timer);
        waited += wait;
        if (waited >= 64 * this.#t1) return givenUp();
        wait = Math.min(2 * wait, 8 * this.#t1);
        this.repeated += 1;
        this.#send(text);
        next();
      }, wait);
      this.#timers.add(timer);
    };
    this.#send(text);
    next();
    return { stop };
  }

  #send(text: string): void {
    this.#socket.send(Buffer.from(text, 'latin1'), this.#server, '127.0.0.1');
  }

  #response(answer: Message): void {
    const waiting = this.#waiting.get(`${answer.callId} ${answer.cseq.number} ${answer.method}`);
    const ack = answer.method === 'INVITE' && this.#acks.get(`${answer.callId} ${answer.cseq.number}`);
    if (waiting) waiting(answer);
    else if (ack && answer.status >= 200) this.#send(ack);
  }

  #request(request: Message): void {
    const said = this.#said.get(`${request.via.branch} ${request.method}`);
    if (request.method === 'ACK') this.#heard(request.callId);
    else if (said !== undefined) this.#send(said);
    else this.#taken(request);
  }

  #heard(callId: string): void {
    this.#unheard.get(callId)?.stop();
    this.#unheard.delete(callId);
  }

  #taken(request: Message): void {
    const text = this.#answer(request);
    this.#said.set(`${request.via.branch} ${request.method}`, text);
    if (request.method !== 'INVITE') {
      this.#send(text);
      return;
    }
    this.calledIn.push(request.callId);
    const never = (): void => assert.fail(`${this.name}: no ACK for ${request.callId}`);
    this.#unheard.set(request.callId, this.#repeat(text, never));
  }

  /** Answers to INVITEs that were not acknowledged yet. */
  readonly #unheard = new Map<string, { stop(): void }>();

  #answer(request: Message): string {
    const invite = request.method === 'INVITE';
    const body = invite ? SDP : '';
    const to = request.header('To')!;
    return [
      'SIP/2.0 200 OK',
      ...request.headers('Via').map(via => `Via: ${via}`),
      `From: ${request.header('From')}`,
      `To: ${to.includes(';tag=') ? to : `${to};tag=${this.name}`}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.header('CSeq')}`,
      ...(invite ? [this.#contact, 'Content-Type: application/sdp'] : []),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  }
}
