/** The directory: devices that are rows of a database. How one is found, how long an answer is good, and what ends that. */
import { type CacheRow, type Core, type Fact, ReadThrough, RealtimeFailed, realtimeStatus } from '#core';
import type { Endpoint } from '../transport/transport.js';
import type { Origin } from './addresses.js';
import type { Peer } from './peer.js';
import { Account, type Purpose } from './realtime-account.js';
import type { RowDevices } from './realtime-devices.js';
import { type Families, PEERS, REGS } from './realtime-families.js';
import { Queries } from './realtime-queries.js';
import { Refresh } from './realtime-refresh.js';
import type { RegistrationRows } from './realtime-rows.js';
import type { Found, Question, Site } from './site.js';
import { Waiting } from './waiting.js';

/** What no row is looked for by: nobody is called that, and some databases end a text there. */
const NAMEABLE = /^[^\x00-\x1f\x7f]{1,255}$/;

/** Milliseconds for which nothing more is said of a database that does not answer. */
const SPACING = 60_000;

const NOBODY: Found = { peer: undefined };

export interface DirectoryParts {
  readonly families: Families;
  readonly rows: RegistrationRows;
  readonly devices: RowDevices;
}

export class Directory {
  readonly #site: Site;
  readonly #families: Families;
  readonly #rows: RegistrationRows;
  readonly #devices: RowDevices;
  readonly #queries: Queries;
  readonly #accounts: ReadThrough<Account>;
  /** Names of the devices at addresses. */
  readonly #addresses: ReadThrough<string>;
  readonly #refresh: Refresh;
  /** Requests that wait for an answer of ours. */
  readonly waiting = new Waiting();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(core: Core, site: Site, { families, rows, devices }: DirectoryParts) {
    const { clock } = core;
    this.#site = site;
    this.#families = families;
    this.#rows = rows;
    this.#devices = devices;
    this.#queries = new Queries(families);
    this.#accounts = new ReadThrough({ name: PEERS, clock, load: name => this.#read(name) });
    this.#addresses = new ReadThrough({ name: `${PEERS} by address`, clock, load: key => this.#nameAt(key) });
    this.#refresh = new Refresh({
      site,
      read: peer => this.#again(peer),
      apply: (peer, account) => this.#devices.refresh(peer, account),
    });
    rows.changed = name => this.#accounts.forget(name);
    rows.overtaken = name => this.changedElsewhere(name);
    site.mapped = families.has(PEERS);
    core.on('realtimeChanged', fact => this.#changed(fact));
    const status = core.find(realtimeStatus);
    if (!status) return;
    core.defer(
      'status of caches',
      status.add('Caches', () => this.status()),
    );
    core.defer(
      'status of requests',
      status.add('Requests', () => [this.waiting.row()]),
    );
  }

  /** Whether the families can be asked at all. */
  get mapped(): { readonly peers: boolean; readonly regs: boolean } {
    const { realtime } = this.#families;
    return { peers: realtime.maps(PEERS), regs: realtime.maps(REGS) };
  }

  /** Undefined when the database is away: a phone asks again, and is better served then than refused now. */
  async find({ purpose, name, origin, spare = false }: Question): Promise<Found | undefined> {
    const { alwaysauthreject, allowguest } = this.#site.general;
    // Where names are to be hidden, one that is there must not be answered sooner: all is asked for it, too.
    const hidden = alwaysauthreject && !allowguest;
    const there = origin && (hidden || name === undefined) ? this.#at(origin) : undefined;
    const [found, near] = await Promise.all([name === undefined ? undefined : this.named(name, purpose), there]);
    if (found === 'failed') return spare ? NOBODY : undefined;
    if (found) return { peer: found };
    return origin ? (there ? near : this.#at(origin)) : NOBODY;
  }

  /** A device that is not in memory, by its exact name. */
  async named(name: string, purpose: Purpose): Promise<Peer | 'failed' | undefined> {
    if (!this.#site.mapped || !NAMEABLE.test(name)) return undefined;
    const answer = await this.#accounts.get(name);
    if ('absent' in answer) return undefined;
    const account = 'found' in answer ? answer.found : answer.stale;
    if (account) {
      const peer = this.#devices.device(account, purpose);
      // Somebody changed the row while it was read; nobody will tell us again.
      if ('found' in answer && answer.overtaken) this.#refresh.changed(name);
      return peer;
    }
    if ('failed' in answer) this.#tell(answer.failed);
    return 'failed';
  }

  /** Takes a device of the database out of memory. */
  prune(peer: Peer): void {
    this.#devices.drop(peer);
    this.#forget(peer.name);
  }

  /** After a configuration: whatever was made by the one before is made anew. */
  reset(): void {
    this.#devices.reset();
    this.forgetAll();
  }

  /** Nothing is looked at again. */
  close(): void {
    this.#refresh.close();
  }

  /** Says what the table of registrations lacks. */
  async check(): Promise<void> {
    if (!this.#site.mapped) return;
    try {
      const fault = await this.#queries.fault();
      if (fault !== undefined) this.#site.log.warning(fault);
    } catch (thrown) {
      if (!(thrown instanceof RealtimeFailed)) throw thrown;
      this.#tell(thrown.message);
    }
  }

  status(): CacheRow[] {
    return this.#site.mapped ? [this.#accounts.row(), this.#addresses.row()] : [];
  }

  async #at(origin: Origin): Promise<Found | undefined> {
    const answer = await this.#addresses.get(JSON.stringify(origin));
    if ('absent' in answer) return NOBODY;
    const name = 'found' in answer ? answer.found : answer.stale;
    if (name === undefined) {
      if ('failed' in answer) this.#tell(answer.failed);
      return undefined;
    }
    const peer = await this.#there(name, origin);
    return peer === 'failed' ? undefined : { peer };
  }

  /** @throws RealtimeFailed */
  async #nameAt(key: string): Promise<string | undefined> {
    const origin = JSON.parse(key) as Origin;
    for await (const name of this.#queries.names(origin)) {
      const peer = await this.#there(name, origin);
      if (peer === 'failed') throw new RealtimeFailed(PEERS, `'${name}' cannot be looked up`);
      if (peer) return name;
    }
    return undefined;
  }

  /** The device, if it is where a row said that it is: that may be over, or it has moved. */
  async #there(name: string, { address, protocol }: Origin): Promise<Peer | 'failed' | undefined> {
    const peer = this.#site.peers.get(name) ?? (await this.named(name, 'address'));
    if (!peer || peer === 'failed') return peer;
    return isAt(peer, address) && peer.get('transport').includes(protocol) ? peer : undefined;
  }

  /** @throws RealtimeFailed */
  async #read(name: string): Promise<Account | undefined> {
    const before = this.#rows.pending(name);
    const found = await this.#queries.rows(name);
    if (!found) return undefined;
    const split = this.#families.has(REGS);
    if (split && !found.registration) {
      this.#devices.complaints.say(`${REGS} ${name}`, [
        `${REGS} name=${name}: no such row: its registration is not kept`,
      ]);
    }
    return new Account(name, found, this.#rows.pending(name) ?? before, split);
  }

  /** The row of a device in memory, with what we are about to write to it. @throws RealtimeFailed */
  async #again(peer: Peer): Promise<Account | 'changing' | undefined> {
    const { name } = peer;
    const standing = this.#rows.standing(peer);
    if (this.#rows.isChanging(name)) return 'changing';
    const account = await this.#read(name);
    // What was read may be from before what we wrote meanwhile.
    return this.#rows.isChanging(name) || this.#rows.standing(peer) !== standing ? 'changing' : account;
  }

  #changed({ family, name, byOthers = false }: Fact<'realtimeChanged'>): void {
    if (family !== PEERS && family !== REGS) return;
    if (byOthers) this.changedElsewhere(name);
    else if (name === undefined) this.#remapped();
    else if (!this.#rows.isOwn(name)) this.#forget(name);
  }

  /** A row, or any of them, says something else than what is remembered. */
  changedElsewhere(name: string | undefined): void {
    if (name === undefined) {
      this.forgetAll();
      this.#refresh.all();
      return;
    }
    this.#forget(name);
    this.#refresh.changed(name);
  }

  /** A driver came or went, which changes nothing but what can be asked; or the families lie elsewhere now. */
  #remapped(): void {
    const site = this.#site;
    const elsewhere = this.#families.refresh();
    site.mapped = this.#families.has(PEERS);
    this.#queries.forget();
    this.forgetAll();
    if (!elsewhere) return;
    for (const peer of [...site.peers.values()]) if (peer.origin === 'realtime') this.#devices.drop(peer);
    site.spawn('journals of registrations', this.#rows.open());
    site.spawn('check of the tables of devices', this.check());
  }

  #forget(name: string): void {
    this.#accounts.forget(name);
    this.#addresses.forget();
  }

  /** What was answered of late is asked for again. */
  forgetAll(): void {
    this.#accounts.forget();
    this.#addresses.forget();
  }

  #tell(why: string): void {
    const now = this.#site.clock.elapsed();
    if (now - this.#toldAt < SPACING) return;
    this.#toldAt = now;
    this.#site.log.warning(`devices that are not in memory get no answer for now: ${why}`);
  }
}

const isAt = (peer: Peer, { address, port }: Endpoint): boolean =>
  peer.address?.address === address && (peer.address.port === port || peer.get('insecure').port);
