/** The dialplan engine: brings together what is known of extensions and what modules brought to run in them. */
import type { Calls } from '../calls.js';
import type { Channel, Position } from '../channel/channel.js';
import { Variables } from '../channel/variables.js';
import type { Clock } from '../clock.js';
import type { Event, Fact } from '../events.js';
import type { Logger } from '../logger.js';
import type { Settings } from '../settings.js';
import {
  type Application,
  ApplicationError,
  type DialplanFunction,
  type DialplanSwitch,
  type Result,
} from './application.js';
import { type Builtins, channelBuiltins, systemBuiltins } from './builtin-variables.js';
import { Contexts } from './contexts.js';
import type { AddedExtension, Dialplan, HintRow, Lookup, Owned } from './dialplan.js';
import { exceptionFunction } from './exception.js';
import { Hints } from './hints.js';
import { PbxLoop } from './pbx-loop.js';
import type { Answer, Question, Step } from './question.js';
import { enter, leave, parseSubroutine } from './stack.js';
import { Substitution, type SubstitutionParts } from './substitution.js';

export interface EngineParts {
  readonly calls: Pick<Calls, 'applications' | 'functions' | 'switches' | 'channels' | 'tones'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Settings;
  readonly emit: <E extends Event>(event: E, fact: Fact<E>) => void;
}

type Place = Pick<Position, 'context' | 'extension'>;

/** Applications that run each other on a channel: a program of AGI may ask for AGI, and what Exec() runs may be Exec(). */
const MOST_NESTED = 50;

/** The engine with the functions that are its own. */
export function openDialplan(parts: EngineParts, owner: string): DialplanEngine {
  parts.calls.functions.add(owner, exceptionFunction);
  return new DialplanEngine(parts);
}

