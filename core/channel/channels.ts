/** All channels and bridges of the PBX, and the technologies that make them. */
import { randomUUID } from 'node:crypto';
import type { Activity } from '../activity.js';
import { Bridge } from '../bridge/bridge.js';
import type { Clock } from '../clock.js';
import type { Owned } from '../dialplan/dialplan.js';
import type { Event, Fact } from '../events.js';
import { token } from '../registry.js';
import { Roster } from '../roster.js';
import type { Taken } from '../shutdown.js';
import { Q850 } from './causes.js';
import { Channel } from './channel.js';
import { type DeviceState, deviceStates } from './device-state.js';
import { hangUp } from './hang-up.js';
import type { ChannelState } from './states.js';
import type { ChannelRequest, ChannelTechnology, Leg, NoChannel } from './technology.js';
import { ChannelUses } from './uses.js';

/** What a driver says of a channel that it makes. */
export interface NewChannel {
  readonly technology: ChannelTechnology;
  /** What stands behind the slash of its name, before the number: a device. */
  readonly device: string;
  /** The whole name, where the driver has its own way of naming. */
  readonly name?: string;
  readonly state: ChannelState;
  readonly leg: (channel: Channel) => Leg;
  /** Writes down what is known of it from the start, before anybody hears that it is there. */
  readonly known?: (channel: Channel) => void;
  /** Who called for it: the call is one. */
  readonly requestor?: Channel | undefined;
  readonly uniqueid?: string | undefined;
}

/** A dial string, `Local/100@internal`, taken apart. */
export interface Dialled {
  readonly technology: ChannelTechnology;
  readonly destination: string;
}

export interface Channels {
  /** Calls that began since the start. */
  readonly processed: number;
  readonly size: number;
  /** Channels on which the dialplan runs. */
  readonly calls: number;
  /** Undefined: maxcalls is reached, the PBX takes no new call, the module of the technology goes, or there is one of that uniqueid. */
  create(channel: NewChannel): Channel | undefined;
  values(): IterableIterator<Channel>;
  /** By name, whatever its case, or by uniqueid. */
  find(name: string): Channel | undefined;
  bridge(id?: string): Bridge;
  bridges(): readonly Bridge[];
  technology(type: string): ChannelTechnology | undefined;
  technologies(): readonly Owned<ChannelTechnology>[];
  /** Undefined: nobody provides that technology, or there is no slash. */
  dialled(dialString: string): Dialled | undefined;
  request(dialString: string, request: ChannelRequest): Promise<Channel | NoChannel>;
  /** A technology's device, `Local/100@internal`, or `Custom:x`; INVALID for what nobody knows. */
  deviceState(device: string): DeviceState;
  /** The same, where its technology has looked it up; that has 1.5 seconds. */
  lookUpDeviceState(device: string): Promise<DeviceState>;
  /** Devices that are in use, ring, or are otherwise not idle, as listeners heard last. */
  deviceStates(): readonly { readonly device: string; readonly state: DeviceState }[];
  /** A technology says that a device's state may be another one: listeners hear if it is. */
  deviceChanged(device: string): void;
}

export const channels = token<Channels>('channels');

/** Milliseconds for which somebody waits until a technology has looked a device up. */
const PATIENCE = 1500;

/** Those that tell their device states without being a technology: `Custom:x`. */
export type StateProvider = (device: string) => DeviceState;

export interface ChannelsParts {
  readonly clock: Clock;
  readonly emit: <E extends Event>(event: E, fact: Fact<E>) => void;
  readonly systemname: string;
  readonly language: string;
  /** 0: as many as come. */
  readonly maxcalls: number;
  /** Each channel is under way. */
  readonly activity: Activity;
  /** Hears of a listener or a driver that threw: the channel goes on. */
  readonly failed: (what: string, thrown: unknown) => void;
  /** Which channels the PBX takes while it stops: those that begin a call, those of a call that is there. */
  readonly takes: () => Taken;
}

