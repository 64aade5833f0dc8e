/** This node among others on the same database: its sign of life, the others as they are, and who holds a registration. */
import { type Core, condition, type Job, messageOf, type Need, type Realtime, settings, within } from '#core';
import { percentEncode } from '../../message/uri.js';
import { type Endpoint, type Flow, formatEndpoint } from '../../transport/transport.js';
import type { Site } from '../site.js';
import { DatabaseClock } from './database-clock.js';
import { GONE, type NodeRow, type NodeState, NodeTable } from './node-table.js';

/** The family of the table. */
export const NODES = 'sipnodes';

/** Milliseconds between two signs of life. */
const BEAT = 1000;
/** How often the clock of the database is asked for before the first: the quickest answer says the most. */
const FIRST_MEASURES = 8;
/** Milliseconds that the end waits for the database. */
const LAST_WAIT = 500;
/** Characters of a name, as the columns have it. */
const LONGEST_NAME = 20;
const NAME = /^[\w.-]+$/;
/** Milliseconds for which nothing more is said of a table that cannot be asked. */
const SPACING = 60_000;

const NEEDS: readonly Need[] = [
  { column: 'regserver', type: 'char', length: LONGEST_NAME },
  { column: 'regstamp', type: 'char', length: LONGEST_NAME },
];

const REMEDY =
  'realtime migrate adds it to tables called sippeers and sipregs, once the driver has notify or poll; to another, ALTER TABLE';

/** The node whose registration it is, where that is another; `route` leads there while it lives. */
export interface Holder {
  readonly name: string;
  readonly route: string | undefined;
}

export interface NodesParts {
  readonly realtime: Realtime;
  /** Where registrations are written. */
  readonly family: () => string;
  /** Where we listen for UDP. */
  readonly port: () => number | undefined;
  /** Registrations of the database that are ours. */
  readonly held: () => number;
}

export class Nodes {
  readonly #site: Site;
  readonly #parts: NodesParts;
  /** This node's own name. */
  readonly name: string;
  readonly #table = new NodeTable();
  readonly #clock: DatabaseClock;
  #job: Job | undefined;
  #readAt: number | undefined;
  /** The address that we wrote last. */
  #signed = '';
  #toldAt = Number.NEGATIVE_INFINITY;
  #active = false;
  #closed = false;
  /** Ends when nothing of ours is on its way to the row of this node: what is said last must be written last. */
  #turn: Promise<void> = Promise.resolve();
  /** Told of nodes that came, went or moved. */
  changed: (names: readonly string[]) => void = () => undefined;

  constructor(core: Core, site: Site, parts: NodesParts) {
    this.#site = site;
    this.#parts = parts;
    this.name = core.use(settings).systemname;
    this.#clock = new DatabaseClock(core.clock);
    core.on('realtimeChanged', ({ family, byOthers = false }) => {
      if (this.stays && byOthers && family === NODES) site.spawn('nodes that changed', this.#look());
    });
  }

  /** Whether there may be others. What is taken while we leave still has its stamp. */
  get active(): boolean {
    return this.#active;
  }

  /** Whether it is one that does not leave just now. */
  get stays(): boolean {
    return this.#active && !this.#closed;
  }

  /** After a configuration. */
  configure(): void {
    const { nodeaddress, nodeacl } = this.#site.general;
    const wanted = nodeaddress.host !== '';
    const fault = wanted ? this.#fault() : undefined;
    if (fault !== undefined) this.#site.log.error(`nodeaddress is set, but this is no node of several: ${fault}`);
    const active = wanted && fault === undefined;
    if (active && nodeacl.rules.length === 0 && nodeacl.names.length === 0)
      this.#site.log.warning('nodeaddress is set without nodepermit: no other node is believed, and none is sent to');
    if (active === this.#active) return;
    this.#active = active;
    this.#job?.cancel();
    if (!active) {
      this.#site.spawn(
        'end as a node',
        this.#inTurn(() => this.#leave()),
      );
      return;
    }
    this.#site.spawn(
      'first sign of life',
      this.#inTurn(() => this.#beat()),
    );
    this.#site.spawn('columns of nodes', this.#check());
  }

  /** Epoch milliseconds as all nodes have them, whatever their own clocks say; where there are no others, ours. */
  now(): number {
    return this.#active ? this.#clock.now() : this.#site.clock.now();
  }

