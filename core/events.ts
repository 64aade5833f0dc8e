/** The bus of facts: what has happened, told to whoever listens. The table below is the only list of them. */
import type { Bridge } from './bridge/bridge.js';
import type { Channel } from './channel/channel.js';
import type { DeviceState } from './channel/device-state.js';
import { unawaited } from './errors.js';
import type { ManagerField, Privilege } from './manager.js';
import type { SecurityEvent } from './security.js';

/** Why configuration is read. */
export type ReloadReason = 'load' | 'cli' | 'manager' | 'hup' | 'acl';

/** What there is to know of a call that is over: names as call records have them; times in epoch milliseconds. */
export interface CallFacts {
  readonly accountcode: string;
  readonly src: string;
  readonly dst: string;
  readonly dcontext: string;
  readonly clid: string;
  readonly channel: string;
  readonly dstchannel: string;
  readonly lastapp: string;
  readonly lastdata: string;
  readonly start: number;
  readonly answer: number | undefined;
  readonly end: number;
  /** Seconds. */
  readonly duration: number;
  readonly billsec: number;
  readonly disposition: string;
  readonly amaflags: string;
  readonly uniqueid: string;
  readonly userfield: string;
}

/** Each fact by its name, in the past tense where it is something that happened. */
export interface Facts {
  /** A device became registered, unregistered, refused or differently reachable. */
  peerStatus: {
    readonly technology: string;
    readonly peer: string;
    readonly status: 'Registered' | 'Unregistered' | 'Rejected' | 'Reachable' | 'Lagged' | 'Unreachable';
    readonly cause?: string;
    /** Of Registered: it was, at that very place. */
    readonly renewed?: true;
    /** `address:port`; for Rejected the address alone, with `port` beside it. */
    readonly address?: string;
    readonly port?: number;
    /** Milliseconds of the last qualify. */
    readonly time?: number;
  };
  /** A registration of ours with another server became accepted, refused or given up. */
  registryStatus: {
    readonly technology: string;
    readonly username: string;
    /** The host of the server. */
    readonly domain: string;
    /** As lists have it: `Registered`, `Unregistered`, `Rejected`, `No Authentication`, `Failed`. */
    readonly status: string;
  };
  /** An extension that a registered device brings into the dialplan, or takes out of it (regcontext). */
  registeredExtension: {
    readonly context: string;
    readonly extension: string;
    readonly device: string;
    readonly registrar: string;
    readonly present: boolean;
  };
  channelCreated: { readonly channel: Channel };
  channelState: { readonly channel: Channel };
  /** Its far end put the call on hold, or took it back. */
  channelHeld: { readonly channel: Channel; readonly held: boolean };
  /** Somebody wants it gone, or its far end is: `cause` of Q.850, 0 where none was given. */
  hangupRequested: { readonly channel: Channel; readonly cause: number };
  channelEnded: { readonly channel: Channel };
  /** The dialplan is about to run an application, its arguments substituted. */
  applicationStarted: { readonly channel: Channel; readonly application: string; readonly data: string };
  variableSet: { readonly channel: Channel | undefined; readonly name: string; readonly value: string };
  callerIdChanged: { readonly channel: Channel };
  connectedLineChanged: { readonly channel: Channel };
  accountCodeChanged: { readonly channel: Channel; readonly before: string };
  /** The halves of a Local channel lead to an extension; `stays`: audio stays with them. */
  localBridged: {
    readonly first: Channel;
    readonly second: Channel;
    readonly context: string;
    readonly extension: string;
    readonly stays: boolean;
  };
  dialBegan: { readonly caller: Channel | undefined; readonly callee: Channel; readonly dialString: string };
  /** `RINGING`, `PROGRESS`, `PROCEEDING`. */
  dialState: { readonly caller: Channel | undefined; readonly callee: Channel; readonly status: string };
  /** `ANSWER`, `BUSY`, as DIALSTATUS has it; `forward`: the dial string that took its place. */
  dialEnded: {
    readonly caller: Channel | undefined;
    readonly callee: Channel;
    readonly status: string;
    readonly forward?: string;
  };
  bridgeCreated: { readonly bridge: Bridge };
  bridgeEntered: { readonly bridge: Bridge; readonly channel: Channel };
  bridgeLeft: { readonly bridge: Bridge; readonly channel: Channel };
  bridgeDestroyed: { readonly bridge: Bridge };
  digitBegan: { readonly channel: Channel; readonly digit: string; readonly direction: 'Received' | 'Sent' };
  digitEnded: {
    readonly channel: Channel;
    readonly digit: string;
    readonly durationMs: number;
    readonly direction: 'Received' | 'Sent';
  };
  deviceStateChanged: { readonly device: string; readonly state: DeviceState };
  /** An extension with a hint: the strings and numbers of lists. */
  extensionStateChanged: {
    readonly context: string;
    readonly extension: string;
    readonly hint: string;
    readonly status: number;
    readonly statusText: string;
  };
  security: SecurityEvent;
  /** Nobody listens any more to that address, or network of IPv6, or to one account from there. */
  addressBanned: { readonly network: string; readonly account: string | undefined };
  /** A record of a call that is over, whoever keeps it. */
  callRecorded: { readonly record: CallFacts };
  /** What clients of the manager interface hear of, and nobody else. */
  managerEvent: {
    readonly event: string;
    /** Only who may read all of them hears of it. */
    readonly privileges: readonly Privilege[];
    /** A function is asked when somebody hears of it, at once. */
    readonly fields: readonly ManagerField[] | (() => readonly ManagerField[]);
    /** Its block stands before the fields. */
    readonly channel?: Channel;
  };
  moduleLoaded: { readonly module: string; readonly status: 'Success' | 'Declined' | 'Failure' };
  moduleUnloaded: { readonly module: string; readonly status: 'Success' | 'Failure' };
  moduleReloaded: {
    readonly module: string;
    readonly reason: ReloadReason;
    readonly status: 'Success' | 'Failure';
    /** Of a failure. */
    readonly why?: string;
  };
  /** Rows of a family were changed, or the family's mapping was: what is cached of it is old. */
  realtimeChanged: {
    /** In lower case. */
    readonly family: string;
    /** The row's `name`, where one row is meant; undefined for the whole family. */
    readonly name?: string;
    /** It was somebody else who changed it, with a connection of his own to the database. */
    readonly byOthers?: boolean;
  };
  /** A named ACL changed: whoever holds rules made from it reads them again. */
  aclsChanged: Record<string, never>;
  fullyBooted: { readonly uptime: number };
  shutdown: { readonly cleanly: boolean; readonly restart: boolean };
}