export class DialplanEngine implements Dialplan {
  readonly globals = new Variables();
  readonly contexts: Contexts;
  autofallthrough = true;
  readonly #parts: EngineParts;
  readonly #substitution: Substitution;
  readonly #loop: PbxLoop;
  readonly #hints: Hints;
  readonly #nested = new WeakMap<Channel, number>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const { calls, clock, log, settings, emit } = parts;
    const ofSystem = systemBuiltins(settings);
    const substituted: SubstitutionParts = {
      globals: this.globals,
      functions: calls.functions,
      ofChannel: channelBuiltins(({ position }) => this.hint(position.context, position.extension)?.devices),
      ofSystem,
      clock,
      log,
      liveDangerously: settings.live_dangerously,
      globalSet: (name, value) => {
        const bare = this.globals.set(name, value);
        emit('variableSet', { channel: undefined, name: bare, value });
      },
    };
    this.#substitution = new Substitution(substituted);
    this.contexts = new Contexts({
      clock,
      log,
      switches: calls.switches,
      substitute: (channel, text) => this.#substitution.substitute(channel, text),
    });
    const { contexts } = this;
    const { channels } = calls;
    this.#hints = new Hints({
      ...{ contexts, channels, emit, log },
      expand: (text, at) =>
        new Substitution({ ...substituted, ofSystem: placed(ofSystem, at) }).substitute(undefined, text),
    });
    this.#loop = new PbxLoop({
      log,
      step: (channel, at) => this.step(channel, at),
      lookup: (channel, extension) =>
        this.lookup({ context: channel.position.context, extension }, channel.caller.number, channel),
      substitute: (channel, text) => this.#substitution.substitute(channel, text),
      execute: (channel, application, data) => this.execute(channel, application, data),
      subroutine: (channel, target) => this.subroutine(channel, target),
      indicate: (channel, indication) => calls.tones.indicate(channel, indication),
      autofallthrough: () => this.autofallthrough,
    });
  }

  // Extensions.

  hasContext(context: string): boolean {
    return this.contexts.hasContext(context);
  }

  async lookup(at: Partial<Position> & Place, callerNumber: string | undefined, channel?: Channel): Promise<Lookup> {
    const { step, canMatch, matchMore } = await this.#ask({
      context: at.context,
      extension: at.extension,
      priority: at.priority ?? 1,
      callerNumber,
      channel,
    });
    return { exists: step !== undefined, canMatch, matchMore };
  }

  async labelled(
    { context, extension }: Place,
    label: string,
    callerNumber: string | undefined,
    channel?: Channel,
  ): Promise<number | undefined> {
    return (await this.#ask({ context, extension, priority: { label }, callerNumber, channel })).priority;
  }

  async step(channel: Channel, at: Position): Promise<Step | undefined> {
    return (await this.#find(channel, at)).step;
  }

  async target(channel: Channel, text: string): Promise<Position> {
    const parts = text.split(',').map(part => part.trim());
    const written = parts.pop() ?? '';
    if (written === '' || parts.length > 2) throw new ApplicationError(`'${text}' is no place in the dialplan`);
    const at = channel.position;
    const extension = parts.pop() || at.extension;
    const context = parts.pop() || at.context;
    const priority = await this.#priority(channel, { context, extension }, written);
    return { context, extension, priority };
  }

  async #priority(channel: Channel, place: Place, written: string): Promise<number> {
    const [, sign, digits] = /^([-+]?)(\d{1,9})$/.exec(written) ?? [];
    if (digits === undefined) {
      const priority = await this.labelled(place, written, channel.caller.number, channel);
      if (priority !== undefined) return priority;
      throw new ApplicationError(`${place.extension}@${place.context} has no priority or label '${written}'`);
    }
    const base = sign === '' ? 0 : channel.position.priority;
    const priority = base + (sign === '-' ? -1 : 1) * Number(digits);
    if (priority < 1) throw new ApplicationError(`'${written}' leads before the first priority`);
    return priority;
  }

  #find(channel: Channel, at: Position): Answer | Promise<Answer> {
    return this.#ask({ ...at, callerNumber: channel.caller.number, channel, stepOnly: true });
  }

  #ask(question: Question): Answer | Promise<Answer> {
    return this.contexts.find(question);
  }

  // Channels in it.

  run(channel: Channel): Promise<void> {
    return this.#loop.run(channel);
  }

  async execute(channel: Channel, name: string, data: string): Promise<Result> {
    const owned = this.application(name);
    if (owned?.entry.dangerous && this.#substitution.isOutside) {
      throw new ApplicationError(`only the dialplan may run ${name}, unless live_dangerously is set in asterisk.conf`);
    }
    const release = owned && this.#parts.calls.channels.uses.begin(owned.owner, channel);
    if (!release) throw new ApplicationError(`there is no application ${name}${owned ? ': its module goes' : ''}`);
    const found = owned.entry;
    const before = channel.running;
    const nested = this.#nested.get(channel) ?? 0;
    this.#nested.set(channel, nested + 1);
    channel.running = { application: found.name, data };
    try {
      if (nested >= MOST_NESTED) throw new ApplicationError(`more than ${MOST_NESTED} applications run each other`);
      this.#parts.emit('applicationStarted', { channel, application: found.name, data });
      return (await found.run(channel, data)) ?? undefined;
    } finally {
      channel.running = before;
      this.#nested.set(channel, nested);
      release();
    }
  }

  async subroutine(channel: Channel, text: string): Promise<Result> {
    const back = channel.position;
    const { target, arguments: given } = parseSubroutine(text);
    const at = await this.target(channel, target);
    if (!(await this.lookup(at, channel.caller.number, channel)).exists) {
      throw new ApplicationError(`there is no ${at.extension}@${at.context}:${at.priority}`);
    }
    const depth = channel.stack.length + 1;
    enter(channel, at, given, back);
    try {
      return await this.#loop.subroutine(channel, depth);
    } finally {
      while (channel.stack.length >= depth) leave(channel);
      channel.position = back;
    }
  }

  // Variables and functions.

  async substitute(channel: Channel | undefined, text: string): Promise<string> {
    return this.#substitution.substitute(channel, text);
  }

  async read(channel: Channel | undefined, expression: string): Promise<string> {
    return this.#substitution.read(channel, expression);
  }

  write(channel: Channel | undefined, target: string, value: string): Promise<void> {
    return this.#substitution.write(channel, target, value);
  }

  fromOutside<T>(work: () => T): T {
    return this.#substitution.fromOutside(work);
  }

  // What modules brought.

  application(name: string): Owned<Application> | undefined {
    return this.#parts.calls.applications.find(name);
  }

  applications(): readonly Owned<Application>[] {
    return this.#parts.calls.applications.all();
  }

  dialplanFunction(name: string): Owned<DialplanFunction> | undefined {
    return this.#parts.calls.functions.find(name);
  }

  dialplanFunctions(): readonly Owned<DialplanFunction>[] {
    return this.#parts.calls.functions.all();
  }

  switches(): readonly Owned<DialplanSwitch>[] {
    return this.#parts.calls.switches.all();
  }

  // What others add to extensions, and hear of them.

  addExtension(extension: AddedExtension, replace?: boolean): void {
    this.contexts.addExtension(extension, replace);
  }

  removeExtension(context: string, extension: string, priority?: number | 'hint', callerNumber?: string): boolean {
    return this.contexts.removeExtension(context, extension, priority, callerNumber);
  }

  hints(): readonly HintRow[] {
    return this.#hints.hints();
  }

  hint(context: string, extension: string): HintRow | undefined {
    return this.#hints.hint(context, extension);
  }

  watchHint(context: string, extension: string, changed: (row: HintRow | undefined) => void): () => void {
    return this.#hints.watchHint(context, extension, changed);
  }
}

/** What a hint's text may name beside what the system has. */
const placed = (ofSystem: Builtins<Clock>, { context, extension }: Place): Builtins<Clock> =>
  new Map([...ofSystem, ['EXTEN', () => extension], ['CONTEXT', () => context]]);
