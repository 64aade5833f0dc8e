/** The contexts of the dialplan: where extensions are put, by whoever registers them, and where they are found. */
import type { Clock } from '../clock.js';
import { Invalid } from '../config/options.js';
import type { Logger } from '../logger.js';
import { token } from '../registry.js';
import type { DialplanSwitch } from './application.js';
import { ApplicationError } from './application.js';
import { type Alternative, Context, type Include } from './context.js';
import type { AddedExtension } from './dialplan.js';
import type { OwnedTable } from './owned-table.js';
import { parseExtension, withoutDashes } from './pattern.js';
import { type Answer, HINT, type Question, type Step, type Substitute } from './question.js';
import { findIn, type SearchParts } from './search.js';
import { parseTimeSpec } from './time-spec.js';

export { type Answer, HINT, type Question, type Step, type Substitute } from './question.js';

export interface ContextsParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly switches: OwnedTable<DialplanSwitch>;
  readonly substitute: Substitute;
}

/** Longer names are not taken. */
export const LONGEST_NAME = 79;

export class Contexts {
  #contexts = new Map<string, Context>();
  #override: Alternative | undefined;
  #withAutohints: readonly Context[] = [];
  readonly #search: SearchParts;
  readonly #log: Logger;
  readonly #listeners = new Set<() => void>();
  /** What was told already since the last replacement. */
  readonly #told = new Set<string>();

