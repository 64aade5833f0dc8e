/** From what modules.conf wishes and what modules declare: which are loaded, and in what order. */
import type { Problem } from './errors.js';
import type { Declaration } from './module.js';
import type { ModulesConf, Wish } from './modules-conf.js';
import { nearest } from './config/options.js';

export class Plan {
  /** Names in the order of their start. */
  readonly order: readonly string[];
  /** Those without which the PBX must not start. */
  readonly required: ReadonlySet<string>;
  /** Names in modules.conf that we have no module for. */
  readonly unknown: readonly string[];
  readonly warnings: readonly Problem[];
  /** Why nothing can be started at all. */
  readonly fatal: string | undefined;

  constructor(conf: ModulesConf, modules: readonly Declaration[]) {
    const names = new Names(modules);
    const unknown = new Set<string>();
    const warnings: Problem[] = [];
    const wanted = new Set<string>(conf.autoload ? modules.map(({ name }) => name) : []);
    for (const { name, builtin } of modules) if (builtin) wanted.add(name);
    const barred = new Map<string, Wish>();
    const required = new Set<string>();
    const first = new Set<string>();
    let fatal: string | undefined;
    for (const wish of conf.wishes) {
      const name = names.find(wish.name);
      if (name === undefined) {
        if (wish.how === 'noload') continue;
        unknown.add(wish.name);
        const near = nearest(wish.name, names.spellings());
        if (near !== undefined) warnings.push(at(wish, `there is no module '${wish.name}', did you mean '${near}'?`));
        if (wish.how.includes('require')) {
          fatal ??= `${wish.file}:${wish.line}: the required module '${wish.name}' is not part of this PBX`;
        }
        continue;
      }
      if (wish.how === 'noload') barred.set(name, wish);
      else wanted.add(name);
      if (wish.how.includes('require')) required.add(name);
      if (wish.how.startsWith('preload')) first.add(name);
    }
    for (const [name, wish] of barred) {
      wanted.delete(name);
      if (required.has(name)) fatal ??= `${wish.file}:${wish.line}: '${name}' is required and not to be loaded at once`;
    }
    for (const name of [...wanted]) for (const need of Plan.closure(name, modules)) wanted.add(need);
    for (const [name, wish] of barred) {
      if (!wanted.delete(name)) continue;
      warnings.push(at(wish, `'${name}' is not loaded, so what requires it is declined`));
    }
    this.order = ordered(wanted, first, modules);
    this.required = required;
    this.unknown = [...unknown];
    this.warnings = warnings;
    this.fatal = fatal;
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

/** Preloaded ones first, then built-in ones, then the rest by name; each after what it requires or would like. */
function ordered(wanted: ReadonlySet<string>, first: ReadonlySet<string>, modules: readonly Declaration[]): string[] {
  const byName = new Map(modules.map(module => [module.name, module]));
  const rank = (name: string): number => (first.has(name) ? 0 : byName.get(name)?.builtin ? 1 : 2);
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

/** Names and aliases, whatever their case. */
class Names {
  readonly #names = new Map<string, string>();

  constructor(modules: readonly Declaration[]) {
    for (const { name, aliases = [] } of modules) for (const alias of aliases) this.#names.set(alias.toLowerCase(), name);
    for (const { name } of modules) this.#names.set(name.toLowerCase(), name);
  }

  find(name: string): string | undefined {
    return this.#names.get(name.toLowerCase());
  }

  spellings(): Iterable<string> {
    return this.#names.keys();
  }
}
