/** A context: extensions with their priorities, and where else to look. Several registrars may have put things into one. */
import {
  behindEnd,
  comparePatterns,
  type ExtensionPattern,
  type Match,
  matchPattern,
  parseExtension,
} from './pattern.js';
import { HINT, type Step } from './question.js';
import type { TimeSpec } from './time-spec.js';

export interface Include {
  readonly context: string;
  /** With its times, as written. */
  readonly text: string;
  readonly times: TimeSpec | undefined;
  readonly registrar: string;
}

export interface Alternative {
  readonly name: string;
  readonly data: string;
  /** Whether variables in its data are replaced at each call. */
  readonly evaluated: boolean;
  readonly registrar: string;
}

export interface IgnoredPattern {
  readonly text: string;
  readonly pattern: ExtensionPattern;
  readonly registrar: string;
}

/** Who registers the hints that autohints makes. */
export const AUTOHINTS = 'autohints';

/** An extension, for all callers or for some. */
export class Extension {
  readonly pattern: ExtensionPattern;
  readonly caller: ExtensionPattern | undefined;
  /** By priority. */
  readonly steps = new Map<number, Step>();

  constructor(
    readonly name: string,
    readonly callerNumber: string | undefined,
  ) {
    this.pattern = parseExtension(name);
    this.caller = callerNumber === undefined ? undefined : callerPattern(callerNumber);
  }

  /** In the order of their numbers, a hint before all. */
  sorted(): readonly Step[] {
    return [...this.steps.values()].sort((a, b) => a.priority - b.priority);
  }

  labelled(label: string): Step | undefined {
    for (const step of this.steps.values()) if (step.label === label) return step;
    return undefined;
  }

  /** An absent number is matched by an empty one alone. */
  takes(callerNumber: string | undefined): boolean {
    if (this.caller === undefined) return true;
    if (this.caller.key === '') return bareNumber(callerNumber ?? '') === '';
    return !!callerNumber && matchPattern(this.caller, bareNumber(callerNumber)).match;
  }

  /** The step with that priority or label, for that caller. */
  step(wanted: Wanted): Step | undefined {
    if (!this.takes(wanted.callerNumber)) return undefined;
    return typeof wanted.priority === 'number' ? this.steps.get(wanted.priority) : this.labelled(wanted.priority.label);
  }
}

/** What is looked for, whatever the context. */
export interface Wanted {
  /** Without dashes. */
  readonly text: string;
  readonly priority: number | { readonly label: string };
  readonly callerNumber: string | undefined;
}

/** Dashes and parentheses are how people write numbers. */
const bareNumber = (number: string): string => number.replace(/[-()]/g, '');

/** Only a pattern may mean its parentheses. */
const callerPattern = (text: string): ExtensionPattern =>
  parseExtension(text.startsWith('_') ? text : bareNumber(text));

/** For finding: made when something is looked for, and again after a change. */
interface Compiled {
  readonly literals: ReadonlyMap<string, readonly Extension[]>;
  /** The keys of those, sorted. */
  readonly keys: readonly string[];
  readonly patterns: readonly Extension[];
}

/** What becomes of a step: it is there, there is another with this priority, or another has its label. */
export type Added = 'added' | 'taken' | 'label dropped';

export class Context {
  registrar: string;
  autohints = false;
  readonly includes: Include[] = [];
  readonly switches: Alternative[] = [];
  readonly ignored: IgnoredPattern[] = [];
  readonly #extensions = new Map<string, Extension>();
  #compiled: Compiled | undefined;
  #sorted: readonly Extension[] | undefined;

  constructor(
    readonly name: string,
    registrar: string,
  ) {
    this.registrar = registrar;
  }

  get isEmpty(): boolean {
    return this.#extensions.size + this.includes.length + this.switches.length + this.ignored.length === 0;
  }

  /** In the order in which they are asked. */
  extensions(): readonly Extension[] {
    this.#sorted ??= [...this.#extensions.values()].sort(compareExtensions);
    return this.#sorted;
  }

  /** Of extensions for all callers. */
  *hints(): Generator<Step> {
    for (const { caller, steps } of this.#extensions.values()) {
      const step = caller === undefined ? steps.get(HINT) : undefined;
      if (step) yield step;
    }
  }

  extension(name: string, callerNumber: string | undefined): Extension | undefined {
    return this.#extensions.get(keyOf(name, callerNumber));
  }

  /** Puts a step there. A label that another priority of the extension has is dropped. @throws Invalid */
  add(step: Step, replace = false): Added {
    const key = keyOf(step.extension, step.callerNumber);
    let extension = this.#extensions.get(key);
    const before = extension?.steps.get(step.priority);
    if (before && !replace) return 'taken';
    if (!extension) {
      this.#extensions.set(key, (extension = new Extension(step.extension, step.callerNumber)));
      this.#changed();
    }
    const other = step.label === undefined ? undefined : extension.labelled(step.label);
    const dropped = other !== undefined && other !== before;
    extension.steps.set(step.priority, dropped ? { ...step, label: undefined } : step);
    return dropped ? 'label dropped' : 'added';
  }