  constructor({ clock, log, switches, substitute }: ContextsParts) {
    this.#log = log;
    this.#search = {
      clock,
      substitute,
      context: name => this.#contexts.get(name),
      override: () => this.#override,
      provider: name => switches.find(name)?.entry,
      warn: message => this.#tell(message),
    };
  }

  get size(): number {
    return this.#contexts.size;
  }

  /** In the order of their names. */
  all(): readonly Context[] {
    return [...this.#contexts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): Context | undefined {
    return this.#contexts.get(name);
  }

  hasContext(name: string): boolean {
    return this.#contexts.has(name);
  }

  /** A promise only where a switch must be asked. */
  find(question: Question): Answer | Promise<Answer> {
    return findIn(this.#search, question);
  }

  /** The hint of an extension: its step, or a pattern's. No switch has any. */
  hint(context: string, extension: string): Step | undefined {
    const question = { context, extension, priority: HINT, callerNumber: undefined, channel: undefined };
    return (this.find({ ...question, stepOnly: true }) as Answer).step;
  }

  /** Whether the dial tone goes on after these digits. */
  ignores(context: string, digits: string): boolean {
    return this.#contexts.get(context)?.ignores(withoutDashes(digits)) ?? false;
  }

  /** Those in which each device gets a hint. */
  get withAutohints(): readonly Context[] {
    return this.#withAutohints;
  }

  /** Hears of each change that other hints may come of, until the returned is called. */
  onHintsChange(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => void this.#listeners.delete(changed);
  }

  /** Puts all of a registrar in place of what it had put there. What others put there stays. */
  replace(registrar: string, contexts: readonly Context[], override?: Alternative): void {
    const next = new Map(contexts.map(context => [context.name, context]));
    for (const before of this.#contexts.values()) {
      const fresh = next.get(before.name) ?? new Context(before.name, before.registrar);
      const lost = fresh.absorb(before, registrar);
      for (const step of lost) this.#log.warning(`${nameOf(step)}, of ${step.registrar}, is replaced`);
      if (next.has(before.name)) continue;
      // Whoever made it is gone from it, unless it holds something of others.
      if (before.registrar !== registrar) next.set(before.name, fresh);
      else if (!fresh.isEmpty) {
        fresh.registrar = registrarIn(fresh);
        next.set(before.name, fresh);
      }
    }
    this.#contexts = next;
    this.#withAutohints = [...next.values()].filter(({ autohints }) => autohints);
    this.#override = override;
    this.#told.clear();
    this.#changed();
  }

  /** Makes the context where there is none. @returns whether it was made */
  create(name: string, registrar: string): boolean {
    if (this.#contexts.has(name)) return false;
    if (name === '' || name.length > LONGEST_NAME) throw new ApplicationError(`'${name}' cannot be a context's name`);
    this.#contexts.set(name, new Context(name, registrar));
    return true;
  }

  /** @returns whether there was one */
  remove(name: string): boolean {
    const removed = this.#contexts.delete(name);
    this.#withAutohints = this.#withAutohints.filter(context => context.name !== name);
    if (removed) this.#changed();
    return removed;
  }

  /** Adds an extension, and its context where there is none. @throws ApplicationError where it is there already, unless `replace` */
  addExtension(added: AddedExtension, replace = false): void {
    const step = stepOf(added);
    if (step.extension === '' || step.extension.length > LONGEST_NAME) {
      throw new ApplicationError(`'${step.extension}' cannot be an extension`);
    }
    asked(() => parseExtension(step.extension));
    this.create(step.context, step.registrar);
    const outcome = asked(() => this.#contexts.get(step.context)!.add(step, replace));
    if (outcome === 'taken') throw new ApplicationError(`${nameOf(step)} is there already`);
    if (outcome === 'label dropped') {
      this.#log.warning(`${nameOf(step)} is added without its label '${step.label}', which is another's`);
    }
    if (step.priority === HINT) this.#changed();
  }

  /** All priorities where none is named. @returns whether there was one. @throws ApplicationError */
  removeExtension(context: string, extension: string, priority?: number | 'hint', callerNumber?: string): boolean {
    const number = priority === 'hint' ? HINT : priority;
    const removed = asked(() => this.#contexts.get(context)?.remove(extension, number, callerNumber)) ?? false;
    if (removed && (number === undefined || number === HINT)) this.#changed();
    return removed;
  }

  /** `context[,times…]`. @returns whether it was not there yet. @throws ApplicationError */
  addInclude(context: string, text: string, registrar: string): boolean {
    const { includes } = this.#existing(context);
    const include = asked(() => parseInclude(text, registrar));
    if (includes.some(other => other.text === include.text)) return false;
    includes.push(include);
    this.#changed();
    return true;
  }

  /** @returns whether it was there. @throws ApplicationError */
  removeInclude(context: string, text: string): boolean {
    const removed = take(this.#existing(context).includes, text);
    if (removed) this.#changed();
    return removed;
  }

  /** @returns whether it was not there yet. @throws ApplicationError */
  addIgnored(context: string, text: string, registrar: string): boolean {
    const { ignored } = this.#existing(context);
    if (ignored.some(other => other.text === text)) return false;
    ignored.push({ text, pattern: asked(() => parseExtension(text)), registrar });
    return true;
  }

  /** @returns whether it was there. @throws ApplicationError */
  removeIgnored(context: string, text: string): boolean {
    return take(this.#existing(context).ignored, text);
  }

  #existing(name: string): Context {
    const context = this.#contexts.get(name);
    if (!context) throw new ApplicationError(`there is no context '${name}'`);
    return context;
  }

  #changed(): void {
    for (const changed of [...this.#listeners]) changed();
  }

  #tell(message: string): void {
    if (this.#told.has(message) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(message);
    this.#log.warning(message);
  }
}

/** Warnings that are told once each, between two replacements. */
const MOST_TOLD = 1000;

export const contexts = token<Contexts>('contexts');

/** `context[,times[,weekdays[,days[,months[,timezone]]]]]`. @throws Invalid */
export function parseInclude(text: string, registrar: string): Include {
  const [, context = '', times] = /^([^,|]*)(?:[,|](.*))?$/s.exec(text) ?? [];
  if (context.trim() === '') throw new Invalid('no context is named');
  return { context: context.trim(), text, times: times === undefined ? undefined : parseTimeSpec(times), registrar };
}

/** `Name/data`. @throws Invalid */
export function parseSwitch(text: string, evaluated: boolean, registrar: string): Alternative {
  const slash = text.indexOf('/');
  const name = (slash < 0 ? text : text.slice(0, slash)).trim();
  if (name === '') throw new Invalid('no switch is named');
  return { name, data: slash < 0 ? '' : text.slice(slash + 1), evaluated, registrar };
}

const nameOf = ({ extension, callerNumber, context, priority }: Step): string => {
  const caller = callerNumber === undefined ? '' : `/${callerNumber}`;
  return `${extension}${caller}@${context}:${priority === HINT ? 'hint' : priority}`;
};

const stepOf = ({ priority, label, ...added }: AddedExtension): Step => ({
  ...added,
  priority: priority === 'hint' ? HINT : priority,
  label,
  file: undefined,
  line: undefined,
});

/** Of a context that its maker left: who else has something in it. */
function registrarIn(context: Context): string {
  const [first] = [
    ...context.extensions().flatMap(extension => [...extension.steps.values()]),
    ...context.includes,
    ...context.switches,
    ...context.ignored,
  ];
  return first!.registrar;
}

function take<T extends { readonly text: string }>(things: T[], text: string): boolean {
  const at = things.findIndex(thing => thing.text === text);
  if (at >= 0) things.splice(at, 1);
  return at >= 0;
}

/** What somebody asked for and cannot be had. @throws ApplicationError */
function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof Invalid) throw new ApplicationError(thrown.message);
    throw thrown;
  }
}
