/** The user layer over a wire that can be read: real messages, real devices, no socket. */
import assert from 'node:assert/strict';
import { atOnce } from '../../../core/clock.js';
import { handleIncoming } from '../../../modules/chan_sip/incoming.js';
import { digestResponse, ha1 } from '../../../modules/chan_sip/message/digest-algorithm.js';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import { readSipConfig, type SipConfig } from '../../../modules/chan_sip/options/read.js';
import { standardPort } from '../../../modules/chan_sip/options/values/transport.js';
import { TransactionLayer } from '../../../modules/chan_sip/transaction/layer.js';
import { DEFAULT_TIMERS } from '../../../modules/chan_sip/transaction/timers.js';
import type { RecordSource } from '../../../modules/chan_sip/transport/resolver/record.js';
import {
  type Endpoint,
  type Failed,
  type Flow,
  formatEndpoint,
  type Protocol,
} from '../../../modules/chan_sip/transport/transport.js';
import { UserLayer } from '../../../modules/chan_sip/user/layer.js';
import type { Observer } from '../../../modules/chan_sip/user/outbound/line.js';
import { CoreStage } from '../../support/core-stage.js';
import { type Lookup, namesFrom } from '../../support/names.js';

/** An answer, taken apart as far as tests look at it. */
export interface Heard {
  readonly status: number;
  readonly line: string;
  readonly text: string;
  /** Where it went. */
  readonly to: Endpoint;
  readonly protocol: Protocol;
  header(name: string): string | undefined;
}

const heard = (text: string, to: Endpoint, protocol: Protocol): Heard => ({
  text,
  to,
  protocol,
  line: text.slice('SIP/2.0 '.length, text.indexOf('\r\n')),
  status: Number(/^SIP\/2\.0 (\d+)/.exec(text)?.[1]),
  header: name => new RegExp(`^${name}: (.*)\r$`, 'm').exec(text)?.[1],
});

/** Where a request comes from; over UDP when it does not say. */
export interface Source extends Endpoint {
  readonly protocol?: Protocol;
}

export const SOURCE: Source = { address: '192.0.2.7', port: 5062 };

export interface Ask {
  readonly method?: string;
  readonly user?: string;
  readonly uri?: string;
  /** `scheme:user@host`, without brackets. */
  readonly to?: string;
  readonly from?: string;
  readonly via?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly contact?: string | false;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly source?: Source;
  readonly protocol?: Protocol;
}

/** How to answer a challenge. */
export interface Login {
  readonly name?: string;
  readonly secret?: string;
  readonly nonce?: string;
}

