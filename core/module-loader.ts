/** Loads, reloads and unloads modules: one operation at a time, each whole or not at all. */
import { formatProblem, LoadDeclined, messageOf, traceOf } from './errors.js';
import type { ReloadReason } from './events.js';
import { LoadError, type Loader, type ModuleRow, type ReloadOutcome, type UnloadForce } from './loader.js';
import type { Logger } from './logger.js';
import type { Declaration, Module } from './module.js';
import { evictCode, findModules, loadCode, loadedFiles } from './module-code.js';
import { type OpenCore, openCore, type Parts, within } from './module-core.js';
import { bareName, type ModulesConf } from './modules-conf.js';
import { Plan } from './plan.js';

/** A module whose code is loaded. */
interface Loaded {
  readonly module: Module<unknown>;
  readonly folder: string;
}

interface Running extends Loaded, OpenCore {
  readonly state: unknown;
}

/** A required module did not come up: the PBX must not start. */
export class RequiredModuleFailed extends Error {}

/** How long a module's goodbye may take. */
const GOODBYE = 3000;

export class ModuleLoader implements Loader {
  readonly #parts: Parts;
  readonly #log: Logger;
  readonly #directories: readonly string[];
  /** In the order of their start. */
  readonly #running = new Map<string, Running>();
  /** Known by name, running or not: what they say of themselves, and nothing that keeps their code alive. */
  readonly #known = new Map<string, Declaration>();
  #turn: Promise<unknown> = Promise.resolve();
  #reloading = false;

  constructor(parts: Parts, directories: readonly string[]) {
    this.#parts = parts;
    this.#log = parts.loggers.logger('loader');
    this.#directories = directories;
  }

  /** Loads what modules.conf asks for. @throws RequiredModuleFailed */
  start(conf: ModulesConf): Promise<void> {
    return this.#alone(async () => {
      const loaded = await this.#readCode();
      const plan = new Plan(conf, [...this.#known.values()]);
      for (const warning of [...conf.warnings, ...plan.warnings]) this.#log.warning(formatProblem(warning));
      if (plan.unknown.length > 0) {
        this.#log.notice(
          `modules.conf names ${plan.unknown.length} modules that are not part of this PBX, passed over: ${plan.unknown.join(', ')}`,
        );
      }
      if (plan.fatal !== undefined) throw new RequiredModuleFailed(plan.fatal);
      for (const name of plan.order) {
        try {
          await this.#start(name, loaded.get(name)!);
        } catch (thrown) {
          if (plan.required.has(name)) throw new RequiredModuleFailed(`required module ${messageOf(thrown)}`);
          this.#log.error(messageOf(thrown));
        }
      }
      for (const [name, { folder }] of loaded) if (!this.#running.has(name)) evictCode(folder);
    });
  }