  /** For a change of a row: later than all that was seen of it, on the clock of the database. */
  stamp(after: number): number {
    return Math.max(this.#clock.now(), after + 1);
  }

  /** Who holds the registrations that a row says are this one's; undefined: we do, or nobody that is known. */
  holder(regserver: string, account: string): Holder | undefined {
    if (!this.#active || regserver === '' || regserver === this.name) return undefined;
    const node = this.#table.get(regserver);
    if (!node) return undefined;
    const route =
      node.alive && node.address && this.believes(node.address) ? routeTo(node.address, node.name, account) : undefined;
    return { name: regserver, route };
  }

  /** Whether a node may be there. */
  believes({ address }: Endpoint): boolean {
    const { general, acls } = this.#site;
    // Deviates from other lists, where whom no rule names is let in.
    const { allowed, rule } = acls.decide(general.nodeacl, address);
    return allowed && rule !== undefined;
  }

  /** The node that a message comes from; over a connection by its address alone. */
  at({ remote, reliable }: Pick<Flow, 'remote' | 'reliable'>): string | undefined {
    if (!this.#active || !this.believes(remote)) return undefined;
    for (const { name, address } of this.#table.values())
      if (name !== this.name && address?.address === remote.address && (reliable || address.port === remote.port))
        return name;
    return undefined;
  }

  /** Where a node is that may be sent to. */
  addressOf(name: string): Endpoint | undefined {
    const address = name === this.name ? undefined : this.#table.get(name)?.address;
    return address && this.believes(address) ? address : undefined;
  }

  /** Names of those that live, this one among them, in the same order everywhere. */
  living(): readonly string[] {
    const others = [...this.#table.values()].filter(({ name, alive }) => alive && name !== this.name);
    return [this.name, ...others.map(({ name }) => name)].sort();
  }

  /** Others that do not. */
  silent(): readonly string[] {
    return [...this.#table.values()].filter(({ name, alive }) => !alive && name !== this.name).map(({ name }) => name);
  }

  rows(): readonly NodeRow[] {
    const now = this.#site.clock.elapsed();
    return [...this.#table.values()]
      .map(({ name, address, changedAt, registrations, alive }) => ({
        ...{ name, address, registrations, state: this.#stateOf(name, address, alive) },
        seenAgo: Math.max(0, Math.round(now - changedAt)),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Others need not wait until we are missed. */
  async close(): Promise<void> {
    const { stays } = this;
    this.#closed = true;
    this.#job?.cancel();
    if (!stays) return;
    const gone = this.#inTurn(() => this.#leave());
    await within(this.#site.clock, LAST_WAIT, gone).catch(thrown => this.#unseen(thrown));
  }

  async #leave(): Promise<void> {
    if (this.stays) return;
    this.#signed = '';
    const { realtime } = this.#parts;
    try {
      await realtime.update(NODES, [condition('name', this.name)], { seen: String(GONE) });
    } catch (thrown) {
      this.#unseen(thrown);
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work);
    return this.#turn;
  }

  /** Without these columns nobody can say which of two registrations is the later one, or whose it is. */
  async #check(): Promise<void> {
    const { realtime, family } = this.#parts;
    try {
      const lacking = await realtime.missing(family(), NEEDS);
      if (lacking.length > 0)
        this.#site.log.error(`${family()}: the table lacks ${lacking.join(', ')}, which nodes need: ${REMEDY}`);
    } catch (thrown) {
      this.#unseen(thrown);
    }
  }

  #stateOf(name: string, address: Endpoint | undefined, alive: boolean): NodeState {
    if (name === this.name) return 'this';
    if (!address || !this.believes(address)) return 'not believed';
    return alive ? 'alive' : 'silent';
  }

  #fault(): string | undefined {
    if (this.name === '') return 'asterisk.conf has no systemname';
    if (this.name.length > LONGEST_NAME || !NAME.test(this.name))
      return `systemname must be at most ${LONGEST_NAME} letters, digits, points and hyphens`;
    if (this.#parts.realtime.targets(NODES).length === 0) return `extconfig.conf does not map ${NODES}`;
    return undefined;
  }

  #address(): string {
    const { host, port = this.#parts.port() } = this.#site.general.nodeaddress;
    return port === undefined ? '' : formatEndpoint({ address: host, port });
  }

  async #beat(): Promise<void> {
    try {
      this.#doubt();
      for (let times = this.#readAt === undefined ? FIRST_MEASURES : 1; times > 0 && this.stays; times--)
        await this.#clock.measure(() => this.#parts.realtime.now(NODES));
      // After the end nobody says that we live.
      if (this.stays) await this.#sign();
      if (this.stays) await this.#look();
    } catch (thrown) {
      if (!this.#closed) this.#unseen(thrown);
    }
    if (!this.stays) return;
    this.#job?.cancel();
    this.#job = this.#site.sched.after('sign of life', BEAT, () => void this.#inTurn(() => this.#beat()));
  }

  /** Our row says what we did not write: of two nodes with one name each takes what the other has for its own. */
  #doubt(): void {
    const read = this.#table.get(this.name)?.address;
    if (!read || this.#signed === '' || formatEndpoint(read) === this.#signed) return;
    this.#tell(`node '${this.name}' is at ${formatEndpoint(read)}, too: give each a systemname of its own`);
  }

  async #sign(): Promise<void> {
    const { realtime, held } = this.#parts;
    const row = {
      address: this.#address(),
      seen: String(this.#clock.now()),
      registrations: String(held()),
    };
    const count = await realtime.update(NODES, [condition('name', this.name)], row);
    if (count === 0 && this.stays) await realtime.store(NODES, { name: this.name, ...row });
    this.#signed = row.address;
  }

  async #look(): Promise<void> {
    const { clock, general } = this.#site;
    const rows = await this.#parts.realtime.loadAll(NODES, []);
    if (!this.stays) return;
    const elapsed = clock.elapsed();
    const gap = this.#readAt === undefined ? 0 : elapsed - this.#readAt;
    this.#readAt = elapsed;
    const timeout = general.nodetimeout * 1000;
    const changed = this.#table.take(rows, { elapsed, gap, timeout, databaseNow: this.#clock.now() });
    const others = changed.filter(name => name !== this.name);
    for (const name of others) {
      const node = this.#table.get(name);
      const what = node
        ? node.alive
          ? 'is there'
          : node.seen === GONE
            ? 'has left'
            : 'gives no sign of life'
        : 'is no node any more';
      this.#site.log.notice(`node '${name}' ${what}`);
    }
    if (others.length > 0) this.changed(others);
  }

  #unseen(thrown: unknown): void {
    this.#tell(`nodes cannot be seen: ${messageOf(thrown)}`);
  }

  #tell(what: string): void {
    const now = this.#site.clock.elapsed();
    if (now - this.#toldAt < SPACING) return;
    this.#toldAt = now;
    this.#site.log.warning(what);
  }
}

/** `<sip:3001@192.0.2.1:5060;lr;node=pbx-a>` */
export const routeTo = (address: Endpoint, node: string, account: string, more = ''): string =>
  `<sip:${percentEncode(account)}@${formatEndpoint(address)};lr;node=${node}${more}>`;
