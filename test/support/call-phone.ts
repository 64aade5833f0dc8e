/** A phone that calls and is called: what it sends is written out, what it gets is read. */

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { Message } from '../../modules/chan_sip/message/message.js';
import { parse } from '../../modules/chan_sip/message/parser.js';
import type { Endpoint } from '../../modules/chan_sip/transport/transport.js';
import { type Line, udpLine } from './line.js';
import type { UdpPhone } from './udp-phone.js';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 30000 RTP/AVP 8 0 101',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n');

export interface Draft {
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly type?: string;
  readonly uri?: string;
  /** A branch of a request that was sent before. */
  readonly branch?: string;
  readonly cseq?: number;
}

/** One dialog as the phone has it. */
export interface Conversation {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly target: string;
  cseq: number;
}

export class CallPhone {
  readonly line: Line;
  readonly name: string;
  readonly #server: Endpoint;
  readonly #secret: string;
  #serial = 0;
  #last: { text: string; branch: string; cseq: number; callId: string; uri: string; from: string } | undefined;

  private constructor(line: Line, server: Endpoint, name: string, secret: string) {
    this.line = line;
    this.#server = server;
    this.name = name;
    this.#secret = secret;
  }

  static async open(server: Endpoint, name: string, secret: string): Promise<CallPhone> {
    return new CallPhone(await udpLine(server), server, name, secret);
  }

  /** One of a PBX on the clock of this machine: what that repeats while we are busy is heard once. */
  static async far(port: number, name: string, secret: string): Promise<CallPhone> {
    const phone = await CallPhone.open({ address: '127.0.0.1', port }, name, secret);
    phone.udp.hearOnce();
    return phone;
  }

  static over(line: Line, server: Endpoint, name: string, secret: string): CallPhone {
    return new CallPhone(line, server, name, secret);
  }

  close(): Promise<void> {
    return this.line.close();
  }

  /** @throws where it speaks over something else */
  get udp(): UdpPhone {
    const { udp } = this.line;
    if (!udp) throw new Error(`${this.name} does not speak over UDP`);
    return udp;
  }

  get contact(): string {
    const { protocol, endpoint } = this.line;
    const over = { UDP: '', TCP: ';transport=tcp', TLS: ';transport=tls', WS: ';transport=ws', WSS: ';transport=ws' };
    return `<sip:${this.name}@127.0.0.1:${endpoint.port}${over[protocol]}>`;
  }

  send(text: string): void {
    this.line.send(text);
  }

  async next(): Promise<Message> {
    return this.read(await this.line.next());
  }

  read(text: string): Message {
    return parse(Buffer.from(text, 'latin1'));
  }

  /** Of the last INVITE of ours. */
  get lastCallId(): string {
    return this.#last!.callId;
  }

  /** The next message, which must be this: `200 INVITE`, `BYE`. */
  async expect(what: string): Promise<Message> {
    const message = await this.next();
    const said = message.kind === 'request' ? message.method : `${message.status} ${message.method}`;
    assert.equal(said, what, message.text);
    return message;
  }

  /** An INVITE outside of a dialog; a challenge is answered. @returns the first answer that is none */
  async call(extension: string, draft: Draft = {}): Promise<Message> {
    const callId = `${this.name}-${randomBytes(4).toString('hex')}`;
    this.invite(extension, callId, 101, draft);
    const first = await this.next();
    if (first.status !== 401) return first;
    this.acknowledge(first);
    this.invite(extension, callId, 102, draft, first);
    return await this.next();
  }

