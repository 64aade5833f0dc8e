/** Bindings: where a device that registers can be reached, for how long, and what outlives the process of it. */
import { isIP } from 'node:net';
import type { Job } from '#core';
import { decode, encode } from '../message/octets.js';
import { formatEndpoint } from '../transport/transport.js';
import type { Binding, Peer } from './peer.js';
import type { Site } from './site.js';

const FAMILY = 'SIP/Registry';
const PATHS = 'SIP/RegistryPath';

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
}

interface Extension {
  readonly context: string;
  readonly extension: string;
}

const NO_EXTENSIONS: readonly Extension[] = [];

/** What a REGISTER brings. */
export type NewBinding = Omit<Binding, 'expiresAt' | 'since'>;

export class Bindings {
  readonly #site: Site;
  readonly #expiries = new Map<Peer, Expiry>();
  /** Made by autocreatepeer: they are there as long as their binding. */
  readonly #newcomers = new Set<Peer>();

  constructor(site: Site) {
    this.#site = site;
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
    if (before?.address.address === address.address && before.address.port === address.port) return;
    log.verbose(3, `Registered SIP '${peer.name}' at ${formatEndpoint(address)}`);
  }

  /** The device unregistered, or the operator did it for it. @returns whether there was anything to end. */
  remove(peer: Peer): boolean {
    if (!this.#end(peer)) return false;
    this.#site.log.verbose(3, `Unregistered SIP '${peer.name}'`);
    return true;
  }

  /** Brings back what was stored of a device that registers, with the whole lifetime that was granted. */
  restore(peer: Peer): boolean {
    const { astdb, log } = this.#site;
    const text = astdb.get(FAMILY, peer.name);
    if (!peer.dynamic || peer.binding || text === undefined) return false;
    const stored = readStored(text);
    if (!stored) {
      log.warning(`the registration stored for '${peer.name}' cannot be read and is left out: '${text}'`);
      return false;
    }
    const { defaultuser, ...where } = stored;
    if (peer.defaultuser === '') peer.defaultuser = defaultuser;
    const path = splitPath(encode(astdb.get(PATHS, peer.name) ?? ''));
    // Which transport it was is not in the record.
    this.#set(peer, { ...where, protocol: peer.primary, callId: '', cseq: 0, path });
    log.verbose(3, `Restored SIP '${peer.name}' at ${formatEndpoint(where.address)} for ${where.granted} seconds`);
    return true;
  }

  /** The device leaves the configuration. What is stored stays, for the day it comes back. */
  forget(peer: Peer): void {
    this.#newcomers.delete(peer);
    this.#disarm(peer);
  }

  /** Whole seconds until the binding ends; undefined without one. */
  secondsLeft(peer: Peer): number | undefined {
    const expiry = this.#expiries.get(peer);
    return expiry && Math.ceil((expiry.due - this.#site.clock.elapsed()) / 1000);
  }

  get size(): number {
    return this.#expiries.size;
  }

  get newcomers(): number {
    return this.#newcomers.size;
  }

  #set(peer: Peer, binding: NewBinding): void {
    const { clock, peers } = this.#site;
    const now = clock.now();
    const wait = binding.granted * 1000 + GRACE;
    peer.binding = { ...binding, since: now, expiresAt: now + wait };
    peer.fullcontact = binding.contact;
    peer.protocol = binding.protocol;
    peer.address = binding.address;
    peers.moved(peer);
    this.#arm(peer, wait);
  }

  #arm(peer: Peer, wait: number): void {
    const due = this.#site.clock.elapsed() + wait;
    const expiry = this.#expiries.get(peer);
    if (!expiry) {
      const extensions = this.#extensionsOf(peer);
      this.#expiries.set(peer, { job: this.#job(peer, wait), wakes: due, due, extensions });
      this.#tell(peer, extensions, true);
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
    this.#expiries.delete(peer);
    this.#tell(peer, expiry.extensions, false);
  }

  #end(peer: Peer): boolean {
    if (!peer.binding) return false;
    const { peers, general, astdb } = this.#site;
    this.#disarm(peer);
    peer.binding = undefined;
    peer.address = undefined;
    peer.protocol = peer.primary;
    peers.moved(peer);
    if (!general.ignoreregexpire) {
      astdb.del(FAMILY, peer.name);
      astdb.del(PATHS, peer.name);
    }
    this.#status(peer, 'Unregistered');
    if (this.#newcomers.delete(peer)) peers.remove(peer.name);
    return true;
  }

  /** A newcomer is not stored: no restart knows its name, and nobody would take the record away. */
  #store(peer: Peer, before: Binding | undefined): void {
    if (peer.origin === 'autocreate') return;
    const { astdb } = this.#site;
    const { address, granted, contact, path } = peer.binding!;
    const text = `${formatEndpoint(address)}:${granted}:${peer.defaultuser}:${decode(contact)}`;
    astdb.put(FAMILY, peer.name, text);
    if (path.length > 0) astdb.put(PATHS, peer.name, decode(path.join(',')));
    else if (before?.path.length !== 0) astdb.del(PATHS, peer.name);
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

  #tell(peer: Peer, extensions: readonly Extension[], present: boolean): void {
    for (const { context, extension } of extensions) {
      this.#site.emit('registeredExtension', { context, extension, device: peer.name, registrar: 'SIP', present });
    }
  }
}

/** `ip:port:expiry:defaultuser:fullcontact`, an IPv6 address in brackets. */
function readStored(
  text: string,
): { address: Binding['address']; granted: number; defaultuser: string; contact: string } | undefined {
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5}):(\d{1,9}):([^:]*):(.*)$/s.exec(text);
  if (!parts) return undefined;
  const [, v6, v4, port, granted, defaultuser, contact] = parts;
  const address = v6 ?? v4!;
  if (isIP(address) === 0) return undefined;
  return {
    address: { address, port: Number(port) },
    granted: Number(granted),
    defaultuser: defaultuser!,
    contact: encode(contact!),
  };
}

const splitPath = (text: string): readonly string[] => (text === '' ? [] : text.split(/,(?=\s*<)/));
