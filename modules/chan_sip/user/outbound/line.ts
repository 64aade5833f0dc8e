/** One registration of ours: runs the table, with its timers, and sends what that says. */
import { isIP } from 'node:net';
import type { Job } from '#core';
import type { Message } from '../../message/message.js';
import { hostPort } from '../../message/uri.js';
import { DEFAULT_TIMERS, type Timers } from '../../transaction/timers.js';
import type { Hop } from '../../transport/resolver/hop.js';
import { type Endpoint, type Flow, formatEndpoint } from '../../transport/transport.js';
import { troubleOf } from '../../transport/trouble.js';
import type { Sending } from '../fitting.js';
import type { Missed } from '../outgoing.js';
import type { Turn } from '../pacer.js';
import { quotable } from '../quotable.js';
import type { Site } from '../site.js';
import { howTo } from '../way.js';
import { Conversation } from './conversation.js';
import type { Server } from './server.js';
import { type Action, type Input, type State, TEXTS, table } from './table.js';
import type { Terms } from './terms.js';
import { granted, inputOf, leastExpiry, renewalAfter } from './verdict.js';

/** How much earlier a registration may be renewed, at random: lines that began together part. */
const SPREAD = 0.1;
/** How long a server may take to hear that a line is gone. */
const GOODBYE_PATIENCE = 2000;
/** How long one of several places may be silent at least. */
const LEAST_SHARE = 2000;
/** How soon a line comes again whose connection broke, half as much more or less at random; longer each time it breaks again. */
const SOON = 2000;

/** Sees every input that the table has a row for. */
export type Observer = (state: State, input: Input) => void;

export interface LineParts {
  readonly site: Site;
  readonly server: Server;
  /** 0 to 1. */
  readonly random: () => number;
  readonly observer?: Observer | undefined;
  /** It is gone. */
  readonly ended: (line: Line) => void;
}

export class Line implements Turn {
  static readonly #actions: Readonly<Record<Action, (line: Line, response: Message) => void>> = {
    accept: (line, response) => line.#accept(response),
    again: line => line.#again(),
    answer: line => line.#send(),
    'ask longer': (line, response) => line.#askLonger(response),
    'count anew': line => {
      line.#attempts = 0;
    },
    end: line => line.#end(),
    'forget nonce': line => line.#talk.forget(),
    'give up': line =>
      line.#log('notice', `not registered in ${line.#attempts} attempts, ${line.#reason}: it is not tried again`),
    locate: line => line.#locate(),
    queue: line => line.#parts.server.add(line),
    rest: line => line.#rest(),
    send: line => line.#send(),
    stop: line => line.#stop(),
    tell: line => line.#tell(),
    'tell again': line => {
      if (line.#retrying) line.#tell();
    },
    unregister: line => line.#unregister(),
    'warn of challenge': (line, { status }) =>
      line.#log('notice', `the challenge (${status}) cannot be answered, or our answer is refused`),
    'warn of password': line => line.#log('warning', 'the server forbids it (403): is the password right?'),
    'warn of place': line => line.#log('warning', line.#reason),
    'warn of refusal': (line, { status, reason }) => line.#log('warning', `refused with ${status} ${quotable(reason)}`),
    'warn of sending': line => line.#log('warning', line.#reason),
    'warn of trouble': (line, { status, reason }) =>
      line.#log('notice', `answered with ${status} ${quotable(reason)}: it is tried again`),
  };

  readonly terms: Terms;
  /** When it was accepted last, in epoch milliseconds. */
  registeredAt: number | undefined;
  readonly #parts: LineParts;
  readonly #talk: Conversation;
  #state: State = 'unregistered';
  /** The seconds we ask for; a server may want more than the line says. */
  #expiry: number | undefined;
  /** Seconds until it is renewed, as the server granted. */
  #refresh: number | undefined;
  /** Unanswered ones. */
  #attempts = 0;
  /** Whether nobody was told yet that it is tried again. */
  #retrying = false;
  #hops: readonly Hop[] = [];
  /** Where the last request went. */
  #hop: Hop | undefined;
  /** The way that it took. */
  #flow: Flow | undefined;
  /** Who accepted us; it is asked first as long as it answers. */
  #home: Hop | undefined;
  /** Who accepted us last, and how long that lasts on the clock that never goes back. */
  #grant: { readonly hop: Hop; readonly until: number } | undefined;
  #heard = false;
  /** Why we are not registered, as far as that is known. */
  #reason = '';
  #timer: Job | undefined;
  /** When that runs out, and when the registration is renewed, on the clock that never goes back. */
  #deadline = 0;
  #renewalAt = 0;
  /** Connections that broke one after the other, and whether the present one stands. */
  #losses = 0;
  #intact = true;
  #renewal: Job | undefined;
  #sending: Sending | undefined;
  /** Rises with each search for addresses: what a former one finds is old. */
  #search = 0;

  constructor(terms: Terms, parts: LineParts) {
    this.terms = terms;
    this.#parts = parts;
    this.#talk = new Conversation(parts.site, terms);
    parts.server.lines.add(this);
  }

