/** The stack: its layers from the bottom up, configured by sip.conf. Everything that chan_sip holds hangs on this. */
import { hostname } from 'node:os';
import {
  acls,
  CommandError,
  type Core,
  formatProblem,
  LoadDeclined,
  messageOf,
  pbx,
  type ReloadReason,
  settings,
} from '#core';
import type { DialogRow, SipView } from './cli/view.js';
import { handleIncoming } from './incoming.js';
import { Monitor } from './monitor.js';
import type { General } from './options/general.js';
import { notInForceLine, readSipConfig, type SipConfig } from './options/read.js';
import type { Credential } from './options/values/credential.js';
import { TransactionLayer } from './transaction/layer.js';
import { DEFAULT_TIMERS } from './transaction/timers.js';
import { TransportLayer } from './transport/layer.js';
import type { Endpoint } from './transport/transport.js';
import { UserLayer } from './user/layer.js';
import type { Peer } from './user/peer.js';
import type { Lookup } from './user/resolver.js';

const FILE = 'sip.conf';

/** Requests that are being answered at a time. */
const SERVER_TRANSACTIONS = 10_000;

export class Sip implements SipView {
  readonly transport: TransportLayer;
  readonly transactions: TransactionLayer;
  readonly realtime = { peers: false, regs: false };
  readonly showsecrets: boolean;
  credentials: readonly Credential[] = [];
  readonly #core: Core;
  readonly #user: UserLayer;
  readonly #monitor: Monitor;
  readonly #handle: ReturnType<typeof handleIncoming>;
  #reloading = false;
  /** What was read last did not come into force: it is read again even if it has not changed. */
  #refused = false;

  private constructor(core: Core, general: General, lookup: Lookup | undefined) {
    this.#core = core;
    this.showsecrets = core.use(settings).showsecrets;
    this.transport = new TransportLayer({
      log: core.log,
      clock: core.clock,
      receive: (message, flow) => this.transactions.receive(message, flow),
      refuse: (error, flow) => this.#user.site.answers.refusal(error, flow),
    });
    this.transactions = new TransactionLayer({
      sched: core.sched,
      clock: core.clock,
      log: core.log,
      timers: () => ({ ...DEFAULT_TIMERS, t1: this.general.timert1 }),
      user: { request: (request, flow) => this.#handle(request, flow) },
      limit: SERVER_TRANSACTIONS,
    });
    this.#user = new UserLayer(core, general, this.transactions, lookup);
    this.#handle = handleIncoming(this.#user.site, this.#user.handlers);
    this.#monitor = new Monitor(this.transport);
  }

  /** @throws LoadDeclined with everything that is wrong with sip.conf, or when the address cannot be listened on */
  static async start(core: Core, lookup?: Lookup): Promise<Sip> {
    const config = await readConfig(core, false);
    const sip = new Sip(core, config!.general, lookup);
    core.defer('SIP sockets', () => sip.goodbye());
    await sip.#configure(config!);
    core.on('aclsChanged', () => core.spawn('reload after a change of acl.conf', sip.reloadConfig('acl')));
    return sip;
  }

  /**
   * Reads sip.conf again, if it changed. All or nothing.
   * @returns false while an earlier reload is not done
   * @throws LoadDeclined with everything that is wrong; the old values stay
   */
  async reloadConfig(reason: ReloadReason): Promise<boolean> {
    if (this.#reloading) return false;
    this.#reloading = true;
    try {
      const config = await readConfig(this.#core, reason !== 'acl' && !this.#refused);
      this.#refused = true;
      if (config) await this.#configure(config);
      this.#refused = false;
    } catch (thrown) {
      this.#refused = true;
      throw thrown;
    } finally {
      this.#reloading = false;
    }
    return true;
  }

  /** Ends what is under way. Nothing is listened to, waited for or answered afterwards. */
  async goodbye(): Promise<void> {
    this.#user.close();
    this.transactions.close();
    await this.transport.close();
  }

  get general(): General {
    const { general } = this.#user.site;
    const port = this.#monitor.listener?.local.port;
    return port === undefined ? general : { ...general, udpbindaddr: { ...general.udpbindaddr, port } };
  }

  get peers() {
    return this.#user.site.peers;
  }

  get domains() {
    return this.#user.site.domains;
  }

  get sched() {
    return this.#core.sched;
  }

  get clock() {
    return this.#core.clock;
  }

  get debug() {
    return this.transport.debug;
  }

  /** Where we listen; port 0 in the file stands for any. */
  get local(): Endpoint | undefined {
    return this.#monitor.listener?.local;
  }

  /** There are no dialogs yet: a registration leaves none behind. */
  dialogs(): DialogRow[] {
    return [];
  }

  /** We register nowhere yet. */
  registrations(): string[] {
    return [];
  }

  /** For the command: what is wrong is its answer, and in the log. */
  async reload(): Promise<boolean> {
    try {
      return await this.reloadConfig('cli');
    } catch (thrown) {
      if (!(thrown instanceof LoadDeclined)) throw thrown;
      this.#core.log.error(thrown.message);
      throw new CommandError(thrown.message);
    }
  }

  unregister(peer: Peer): boolean {
    return this.#user.unregister(peer);
  }

  /** What can fail comes first: the socket. The rest is a swap of values. */
  async #configure(config: SipConfig): Promise<void> {
    const { log } = this.#core;
    const { general } = config;
    const { host, port = general.bindport } = general.udpbindaddr;
    try {
      await this.#monitor.restartMonitor({ address: host, port });
    } catch (thrown) {
      throw new LoadDeclined(messageOf(thrown));
    }
    this.#user.configure(config, hostname());
    this.credentials = config.credentials;
    if (general.sipdebug) this.debug.enabled = true;
    for (const warning of config.warnings) log.warning(formatProblem(warning));
    const idle = notInForceLine(config);
    if (idle !== undefined) log.notice(idle);
  }
}

/** @throws LoadDeclined */
async function readConfig(core: Core, changedOnly: boolean): Promise<SipConfig | undefined> {
  const file = await core.config(FILE, { changedOnly });
  if (!file) return undefined;
  const lists = new Set(
    core
      .use(acls)
      .rows()
      .map(({ name }) => name),
  );
  const version = core.find(pbx)?.version;
  return readSipConfig(file, {
    systemname: core.use(settings).systemname,
    hasAcl: name => lists.has(name),
    ...(version !== undefined && { version }),
  });
}
