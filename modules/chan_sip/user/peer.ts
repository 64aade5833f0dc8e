/** A device: what its section says, and where it is now. */
import { isIP } from 'node:net';
import { type Algorithm, ha1 } from '../message/digest-algorithm.js';
import type { Device, DeviceSection, DeviceType } from '../options/device.js';
import { hashGiven, provable } from '../options/values/algorithms.js';
import { comediaWord, forceRportWord, forcesRport } from '../options/values/nat.js';
import { standardPort } from '../options/values/transport.js';
import type { Endpoint, Protocol } from '../transport/transport.js';
import type { SpentNonces } from './nonces.js';

/** What a REGISTER has left. */
export interface Binding {
  /** The URI of the contact. */
  readonly contact: string;
  readonly address: Endpoint;
  /** Epoch milliseconds at which it is dropped: what was granted and 10 seconds. */
  readonly expiresAt: number;
  /** Seconds. */
  readonly granted: number;
  readonly protocol: Protocol;
  readonly callId: string;
  readonly cseq: number;
  readonly path: readonly string[];
  /** The other end of the connection that it registered over. */
  readonly connection?: Endpoint | undefined;
  readonly since: number;
}

/** The REGISTER that was answered last, so that its repeat is answered alike. */
export interface LastAnswer {
  readonly callId: string;
  readonly cseq: number;
  /** On the clock that never goes back. */
  readonly at: number;
  readonly did: 'query' | 'remove' | 'bind';
}

export type Origin = 'static' | 'autocreate' | 'realtime';

/** Answers of qualify that are no time. */
export const UNKNOWN = 0;
export const UNREACHABLE = -1;

export class Peer {
  readonly name: string;
  /** Where it is: registered, or its fixed address once that is known. Tell Peers of a change by moved(). */
  address: Endpoint | undefined;
  binding: Binding | undefined;
  /** The last contact, octets as it was sent; it stays when the registration ends. */
  fullcontact = '';
  /** As configured, or learned from the contact. */
  defaultuser = '';
  useragent = '';
  /** What it is reached over now. */
  protocol: Protocol = 'udp';
  natDetected = false;
  /** Milliseconds of the last qualify; 0: no answer yet, -1: unreachable. */
  lastMs = UNKNOWN;
  lastAnswer: LastAnswer | undefined;
  /** Nonces that have served it. */
  spentNonces: SpentNonces | undefined;
  #type: DeviceType;
  #origin: Origin;
  #own: Readonly<Partial<Device>>;
  #defaults: Device;
  #hashes: { [A in Algorithm]?: { readonly realm: string; readonly value: string } } | undefined;

  constructor(section: DeviceSection, defaults: Device, origin: Origin = 'static') {
    this.name = section.name;
    this.#type = section.type;
    this.#own = section.own;
    this.#defaults = defaults;
    this.#origin = origin;
    this.#settle();
  }

  get type(): DeviceType {
    return this.#type;
  }

  get origin(): Origin {
    return this.#origin;
  }

