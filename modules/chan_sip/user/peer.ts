/** A device: what its section says, and where it is now. */
import { isIP } from 'node:net';
import { type Algorithm, ha1 } from '../message/digest-algorithm.js';
import type { Device, DeviceSection, DeviceType, SectionPlace } from '../options/device.js';
import { hashGiven, provable } from '../options/values/algorithms.js';
import { comediaWord, forceRportWord, forcesRport } from '../options/values/nat.js';
import { standardPort } from '../options/values/transport.js';
import type { Endpoint, Protocol } from '../transport/transport.js';
import type { Keys } from './addresses.js';
import { type Binding, betterOf, statusWord, UNKNOWN } from './binding.js';
import type { SpentNonces } from './nonces.js';

/** The REGISTER that was answered last, so that its repeat is answered alike. */
export interface LastAnswer {
  readonly callId: string;
  readonly cseq: number;
  /** On the clock that never goes back. */
  readonly at: number;
  readonly did: 'query' | 'remove' | 'bind';
}

export type Origin = 'static' | 'autocreate' | 'realtime';

const NO_BINDINGS: readonly Binding[] = [];

export class Peer {
  readonly name: string;
  /** Where it is: registered, or its fixed address once that is known. Tell Peers of a change by moved(). */
  address: Endpoint | undefined;
  /** The first contact to turn to: of several the one that came last. Bindings alone changes it. */
  binding: Binding | undefined;
  /** Contacts beside that one, in the order in which they came; undefined where there are none. */
  others: readonly Binding[] | undefined;
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
  /** What Addresses finds it by now; undefined: by nothing. Addresses alone changes it. */
  keys: Keys | undefined;
  /** Nonces that have served it. */
  spentNonces: SpentNonces | undefined;
  #type: DeviceType;
  #origin: Origin;
  #own: Readonly<Partial<Device>>;
  #place: SectionPlace | undefined;
  #defaults: Device;
  #hashes: { [A in Algorithm]?: { readonly realm: string; readonly value: string } } | undefined;

  constructor(section: DeviceSection, defaults: Device, origin: Origin = 'static') {
    this.name = section.name;
    this.#type = section.type;
    this.#own = section.own;
    this.#place = section.place;
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
    return { name: this.name, type: this.#type, own: this.#own, place: this.#place };
  }

  /** Where its section begins; undefined when it is in no file. */
  get place(): SectionPlace | undefined {
    return this.#place;
  }

  /** Its own value, else the one all devices share. What each REGISTER asks for is read by name: that is quicker. */
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
    return (this.#own.host ?? this.#defaults.host).dynamic;
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
    return this.statusOf(this.lastMs);
  }

  statusOf(lastMs: number): string {
    return this.monitored ? statusWord(lastMs, this.qualifyMs) : 'Unmonitored';
  }

  /** All its contacts, the one to turn to first. */
  get bindings(): readonly Binding[] {
    const { binding, others } = this;
    if (!binding) return NO_BINDINGS;
    return others ? [binding, ...others.toReversed()] : [binding];
  }

  /** A contact comes: it is the first to turn to, unless it is to stand beside the one that is. */
  admit(binding: Binding, beside: boolean): void {
    const { binding: before, others = NO_BINDINGS } = this;
    if (before) this.others = [...others, beside ? binding : before];
    if (!before || !beside) this.binding = binding;
  }

  /** A contact goes. */
  dismiss(binding: Binding): void {
    const others = this.others?.filter(other => other !== binding) ?? [];
    if (this.binding === binding) this.binding = others.pop();
    this.others = others.length > 0 ? others : undefined;
  }

  /** It is where the first of its contacts is. */
  follow(): void {
    const { binding } = this;
    this.address = binding?.address;
    this.protocol = binding?.protocol ?? this.primary;
    if (binding) this.fullcontact = binding.contact;
    this.assess();
  }

  /** Whether its REGISTERs are read by the letter of RFC 3261 §10.3, and not as the original reads them. */
  get several(): boolean {
    const [own, shared] = [this.#own, this.#defaults];
    return (
      (own.maxcontacts ?? shared.maxcontacts) > 1 ||
      (own.supportoutbound ?? shared.supportoutbound) ||
      (own.supportgruu ?? shared.supportgruu)
    );
  }

  /** What qualify says of a device is the best that it says of one of its contacts. */
  assess(): void {
    if (!this.binding) return;
    this.lastMs = this.binding.lastMs;
    for (const { lastMs } of this.others ?? NO_BINDINGS) this.lastMs = betterOf(this.lastMs, lastMs);
  }

  /** Whether it has to prove one. */
  get hasPassword(): boolean {
    const [own, shared] = [this.#own, this.#defaults];
    if ((own.secret ?? shared.secret) !== '' || (own.md5secret ?? shared.md5secret) !== '') return true;
    return (own.password_digest ?? shared.password_digest).length > 0;
  }

  /** Those it is asked for: of a password that is kept as a hash, as far as there are hashes for them. */
  get algorithms(): readonly Algorithm[] {
    const [own, shared] = [this.#own, this.#defaults];
    const wanted = own.supported_algorithms_uas ?? shared.supported_algorithms_uas;
    return (own.secret ?? shared.secret) === '' ? provable(wanted, own) : wanted;
  }

  /** H(name:realm:secret), from the file or made once; undefined when it has no password for this algorithm. */
  ha1(realm: string, algorithm: Algorithm = 'MD5'): string | undefined {
    const given = hashGiven(this.#own, algorithm);
    if (given !== undefined) return given;
    const secret = this.#own.secret ?? this.#defaults.secret;
    if (secret === '') return undefined;
    const made = (this.#hashes ??= {});
    if (made[algorithm]?.realm !== realm) made[algorithm] = { realm, value: ha1(this.name, realm, secret, algorithm) };
    return made[algorithm].value;
  }

  /**
   * Takes new values at a reload. What a device that still registers told us stays.
   * @returns the bindings that were lost with it
   */
  configure(section: DeviceSection, defaults: Device, origin: Origin = this.#origin): readonly Binding[] {
    const before = { dynamic: this.dynamic, host: this.get('host').host, configured: this.get('defaultuser') };
    const learned = this.defaultuser === before.configured ? '' : this.defaultuser;
    this.#type = section.type;
    this.#own = section.own;
    this.#place = section.place;
    this.#defaults = defaults;
    this.#origin = origin;
    this.#hashes = undefined;
    if (!this.monitored) this.#forgetAnswers();
    if (before.dynamic && this.dynamic && section.type !== 'user') {
      this.defaultuser = this.get('defaultuser') || learned;
      if (!this.binding) this.protocol = this.primary;
      return NO_BINDINGS;
    }
    const lost = this.bindings;
    const resolved = !before.dynamic && before.host === this.get('host').host ? this.address : undefined;
    this.#settle();
    if (resolved && this.hostname !== undefined) this.address = { address: resolved.address, port: this.port };
    return lost;
  }

  #forgetAnswers(): void {
    this.lastMs = UNKNOWN;
    for (const binding of this.bindings) binding.lastMs = UNKNOWN;
  }

  /** As the section alone has it, nothing learned. */
  #settle(): void {
    const { host, dynamic } = this.get('host');
    this.binding = undefined;
    this.others = undefined;
    this.fullcontact = '';
    this.natDetected = false;
    this.defaultuser = this.get('defaultuser');
    this.protocol = this.primary;
    this.address = !dynamic && isIP(host) !== 0 ? { address: host, port: this.port } : undefined;
  }
}
