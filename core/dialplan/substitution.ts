/** Variables, functions and expressions in texts: `${…}` and `$[…]` replaced by what they come to, read, and written. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Channel } from '../channel/channel.js';
import type { Variables } from '../channel/variables.js';
import type { Clock } from '../clock.js';
import { traceOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { ApplicationError, type DialplanFunction } from './application.js';
import type { Builtins } from './builtin-variables.js';
import { evaluate } from './expression.js';
import type { OwnedTable } from './owned-table.js';
import { enclosedAt, isCalledIn, parseCall, parseReference, partOf } from './reference.js';
import { runSteps, type Steps } from './steps.js';

export interface SubstitutionParts {
  readonly globals: Variables;
  readonly functions: OwnedTable<DialplanFunction>;
  readonly ofChannel: Builtins<Channel>;
  readonly ofSystem: Builtins<Clock>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether clients from outside may do what only the dialplan may. */
  readonly liveDangerously: boolean;
  readonly globalSet: (name: string, value: string) => void;
}

/** What a text may become: the most that an application takes. */
export const LONGEST = 8191;
/** Braces within each other. */
const DEEPEST = 64;

export class Substitution {
  readonly #parts: SubstitutionParts;
  /** Set while somebody from outside has something read or written, through all that this leads to. */
  readonly #outside = new AsyncLocalStorage<true>();

  constructor(parts: SubstitutionParts) {
    this.#parts = parts;
  }

  /** Keeps what only the dialplan may do from the work, unless live_dangerously is set. */
  fromOutside<T>(work: () => T): T {
    return this.#parts.liveDangerously ? work() : this.#outside.run(true, work);
  }

  /** Whether this is work of a client from outside. */
  get isOutside(): boolean {
    return this.#outside.getStore() === true;
  }

  substitute(channel: Channel | undefined, text: string): string | Promise<string> {
    return text.includes('$') ? runSteps(this.#replaced(channel, text, 0)) : text;
  }

  /** What stands between `${` and `}`. */
  read(channel: Channel | undefined, expression: string): string | Promise<string> {
    return runSteps(this.#read(channel, expression));
  }

  /** Sets a variable, or writes a function. @throws ApplicationError where that function cannot be written */
  async write(channel: Channel | undefined, target: string, value: string): Promise<void> {
    const name = target.trim();
    if (!name.endsWith(')')) {
      if (channel) channel.set(name, value);
      else this.#parts.globalSet(name, value);
      return;
    }
    const call = parseCall(name);
    const found = this.#parts.functions.find(call.name)?.entry;
    if (!found) throw new ApplicationError(`there is no function ${call.name}`);
    if (!found.write) throw new ApplicationError(`the function ${call.name} cannot be written`);
    this.#allow(found, 'write');
    await found.write({ channel, data: call.data }, value);
  }

  /** The value of a variable: of the channel, of the system, of all. */
  variable(channel: Channel | undefined, name: string): string | undefined {
    const { ofChannel, ofSystem, clock, globals } = this.#parts;
    const own = channel && ofChannel.get(name);
    if (own) return own(channel);
    const builtin = ofSystem.get(name);
    if (builtin) return builtin(clock);
    return channel?.variables.get(name) ?? globals.get(name);
  }

  *#replaced(channel: Channel | undefined, text: string, depth: number): Steps<string> {
    if (depth > DEEPEST) return this.#refused(`'${text}': more than ${DEEPEST} braces within each other`);
    let result = '';
    for (let at = 0; ; ) {
      const dollar = text.indexOf('$', at);
      if (dollar < 0) return this.#bounded(result + text.slice(at));
      const open = text[dollar + 1];
      if (open !== '{' && open !== '[') {
        result += text.slice(at, dollar + 1);
        at = dollar + 1;
        continue;
      }
      const { inside, end, closed, nested } = enclosedAt(text, dollar + 2, open);
      if (!closed) this.#parts.log.warning(`'${quoted(text)}': '$${open}' is not closed`);
      const inner = nested ? yield* this.#replaced(channel, inside, depth + 1) : inside;
      const value = open === '{' ? yield* this.#read(channel, inner) : yield* this.#evaluated(channel, inner, inside);
      result += text.slice(at, dollar) + value;
      if (result.length > LONGEST) return this.#bounded(result);
      at = end;
    }
  }

  *#read(channel: Channel | undefined, expression: string): Steps<string> {
    const { name, isFunction, part } = parseReference(expression);
    const value = isFunction ? yield* this.#called(channel, name) : (this.variable(channel, name) ?? '');
    return part ? partOf(value, part) : value;
  }

  *#called(channel: Channel | undefined, text: string): Steps<string> {
    const { name, data, closed } = parseCall(text);
    if (!closed) this.#parts.log.warning(`'${quoted(text)}': the parenthesis is not closed`);
    const value = yield* this.#function(channel, name, data);
    return value ?? this.#refused(`there is no function ${name}`);
  }

  /** `written`: before anything in it was replaced. What a stranger calls himself calls no function. */
  #evaluated(channel: Channel | undefined, text: string, written: string): Steps<string> {
    return evaluate(text, {
      warn: message => this.#parts.log.warning(message),
      read: (name, data) => (isCalledIn(written, name) ? this.#function(channel, name, data) : undefined),
    });
  }

  /** Undefined: there is none of that name. */
  *#function(channel: Channel | undefined, name: string, data: string): Steps<string | undefined> {
    const found = this.#parts.functions.find(name)?.entry;
    if (!found) return undefined;
    try {
      if (!found.read) throw new ApplicationError(`the function ${name} cannot be read`);
      this.#allow(found, 'read');
      const value = found.read({ channel, data });
      return typeof value === 'string' ? value : yield value;
    } catch (thrown) {
      if (thrown instanceof ApplicationError) return this.#refused(`${name}(${data}): ${thrown.message}`);
      this.#parts.log.error(`the function ${name} failed: ${traceOf(thrown)}`);
      return '';
    }
  }

  /** @throws ApplicationError */
  #allow({ name, dangerous }: DialplanFunction, how: 'read' | 'write'): void {
    if (!this.isOutside || (dangerous !== how && dangerous !== 'both')) return;
    throw new ApplicationError(`only the dialplan may ${how} ${name}, unless live_dangerously is set in asterisk.conf`);
  }

  #refused(message: string): string {
    this.#parts.log.warning(message);
    return '';
  }

  #bounded(text: string): string {
    if (text.length <= LONGEST) return text;
    this.#parts.log.warning(`a text of ${text.length} characters is cut to ${LONGEST}: '${quoted(text)}'`);
    return text.slice(0, LONGEST);
  }
}

const QUOTED = 60;

/** As much as a line of the log has room for. */
const quoted = (text: string): string => (text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text);