/** What a device says to an OPTIONS of ours. */
export const optionsAnswer = (asked: Heard, status = 200): string =>
  [
    `SIP/2.0 ${status} Whatever`,
    ...['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(name => `${name}: ${asked.header(name)}`),
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n');

export class SiteStage {
  readonly stage: CoreStage;
  readonly user: UserLayer;
  readonly transactions: TransactionLayer;
  readonly #wires = new Map<string, RecordingWire>();
  /** What chance says: in the middle nothing is longer or shorter. */
  random = 0.5;
  /** Sees what happens to registrations with other servers. */
  observer: Observer = () => undefined;
  /** What the overload watch sees: datagrams, and turns of the event loop. */
  datagrams = 0;
  turns = 0;
  /** Ends of streams that are open, `address:port`. */
  readonly connections = new Set<string>();
  #cseq = 100;

  private constructor(stage: CoreStage, config: SipConfig, lookup: Lookup | RecordSource) {
    this.stage = stage;
    const { core } = stage;
    this.transactions = new TransactionLayer({
      sched: core.sched,
      clock: core.clock,
      log: core.log,
      timers: () => DEFAULT_TIMERS,
      limit: 100,
      answeredLimit: 1000,
      user: { request: (request, flow) => handle(request, flow) },
    });
    this.user = new UserLayer(core, config.general, {
      transactions: this.transactions,
      outward: (protocol, remote) => this.#wire(remote, protocol),
      reaches: (protocol, remote) => protocol === 'udp' || this.connections.has(formatEndpoint(remote)),
      names: namesFrom(lookup, stage.clock),
      random: () => this.random,
      datagrams: () => this.datagrams,
      turns: () => this.turns,
      observer: (state, input) => this.observer(state, input),
    });
    atOnce(this.user.configure(config, 'pbx.example'));
    const handle = handleIncoming(this.user);
    core.defer('user layer', () => {
      this.user.close();
      this.transactions.close();
    });
  }

  static async of(sipConf: string, files: Record<string, string> = {}, lookup: Lookup | RecordSource = async () => []) {
    return SiteStage.on(await CoreStage.of('chan_sip', { ...files, 'sip.conf': sipConf }), lookup);
  }

  /** On a stage that has been prepared. */
  static async on(stage: CoreStage, lookup: Lookup | RecordSource = async () => []): Promise<SiteStage> {
    const config = readSipConfig((await stage.core.config('sip.conf'))!, { systemname: '' });
    return new SiteStage(stage, config, lookup);
  }

  /** As a reload does it. */
  async reconfigure(sipConf: string): Promise<void> {
    this.stage.write('sip.conf', sipConf);
    const config = readSipConfig((await this.stage.core.config('sip.conf'))!, { systemname: '' });
    atOnce(this.user.configure(config, 'pbx.example'));
  }

  get clock() {
    return this.stage.clock;
  }

  get peers() {
    return this.user.site.peers;
  }

  /** A request as text. */
  request(ask: Ask = {}): string {
    const { method = 'REGISTER', user = '1008', source = SOURCE, callId = 'call-1', headers = [], body = '' } = ask;
    this.#cseq = ask.cseq ?? this.#cseq + 1;
    const contact = ask.contact ?? `<sip:${user}@${source.address}:${source.port}>`;
    return [
      `${method} ${ask.uri ?? 'sip:pbx.example'} SIP/2.0`,
      `Via: SIP/2.0/${(ask.protocol ?? 'udp').toUpperCase()} ${ask.via ?? `${source.address}:${source.port};branch=z9hG4bK${this.#cseq};rport`}`,
      `From: <${ask.from ?? `sip:${user}@pbx.example`}>;tag=f1`,
      `To: <${ask.to ?? `sip:${user}@pbx.example`}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${this.#cseq} ${method}`,
      ...(contact === false ? [] : [`Contact: ${contact}`]),
      ...headers,
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  }

  /** Everything that is sent because of a text. */
  receive(text: string, source: Source = SOURCE, protocol: Protocol = source.protocol ?? 'udp'): Heard[] {
    const wire = this.#wire(source, protocol);
    const before = wire.sentTo.length;
    this.transactions.receive(parse(text), wire);
    return wire.sentTo.slice(before).map(([to, sent]) => heard(sent, to, protocol));
  }

  /** The one answer to a request. */
  ask(ask: Ask = {}): Heard {
    const answers = this.receive(this.request(ask), ask.source, ask.protocol);
    if (answers.length !== 1)
      throw new Error(`${answers.length} answers: ${answers.map(({ line }) => line).join(', ')}`);
    return answers[0]!;
  }

  /** What has been sent to somebody so far. */
  sent(source: Source = SOURCE, protocol: Protocol = source.protocol ?? 'udp'): Heard[] {
    return this.#wire(source, protocol).sentTo.map(([to, text]) => heard(text, to, protocol));
  }

  /** An Authorization header for a challenge. */
  credentials(challenge: Heard | undefined, ask: Ask = {}, login: Login = {}): string {
    const { method = 'REGISTER', user = '1008', uri = 'sip:pbx.example' } = ask;
    const name = login.name ?? user;
    const wanted = challenge?.header('WWW-Authenticate') ?? '';
    const nonce = login.nonce ?? /nonce="([^"]*)"/.exec(wanted)?.[1] ?? '';
    const realm = /realm="([^"]*)"/.exec(wanted)?.[1] ?? 'asterisk';
    const answer = digestResponse(ha1(name, realm, login.secret ?? `pass${user}`), nonce, method, uri);
    return `Authorization: Digest username="${name}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${answer}", algorithm=MD5`;
  }

  /** Asks, and answers the challenge if there is one. @returns the last answer */
  login(ask: Ask = {}, login: Login = {}): Heard {
    const first = this.ask(ask);
    if (first.status !== 401) return first;
    return this.ask(this.answered(first, ask, login));
  }

  /** The request with credentials for a challenge. */
  answered(challenge: Heard | undefined, ask: Ask = {}, login: Login = {}): Ask {
    return { ...ask, headers: [...(ask.headers ?? []), this.credentials(challenge, ask, login)] };
  }

  /** The end, and a check that nothing is left. */
  async close(): Promise<void> {
    await this.stage.close();
    assert.equal(this.transactions.size, 0, 'transactions are left behind');
  }

  /** A connection that we opened breaks. */
  lose(source: Source): void {
    this.user.outbound.lost(this.#wire(source));
  }

  /** Nothing can be sent there from now on: whoever tries is told. */
  cut(source: Source): void {
    this.#wire(source).isCut = true;
  }

  /** Whether the connection that it comes over may stay. */
  trusts(source: Source): boolean {
    return this.#wire(source).isTrusted;
  }

  #wire({ address, port, ...over }: Source, protocol: Protocol = over.protocol ?? 'udp'): RecordingWire {
    const key = `${protocol} ${formatEndpoint({ address, port })}`;
    let wire = this.#wires.get(key);
    if (!wire) this.#wires.set(key, (wire = new RecordingWire({ address, port }, protocol)));
    return wire;
  }
}

/** A wire that says where each message went. */
class RecordingWire implements Flow {
  readonly protocol: Protocol;
  readonly remote: Endpoint;
  readonly sentTo: [to: Endpoint, text: string][];
  isTrusted = false;
  isCut = false;

  constructor(remote: Endpoint, protocol: Protocol, sentTo: [Endpoint, string][] = []) {
    this.remote = remote;
    this.protocol = protocol;
    this.sentTo = sentTo;
  }

  get reliable(): boolean {
    return this.protocol !== 'udp';
  }

  get local(): Endpoint {
    return {
      address: this.remote.address.includes(':') ? '2001:db8::1' : '192.0.2.1',
      port: standardPort(this.protocol),
    };
  }

  send(text: string, failed?: Failed): void {
    if (this.isCut) failed?.(new Error('the wire is cut'));
    else this.sentTo.push([this.remote, text]);
  }

  to(remote: Endpoint): Flow {
    return new RecordingWire(remote, this.protocol, this.sentTo);
  }

  trusted(): void {
    this.isTrusted = true;
  }

  promised(): void {}
}
