/** All our registrations with other servers: which there are, when each begins, and how they end. */
import type { Job, Sliced } from '#core';
import type { Credential } from '../../options/values/credential.js';
import type { RegisterLine } from '../../options/values/register-line.js';
import type { Flow } from '../../transport/transport.js';
import { Pacer, type Turn } from '../pacer.js';
import type { Peer } from '../peer.js';
import type { Site } from '../site.js';
import { type CallbackRows, lineOf } from './callback-devices.js';
import { Line, type Observer } from './line.js';
import { Server } from './server.js';
import { bindAlike, type Terms, termsOf } from './terms.js';

/** Milliseconds between the first attempts of two lines, at most. */
const SPACING = 100;
/** Registrations that a server gets in a second where no option says. */
const USUAL_RATE = 10;
/** Goodbyes: so many each so many milliseconds, and how long all of them may take together. */
const GOODBYES = { group: 20, gap: 10 };
const GOODBYE_PATIENCE = 1500;
/** What turns on the transports that are off by default. */
const SWITCHES = { tcp: 'tcpenable', tls: 'tlsenable' } as const;
/** Milliseconds until a database that did not say which devices register is asked again. */
const ROWS_AGAIN = 10_000;

export interface OutboundParts {
  readonly rows: CallbackRows;
  /** 0 to 1. */
  readonly random: () => number;
  readonly observer?: Observer | undefined;
}

export class Outbound {
  readonly #site: Site;
  readonly #parts: OutboundParts;
  readonly #goodbyes: Pacer;
  /** By their terms. */
  readonly #lines = new Map<string, Line>();
  /** Those whose server hears that they are gone. */
  readonly #leaving = new Map<Line, Turn>();
  readonly #servers = new Map<string, Server>();
  /** Devices in memory that want us to register. */
  #calling: readonly Peer[] = [];
  #written: readonly RegisterLine[] = [];
  #credentials: readonly Credential[] = [];
  /** Of the database. */
  #devices: readonly Peer[] = [];
  #rowsAgain: Job | undefined;
  /** Whether it was told that the database does not say. */
  #unanswered = false;
  /** Rises with each configuration: what the database says for an older one is old. */
  #round = 0;
  #closed = false;
  #left: (() => void) | undefined;

  constructor(site: Site, parts: OutboundParts) {
    this.#site = site;
    this.#parts = parts;
    this.#goodbyes = new Pacer(site, parts.random, () => GOODBYES, 'sip_reregister');
  }

