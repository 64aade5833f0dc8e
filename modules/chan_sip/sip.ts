/** The stack: its layers from the bottom up, configured by sip.conf. Everything that chan_sip holds hangs on this. */
import { hostname } from 'node:os';
import {
  type Bans,
  bans,
  type Certificates,
  CommandError,
  type Core,
  formatProblem,
  LoadDeclined,
  type Loader,
  loader,
  messageOf,
  type ReloadOutcome,
  type ReloadReason,
  readCertificates,
  settings,
  token,
} from '#core';
import type { HttpServer } from '../http/token.js';
import type { CallRow, SipView, Traffic } from './cli/view.js';
import { handleIncoming } from './incoming.js';
import type { Message } from './message/message.js';
import { Monitor, wantedBy } from './monitor.js';
import { environmentOf } from './options/environment.js';
import type { General } from './options/general.js';
import { type Environment, notInForceLine, readingOf, type SipConfig } from './options/read.js';
import { condensed } from './options/repeats.js';
import { type NotifyTypes, readNotifyTypes } from './options/sip-notify.js';
import type { Credential } from './options/values/credential.js';
import type { HostPort } from './options/values/hostport.js';
import { TransactionLayer } from './transaction/layer.js';
import { DEFAULT_TIMERS } from './transaction/timers.js';
import { History } from './transport/history.js';
import { TransportLayer } from './transport/layer.js';
import type { NameService } from './transport/resolver/name-service.js';
import type { Endpoint, Protocol } from './transport/transport.js';
import { callRow } from './user/call/call-row.js';
import { EarlyMessages } from './user/early-messages.js';
import { UserLayer } from './user/layer.js';
import { connectionLimits, webLimits } from './user/limits.js';
import type { Notice } from './user/notice.js';
import type { Notified } from './user/notifier.js';
import type { Peer } from './user/peer.js';

const FILE = 'sip.conf';

/** Requests that are being answered at a time. */
const SERVER_TRANSACTIONS = 10_000;
/** Requests that were answered, for the half minute in which they may be repeated: some 2 kB each. */
const ANSWERED = 100_000;

/** Of a configuration what decides where we listen, and with which certificate: the devices have the rest. */
type Sockets = Pick<SipConfig, 'general' | 'generalPlaces'>;

