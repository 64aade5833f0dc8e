/** Bindings: where a device that registers can be reached, for how long, and what outlives the process of it. */
import type { Job } from '#core';
import { type Endpoint, formatEndpoint, type Protocol } from '../transport/transport.js';
import { AstDbRecords } from './astdb-records.js';
import type { Binding, Peer } from './peer.js';
import type { RegistrationRows } from './realtime-rows.js';
import type { Site } from './site.js';

/** A binding outlives what was granted by this much: a refresh may come late. */
const GRACE = 10_000;

/** The job of one binding, and when it is to end it: a refresh moves `due` and leaves the job where it waits. */
interface Expiry {
  job: Job;
  /** On the clock that never goes back. */
  wakes: number;
  due: number;
  /** What it brought into the dialplan. */
  readonly extensions: readonly Extension[];
  /** Whether they are there now: with regextenonqualify they follow the device. */
  present: boolean;
}

interface Extension {
  readonly context: string;
  readonly extension: string;
}

const NO_EXTENSIONS: readonly Extension[] = [];
const NO_PATH: readonly string[] = [];

/** What a REGISTER brings. */
export type NewBinding = Omit<Binding, 'expiresAt' | 'since'>;

/** Who does something for devices as long as it is known where they are. */
export interface Follower {
  registered(peer: Peer): void;
  /** It is not known any more, or the device is none of ours now. */
  lost(peer: Peer): void;
}

const NOBODY: Follower = { registered: () => undefined, lost: () => undefined };

export class Bindings {
  readonly #site: Site;
  readonly #records: AstDbRecords;
  readonly #rows: RegistrationRows;
  readonly #expiries = new Map<Peer, Expiry>();
  /** Told of a device of the database that is to leave memory with its registration. */
  passed: (peer: Peer) => void = () => undefined;
  follower: Follower = NOBODY;
  /** Made by autocreatepeer: they are there as long as their binding. */
  readonly #newcomers = new Set<Peer>();

  constructor(site: Site, rows: RegistrationRows) {
    this.#site = site;
    this.#records = new AstDbRecords(site.astdb);
    this.#rows = rows;
  }

  /** A REGISTER was taken: the binding begins, or is refreshed, or replaced. */
  bind(peer: Peer, binding: NewBinding): void {
    const { log, peers } = this.#site;
    const before = peer.binding;
    if (peer.origin === 'autocreate' && !this.#newcomers.has(peer)) {
      this.#newcomers.add(peer);
      peers.add(peer);
    }
    this.#set(peer, binding);
    this.#store(peer, before);
    this.#status(peer, 'Registered');
    const { address } = binding;
    if (before?.address.address !== address.address || before.address.port !== address.port) {
      log.verbose(3, `Registered SIP '${peer.name}' at ${formatEndpoint(address)}`);
    }
    this.follower.registered(peer);
  }

