/** What dialplan applications and functions declare. Modules register them: core.application(), core.dialplanFunction(). */
import type { Channel } from '../channel/channel.js';

/** A line of help: an argument, an option letter, a variable that is set. */
export interface HelpRow {
  readonly name: string;
  readonly help: string;
  readonly required?: boolean;
}

/** What is told of an application or a function by `core show application` and `core show function`. */
export interface Documented {
  readonly name: string;
  readonly synopsis: string;
  readonly description?: string;
  /** `Dial(Technology/Resource[&…][,timeout[,options[,URL]]])` */
  readonly syntax: string;
  readonly arguments?: readonly HelpRow[];
  /** Letters, `A(x)`, with what they do. */
  readonly options?: readonly HelpRow[];
  /** Channel variables that it sets. */
  readonly variables?: readonly HelpRow[];
  readonly seeAlso?: readonly string[];
}

/**
 * What an application comes to. Nothing: go on, with the next priority, or where channel.position was set to: a new object
 * there, even one that says the same, is where the dialplan goes (Goto to itself). `hangup`: end the call. `error`: extension `e`.
 * `incomplete`: more digits are needed. A digit: the first of a new extension.
 */
export type Result = undefined | 'hangup' | 'error' | 'incomplete' | { readonly digit: string };

export interface Application extends Documented {
  /** Whether a client of the manager without the class `system` may not run it: it reaches beyond the call. */
  readonly dangerous?: boolean;
  /**
   * Runs with its arguments substituted, not split. While it waits it heeds the channel: a hangup, a redirect and the
   * absolute timeout end every wait of the channel, and it returns then.
   * @throws ApplicationError for what the operator wrote wrongly: a warning, and the channel is hung up.
   */
  run(channel: Channel, data: string): Result | Promise<Result> | Promise<void> | void;
}

/** The operator's mistake in an application's arguments; the message says which. */
export class ApplicationError extends Error {
  /** Whether the call goes on with the next priority; else it ends. */
  readonly goesOn: boolean;

  constructor(message: string, what?: 'goes on') {
    super(message);
    this.name = 'ApplicationError';
    this.goesOn = what === 'goes on';
  }
}

/** A function being read or written. */
export interface FunctionCall {
  /** Undefined at the command line and where globals are read. */
  readonly channel: Channel | undefined;
  /** What stands between the parentheses, substituted, not split. */
  readonly data: string;
}

export interface DialplanFunction extends Documented {
  /** Whether only the dialplan may read or write it, and no client from outside unless live_dangerously is set. */
  readonly dangerous?: 'read' | 'write' | 'both';
  /** @throws ApplicationError: a warning, and the value is empty */
  read?(call: FunctionCall): string | Promise<string>;
  write?(call: FunctionCall, value: string): void | Promise<void>;
}

/** Other places to look for extensions: `switch => Name/data`. Registered by modules: core.dialplanSwitch(). */
export interface DialplanSwitch {
  readonly name: string;
  readonly description: string;
  /** What it knows of an extension; `more`: a longer one could match. */
  find(question: SwitchQuestion): Promise<SwitchAnswer>;
}

export interface SwitchQuestion {
  /** Behind the slash. */
  readonly data: string;
  readonly context: string;
  readonly extension: string;
  readonly priority: number;
  /** The caller's number. */
  readonly callerNumber: string | undefined;
  readonly channel: Channel | undefined;
  /** Nothing but the step is wanted: canMatch and matchMore may be false. */
  readonly stepOnly: boolean;
}

export interface SwitchAnswer {
  /** The application to run there; undefined: no such extension with this priority. */
  readonly step?: { readonly application: string; readonly data: string } | undefined;
  readonly canMatch: boolean;
  readonly matchMore: boolean;
}
