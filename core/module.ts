/** The module contract: what a module declares, and what it sees of the system. */
import type { Channel } from './channel/channel.js';
import type { StateProvider } from './channel/channels.js';
import type { ChannelTechnology } from './channel/technology.js';
import type { Clock, Sliced } from './clock.js';
import type { Command } from './command.js';
import type { ConfigFileDescription } from './config/description.js';
import type { ConfigFile } from './config/files.js';
import type { Application, DialplanFunction, DialplanSwitch } from './dialplan/application.js';
import type { Event, Fact, Listener, ReloadReason } from './events.js';
import type { Logger } from './logger.js';
import type { ManagerAction } from './manager.js';
import type { Token } from './registry.js';
import type { Scheduler } from './sched.js';
import type { Feed, View } from './views.js';

/** What a module says of itself. */
export interface Declaration {
  /** The directory's name, the operator's name. */
  readonly name: string;
  readonly description: string;
  /** Loaded before, unloaded after; missing: declined. */
  readonly requires?: readonly string[];
  /** Loaded before if present; used through find() and watch(). */
  readonly optional?: readonly string[];
  /** Names that existing modules.conf files use for it. */
  readonly aliases?: readonly string[];
  /** Loaded whatever modules.conf says, unless `noload`ed by name. */
  readonly builtin?: boolean;
  /** A realtime driver, or what one stands on: loaded before the modules that read configuration. */
  readonly early?: boolean;
  /** Realtime drivers that it is, as extconfig.conf names them. */
  readonly drivers?: readonly string[];
  /** Families that it asks for rows. */
  readonly families?: readonly string[];
  /** The configuration files that it reads: for samples, help and checks, which need it not to run. */
  readonly files?: readonly ConfigFileDescription[];
}

/** A module, as its index.ts declares it. S is what loadModule() returns: the running state. */
export interface Module<S = void> extends Declaration {
  /** @throws LoadDeclined to stay out; anything else thrown is a bug and is logged whole. */
  loadModule(core: Core): S | Promise<S>;
  /** All or nothing: every new value is read before any is used. @throws LoadDeclined to keep the old ones. */
  reloadModule?(core: Core, state: S, reason: ReloadReason): void | Promise<void>;
  /** The goodbye only (un-REGISTER, BYE); bounded in time. What was taken from the core is given back by the core. */
  unloadModule?(core: Core, state: S): void | Promise<void>;
}

/** Gives the compiler the type of the state. */
export const defineModule = <S>(module: Module<S>): Module<S> => module;

/** What a module sees of the system. Whatever is taken here is given back at unload, last first. */
export interface Core {
  /** The module's own name. */
  readonly name: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly sched: Scheduler;
  /**
   * Long work in slices, between which the event loop has its turns. A load or a reload that goes on so is not given up,
   * however long it takes.
   * @param often how many of its steps take next to no time
   */
  inSlices<T>(work: Sliced<T>, often?: number): Promise<T>;
  /**
   * A configuration file of astetcdir, parsed. With `changedOnly`, undefined when neither it nor anything it
   * includes changed since this module read it last.
   * @throws LoadDeclined with every problem, file:line; when the file is missing too
   */
  config(file: string, how?: { changedOnly?: boolean }): Promise<ConfigFile | undefined>;
  command(...commands: Command[]): void;
  /** What clients of the manager interface may ask for. */
  action(...actions: ManagerAction[]): void;
  /** A way of making calls. Its channels are uses of the module. */
  technology(technology: ChannelTechnology): void;
  /** States of devices that no technology has: `Custom:x` by `Custom`. */
  deviceStates(prefix: string, provider: StateProvider): void;
  /** What the dialplan may run, names whatever their case. A channel that runs one is a use of the module. */
  application(...applications: Application[]): void;
  /** What the dialplan may read and write in `${…}`. */
  dialplanFunction(...functions: DialplanFunction[]): void;
  /** Where else the dialplan may look for extensions. */
  dialplanSwitch(...switches: DialplanSwitch[]): void;
  /**
   * A channel uses the module until the returned is called: an unload is refused, or hangs it up before. Undefined: the
   * module is about to go.
   */
  usedBy(channel: Channel): (() => void) | undefined;
  /** Rows that consoles show live. */
  view(...views: View[]): void;
  /** What happens, for consoles that follow it. */
  feed(...feeds: Feed[]): void;
  provide<T>(token: Token<T>, service: T): void;
  /** A service of a required module, or of the core. @throws when the owner is not in `requires`. */
  use<T>(token: Token<T>): T;
  find<T>(token: Token<T>): T | undefined;
  /** Calls `seen` whenever the service is there; what it returns runs when the service goes. */
  watch<T>(token: Token<T>, seen: (service: T) => () => void): void;
  on<E extends Event>(event: E, listener: Listener<E>): void;
  emit<E extends Event>(event: E, fact: Fact<E>): void;
  /** Follows a promise that nobody awaits: if it fails, the log says so. Unload waits for it, within bounds. */
  spawn(label: string, work: Promise<unknown>): void;
  /** The primitive under all of the above. @returns what gives it back now. */
  defer(label: string, undo: () => void | Promise<void>): () => void | Promise<void>;
}
