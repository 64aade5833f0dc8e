/** What the dialplan does for others: it is asked whether an extension is there, and runs channels through it. */
import type { Channel, Position } from '../channel/channel.js';
import type { DeviceState } from '../channel/device-state.js';
import type { Variables } from '../channel/variables.js';
import { token } from '../registry.js';
import type { Application, DialplanFunction, DialplanSwitch, Result } from './application.js';

/** What there is for the digits so far. */
export interface Lookup {
  /** An extension has this priority. */
  readonly exists: boolean;
  /** It is there, or would be with more digits. */
  readonly canMatch: boolean;
  /** A longer one could match. */
  readonly matchMore: boolean;
}

/** An extension to be added by somebody else than extensions.conf. */
export interface AddedExtension {
  readonly context: string;
  /** With a leading `_` a pattern. */
  readonly extension: string;
  /** Only for callers with this number, or pattern of numbers; an empty one: for callers without. */
  readonly callerNumber?: string | undefined;
  readonly priority: number | 'hint';
  readonly label?: string;
  /** Of a hint: the devices. */
  readonly application: string;
  readonly data: string;
  /** Who adds it: `CLI`, a module. */
  readonly registrar: string;
}

/** A hint: an extension whose state is that of devices. */
export interface HintRow {
  readonly context: string;
  readonly extension: string;
  readonly devices: string;
  readonly state: DeviceState;
  readonly watchers: number;
}

/** The parts of a registered thing that lists show. */
export interface Owned<T> {
  readonly owner: string;
  readonly entry: T;
}

export interface Dialplan {
  readonly globals: Variables;
  /** Whether a call whose priorities run out ends, rather than waits for digits. */
  autofallthrough: boolean;
  hasContext(context: string): boolean;
  /** Priority 1, unless another is asked for. */
  lookup(
    at: Partial<Position> & Pick<Position, 'context' | 'extension'>,
    callerNumber: string | undefined,
    channel?: Channel,
  ): Promise<Lookup>;
  /** The priority of a label; undefined: there is none. */
  labelled(
    at: Pick<Position, 'context' | 'extension'>,
    label: string,
    callerNumber: string | undefined,
    channel?: Channel,
  ): Promise<number | undefined>;
  /** What a channel would run there, its arguments as they are written; undefined: there is no such priority. */
  step(channel: Channel, at: Position): Promise<{ readonly application: string; readonly data: string } | undefined>;
  /** `[[context,]extension,]priority`, its label or `+n`, from where a channel is. @throws ApplicationError where there is none */
  target(channel: Channel, text: string): Promise<Position>;
  /** Runs the channel from channel.position until it ends, and ends it. Never rejects. */
  run(channel: Channel): Promise<void>;
  /** Runs one application, arguments as they are; counts as use of its module. @throws ApplicationError: there is none of that name */
  execute(channel: Channel, application: string, data: string): Promise<Result>;
  /** A subroutine, as Gosub runs it: `[[context,]extension,]priority[(arguments)]`, from where the channel is and back. */
  subroutine(channel: Channel, target: string): Promise<Result>;
  /** `${…}` and `$[…]` replaced. */
  substitute(channel: Channel | undefined, text: string): Promise<string>;
  /** `NAME`, `NAME:1:2` or `FUNCTION(arguments)`, as between `${` and `}`. */
  read(channel: Channel | undefined, expression: string): Promise<string>;
  /** Sets a variable, or writes a function. */
  write(channel: Channel | undefined, target: string, value: string): Promise<void>;
  /**
   * Runs the work, and all that it waits for, as that of a client from outside: functions that are dangerous are neither
   * read nor written in it, nor such applications run, unless live_dangerously is set. Not for work that starts calls: they would have it, too.
   */
  fromOutside<T>(work: () => T): T;
  application(name: string): Owned<Application> | undefined;
  applications(): readonly Owned<Application>[];
  dialplanFunction(name: string): Owned<DialplanFunction> | undefined;
  dialplanFunctions(): readonly Owned<DialplanFunction>[];
  switches(): readonly Owned<DialplanSwitch>[];
  /** @throws ApplicationError where it is there already, unless `replace` */
  addExtension(extension: AddedExtension, replace?: boolean): void;
  /** All priorities where none is named. @returns whether there was one */
  removeExtension(context: string, extension: string, priority?: number | 'hint', callerNumber?: string): boolean;
  hints(): readonly HintRow[];
  /** The devices of an extension's hint and their state; undefined: it has none. */
  hint(context: string, extension: string): HintRow | undefined;
  /** Tells of each change of an extension's state until the returned is called; counts as a watcher of its hint. */
  watchHint(context: string, extension: string, changed: (row: HintRow | undefined) => void): () => void;
}

export const dialplan = token<Dialplan>('dialplan');