  /** Unloads everything, the last first. */
  stop(): Promise<void> {
    return this.#alone(async () => {
      for (const name of [...this.#running.keys()].reverse()) {
        await this.#end(name, 'hard').catch(thrown => this.#log.error(messageOf(thrown)));
      }
    });
  }

  load(name: string): Promise<void> {
    return this.#alone(async () => {
      const loaded = await this.#readCode(true);
      const wanted = this.resolve(name);
      if (wanted === undefined || !(loaded.has(wanted) || this.#running.has(wanted))) {
        throw new LoadError(`there is no module '${bareName(name)}' under ${this.#directories.join(' or ')}`);
      }
      if (this.#running.has(wanted)) throw new LoadError(`${wanted} is already running`);
      try {
        for (const next of Plan.closure(wanted, [...this.#known.values()])) {
          if (!this.#running.has(next)) await this.#start(next, loaded.get(next)!);
        }
      } finally {
        for (const [other, { folder }] of loaded) if (!this.#running.has(other)) evictCode(folder);
      }
    });
  }

  unload(name: string, force: UnloadForce = 'soft'): Promise<void> {
    return this.#alone(() => this.#unload(name, force));
  }

  async #unload(name: string, force: UnloadForce): Promise<void> {
    const wanted = this.resolve(name);
    const running = wanted === undefined ? undefined : this.#running.get(wanted);
    if (wanted === undefined || running === undefined)
      throw new LoadError(`${wanted ?? bareName(name)} is not running`);
    const users = this.#usersOf(wanted);
    if (force === 'soft') {
      if (users.length > 0) throw new LoadError(`${wanted} is in use by ${users.join(', ')}`);
      if (running.module.builtin)
        throw new LoadError(`${wanted} is built in; 'module unload -f ${wanted}' unloads it all the same`);
    }
    for (const user of users.reverse()) if (this.#running.has(user)) await this.#unload(user, force);
    await this.#end(wanted, force);
  }

  async reload(name: string, reason: ReloadReason): Promise<ReloadOutcome> {
    const wanted = this.resolve(name);
    if (wanted === undefined) return { result: 'not found' };
    if (this.#reloading) return { result: 'in progress' };
    this.#reloading = true;
    try {
      return await this.#alone(() => this.#reload(wanted, reason));
    } finally {
      this.#reloading = false;
    }
  }

  async reloadAll(reason: ReloadReason): Promise<ReloadOutcome> {
    if (this.#reloading) return { result: 'in progress' };
    this.#reloading = true;
    try {
      return await this.#alone(async () => {
        let worst: ReloadOutcome = { result: 'success' };
        for (const name of this.reloadable()) {
          const outcome = await this.#reload(name, reason);
          if (outcome.result === 'error') worst = outcome;
        }
        return worst;
      });
    } finally {
      this.#reloading = false;
    }
  }

  async #reload(name: string, reason: ReloadReason): Promise<ReloadOutcome> {
    const running = this.#running.get(name);
    if (!running) return { result: 'not running' };
    if (!running.module.reloadModule) return { result: 'unsupported' };
    let outcome: ReloadOutcome = { result: 'success' };
    try {
      await running.module.reloadModule(running.core, running.state, reason);
    } catch (thrown) {
      const why = thrown instanceof LoadDeclined ? thrown.message : `internal error: ${messageOf(thrown)}`;
      outcome = { result: 'error', why };
      // Unchanged files are to be refused again with their reasons, not passed over.
      this.#parts.files.distrust(name);
      running.core.log.error(
        thrown instanceof LoadDeclined
          ? `reload refused, the old values stay: ${why}`
          : `reload failed: ${traceOf(thrown)}`,
      );
    }
    this.#parts.events.emit('moduleReloaded', {
      module: name,
      reason,
      status: outcome.result === 'success' ? 'Success' : 'Failure',
    });
    return outcome;
  }

  rows(): ModuleRow[] {
    const rows = [...this.#known].map(([name, { description }]): ModuleRow => {
      const users = this.#running.has(name) ? this.#usersOf(name) : [];
      return {
        name,
        description,
        useCount: users.length,
        status: this.#running.has(name) ? 'Running' : 'Not Running',
        supportLevel: 'core',
        users,
      };
    });
    return rows.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  }

  holds(name: string): readonly string[] {
    return this.#running.get(this.resolve(name) ?? '')?.scope.labels() ?? [];
  }

  resolve(name: string): string | undefined {
    const bare = bareName(name).toLowerCase();
    for (const module of this.#known.values()) if (module.name.toLowerCase() === bare) return module.name;
    for (const module of this.#known.values()) {
      if (module.aliases?.some(alias => alias.toLowerCase() === bare)) return module.name;
    }
    return undefined;
  }

  loadable(): string[] {
    return [...this.#known.keys()].filter(name => !this.#running.has(name));
  }

  unloadable(): string[] {
    return [...this.#running.keys()].filter(name => this.#usersOf(name).length === 0);
  }

  reloadable(): string[] {
    return [...this.#running].filter(([, { module }]) => module.reloadModule !== undefined).map(([name]) => name);
  }

  /** Running modules that require this one or use a service of it, in the order of their start. */
  #usersOf(name: string): string[] {
    const users = this.#parts.registry.usersOf(name);
    return [...this.#running]
      .filter(([other, { module }]) => other !== name && (users.has(other) || module.requires?.includes(name)))
      .map(([other]) => other);
  }

  /** Runs operations one after the other: a load never meets a half-done unload. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Loads the code of every module that is not running, so that its declaration can be read. */
  async #readCode(fresh = false): Promise<Map<string, Loaded>> {
    const loaded = new Map<string, Loaded>();
    const folders = await findModules(this.#directories);
    for (const name of [...this.#known.keys()])
      if (!folders.has(name) && !this.#running.has(name)) this.#known.delete(name);
    for (const [name, folder] of folders) {
      if (this.#running.has(name)) continue;
      if (fresh) evictCode(folder);
      try {
        const module = loadCode(name, folder);
        loaded.set(name, { module, folder });
        this.#known.set(name, declarationOf(module));
      } catch (thrown) {
        this.#known.delete(name);
        this.#log.error(messageOf(thrown));
      }
    }
    return loaded;
  }

  /** @throws LoadError with the reason, after everything that the module took has been given back */
  async #start(name: string, { module, folder }: Loaded): Promise<void> {
    const missing = module.requires?.filter(required => !this.#running.has(required)) ?? [];
    const opened = openCore(this.#parts, module);
    try {
      if (missing.length > 0) throw new LoadDeclined(`it requires ${missing.join(', ')}, not running`);
      const state = await module.loadModule(opened.core);
      this.#running.set(name, { module, folder, state, ...opened });
    } catch (thrown) {
      await opened.scope.close();
      this.#parts.files.forget(name);
      evictCode(folder);
      const declined = thrown instanceof LoadDeclined;
      if (!declined) this.#log.error(`${name}: ${traceOf(thrown)}`);
      this.#parts.events.emit('moduleLoaded', { module: name, status: declined ? 'Declined' : 'Failure' });
      throw new LoadError(`${name} ${declined ? 'declined' : 'failed'} to load: ${messageOf(thrown)}`);
    }
    this.#log.verbose(4, `${name} loaded (${module.description})`);
    this.#parts.events.emit('moduleLoaded', { module: name, status: 'Success' });
  }

  /** Says goodbye, gives back what was taken, and the code with it. */
  async #end(name: string, force: UnloadForce): Promise<void> {
    const { module, core, state, scope, folder } = this.#running.get(name)!;
    try {
      await within(this.#parts.clock, GOODBYE, Promise.resolve(module.unloadModule?.(core, state)));
    } catch (thrown) {
      if (thrown instanceof LoadDeclined && force !== 'hard') {
        this.#parts.events.emit('moduleUnloaded', { module: name, status: 'Failure' });
        throw new LoadError(`${name} refuses to be unloaded: ${thrown.message}`);
      }
      this.#log.error(`${name}: its goodbye failed: ${traceOf(thrown)}`);
    }
    this.#running.delete(name);
    await scope.close();
    this.#parts.files.forget(name);
    evictCode(folder);
    if (loadedFiles(folder) > 0) this.#log.error(`${name}: some of its code stays loaded`);
    this.#log.verbose(4, `${name} unloaded`);
    this.#parts.events.emit('moduleUnloaded', { module: name, status: 'Success' });
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
});