  /** Takes a priority away, or all. Without a caller's number: of the extension that is for all. @returns whether there was one */
  remove(name: string, priority: number | undefined, callerNumber: string | undefined): boolean {
    const key = keyOf(name, callerNumber);
    const extension = this.#extensions.get(key);
    if (!extension) return false;
    const removed = priority === undefined || extension.steps.delete(priority);
    if (priority === undefined || extension.steps.size === 0) {
      this.#extensions.delete(key);
      this.#changed();
    }
    return removed;
  }

  /** Takes in what others than `registrar` put into an earlier context of this name. @returns steps whose place is taken */
  absorb(before: Context, registrar: string): readonly Step[] {
    const theirs = <T extends { readonly registrar: string }>(things: readonly T[]): T[] =>
      things.filter(thing => thing.registrar !== registrar && (this.autohints || thing.registrar !== AUTOHINTS));
    const lost: Step[] = [];
    for (const extension of before.#extensions.values()) {
      for (const step of theirs([...extension.steps.values()])) if (this.add(step) === 'taken') lost.push(step);
    }
    for (const include of theirs(before.includes)) {
      if (!this.includes.some(({ text }) => text === include.text)) this.includes.push(include);
    }
    this.switches.push(...theirs(before.switches));
    this.ignored.push(...theirs(before.ignored));
    return lost;
  }

  /** The step of the first extension that matches and has it. */
  find(wanted: Wanted): Step | undefined {
    const { literals, patterns } = this.#compile();
    for (const extension of literals.get(wanted.text) ?? []) {
      const step = extension.step(wanted);
      if (step) return step;
    }
    for (const extension of patterns) {
      if (!matchPattern(extension.pattern, wanted.text).match) continue;
      const step = extension.step(wanted);
      if (step) return step;
    }
    return undefined;
  }

  /** Whether it is there, or would be with more digits. */
  canMatch(wanted: Wanted): boolean {
    return this.#begun(wanted, 0) || this.#some(wanted, match => match.match || match.more);
  }

  /** Whether a longer one could match. `final`: no, and nobody else is asked. */
  matchMore(wanted: Wanted): boolean | 'final' {
    if (this.#begun(wanted, 1)) return true;
    for (const extension of this.#compile().patterns) {
      const { more, final } = matchPattern(extension.pattern, wanted.text);
      if ((more || final) && extension.step(wanted)) return final ? 'final' : true;
    }
    return false;
  }

  /** Whether the dial tone goes on after these digits. */
  ignores(text: string): boolean {
    return this.ignored.some(({ pattern }) => matchPattern(pattern, text).match);
  }

  #some(wanted: Wanted, test: (match: Match) => boolean): boolean {
    return this.#compile().patterns.some(
      extension => test(matchPattern(extension.pattern, wanted.text)) && extension.step(wanted) !== undefined,
    );
  }

  /** Whether one that is no pattern begins with the text and is longer by so much, or more. */
  #begun(wanted: Wanted, longer: number): boolean {
    const { literals, keys } = this.#compile();
    const { text } = wanted;
    for (let at = firstFrom(keys, text); at < keys.length && keys[at]!.startsWith(text); at++) {
      const key = keys[at]!;
      if (key.length < text.length + longer) continue;
      if (literals.get(key)!.some(extension => extension.step(wanted))) return true;
    }
    return false;
  }

  #changed(): void {
    this.#compiled = undefined;
    this.#sorted = undefined;
  }

  #compile(): Compiled {
    if (this.#compiled) return this.#compiled;
    const literals = new Map<string, Extension[]>();
    const patterns: Extension[] = [];
    for (const extension of this.extensions()) {
      const { literal, key } = extension.pattern;
      if (!literal) patterns.push(extension);
      else if (literals.get(key)?.push(extension) === undefined) literals.set(key, [extension]);
    }
    this.#compiled = { literals, keys: [...literals.keys()], patterns };
    return this.#compiled;
  }
}

/** The same for what is the same extension, however it is written. */
const keyOf = (name: string, callerNumber: string | undefined): string => {
  const { key } = parseExtension(name);
  return callerNumber === undefined ? key : `${key}/${callerPattern(callerNumber).key}`;
};

/** Those for some callers before the one for all. */
function compareExtensions(a: Extension, b: Extension): number {
  const order = comparePatterns(a.pattern, b.pattern);
  if (order !== 0) return order;
  if (!a.caller || !b.caller) return a.caller ? -1 : b.caller ? 1 : 0;
  return comparePatterns(a.caller, b.caller);
}

/** Where the first of the sorted keys is that is not before the text. */
function firstFrom(keys: readonly string[], text: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is odd in the writing of an extension, though it can be used. */
export function oddityOf(name: string): string | undefined {
  if (name === '_.' || name === '_!') {
    return `'${name}' matches every extension, those of the dialplan itself too, such as i, t and h; '_X${name[1]}' is for numbers`;
  }
  const behind = behindEnd(name);
  if (behind !== '') return `'${name}': '${behind}' stands behind the end of the pattern and counts for nothing`;
  return undefined;
}