export type Event = keyof Facts;
export type Fact<E extends Event> = Facts[E];
export type Listener<E extends Event> = (fact: Fact<E>) => void;

export class Events {
  /** A change replaces the list, so that telling a fact needs no copy of it. */
  readonly #listeners = new Map<Event, readonly Listener<never>[]>();
  readonly #failed: (event: Event, thrown: unknown) => void;

  /** `failed` hears of a listener that threw: one bad listener never keeps a fact from the others. */
  constructor(failed: (event: Event, thrown: unknown) => void) {
    this.#failed = failed;
  }

  /** @returns what ends the listening. */
  on<E extends Event>(event: E, listener: Listener<E>): () => void {
    // A wrapper of its own, so that the same function may listen twice and be taken off once.
    const heard: Listener<E> = fact => listener(fact);
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), heard as Listener<never>]);
    return () => {
      const left = (this.#listeners.get(event) ?? []).filter(other => other !== heard);
      if (left.length > 0) this.#listeners.set(event, left);
      else this.#listeners.delete(event);
    };
  }

  emit<E extends Event>(event: E, fact: Fact<E>): void {
    const listeners = this.#listeners.get(event);
    if (!listeners) return;
    for (const listener of listeners) {
      try {
        unawaited((listener as Listener<E>)(fact), thrown => this.#failed(event, thrown));
      } catch (thrown) {
        this.#failed(event, thrown);
      }
    }
  }

  /** How many listen, in all: a count that must not grow. */
  get size(): number {
    let count = 0;
    for (const listeners of this.#listeners.values()) count += listeners.length;
    return count;
  }
}