  get state(): State {
    return this.#state;
  }

  get text(): string {
    return TEXTS[this.#state];
  }

  /** Whether a server may have us registered. */
  get known(): boolean {
    return table[this.#state][this.#farewell]?.[0] === 'leaving';
  }

  /** States that say goodbye in any case do not ask for how long we were granted. */
  get #farewell(): 'leave' | 'leave while granted' {
    const lasts = this.#grant !== undefined && this.#grant.until > this.#parts.site.clock.elapsed();
    return lasts && table[this.#state]['leave while granted'] ? 'leave while granted' : 'leave';
  }

  /** Seconds, as lists show them. */
  get refresh(): number {
    return this.#refresh ?? this.#asked;
  }

  /** Begins so many milliseconds from now. */
  start(wait: number): void {
    this.#renewal = this.#parts.site.sched.after('sip_reregister', wait, () => this.input('due'));
  }

  /** Its turn has come. */
  run(): void {
    if (this.#parts.server.admit(this)) this.input('turn');
  }

  /** The server hears that we are gone, if it knows us. */
  leave(): void {
    this.input(this.#farewell);
  }

  /** Where we are reached has changed: the server is told in its turn. */
  renew(): void {
    if (this.#state !== 'registered' || !this.#flow) return;
    const { protocol, remote } = this.#flow;
    const flow = this.#parts.site.outward(protocol, remote, this.#hop?.name);
    if (flow && this.#talk.contactOver(flow) !== `<${this.#talk.contact}>`) this.input('due');
  }

  /** Whether a server has us over it. */
  uses(flow: Flow): boolean {
    return this.known && this.#isOver(flow);
  }

  #isOver({ protocol, remote }: Pick<Flow, 'protocol' | 'remote'>): boolean {
    return this.#flow?.protocol === protocol && isAt(this.#flow.remote, remote);
  }

  /** A connection is no more. A server that has us over it hears of us soon, and not of all at once. */
  lost({ protocol, remote }: Flow): void {
    const { site, random } = this.#parts;
    if (this.#state !== 'registered' || !this.#isOver({ protocol, remote })) return;
    this.#intact = false;
    const wait = SOON * 2 ** this.#losses * (0.5 + random());
    if (site.clock.elapsed() + wait >= this.#renewalAt) return;
    this.#losses += 1;
    this.#renewal?.cancel();
    this.#renewal = site.sched.after('sip_reregister', wait, () => this.input('due'));
  }

  /** The end as the owner sees it: nothing is sent, nothing is told. */
  close(): void {
    this.#stop();
    this.#state = 'gone';
    this.#parts.server.lines.delete(this);
  }

  input(input: Input, response?: Message): void {
    const row = table[this.#state][input];
    if (!row) return;
    this.#parts.observer?.(this.#state, input);
    const [next, ...actions] = row;
    this.#state = next;
    for (const action of actions) Line.#actions[action](this, response!);
  }

  get #asked(): number {
    return this.#expiry ?? this.terms.expiry ?? this.#parts.site.general.defaultexpiry;
  }

  #locate(): void {
    const { site } = this.#parts;
    this.#renewal?.cancel();
    this.#talk.begin();
    this.#arm(site.general.registertimeout * 1000);
    const { place, device, shown } = this.terms;
    const at = device === undefined ? undefined : site.peers.get(device)?.address;
    const literal = place && isIP(place.host) !== 0 ? place : undefined;
    if (at) this.#located([{ protocol: this.terms.protocol, remote: at, name: at.address }]);
    else if (literal) {
      const { protocol, host: address, port = this.terms.port } = literal;
      this.#located([{ protocol, remote: { address, port }, name: address }]);
    } else if (!place) this.#located([]);
    else {
      const search = ++this.#search;
      const target = { scheme: 'sip', host: place.host, port: place.port, transport: place.protocol } as const;
      const found = site.names.locator.locate(target, howTo(site.general, [place.protocol]));
      const told = found.then(hops => void (search === this.#search && this.#located(hops)));
      site.spawn(`look-up of the server of '${shown}'`, told);
    }
  }

  #located(hops: readonly Hop[]): void {
    this.#hops = hops;
    if (hops.length === 0) this.#reason = `the server ${serverOf(this.terms)} cannot be found`;
    this.input(hops.length > 0 ? 'located' : 'nowhere');
  }

  /** A goodbye is for who accepted us, whatever is found under the name by now. */
  #order(): readonly Hop[] {
    const home = this.#home;
    const holder = this.#state === 'leaving' ? this.#grant?.hop : undefined;
    if (holder) return [holder, ...this.#hops.filter(hop => !isSame(hop, holder))];
    const again = home && this.#hops.find(hop => isSame(hop, home));
    return again ? [again, ...this.#hops.filter(hop => hop !== again)] : this.#hops;
  }

  #send(seconds = this.#state === 'leaving' ? 0 : this.#asked): void {
    const { site } = this.#parts;
    this.#sending?.close();
    this.#heard = false;
    this.#sending = site.outgoing.send(
      this.#order(),
      hop => {
        this.#hop = hop;
        this.#reason = `no answer from ${formatHop(hop)}`;
        const draft = this.#talk.draft(seconds);
        return flow => {
          this.#flow = flow;
          return this.#talk.request(draft, flow);
        };
      },
      { response: response => this.#answered(response, seconds), failed: missed => this.#missed(missed) },
      { timers: this.#timers(), allowed: this.terms.allowed },
    );
  }

  /** Each of several places has its share of what is left until the timer: the last one is asked before that. */
  #timers(): Timers {
    const { clock, general } = this.#parts.site;
    const timers = { ...DEFAULT_TIMERS, t1: general.timert1 };
    const places = this.#hops.length;
    if (places < 2) return timers;
    return { ...timers, timerF: Math.max(LEAST_SHARE, Math.floor((this.#deadline - clock.elapsed()) / places)) };
  }

  #missed(missed: Missed | undefined): void {
    if (missed?.how === 'timeout') {
      this.input('silence');
      return;
    }
    const cause = missed?.cause && this.#flow && troubleOf(missed.cause, this.#flow);
    this.#reason = missed
      ? `nothing can be sent to ${formatHop(missed.hop)}: ${cause ?? 'the connection broke'}`
      : `nothing can be sent to ${serverOf(this.terms)}: we have no socket for that; see tcpenable and tlsenable`;
    this.input('unsent');
  }

  #answered(response: Message, seconds: number): void {
    this.#heard = true;
    if (this.#hop && response.status >= 300) {
      this.#reason = `${formatHop(this.#hop)} answered ${response.status} ${quotable(response.reason)}`;
    }
    const input = inputOf(response, seconds, this.#parts.site.general);
    if (input === undefined) return;
    if (input === 'challenged' && !this.#talk.challenged(response)) this.input('unanswerable', response);
    else this.input(input, response);
  }

  #accept(response: Message): void {
    const { site, random } = this.#parts;
    this.#attempts = 0;
    this.#home = this.#hop;
    this.registeredAt = site.clock.now();
    const seconds = granted(response, this.#talk.contact, site.general.defaultexpiry);
    if (this.#hop) this.#grant = { hop: this.#hop, until: site.clock.elapsed() + seconds * 1000 };
    const after = renewalAfter(seconds);
    this.#refresh = Math.floor(after / 1000);
    const wait = after * (1 - SPREAD * random());
    this.#intact = true;
    this.#renewalAt = site.clock.elapsed() + wait;
    this.#renewal?.cancel();
    this.#renewal = site.sched.after('sip_reregister', wait, () => {
      if (this.#intact) this.#losses = 0;
      this.input('due');
    });
  }

  #askLonger(response: Message): void {
    this.#expiry = leastExpiry(response);
    this.#arm(this.#parts.site.general.registertimeout * 1000);
    this.#send();
  }

  /** A place that was silent all the time is tried last. */
  #again(): void {
    if (!this.#heard && this.#hop) {
      this.#parts.site.outgoing.avoid(this.#hop);
      this.#home = undefined;
    }
    this.#talk.begin();
    this.#retrying = true;
    this.#log('notice', `not registered in time, ${this.#reason}: attempt ${this.#attempts + 1} follows`);
  }

  #unregister(): void {
    this.#talk.begin();
    this.#arm(GOODBYE_PATIENCE);
    this.#send();
  }

  #arm(ms: number): void {
    const { site } = this.#parts;
    this.#deadline = site.clock.elapsed() + ms;
    this.#timer?.cancel();
    this.#timer = site.sched.after('sip_reg_timeout', ms, () => this.#late());
  }

  #late(): void {
    this.#attempts += 1;
    const most = this.#parts.site.general.registerattempts;
    this.input(most > 0 && this.#attempts >= most ? 'exhausted' : 'timer');
  }

  /** Nothing is under way until the timer. */
  #rest(): void {
    this.#search += 1;
    this.#sending?.close();
    this.#sending = undefined;
    this.#parts.server.rest(this);
  }

  #stop(): void {
    this.#rest();
    this.#timer?.cancel();
    this.#renewal?.cancel();
    this.#parts.server.drop(this);
  }

  #end(): void {
    this.close();
    this.#parts.ended(this);
  }

  #tell(): void {
    this.#retrying = false;
    const { user: username, host: domain } = this.terms;
    this.#parts.site.emit('registryStatus', { technology: 'SIP', username, domain, status: this.text });
  }

  #log(level: 'notice' | 'warning', what: string): void {
    this.#parts.site.log[level](`registration of '${this.terms.user}@${this.terms.host}': ${what}`);
  }
}

const isAt = (one: Endpoint, other: Endpoint): boolean => one.address === other.address && one.port === other.port;

const isSame = (one: Hop, other: Hop): boolean => one.protocol === other.protocol && isAt(one.remote, other.remote);

const formatHop = ({ protocol, remote }: Hop): string => `${protocol}://${formatEndpoint(remote)}`;

/** As the operator wrote it. */
const serverOf = ({ place, protocol, host, port }: Terms): string =>
  `${place?.protocol ?? protocol}://${place ? hostPort(place.host, place.port) : hostPort(host, port)}`;