export class ChannelTable implements Channels {
  processed = 0;
  calls = 0;
  readonly uses = new ChannelUses();
  readonly #parts: ChannelsParts;
  readonly #channels = new Roster<string, Channel>();
  readonly #byId = new Roster<string, Channel>();
  readonly #bridges = new Roster<string, Bridge>();
  readonly #technologies = new Map<string, Owned<ChannelTechnology>>();
  readonly #providers = new Map<string, StateProvider>();
  /** Numbers of names, by technology. */
  readonly #numbers = new Map<string, number>();
  /** What listeners heard of a device last. A device that is idle is not kept. */
  readonly #told = new Map<string, DeviceState>();
  readonly #watchers = new Set<(device: string | undefined) => void>();
  #serial = 0;

  constructor(parts: ChannelsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#channels.size;
  }

  create({ technology, device, name, state, leg, known, requestor, uniqueid }: NewChannel): Channel | undefined {
    const { clock, emit, systemname, language, activity, failed } = this.#parts;
    if (!this.#takes(requestor) || (uniqueid !== undefined && this.#byId.has(uniqueid))) return undefined;
    const owner = this.#technologies.get(keyOf(technology.type))?.owner;
    if (owner !== undefined && this.uses.isLeaving(owner)) return undefined;
    const ends: (() => void)[] = [];
    const id = uniqueid ?? this.#uniqueid(systemname);
    const channel = new Channel({
      technology,
      name: name ?? `${technology.type}/${device}-${this.#number(technology.type)}`,
      uniqueid: id,
      linkedid: requestor?.linkedid ?? id,
      state,
      clock,
      emit,
      leg,
      failed: ({ name: at }, thrown) => failed(at, thrown),
      pbx: runs => {
        this.calls += runs ? 1 : -1;
        if (runs) this.processed += 1;
      },
      over: ended => {
        this.#byId.delete(ended.uniqueid);
        this.#channels.delete(keyOf(ended.name));
        for (const end of ends) end();
      },
    });
    channel.language = language;
    known?.(channel);
    this.#channels.set(keyOf(channel.name), channel);
    this.#byId.set(id, channel);
    ends.push(activity.begin('channel'));
    const used = owner === undefined ? undefined : this.uses.begin(owner, channel);
    if (used) ends.push(used);
    emit('channelCreated', { channel });
    return channel;
  }

  /** All are asked to end; those that do not within so many milliseconds are ended. @returns how many that were */
  hangUp(ms: number): Promise<number> {
    const left = () => [...this.#channels.values()];
    const free = () => Promise.all(left().map(channel => channel.whenEnded()));
    return hangUp(left, { clock: this.#parts.clock, ms, free });
  }

  values(): IterableIterator<Channel> {
    return this.#channels.values();
  }

  find(name: string): Channel | undefined {
    return this.#channels.get(keyOf(name)) ?? this.#byId.get(name);
  }

  bridge(id: string = randomUUID()): Bridge {
    const { clock, emit } = this.#parts;
    const bridge = new Bridge({ id, clock, emit, over: ended => void this.#bridges.delete(ended.id) });
    this.#bridges.set(id, bridge);
    return bridge;
  }

  bridges(): readonly Bridge[] {
    return [...this.#bridges.values()];
  }

  /** @returns what takes it away. @throws when there is one of that name */
  addTechnology(owner: string, technology: ChannelTechnology): () => void {
    const key = keyOf(technology.type);
    const before = this.#technologies.get(key);
    if (before) throw new Error(`technology '${technology.type}' is already provided by ${before.owner}`);
    this.#technologies.set(key, { owner, entry: technology });
    this.#mayHaveChanged(undefined);
    return () => {
      this.#technologies.delete(key);
      this.#mayHaveChanged(undefined);
    };
  }

  /** @returns what takes it away. @throws when there is one of that name */
  addStates(prefix: string, provider: StateProvider): () => void {
    const key = keyOf(prefix);
    if (this.#providers.has(key)) throw new Error(`device states of '${prefix}' are told already`);
    this.#providers.set(key, provider);
    this.#mayHaveChanged(undefined);
    return () => {
      this.#providers.delete(key);
      this.#mayHaveChanged(undefined);
    };
  }

  technology(type: string): ChannelTechnology | undefined {
    return this.#technologies.get(keyOf(type))?.entry;
  }

  technologies(): readonly Owned<ChannelTechnology>[] {
    return [...this.#technologies.values()];
  }

  dialled(dialString: string): Dialled | undefined {
    const slash = dialString.indexOf('/');
    const technology = slash > 0 ? this.technology(dialString.slice(0, slash)) : undefined;
    return technology && { technology, destination: dialString.slice(slash + 1) };
  }

  async request(dialString: string, request: ChannelRequest): Promise<Channel | NoChannel> {
    const dialled = this.dialled(dialString);
    if (!dialled) return { cause: Q850.channelUnavailable };
    const made = await dialled.technology.request(dialled.destination, request);
    if (made instanceof Channel && request.requestor) inherit(request.requestor, made);
    return made;
  }

  deviceState(device: string): DeviceState {
    const separator = device.search(/[/:]/);
    if (separator < 1) return 'INVALID';
    const [kind, name] = [keyOf(device.slice(0, separator)), device.slice(separator + 1)];
    if (device[separator] === ':') return this.#providers.get(kind)?.(name) ?? 'INVALID';
    const technology = this.#technologies.get(kind)?.entry;
    if (!technology) return 'INVALID';
    return technology.deviceState ? (technology.deviceState(name) ?? 'INVALID') : this.#stateByChannels(device);
  }

  async lookUpDeviceState(device: string): Promise<DeviceState> {
    const dialled = this.dialled(device);
    const work = dialled?.technology.lookUpState?.(dialled.destination);
    if (work) await this.#within(work, PATIENCE);
    return this.deviceState(device);
  }

  async #within(work: Promise<void>, ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#parts.clock.after(ms, resolve);
    try {
      await Promise.race([work, promise]);
    } finally {
      timer.cancel();
    }
  }

  deviceStates(): readonly { readonly device: string; readonly state: DeviceState }[] {
    return Array.from(this.#told, ([device, state]) => ({ device, state }));
  }

  /**
   * Hears of each device whose state may be another one, though nobody is told of it where it is as idle as nobody's;
   * undefined: of every device of a technology that came or went.
   */
  watchDevices(looked: (device: string | undefined) => void): () => void {
    this.#watchers.add(looked);
    return () => void this.#watchers.delete(looked);
  }

  deviceChanged(device: string): void {
    this.#mayHaveChanged(device);
    const state = this.deviceState(device);
    if ((this.#told.get(device) ?? 'NOT_INUSE') === state) return;
    // A device that nobody has is not remembered: names come from strangers.
    if (NOTHING.has(state)) this.#told.delete(device);
    else this.#told.set(device, state);
    this.#parts.emit('deviceStateChanged', { device, state });
  }

  #mayHaveChanged(device: string | undefined): void {
    for (const looked of [...this.#watchers]) looked(device);
  }

  /** Of a technology that keeps none itself: whether it has channels. */
  #stateByChannels(device: string): DeviceState {
    const prefix = `${keyOf(device)}-`;
    let strongest: DeviceState = 'UNKNOWN';
    for (const [name, channel] of this.#channels) {
      if (channel.ended || !name.startsWith(prefix)) continue;
      const state = channel.state === 'Ringing' ? 'RINGING' : 'INUSE';
      if (deviceStates.indexOf(state) > deviceStates.indexOf(strongest)) strongest = state;
    }
    return strongest;
  }

  #takes(requestor: Channel | undefined): boolean {
    const { maxcalls, takes } = this.#parts;
    const which = takes();
    if (which === 'none' || (which === 'known' && !requestor)) return false;
    return maxcalls === 0 || this.calls < maxcalls;
  }

  #uniqueid(systemname: string): string {
    const id = `${Math.floor(this.#parts.clock.now() / 1000)}.${this.#serial++}`;
    return systemname === '' ? id : `${systemname}-${id}`;
  }

  #number(type: string): string {
    const number = this.#numbers.get(type) ?? 0;
    this.#numbers.set(type, (number + 1) >>> 0);
    return number.toString(16).padStart(8, '0');
  }
}

/** States of a device that is idle, or that nobody has. */
const NOTHING: ReadonlySet<DeviceState> = new Set(['NOT_INUSE', 'UNKNOWN', 'INVALID']);

const keyOf = (name: string): string => name.toLowerCase();

/** What a channel that is called has from the one that calls. */
function inherit(from: Channel, to: Channel): void {
  from.variables.bequeath(to.variables);
  to.language = from.language;
  to.linkedid = from.linkedid;
  to.peeraccount = from.accountcode;
  from.peeraccount ||= to.accountcode;
  to.connected = from.caller;
  to.redirecting = { ...from.redirecting };
}
