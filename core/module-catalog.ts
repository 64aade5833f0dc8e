/** The modules there are: what each says of itself, running or not, and the code of those that do not run. */
import { messageOf } from './errors.js';
import { LoadError, type ModuleRow } from './loader.js';
import type { Logger } from './logger.js';
import type { Declaration, Module } from './module.js';
import { evictCode, findModules, loadCode, ownModules } from './module-code.js';
import { bareName } from './modules-conf.js';

/** A module whose code is loaded. */
export interface Loaded {
  readonly module: Module<unknown>;
  readonly folder: string;
}

interface Known {
  /** A copy, and without its files: what a module exports would keep its code alive. */
  readonly declaration: Declaration;
  readonly supportLevel: ModuleRow['supportLevel'];
}

export class Catalog {
  readonly #directories: readonly string[];
  readonly #log: Logger;
  readonly #known = new Map<string, Known>();
  /** Why the code of a module cannot be run, by name in lower case. */
  readonly #broken = new Map<string, string>();
  /** What was told of the directories: each thing once. */
  readonly #told = new Set<string>();

  constructor(directories: readonly string[], log: Logger) {
    this.#directories = directories;
    this.#log = log;
  }

  /** Loads the code of every module that is not running, so that its declaration can be read. */
  async read(running: ReadonlyMap<string, unknown>): Promise<Map<string, Loaded>> {
    const loaded = new Map<string, Loaded>();
    const folders = await findModules(this.#directories, trouble => this.#tell(trouble));
    this.#broken.clear();
    for (const name of [...this.#known.keys()]) {
      if (!folders.has(name) && !running.has(name)) this.#known.delete(name);
    }
    for (const [name, { folder, directory }] of folders) {
      if (running.has(name)) continue;
      // What was left by a goodbye that failed half-way is not what lies on the disk now.
      evictCode(folder);
      try {
        const module = loadCode(name, folder);
        loaded.set(name, { module, folder });
        const supportLevel = directory === ownModules ? 'core' : 'extended';
        this.#known.set(name, { declaration: declarationOf(module), supportLevel });
      } catch (thrown) {
        this.#known.delete(name);
        this.#broken.set(name.toLowerCase(), messageOf(thrown));
      }
    }
    return loaded;
  }

  /** Lets go of code that was read and is not running. */
  release(loaded: ReadonlyMap<string, Loaded>, running: ReadonlyMap<string, unknown>): void {
    for (const [name, { folder }] of loaded) if (!running.has(name)) evictCode(folder);
  }

  /** Why the code of modules could not be run when it was read last. */
  get broken(): Iterable<string> {
    return this.#broken.values();
  }

  get declarations(): Declaration[] {
    return [...this.#known.values()].map(({ declaration }) => declaration);
  }

  get names(): Iterable<string> {
    return this.#known.keys();
  }

  /** The module a name stands for: `.so`, another case or one of its aliases is fine. */
  resolve(name: string): string | undefined {
    const bare = bareName(name).toLowerCase();
    const modules = this.declarations;
    const named = modules.find(module => module.name.toLowerCase() === bare);
    return (named ?? modules.find(({ aliases }) => aliases?.some(alias => alias.toLowerCase() === bare)))?.name;
  }

  /** Why there is no module of that name. */
  lacking(name: string): LoadError {
    const bare = bareName(name);
    const why = this.#broken.get(bare.toLowerCase());
    return new LoadError(why ?? `there is no module '${bare}' under ${this.#directories.join(' or ')}`);
  }

  rows(): Pick<ModuleRow, 'name' | 'description' | 'supportLevel'>[] {
    const lower = ({ name }: { name: string }): string => name.toLowerCase();
    return [...this.#known.values()]
      .map(({ declaration: { name, description }, supportLevel }) => ({ name, description, supportLevel }))
      .sort((a, b) => (lower(a) < lower(b) ? -1 : 1));
  }

  #tell(trouble: string): void {
    if (!this.#told.has(trouble)) this.#log.warning(trouble);
    this.#told.add(trouble);
  }
}

const declarationOf = (of: Declaration): Declaration => ({
  name: of.name,
  description: of.description,
  requires: of.requires ?? [],
  optional: of.optional ?? [],
  aliases: of.aliases ?? [],
  builtin: of.builtin ?? false,
  early: of.early ?? false,
  drivers: of.drivers ?? [],
  families: of.families ?? [],
});