export class Sip implements SipView {
  readonly transport: TransportLayer;
  readonly transactions: TransactionLayer;
  readonly history: History;
  readonly showsecrets: boolean;
  readonly bans: Bans;
  readonly #environment: Environment;
  /** What relative names in sip.conf are relative to. */
  readonly #directory: string;
  readonly #loader: Loader;
  credentials: readonly Credential[] = [];
  notifyTypes: NotifyTypes = new Map();
  readonly #core: Core;
  readonly #user: UserLayer;
  readonly #early = new EarlyMessages(
    (message, flow) => {
      if (this.#user.relay.takes(message, flow)) this.#user.site.fates.relayed += 1;
      else this.transactions.receive(message, flow);
    },
    () => void (this.#user.site.fates.early += 1),
  );
  readonly #monitor: Monitor;
  /** Undefined while TLS is off. */
  #certificates: Certificates | undefined;
  /** What is in force. */
  #config: Sockets | undefined;
  readonly #handle: ReturnType<typeof handleIncoming>;

  private constructor(core: Core, environment: Environment, general: General, names: NameService | undefined) {
    this.#core = core;
    this.#environment = environment;
    this.#loader = core.use(loader);
    const { showsecrets, directories } = core.use(settings);
    this.showsecrets = showsecrets;
    this.#directory = directories.astetcdir;
    this.bans = core.use(bans);
    this.history = new History({ log: core.log, sched: core.sched, elapsed: () => core.clock.elapsed() });
    this.transport = new TransportLayer({
      history: this.history,
      log: core.log,
      clock: core.clock,
      receive: (message, flow) => this.#early.receive(message, flow),
      refuse: (error, flow) => this.#user.site.answers.refusal(error, flow),
      lost: flow => this.#user.outbound.lost(flow),
      used: flow => this.#user.uses(flow),
      drops: address => this.bans.drops(address),
      limits: () => connectionLimits(this.#user.site.general),
      web: () => webLimits(this.#user.site.general),
      identity: () => this.#certificates?.identity,
    });
    this.transactions = new TransactionLayer({
      sched: core.sched,
      clock: core.clock,
      log: core.log,
      timers: () => ({ ...DEFAULT_TIMERS, t1: this.general.timert1 }),
      user: {
        request: (request, flow) => this.#handle(request, flow),
        acknowledged: ack => this.#acknowledged(ack),
      },
      limit: SERVER_TRANSACTIONS,
      answeredLimit: ANSWERED,
    });
    this.#user = new UserLayer(core, general, {
      transactions: this.transactions,
      outward: (protocol, remote, name) => this.#monitor.listener(protocol)?.flow(remote, name),
      reaches: (protocol, remote) => this.#monitor.listener(protocol)?.reaches(remote) ?? false,
      names,
      port: () => this.localOf('udp')?.port,
      datagrams: () => this.#monitor.listener('udp')?.counters.received ?? 0,
    });
    this.#handle = handleIncoming(this.#user);
    this.#monitor = new Monitor(this.transport);
  }

  /** @throws LoadDeclined with everything that is wrong with sip.conf, or when the address cannot be listened on */
  static async start(core: Core, names?: NameService): Promise<Sip> {
    const environment = environmentOf(core);
    const file = await core.config(FILE);
    const config = await core.inSlices(readingOf(file!, environment));
    const sip = new Sip(core, environment, config.general, names);
    core.defer('SIP sockets', () => sip.goodbye());
    await sip.#user.open();
    await sip.#configure(config);
    sip.#early.open();
    sip.#user.overload.watch();
    sip.notifyTypes = await readNotifyTypes(core, sip.notifyTypes);
    core.on('aclsChanged', () => sip.#checkLists());
    core.on('addressBanned', () => sip.#dropBanned());
    core.watch(token<HttpServer>('http server'), server => sip.#serveOver(server));
    return sip;
  }

  /**
   * Reads sip.conf again, if it changed. All or nothing; the loader sees to it that one comes after another.
   * @throws LoadDeclined with everything that is wrong; the old values stay
   */
  async reloadConfig(reason: ReloadReason): Promise<void> {
    // With rtcachefriends a reload reads devices of the database again, whatever became of the file.
    const changedOnly = !this.#user.site.general.rtcachefriends;
    const file = await this.#core.config(FILE, { changedOnly });
    const types = await readNotifyTypes(this.#core, this.notifyTypes);
    if (file) await this.#configure(await this.#core.inSlices(readingOf(file, this.#environment)));
    else await this.#reloadUnchanged();
    this.notifyTypes = types;
    if (file) this.#core.log.verbose(3, `${FILE} was read again (${reason})`);
  }

  /** Ends what is under way. Nothing is listened to, waited for or answered afterwards. */
  async goodbye(): Promise<void> {
    await this.#user.leave();
    this.#user.close();
    this.transactions.close();
    await this.transport.close();
    await this.#user.end();
    this.history.close();
  }

  get general(): General {
    const { general } = this.#user.site;
    const at = (protocol: Protocol, written: HostPort): HostPort => {
      const port = this.#monitor.listener(protocol)?.local.port;
      return port === undefined ? written : { ...written, port };
    };
    const { udpbindaddr, tcpbindaddr, tlsbindaddr, externaddr } = general;
    return {
      ...general,
      externaddr: this.#user.site.ourAddress.external ?? externaddr,
      udpbindaddr: at('udp', udpbindaddr),
      tcpbindaddr: at('tcp', tcpbindaddr),
      tlsbindaddr: at('tls', tlsbindaddr),
    };
  }

  get peers() {
    return this.#user.site.peers;
  }

  /** The families that are mapped to a database that can be asked. */
  get realtime() {
    return this.#user.directory.mapped;
  }

  /** Calls that are under way. */
  get calls() {
    return this.#user.calls;
  }

  /** Who shares the database. */
  get nodes() {
    return this.#user.nodes;
  }

  get domains() {
    return this.#user.site.domains;
  }

  overload() {
    return this.#user.overload.row();
  }

  get shield() {
    return this.#user.site.shield;
  }

  get sched() {
    return this.#core.sched;
  }

  get clock() {
    return this.#core.clock;
  }

  get explanations() {
    return this.#user.explanations;
  }

  get debug() {
    return this.transport.debug;
  }

  get tap() {
    return this.transport.tap;
  }

  /** Where we listen; port 0 in the file stands for any. */
  get local(): Endpoint | undefined {
    return this.localOf('udp');
  }

  localOf(protocol: Protocol): Endpoint | undefined {
    return this.#monitor.listener(protocol)?.local;
  }

  connections() {
    return this.transport.connections();
  }

  names() {
    return this.#user.site.names.counts();
  }

  /** What came and went, and what became of it. */
  traffic(): Traffic {
    const { site, directory } = this.#user;
    const waiting = directory.waiting.row().waiting;
    const { size, counters } = this.transactions;
    return { ...this.transport.counters, ...counters, ...site.fates, waiting, transactions: size };
  }

  avoided() {
    return this.#user.site.outgoing.rows();
  }

  dialogs(): CallRow[] {
    return this.callRows();
  }

  callRows(): CallRow[] {
    return [...this.calls.legs].map(callRow);
  }

  usage(name: string) {
    return this.calls.usage.of(name);
  }

  /** Registrations of ours with other servers. */
  registrations() {
    return this.#user.outbound.rows();
  }

  /** For the command: as `module reload chan_sip` does it. */
  reload(): Promise<ReloadOutcome> {
    return this.#loader.reload(this.#core.name, 'cli');
  }

  unregister(peer: Peer): boolean {
    return this.#user.unregister(peer);
  }

  qualify(peer: Peer): void {
    this.#user.qualify(peer);
  }

  notify(whom: Peer | string, notice: Notice): Notified {
    return this.#user.notify(whom, notice);
  }

  prune(peer: Peer): void {
    this.#user.directory.prune(peer);
  }

  async load(name: string, purpose: 'register' | 'caller'): Promise<Peer | undefined> {
    const found = this.peers.get(name) ?? (await this.#user.directory.named(name, purpose));
    if (found === 'failed') throw new CommandError(`The database does not answer; '${name}' cannot be loaded.`);
    return found;
  }

  /** The ACK to a 2xx is for the dialog alone. */
  #acknowledged(ack: Message): boolean {
    const entry = this.#user.site.dialogs.find(ack);
    entry?.user.acknowledged(ack);
    return entry !== undefined;
  }

  /** @returns what is done when that server goes */
  #serveOver(server: HttpServer): () => void {
    const { spawn } = this.#core;
    spawn('begin of WebSockets', this.#monitor.serveOver(server));
    return () => spawn('end of WebSockets', this.#monitor.serveOver(undefined));
  }

  /** Once the answer to what was too much is out. */
  #dropBanned(): void {
    this.#core.sched.after('end of banned connections', 0, () => {
      this.transport.drop(address => this.bans.holds(address));
    });
  }

  /** Lists are asked by name, so a change of one is in force at once; one that is gone keeps everybody out. */
  #checkLists(): void {
    for (const name of this.#user.missingLists()) {
      this.#core.log.warning(`acl.conf has no list '${name}': everyone is refused where it is named`);
    }
  }

  /** A certificate is renewed while sip.conf stays as it is, and so may be what kept us from registering. */
  async #reloadUnchanged(): Promise<void> {
    await this.#listen(this.#config!);
    this.#user.outbound.retry();
  }

  /** What can fail: certificates and sockets. What is wrong with a certificate is no reason to lose the phones on UDP. */
  async #listen(config: Sockets): Promise<void> {
    const before = this.#certificates;
    this.#certificates = await this.#readCertificates(config);
    const wanted = wantedBy(config.general).filter(({ protocol }) => protocol !== 'tls' || this.#certificates);
    try {
      await this.#monitor.restartMonitor(wanted);
    } catch (thrown) {
      this.#certificates = before;
      throw new LoadDeclined(messageOf(thrown));
    }
  }

  /** Those that were read last stay where the new ones are no good. */
  async #readCertificates({ general, generalPlaces }: Sockets): Promise<Certificates | undefined> {
    if (!general.tlsenable) return undefined;
    const { clock, log } = this.#core;
    const source = { file: FILE, settings: general, places: generalPlaces, directory: this.#directory };
    try {
      const read = await readCertificates({ ...source, now: clock.now() });
      for (const warning of read.warnings) log.warning(warning);
      return read;
    } catch (thrown) {
      if (!(thrown instanceof LoadDeclined)) throw thrown;
      const before = this.#certificates;
      const left = before ? 'TLS goes on with the certificate that it has' : 'there is no TLS until then';
      for (const problem of thrown.problems) log.error(`${formatProblem(problem)}; put it right and reload: ${left}`);
      return before;
    }
  }

  /** What can fail comes first. The rest is a swap of values. */
  async #configure(config: SipConfig): Promise<void> {
    const { log } = this.#core;
    const { general } = config;
    await this.#listen(config);
    this.#config = { general, generalPlaces: config.generalPlaces };
    await this.#core.inSlices(this.#user.configure(config, hostname()));
    await this.#monitor.offerWebSockets(general.websocket_enabled);
    this.credentials = config.credentials;
    if (general.sipdebug) this.debug.enabled = true;
    this.history.enabled = general.recordhistory;
    this.history.dumping = general.dumphistory;
    for (const warning of condensed(config.warnings)) log.warning(warning);
    const idle = notInForceLine(config);
    if (idle !== undefined) log.notice(idle);
  }
}
