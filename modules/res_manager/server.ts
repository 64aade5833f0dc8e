/** The manager interface: its addresses, who is served, and who hears what. */
import type { Socket } from 'node:net';
import {
  type Acls,
  type Actions,
  acls,
  type Bans,
  banRules,
  bans,
  type Certificates,
  type Core,
  type ManagerField,
  manager,
  type PbxControl,
  type Privilege,
  pbx,
  settings,
  type TlsIdentity,
} from '#core';
import { type ChannelBlock, channelBlock } from './channel-fields.js';
import { Connection } from './connection.js';
import { bitsOf, formatMessage, privilegeText } from './format.js';
import { Listener } from './listener.js';
import { Lobby } from './lobby.js';
import { Performer } from './performer.js';
import { type ManagerConfig, readManagerConf, type User, type Wanted } from './read.js';
import type { ManagerEvent, Session } from './session.js';
import { tellFacts } from './told.js';

/** As the table of bans knows us. */
const SERVICE = 'AMI';

const isSame = (one: Wanted, other: Wanted): boolean =>
  one.secure === other.secure && one.address === other.address && one.port === other.port;

export class ManagerServer {
  readonly actions: Actions;
  readonly performer: Performer;
  readonly lobby: Lobby;
  /** A channel as events and lists tell it. */
  readonly block: ChannelBlock = channelBlock(() => this.general.channelvars);
  /** Whether events carry a sequence number. */
  debug = false;
  readonly #core: Core;
  readonly #acls: Acls;
  readonly #bans: Bans;
  readonly #pbx: PbxControl;
  readonly #systemname: string;
  /** Everybody who is served, logged in or not. */
  readonly #sessions = new Set<Session>();
  readonly #connections = new Set<Connection>();
  #config: ManagerConfig;
  #identity: TlsIdentity | undefined;
  #listeners: readonly Listener[] = [];
  #sequence = 0;
  #count = 0;
  #booted = false;

