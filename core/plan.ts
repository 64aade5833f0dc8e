/** From what modules.conf wishes and what modules declare: which are loaded, and in what order. */

import { nearest } from './config/options.js';
import type { Problem } from './errors.js';
import type { Declaration } from './module.js';
import type { ModulesConf, Wish } from './modules-conf.js';

/** What each kind of line asks for. */
const KINDS: Readonly<Record<Wish['how'], { wanted: boolean; required: boolean; first: boolean }>> = {
  load: { wanted: true, required: false, first: false },
  noload: { wanted: false, required: false, first: false },
  require: { wanted: true, required: true, first: false },
  preload: { wanted: true, required: false, first: true },
  'preload-require': { wanted: true, required: true, first: true },
};

export class Plan {
  /** Names in the order of their start. */
  readonly order: readonly string[];
  /** Those without which the PBX must not start. */
  readonly required = new Set<string>();
  /** Names in modules.conf that we have no module for. */
  readonly unknown: readonly string[];
  readonly warnings: Problem[] = [];
  /** Why nothing can be started at all. */
  fatal: Problem | undefined;

  readonly #first = new Set<string>();
  readonly #barred = new Map<string, Wish>();

  constructor(conf: ModulesConf, modules: readonly Declaration[]) {
    const names = new Names(modules);
    const unknown = new Set<string>();
    const wanted = new Set(modules.filter(({ builtin }) => conf.autoload || builtin).map(({ name }) => name));
    for (const wish of conf.wishes) {
      const name = names.find(wish.name);
      if (name !== undefined) this.#take(wish, name, wanted);
      else if (KINDS[wish.how].wanted) {
        unknown.add(wish.name);
        this.#miss(wish, names);
      }
    }
    for (const [name, wish] of this.#barred) {
      wanted.delete(name);
      if (this.required.has(name)) this.fatal ??= at(wish, `'${name}' is required and not to be loaded at once`);
    }
    for (const name of [...wanted]) for (const need of Plan.closure(name, modules)) wanted.add(need);
    for (const [name, wish] of this.#barred) {
      if (wanted.delete(name)) this.warnings.push(at(wish, `'${name}' is not loaded, so what requires it is declined`));
    }
    this.order = ordered(wanted, this.#first, modules);
    this.unknown = [...unknown];
  }

  #take(wish: Wish, name: string, wanted: Set<string>): void {
    const kind = KINDS[wish.how];
    if (kind.wanted) wanted.add(name);
    else this.#barred.set(name, wish);
    if (kind.required) this.required.add(name);
    if (kind.first) this.#first.add(name);
  }

  #miss(wish: Wish, names: Names): void {
    const near = nearest(wish.name, names.like(wish.name));
    if (near !== undefined) this.warnings.push(at(wish, `there is no module '${wish.name}', did you mean '${near}'?`));
    if (KINDS[wish.how].required) {
      this.fatal ??= at(wish, `the required module '${wish.name}' is not part of this PBX`);
    }
  }

  /** A module after everything it requires, as far as that is known. */
  static closure(name: string, modules: readonly Declaration[]): string[] {
    const byName = new Map(modules.map(module => [module.name, module]));
    const seen = new Set<string>();
    const found: string[] = [];
    const visit = (next: string): void => {
      const module = byName.get(next);
      if (module === undefined || seen.has(next)) return;
      seen.add(next);
      for (const need of module.requires ?? []) visit(need);
      found.push(next);
    };
    visit(name);
    return found;
  }
}

const at = ({ file, line }: Wish, message: string): Problem => ({ file, line, message });

/** Preloaded ones first, then early ones, then built-in ones, then the rest by name; each after what it requires or would like. */
function ordered(wanted: ReadonlySet<string>, first: ReadonlySet<string>, modules: readonly Declaration[]): string[] {
  const byName = new Map(modules.map(module => [module.name, module]));
  const rank = (name: string): number => {
    const { early, builtin } = byName.get(name) ?? {};
    return first.has(name) ? 0 : early ? 1 : builtin ? 2 : 3;
  };
  const sorted = [...wanted].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const module = byName.get(name);
    if (module === undefined || seen.has(name) || !wanted.has(name)) return;
    seen.add(name);
    for (const before of [...(module.requires ?? []), ...(module.optional ?? [])]) visit(before);
    order.push(name);
  };
  for (const name of sorted) visit(name);
  return order;
}

/** What names of modules begin with: `pbx_config` is no slip of the pen for `cli_config`. */
const MODULE_KINDS: ReadonlySet<string> = new Set([
  'app',
  'bridge',
  'cdr',
  'cel',
  'chan',
  'cli',
  'codec',
  'format',
  'func',
  'pbx',
  'res',
]);

const kindOf = (name: string): string => name.slice(0, Math.max(name.indexOf('_'), 0)).toLowerCase();

/** Names and aliases, whatever their case. */
class Names {
  readonly #names = new Map<string, string>();

  constructor(modules: readonly Declaration[]) {
    for (const { name, aliases = [] } of modules)
      for (const alias of aliases) this.#names.set(alias.toLowerCase(), name);
    for (const { name } of modules) this.#names.set(name.toLowerCase(), name);
  }

  find(name: string): string | undefined {
    return this.#names.get(name.toLowerCase());
  }

  /** Spellings that a misspelt name may stand for: of a kind that there is, only those of that kind. */
  *like(name: string): Generator<string> {
    const kind = kindOf(name);
    for (const spelling of this.#names.keys()) {
      if (!MODULE_KINDS.has(kind) || kindOf(spelling) === kind) yield spelling;
    }
  }
}