  /** After the devices changed. A line whose terms are as they were goes on as if nothing had happened. */
  *configure(lines: readonly RegisterLine[], credentials: readonly Credential[]): Sliced<void> {
    const calling: Peer[] = [];
    for (const peer of this.#site.peers.values()) {
      if (peer.get('callbackextension') !== '') calling.push(peer);
      yield;
    }
    this.#calling = calling;
    this.#written = lines;
    this.#credentials = credentials;
    this.#round += 1;
    if (!this.#parts.rows.mapped) this.#devices = [];
    this.retry();
    this.#apply();
    this.#askRows();
  }

  /** A reload, though nothing changed: lines that were given up are tried again, as the original tries all. */
  retry(): void {
    for (const line of this.#lines.values()) line.input('reload');
  }

  /** Lines in the order in which they came. */
  rows(): Iterable<Line> {
    return this.#lines.values();
  }

  /** A connection that we opened is no more. */
  lost(flow: Flow): void {
    for (const line of this.#lines.values()) line.lost(flow);
  }

  /** Whether a server has us over it. */
  uses(flow: Flow): boolean {
    return [...this.#lines.values(), ...this.#leaving.keys()].some(line => line.uses(flow));
  }

  /** Every server that knows us hears that we are gone; bounded. */
  async leave(): Promise<void> {
    if (this.#closed) return;
    this.#stop();
    const all = [...this.#lines.values()];
    this.#lines.clear();
    for (const line of all) this.#bid(line);
    if (this.#leaving.size === 0) return;
    const { sched } = this.#site;
    await new Promise<void>(resolve => {
      const late = sched.after('sip_reg_timeout', GOODBYE_PATIENCE, resolve);
      this.#left = () => {
        late.cancel();
        resolve();
      };
    });
  }

  close(): void {
    this.#stop();
    for (const turn of this.#leaving.values()) this.#goodbyes.drop(turn);
    for (const line of [...this.#lines.values(), ...this.#leaving.keys()]) line.close();
    this.#lines.clear();
    this.#leaving.clear();
    this.#left?.();
  }

  #stop(): void {
    this.#closed = true;
    this.#round += 1;
    this.#rowsAgain?.cancel();
  }

  #askRows(): void {
    this.#rowsAgain?.cancel();
    if (!this.#parts.rows.mapped) return;
    const round = this.#round;
    const told = this.#parts.rows.find().then(devices => {
      if (round === this.#round) this.#found(devices);
    });
    this.#site.spawn('look-up of devices that we register with', told);
  }

  #found(devices: readonly Peer[] | undefined): void {
    if (!devices) {
      if (!this.#unanswered) {
        this.#site.log.warning('the database does not say which devices we register with; it is asked until it does');
      }
      this.#unanswered = true;
      this.#rowsAgain = this.#site.sched.after('callbackextension', ROWS_AGAIN, () => this.#askRows());
      return;
    }
    if (this.#unanswered) this.#site.log.notice('the database says which devices we register with again');
    this.#unanswered = false;
    const known = new Set(this.#devices.map(({ name }) => name));
    for (const { name } of devices) {
      if (!known.has(name)) this.#site.log.notice(`Created realtime peer '${name}' for registration`);
    }
    this.#devices = devices;
    this.#apply();
  }

  #apply(): void {
    const wanted = new Map(this.#terms().map(terms => [JSON.stringify(terms), terms]));
    const gone = [...this.#lines].filter(([key]) => !wanted.has(key));
    for (const [key] of gone) this.#lines.delete(key);
    const added = [...wanted].filter(([key]) => !this.#lines.has(key));
    for (const line of this.#lines.values()) line.renew();
    for (const [, line] of gone) {
      if (added.some(([, terms]) => bindAlike(terms, line.terms))) line.close();
      else this.#bid(line);
    }
    const spacing = this.#spacing(wanted.size);
    for (const [at, [key, terms]] of added.entries()) {
      const line = new Line(terms, {
        site: this.#site,
        server: this.#server(terms),
        random: this.#parts.random,
        observer: this.#parts.observer,
        ended: one => this.#ended(one),
      });
      this.#lines.set(key, line);
      line.start((at + 2) * spacing);
    }
    for (const [key, server] of this.#servers) if (server.lines.size === 0) this.#servers.delete(key);
  }

  /** Of the file, then of its devices, then of those of the database. */
  #terms(): Terms[] {
    const { general, peers, log } = this.#site;
    const devices = new Map(this.#devices.map(peer => [peer.name, peer]));
    const found: Terms[] = [];
    const add = (line: RegisterLine): void => {
      const peer = line.peer === undefined ? undefined : (peers.get(line.peer) ?? devices.get(line.peer));
      if (line.peer !== undefined && !peer)
        log.warning(`register: there is no device '${line.peer}', its line is taken alone`);
      const terms = termsOf(line, peer, general, this.#credentials);
      this.#checkTransport(terms);
      found.push(terms);
    };
    for (const line of this.#written) add(line);
    const own = this.#calling.filter(({ origin, name }) => origin === 'static' && !devices.has(name));
    for (const peer of [...own, ...this.#devices]) {
      if (peer.get('callbackextension') === '') continue;
      const line = lineOf(peer);
      if (typeof line === 'string') log.warning(`callbackextension of '${peer.name}' has no effect: ${line}`);
      else add(line);
    }
    return found;
  }

  /** Nothing would ever be sent, and nothing would say why. */
  #checkTransport({ shown, place, protocol: own }: Terms): void {
    const { general, log } = this.#site;
    const protocol = place?.protocol ?? own;
    if ((protocol !== 'tcp' && protocol !== 'tls') || general[SWITCHES[protocol]]) return;
    log.warning(`register: '${shown}' goes over ${protocol}, which is off: set ${SWITCHES[protocol]}=yes in [general]`);
  }

  #spacing(lines: number): number {
    const { register_rate: rate, defaultexpiry } = this.#site.general;
    return Math.min(SPACING, (defaultexpiry * 1000) / Math.max(1, lines), rate > 0 ? 1000 / rate : SPACING);
  }

  #server({ place, device, protocol }: Terms): Server {
    const key = `${protocol} ${place ? `${place.host.toLowerCase()} ${place.port ?? ''}` : (device ?? '')}`;
    const known = this.#servers.get(key);
    if (known) return known;
    const server = new Server(this.#site, this.#parts.random, lines => this.#rate(lines));
    this.#servers.set(key, server);
    return server;
  }

  /** More than the usual where so many lines could not be renewed in time otherwise. */
  #rate(lines: number): number {
    const { register_rate: rate, defaultexpiry } = this.#site.general;
    return rate > 0 ? rate : Math.max(USUAL_RATE, (2 * lines) / defaultexpiry);
  }

  #bid(line: Line): void {
    const turn = { run: () => line.leave() };
    this.#leaving.set(line, turn);
    if (line.known) this.#goodbyes.add(turn);
    else line.leave();
  }

  #ended(line: Line): void {
    this.#leaving.delete(line);
    if (this.#leaving.size === 0) this.#left?.();
  }
}