  /** What it was made of. */
  get section(): DeviceSection {
    return { name: this.name, type: this.#type, own: this.#own };
  }

  /** Its own value, else the one all devices share. */
  get<K extends keyof Device>(option: K): Device[K] {
    const own: Device[K] | undefined = this.#own[option];
    return own === undefined ? this.#defaults[option] : own;
  }

  /** Whether its section sets the option to something of its own. */
  has(option: keyof Device): boolean {
    return option in this.#own;
  }

  /** Whether it registers. */
  get dynamic(): boolean {
    return this.get('host').dynamic;
  }

  /** The host name whose address somebody must look up; undefined when there is nothing to look up. */
  get hostname(): string | undefined {
    const { host, dynamic } = this.get('host');
    return dynamic || host === '' || isIP(host) !== 0 ? undefined : host;
  }

  /** The port of its fixed address. */
  get port(): number {
    return this.get('port') || (this.get('host').port ?? standardPort(this.primary));
  }

  /** `defaultip`: for calls before it registers. */
  get defaultAddress(): Endpoint | undefined {
    const { host, port } = this.get('defaultip');
    return host === '' ? undefined : { address: host, port: this.get('port') || (port ?? standardPort(this.primary)) };
  }

  /** The first of its transports. */
  get primary(): Protocol {
    return this.get('transport')[0] ?? 'udp';
  }

  /** Whether answers and calls go to where its packets come from. */
  get forceRport(): boolean {
    return forcesRport(this.get('nat'), this.natDetected);
  }

  /** `Auto (No)` and its like. */
  get forceRportWord(): string {
    return forceRportWord(this.get('nat'), this.natDetected);
  }

  get comediaWord(): string {
    return comediaWord(this.get('nat'), this.natDetected);
  }

  /** Milliseconds that an answer to qualify may take; 0: it is not watched. */
  get qualifyMs(): number {
    return Number(this.get('qualify'));
  }

  get monitored(): boolean {
    return this.qualifyMs > 0;
  }

  /** Whether an answer came within twice the time, or nobody asks and it has an address. */
  get online(): boolean {
    return this.monitored ? this.lastMs > UNKNOWN : this.address !== undefined;
  }

  get status(): string {
    if (!this.monitored) return 'Unmonitored';
    if (this.lastMs === UNREACHABLE) return 'UNREACHABLE';
    if (this.lastMs === UNKNOWN) return 'UNKNOWN';
    return `${this.lastMs > this.qualifyMs ? 'LAGGED' : 'OK'} (${this.lastMs} ms)`;
  }

  /** Whether it has to prove one. */
  get hasPassword(): boolean {
    return this.get('secret') !== '' || this.get('md5secret') !== '' || this.get('password_digest').length > 0;
  }

  /** Those it is asked for: of a password that is kept as a hash, as far as there are hashes for them. */
  get algorithms(): readonly Algorithm[] {
    const wanted = this.get('supported_algorithms_uas');
    return this.get('secret') === '' ? provable(wanted, this.#own) : wanted;
  }

  /** H(name:realm:secret), from the file or made once; undefined when it has no password for this algorithm. */
  ha1(realm: string, algorithm: Algorithm = 'MD5'): string | undefined {
    const given = hashGiven(this.#own, algorithm);
    if (given !== undefined) return given;
    const secret = this.get('secret');
    if (secret === '') return undefined;
    const made = (this.#hashes ??= {});
    if (made[algorithm]?.realm !== realm) made[algorithm] = { realm, value: ha1(this.name, realm, secret, algorithm) };
    return made[algorithm].value;
  }

  /**
   * Takes new values at a reload. What a device that still registers told us stays.
   * @returns whether a registration was lost with it
   */
  configure(section: DeviceSection, defaults: Device, origin: Origin = this.#origin): boolean {
    const before = { dynamic: this.dynamic, host: this.get('host').host, configured: this.get('defaultuser') };
    const learned = this.defaultuser === before.configured ? '' : this.defaultuser;
    this.#type = section.type;
    this.#own = section.own;
    this.#defaults = defaults;
    this.#origin = origin;
    this.#hashes = undefined;
    if (!this.monitored) this.lastMs = UNKNOWN;
    if (before.dynamic && this.dynamic && section.type !== 'user') {
      this.defaultuser = this.get('defaultuser') || learned;
      if (!this.binding) this.protocol = this.primary;
      return false;
    }
    const lost = this.binding !== undefined;
    const resolved = !before.dynamic && before.host === this.get('host').host ? this.address : undefined;
    this.#settle();
    if (resolved && this.hostname !== undefined) this.address = { address: resolved.address, port: this.port };
    return lost;
  }

  /** As the section alone has it, nothing learned. */
  #settle(): void {
    const { host, dynamic } = this.get('host');
    this.binding = undefined;
    this.fullcontact = '';
    this.natDetected = false;
    this.defaultuser = this.get('defaultuser');
    this.protocol = this.primary;
    this.address = !dynamic && isIP(host) !== 0 ? { address: host, port: this.port } : undefined;
  }
}