  invite(extension: string, callId: string, cseq: number, draft: Draft, challenge?: Message): void {
    const uri = draft.uri ?? `sip:${extension}@127.0.0.1:${this.#server.port}`;
    const from = `"${this.name}" <sip:${this.name}@127.0.0.1>;tag=t${this.name}`;
    const headers = challenge ? [this.#credentials(challenge, 'INVITE', uri)] : [];
    const body = draft.body ?? SDP;
    this.request(
      'INVITE',
      uri,
      { callId, from, to: `<${uri}>`, target: uri, cseq },
      {
        ...draft,
        headers: [`Contact: ${this.contact}`, ...headers, ...(draft.headers ?? [])],
        body,
        ...(body !== '' && { type: draft.type ?? 'application/sdp' }),
      },
    );
  }

  /** A request as it is written; what it was is remembered for ack and cancel. */
  request(method: string, uri: string, { callId, from, to, cseq }: Conversation, draft: Draft = {}): string {
    const branch = draft.branch ?? `z9hG4bK${this.name}${this.line.endpoint.port}x${this.#serial++}`;
    const { body = '' } = draft;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/${this.line.protocol} 127.0.0.1:${this.line.endpoint.port};branch=${branch};rport`,
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      'Max-Forwards: 70',
      'User-Agent: goldphone/1.0',
      ...(draft.headers ?? []),
      ...(draft.type === undefined ? [] : [`Content-Type: ${draft.type}`]),
      `Content-Length: ${body.length}`,
    ];
    const text = `${lines.join('\r\n')}\r\n\r\n${body}`;
    if (method === 'INVITE') this.#last = { text, branch, cseq, callId, uri, from };
    this.send(text);
    return text;
  }

  /** The last INVITE once more, as it was. */
  repeat(): void {
    this.send(this.#last!.text);
  }

  /** The ACK to an answer: of a refusal with its branch, of a 2xx as a request of its own. */
  acknowledge(answer: Message, draft: Draft = {}): Conversation {
    const { branch, callId, uri, from, cseq } = this.#last!;
    const refused = answer.status >= 300;
    const talk = this.conversation(answer);
    this.request(
      'ACK',
      refused ? uri : talk.target,
      { ...talk, callId, from, cseq },
      {
        ...draft,
        ...(refused && { branch }),
      },
    );
    return talk;
  }

  cancel(headers: readonly string[] = []): void {
    const { branch, callId, uri, from, cseq } = this.#last!;
    this.request('CANCEL', uri, { callId, from, to: `<${uri}>`, target: uri, cseq }, { branch, headers });
  }

  /** Cancels, and takes the answers to that and to the INVITE. */
  async giveUp(): Promise<void> {
    this.cancel();
    const two = [await this.next(), await this.next()];
    const refusal = two.find(({ method, status }) => method === 'INVITE' && status === 487);
    assert.ok(refusal, two.map(({ text }) => text).join('\n'));
    this.acknowledge(refusal);
  }

  /** Ends a call. */
  async hangUp(talk: Conversation): Promise<void> {
    this.within(talk, 'BYE');
    await this.expect('200 BYE');
  }

  /** The dialog that an answer to our INVITE makes. */
  conversation(answer: Message): Conversation {
    const target = answer.contacts[0]?.uri.text ?? this.#last!.uri;
    return { callId: answer.callId, from: this.#last!.from, to: answer.header('To')!, target, cseq: this.#last!.cseq };
  }

  /** A request within a dialog. */
  within(talk: Conversation, method: string, draft: Draft = {}): void {
    talk.cseq = draft.cseq ?? talk.cseq + 1;
    const contact = method === 'BYE' ? [] : [`Contact: ${this.contact}`];
    this.request(method, talk.target, talk, { ...draft, headers: [...contact, ...(draft.headers ?? [])] });
  }

  /** That it is there, to whoever asks from that port. */
  answerAt(request: Message, port: number, status = 200, reason = 'OK'): void {
    this.udp.send({ address: '127.0.0.1', port }, this.#answerTo(request, status, reason));
  }

  /** Answers a request that came. */
  answer(request: Message, status: number, reason: string, draft: Draft & { readonly tag?: string } = {}): void {
    this.send(this.#answerTo(request, status, reason, draft));
  }

  #answerTo(request: Message, status: number, reason: string, draft: Draft & { readonly tag?: string } = {}): string {
    const { body = '', tag = `p${this.name}` } = draft;
    const to = request.header('To')!;
    const lines = [
      `SIP/2.0 ${status} ${reason}`,
      ...request.headers('Via').map(via => `Via: ${via}`),
      ...request.headers('Record-Route').map(route => `Record-Route: ${route}`),
      `From: ${request.header('From')}`,
      `To: ${status === 100 || to.includes(';tag=') ? to : `${to};tag=${tag}`}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.header('CSeq')}`,
      ...(request.method === 'INVITE' && status < 300 ? [`Contact: ${this.contact}`] : []),
      ...(draft.headers ?? []),
      ...(body === '' ? [] : [`Content-Type: ${draft.type ?? 'application/sdp'}`]),
      `Content-Length: ${body.length}`,
    ];
    return `${lines.join('\r\n')}\r\n\r\n${body}`;
  }

  /** The dialog of an INVITE that we answered. */
  calledIn(invite: Message, tag = `p${this.name}`): Conversation {
    return {
      callId: invite.callId,
      from: `${invite.header('To')};tag=${tag}`,
      to: invite.header('From')!,
      target: invite.contacts[0]!.uri.text,
      cseq: 500,
    };
  }

  async register(contact = this.contact, headers: readonly string[] = []): Promise<void> {
    const uri = `sip:127.0.0.1:${this.#server.port}`;
    const callId = `reg-${this.name}-${this.line.endpoint.port}`;
    const talk = (cseq: number): Conversation => ({
      callId,
      from: `<sip:${this.name}@127.0.0.1>;tag=r${this.line.endpoint.port}`,
      to: `<sip:${this.name}@127.0.0.1>`,
      target: uri,
      cseq,
    });
    const lines = [`Contact: ${contact}`, 'Expires: 3600', ...headers];
    this.request('REGISTER', uri, talk(1), { headers: lines });
    const first = await this.next();
    if (first.status === 401) {
      this.request('REGISTER', uri, talk(2), { headers: [...lines, this.#credentials(first, 'REGISTER', uri)] });
      await this.expect('200 REGISTER');
    }
  }

  #credentials(challenge: Message, method: string, uri: string): string {
    const asked = challenge.header('WWW-Authenticate')!;
    const realm = /realm="([^"]*)"/.exec(asked)![1]!;
    const nonce = /nonce="([^"]*)"/.exec(asked)![1]!;
    const response = md5(`${md5(`${this.name}:${realm}:${this.#secret}`)}:${nonce}:${md5(`${method}:${uri}`)}`);
    return `Authorization: Digest username="${this.name}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5`;
  }
}