  /** The device unregistered, or the operator did it for it. @returns whether there was anything to end. */
  remove(peer: Peer): boolean {
    if (!this.#end(peer)) return false;
    this.#site.log.verbose(3, `Unregistered SIP '${peer.name}'`);
    return true;
  }

  /** Brings back what was stored of a device that registers, with the whole lifetime that was granted. */
  restore(peer: Peer): boolean {
    const { log } = this.#site;
    if (!peer.dynamic || peer.binding) return false;
    const stored = this.#records.read(peer.name);
    if (stored === undefined) return false;
    if ('damaged' in stored) {
      log.warning(`the registration stored for '${peer.name}' cannot be read and is left out: '${stored.damaged}'`);
      return false;
    }
    const { defaultuser, ...where } = stored;
    if (peer.defaultuser === '') peer.defaultuser = defaultuser;
    // Which transport it was is not in the record.
    this.#set(peer, {
      ...where,
      protocol: peer.primary,
      callId: '',
      cseq: 0,
      ...lostConnection(peer.primary, where.address),
    });
    log.verbose(3, `Restored SIP '${peer.name}' at ${formatEndpoint(where.address)} for ${where.granted} seconds`);
    return true;
  }

  /** Brings back what its row says of a device. One that is over, and is to be trusted still, has no seconds left. */
  resume(peer: Peer, contact: string, address: Binding['address'], seconds: number): void {
    const granted = Math.max(0, seconds);
    const { primary: protocol } = peer;
    this.#set(peer, {
      contact,
      address,
      granted,
      protocol,
      callId: '',
      cseq: 0,
      path: NO_PATH,
      ...lostConnection(protocol, address),
    });
  }

  /** The device leaves the configuration. What is stored stays, for the day it comes back. */
  forget(peer: Peer): void {
    this.#newcomers.delete(peer);
    this.#disarm(peer);
    this.follower.lost(peer);
  }

  /** Whole seconds until the binding ends; undefined without one. */
  secondsLeft(peer: Peer): number | undefined {
    const { clock } = this.#site;
    const expiry = this.#expiries.get(peer);
    const left = expiry ? expiry.due - clock.elapsed() : peer.binding && peer.binding.expiresAt - clock.now();
    return left === undefined ? undefined : Math.max(0, Math.ceil(left / 1000));
  }

  /** The device answers again, or no longer. */
  reached(peer: Peer, reachable: boolean): void {
    if (this.#site.general.regextenonqualify) this.#show(peer, reachable);
  }

  get size(): number {
    return this.#expiries.size;
  }

  get newcomers(): number {
    return this.#newcomers.size;
  }

  #set(peer: Peer, binding: NewBinding): void {
    const { clock, peers, general } = this.#site;
    const now = clock.now();
    const wait = binding.granted * 1000 + GRACE;
    peer.binding = { ...binding, since: now, expiresAt: now + wait };
    peer.fullcontact = binding.contact;
    peer.protocol = binding.protocol;
    peer.address = binding.address;
    // One that is in the database alone ends there, when its row is read the next time.
    if (peers.get(peer.name) !== peer) return;
    peers.moved(peer);
    // One that was over before, and is trusted still, has no end.
    if (binding.granted > 0 || !general.ignoreregexpire) this.#arm(peer, wait);
  }

  #arm(peer: Peer, wait: number): void {
    const due = this.#site.clock.elapsed() + wait;
    const expiry = this.#expiries.get(peer);
    if (!expiry) {
      const extensions = this.#extensionsOf(peer);
      this.#expiries.set(peer, { job: this.#job(peer, wait), wakes: due, due, extensions, present: false });
      this.#show(peer, true);
      return;
    }
    expiry.due = due;
    if (expiry.wakes <= due) return;
    expiry.job.cancel();
    expiry.job = this.#job(peer, wait);
    expiry.wakes = due;
  }

  #job(peer: Peer, wait: number): Job {
    return this.#site.sched.after('expire_register', wait, () => this.#wake(peer));
  }

  #wake(peer: Peer): void {
    const expiry = this.#expiries.get(peer)!;
    const left = expiry.due - this.#site.clock.elapsed();
    if (left <= 0) {
      this.#end(peer);
      return;
    }
    expiry.job = this.#job(peer, left);
    expiry.wakes = expiry.due;
  }

  #disarm(peer: Peer): void {
    const expiry = this.#expiries.get(peer);
    if (!expiry) return;
    expiry.job.cancel();
    this.#show(peer, false);
    this.#expiries.delete(peer);
  }

  #end(peer: Peer): boolean {
    if (!peer.binding) return false;
    const { peers, general } = this.#site;
    this.#disarm(peer);
    this.follower.lost(peer);
    peer.binding = undefined;
    peer.address = undefined;
    peer.protocol = peer.primary;
    const kept = peers.get(peer.name) === peer;
    if (kept) peers.moved(peer);
    if (!general.ignoreregexpire) {
      if (this.#inRow(peer)) this.#rows.clear(peer);
      else this.#records.remove(peer.name);
    }
    this.#status(peer, 'Unregistered');
    if (this.#newcomers.delete(peer)) peers.remove(peer.name);
    else if (kept && peer.origin === 'realtime' && general.rtautoclear.enabled) this.passed(peer);
    return true;
  }

  /** Whether what it registers is kept in its row. */
  #inRow({ origin }: Peer): boolean {
    return origin === 'realtime' && this.#site.general.rtupdate;
  }

  /** A newcomer is not stored: no restart knows its name, and nobody would take the record away. */
  #store(peer: Peer, before: Binding | undefined): void {
    if (peer.origin === 'autocreate') return;
    if (this.#inRow(peer)) this.#rows.put(peer, this.#site.general);
    else this.#records.put(peer, peer.binding!, before);
  }

  #status(peer: Peer, status: 'Registered' | 'Unregistered'): void {
    const address = peer.binding && formatEndpoint(peer.binding.address);
    this.#site.emit('peerStatus', {
      technology: 'SIP',
      peer: peer.name,
      status,
      ...(address === undefined ? { cause: 'Expired' } : { address }),
    });
  }

  /** What regcontext and regexten say: extensions in the dialplan while the device is registered. */
  #extensionsOf(peer: Peer): readonly Extension[] {
    const { regcontext } = this.#site.general;
    if (regcontext.length === 0) return NO_EXTENSIONS;
    const own = peer.get('regexten');
    const wanted = own.length > 0 ? own : [{ extension: peer.name, context: '' }];
    return wanted.flatMap(({ extension, context }) =>
      (context === '' ? regcontext : [context]).map(into => ({ context: into, extension })),
    );
  }

  /** Brings the extensions of a device that is registered into the dialplan, or takes them out. */
  #show(peer: Peer, present: boolean): void {
    const expiry = this.#expiries.get(peer);
    if (!expiry || expiry.present === present) return;
    expiry.present = present;
    for (const { context, extension } of expiry.extensions) {
      this.#site.emit('registeredExtension', { context, extension, device: peer.name, registrar: 'SIP', present });
    }
  }
}

/** A connection of another life of ours is gone: the device is there again when it has registered again. */
const lostConnection = (protocol: Protocol, address: Endpoint): Pick<Binding, 'connection'> =>
  protocol === 'udp' ? {} : { connection: address };