  private constructor(core: Core, lists: Acls, config: ManagerConfig) {
    this.#core = core;
    this.#acls = lists;
    this.#config = config;
    this.#pbx = core.use(pbx);
    this.#bans = core.use(bans);
    this.#systemname = core.use(settings).systemname;
    this.actions = core.use(manager);
    this.debug = config.general.debug;
    this.performer = new Performer({
      actions: this.actions,
      log: core.log,
      security: event => core.emit('security', event),
    });
    this.lobby = new Lobby(core.sched, () => ({
      count: this.general.authlimit,
      patience: this.general.authtimeout * 1000,
    }));
    core.on('addressBanned', () => this.#dropBanned());
    void this.#pbx.booted.then(() => {
      this.#booted = true;
    });
    tellFacts(core, {
      publish: (event, privileges, fields) => this.publish(event, privileges, fields),
      heard: () => this.#sessions.size > 0,
      block: this.block,
      now: () => core.clock.now(),
      booted: () => this.bootFields(),
    });
  }

  /** @throws LoadDeclined */
  static async start(core: Core): Promise<ManagerServer> {
    const lists = core.use(acls);
    const { config, certificates } = await readManagerConf(core, name => lists.has(name));
    const server = new ManagerServer(core, lists, config);
    core.defer('manager sockets', () => server.close());
    await server.#listen(config, certificates);
    return server;
  }

  /**
   * All or nothing; certificates are read again whatever changed. Users that are no more are let go, the others have
   * their new rights at once.
   * @throws LoadDeclined
   */
  async reload(): Promise<void> {
    const { config, certificates } = await readManagerConf(this.#core, name => this.#acls.has(name));
    await this.#listen(config, certificates);
    this.debug = config.general.debug;
    for (const session of this.sessions()) {
      const user = config.users.get(session.user?.name ?? '');
      if (session.user && !user) this.dismiss(session);
      session.user = user;
    }
  }

  get general() {
    return this.#config.general;
  }

  get users(): ReadonlyMap<string, User> {
    return this.#config.users;
  }

  /** Those who have logged in. */
  sessions(): Session[] {
    return [...this.#sessions].filter(({ user }) => user !== undefined);
  }

  bound(): readonly Wanted[] {
    return this.#listeners.map(({ bound }) => bound);
  }

  /** Whether the user may come from there. */
  allows({ acl }: User, address: string): boolean {
    return this.#acls.allows(acl, address);
  }

  /** Somebody is served from now on. @returns what ends it */
  serve(session: Session): () => void {
    this.#sessions.add(session);
    return () => void this.#sessions.delete(session);
  }

  /** Of the next session. */
  nextNumber(): number {
    this.#count += 1;
    return this.#count;
  }

  /** Ends a session and its connection. */
  dismiss(session: Session): void {
    for (const connection of this.#connections) if (connection.session === session) connection.destroy();
    session.close();
    this.#sessions.delete(session);
  }

  /** What FullyBooted carries; undefined while the PBX starts. */
  booting(): boolean {
    return !this.#booted;
  }

  bootFields(): readonly ManagerField[] {
    const seconds = (then: number): number => Math.max(0, Math.floor((this.#core.clock.now() - then) / 1000));
    return [
      ['Uptime', seconds(this.#pbx.startedAt)],
      ['LastReload', seconds(this.#pbx.lastReloadAt)],
      ['Status', 'Fully Booted'],
    ];
  }

  /** An event as it is told. */
  event(name: string, privileges: readonly Privilege[], fields: readonly ManagerField[]): ManagerEvent {
    const text = formatMessage([
      ['Event', name],
      ['Privilege', privilegeText(privileges)],
      ...(this.debug ? [['SequenceNumber', this.#sequence] as const] : []),
      ...(this.general.timestampevents ? [['Timestamp', (this.#core.clock.now() / 1000).toFixed(6)] as const] : []),
      ...(this.#systemname === '' ? [] : [['SystemName', this.#systemname] as const]),
      ...fields,
    ]);
    this.#sequence += 1;
    return { name, fields, text, bits: bitsOf(privileges) };
  }

  /** Tells everybody who wants to hear it. Costs next to nothing while nobody does. */
  publish(name: string, privileges: readonly Privilege[], fields: () => readonly ManagerField[]): void {
    const bits = bitsOf(privileges);
    if (this.general.disabledevents.includes(name)) return;
    let event: ManagerEvent | undefined;
    for (const session of this.#sessions) {
      if (!session.wants(bits)) continue;
      event ??= this.event(name, privileges, fields());
      session.tell(event);
    }
  }

  /** Lets the clients go and closes the sockets. */
  async close(): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
    this.lobby.close();
    await Promise.all([...this.#connections].map(connection => connection.close()));
    for (const session of this.#sessions) session.close();
    this.#sessions.clear();
  }

  #arrived(socket: Socket): boolean {
    if (this.#bans.drops(socket.remoteAddress ?? '')) return false;
    this.lobby.enter(socket);
    return true;
  }

  /** A login that failed is counted, and where one was right is remembered. */
  judged(account: string, { remote: { address } }: Session, guess: string | undefined): void {
    const rules = banRules(this.general, this.#acls);
    if (guess === undefined) this.#bans.succeeded(address, rules);
    else this.#bans.failed({ service: SERVICE, address, account, guess }, rules);
  }

  /** Whether a login for that account is not looked at from there. */
  ignores(account: string, { remote }: Session): boolean {
    return this.#bans.dropsAccount(SERVICE, remote.address, account);
  }

  /** Those too that have logged in: all that comes from there is dropped. */
  #dropBanned(): void {
    for (const session of [...this.#sessions]) if (this.#bans.holds(session.remote.address)) this.dismiss(session);
  }

  #accept(socket: Socket, transport: 'TCP' | 'TLS'): void {
    const { sched, log, clock } = this.#core;
    const connection = new Connection(socket, transport, {
      performer: this.performer,
      sched,
      log,
      now: () => clock.now(),
      number: this.nextNumber(),
      admitted: own => this.lobby.leave(own),
    });
    const done = this.serve(connection.session);
    this.#connections.add(connection);
    void connection.ended.then(() => {
      this.#connections.delete(connection);
      done();
      const { user, remote } = connection.session;
      if (user?.displayconnects) log.verbose(2, `Manager '${user.name}' logged off from ${remote.address}`);
    });
  }

  /** @throws LoadDeclined, and leaves all as it was */
  async #listen(config: ManagerConfig, certificates: Certificates | undefined): Promise<void> {
    const identity = certificates?.identity;
    const kept = this.#listeners.filter(({ wanted }) => config.wanted.some(one => isSame(one, wanted)));
    const leaving = this.#listeners.filter(listener => !kept.includes(listener));
    const fresh = config.wanted.filter(one => !kept.some(({ wanted }) => isSame(one, wanted)));
    // Who is connected stays; only the address is given up.
    for (const listener of leaving) listener.close();
    const opened: Listener[] = [];
    try {
      for (const one of fresh) opened.push(await this.#open(one, identity));
    } catch (thrown) {
      for (const listener of opened) listener.close();
      this.#listeners = kept;
      for (const { wanted } of leaving)
        this.#listeners = [...this.#listeners, await this.#open(wanted, this.#identity)];
      throw thrown;
    }
    if (identity) for (const listener of kept) listener.renew(identity);
    this.#config = config;
    this.#identity = identity;
    this.#listeners = [...kept, ...opened];
  }

  #open(wanted: Wanted, identity: TlsIdentity | undefined): Promise<Listener> {
    return Listener.open(wanted, wanted.secure ? identity : undefined, {
      log: this.#core.log,
      arrived: socket => this.#arrived(socket),
      accept: (socket, transport) => this.#accept(socket, transport),
    });
  }
}
