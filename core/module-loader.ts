/** Loads, reloads and unloads modules: one operation at a time, each whole or not at all. */
import { hangUp } from './channel/hang-up.js';
import { namesOf } from './channel/uses.js';
import { within } from './clock.js';
import { formatProblem, LoadDeclined, messageOf, traceOf } from './errors.js';
import type { ReloadReason } from './events.js';
import {
  type Described,
  LoadError,
  type Loader,
  type ModuleRow,
  type ReloadOutcome,
  type UnloadForce,
} from './loader.js';
import type { Logger } from './logger.js';
import type { Declaration } from './module.js';
import { Catalog, type Loaded } from './module-catalog.js';
import { evictCode, loadedFiles } from './module-code.js';
import { type OpenCore, openCore, type Parts } from './module-core.js';
import { bareName, type ModulesConf } from './modules-conf.js';
import { Plan } from './plan.js';

interface Running extends Loaded, OpenCore {
  readonly state: unknown;
}

/** A required module did not come up: the PBX must not start. */
export class RequiredModuleFailed extends Error {}

/** How long a module's loadModule() and reloadModule() may take without getting on, others wait for it. */
const ANSWER = 120_000;
/** How long a module's goodbye may take. */
const GOODBYE = 3000;
/** How long channels that use a module may take to end when it is unloaded all the same. */
const HANGUP = 2000;

export class ModuleLoader implements Loader {
  readonly #parts: Parts;
  readonly #log: Logger;
  readonly #catalog: Catalog;
  /** In the order of their start. */
  readonly #running = new Map<string, Running>();
  #turn: Promise<unknown> = Promise.resolve();
  #reloading = false;
  #stopping = false;
  /** Ends the wait for a module that is loading or reloading. */
  #interrupt: ((why: Error) => void) | undefined;

  constructor(parts: Parts, directories: readonly string[]) {
    this.#parts = parts;
    this.#log = parts.loggers.logger('loader');
    this.#catalog = new Catalog(directories, this.#log);
  }

  /** Loads what modules.conf asks for, as far as stop() lets it. @throws RequiredModuleFailed */
  start(conf: ModulesConf): Promise<void> {
    return this.#alone(async () => {
      const loaded = await this.#catalog.read(this.#running);
      for (const why of this.#catalog.broken) this.#log.error(why);
      const plan = new Plan(conf, this.#catalog.declarations);
      for (const warning of [...conf.warnings, ...plan.warnings]) this.#log.warning(formatProblem(warning));
      if (plan.unknown.length > 0) {
        this.#log.notice(
          `modules.conf names ${plan.unknown.length} modules that are not part of this PBX, passed over: ${plan.unknown.join(', ')}`,
        );
      }
      if (plan.fatal !== undefined) throw new RequiredModuleFailed(formatProblem(plan.fatal));
      for (const name of plan.order) {
        if (this.#stopping) break;
        try {
          await this.#start(name, loaded.get(name)!);
        } catch (thrown) {
          if (this.#stopping) break;
          if (plan.required.has(name)) throw new RequiredModuleFailed(`required module ${messageOf(thrown)}`);
          this.#log.error(messageOf(thrown));
        }
      }
      this.#catalog.release(loaded, this.#running);
    });
  }

  /**
   * Unloads everything, the last first; what is being loaded is given up, and nothing is loaded any more. Early ones
   * serve others that do not name them: they end last, even where they were loaded anew after those.
   */
  stop(): Promise<void> {
    this.#stopping = true;
    this.#interrupt?.(new LoadDeclined('the PBX is stopping'));
    return this.#alone(async () => {
      const { true: early = [], false: others = [] } = Object.groupBy(
        [...this.#running].reverse(),
        ([, { module }]) => `${module.early ?? false}` as const,
      );
      for (const [name] of [...others, ...early]) {
        await this.#end(name, 'hard').catch(thrown => this.#log.error(messageOf(thrown)));
      }
    });
  }

  load(name: string): Promise<void> {
    return this.#alone(async () => {
      if (this.#stopping) throw new LoadError(`${bareName(name)} is not loaded: the PBX is stopping`);
      const loaded = await this.#catalog.read(this.#running);
      try {
        const wanted = this.resolve(name);
        if (wanted === undefined) throw this.#catalog.lacking(name);
        if (this.#running.has(wanted)) throw new LoadError(`${wanted} is already running`);
        for (const next of Plan.closure(wanted, this.#catalog.declarations)) {
          if (!this.#running.has(next)) await this.#start(next, loaded.get(next)!);
        }
      } finally {
        this.#catalog.release(loaded, this.#running);
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
      this.#refuseInUse(wanted, users);
      if (running.module.builtin)
        throw new LoadError(`${wanted} is built in; 'module unload -f ${wanted}' unloads it all the same`);
    }
    for (const user of users.reverse()) if (this.#running.has(user)) await this.#unload(user, force);
    await this.#end(wanted, force);
  }

  /** @throws LoadError where modules or channels use it */
  #refuseInUse(name: string, modules: readonly string[]): void {
    const users = [...modules, ...namesOf(this.#parts.calls.channels.uses.of(name))];
    if (users.length > 0) throw new LoadError(`${name} is in use by ${users.join(', ')}`);
  }

  refresh(name: string, recursively: boolean): Promise<readonly string[]> {
    return this.#alone(async () => {
      if (this.#stopping) throw new LoadError(`${bareName(name)} is not unloaded: the PBX is stopping`);
      const wanted = this.resolve(name);
      if (wanted === undefined || !this.#running.has(wanted)) {
        throw new LoadError(`${wanted ?? bareName(name)} is not running`);
      }
      if (!recursively) this.#refuseInUse(wanted, this.#usersOf(wanted));
      const leaving = this.#withUsers(wanted);
      for (const one of leaving) this.#refuseInUse(one, []);
      const ended: string[] = [];
      try {
        for (const one of leaving.toReversed()) {
          await this.#end(one, 'soft');
          ended.unshift(one);
        }
      } catch (thrown) {
        throw new LoadError([messageOf(thrown), ...(await this.#again(ended))].join('\n'));
      }
      return this.#again(leaving);
    });
  }

  /** A module and all who could not be without it, in the order of their start. */
  #withUsers(name: string): string[] {
    const found = new Set([name]);
    for (const one of found) for (const user of this.#usersOf(one)) found.add(user);
    return [...this.#running.keys()].filter(one => found.has(one));
  }

  /** Starts modules that ran a moment ago, their code read anew. @returns why, of those that do not start */
  async #again(names: readonly string[]): Promise<string[]> {
    const loaded = await this.#catalog.read(this.#running);
    const refused: string[] = [];
    try {
      for (const name of names) {
        try {
          const found = loaded.get(name);
          if (!found) throw this.#catalog.lacking(name);
          await this.#start(name, found);
        } catch (thrown) {
          refused.push(messageOf(thrown));
        }
      }
    } finally {
      this.#catalog.release(loaded, this.#running);
    }
    return refused;
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

  async reloadAll(reason: ReloadReason, first = async (): Promise<readonly string[]> => []): Promise<ReloadOutcome> {
    if (this.#reloading) return { result: 'in progress' };
    this.#reloading = true;
    try {
      const refused = [...(await first())];
      return await this.#alone(async () => {
        for (const name of this.reloadable()) {
          const { result, why } = await this.#reload(name, reason);
          if (result === 'error') refused.push(`${name}: ${why}`);
        }
        return refused.length > 0 ? { result: 'error', why: refused.join('\n') } : { result: 'success' };
      });
    } finally {
      this.#reloading = false;
    }
  }

  async #reload(name: string, reason: ReloadReason): Promise<ReloadOutcome> {
    const running = this.#running.get(name);
    if (!running) return { result: 'not running' };
    const { module, core, state, advancing } = running;
    if (!module.reloadModule) return { result: 'unsupported' };
    let outcome: ReloadOutcome = { result: 'success' };
    try {
      await this.#answered(() => module.reloadModule?.(core, state, reason), advancing);
      this.#parts.files.accept(name);
    } catch (thrown) {
      const why = thrown instanceof LoadDeclined ? thrown.message : `internal error: ${messageOf(thrown)}`;
      outcome = { result: 'error', why };
      // Unchanged files are to be refused again with their reasons, not passed over.
      this.#parts.files.distrust(name, thrown);
      core.log.error(
        thrown instanceof LoadDeclined
          ? `reload refused, the old values stay: ${why}`
          : `reload failed: ${traceOf(thrown)}`,
      );
    }
    this.#parts.events.emit('moduleReloaded', {
      module: name,
      reason,
      status: outcome.result === 'success' ? 'Success' : 'Failure',
      ...(outcome.why === undefined ? {} : { why: outcome.why }),
    });
    return outcome;
  }

  rows(): ModuleRow[] {
    return this.#catalog.rows().map((row): ModuleRow => {
      const runs = this.#running.has(row.name);
      const modules = runs ? this.#usersOf(row.name) : [];
      const channels = runs ? this.#parts.calls.channels.uses.of(row.name) : [];
      const users = [...modules, ...namesOf(channels)];
      const useCount = modules.length + channels.length;
      return { ...row, useCount, status: runs ? 'Running' : 'Not Running', users };
    });
  }

  holds(name: string): readonly string[] {
    return this.#running.get(this.resolve(name) ?? '')?.holds() ?? [];
  }

  declarations(): readonly Declaration[] {
    return this.#catalog.declarations;
  }

  described(): Described[] {
    return [...this.#running].flatMap(([owner, { module }]) =>
      (module.files ?? []).map(description => ({ owner, description })),
    );
  }

  resolve(name: string): string | undefined {
    return this.#catalog.resolve(name);
  }

  loadable(): string[] {
    return [...this.#catalog.names].filter(name => !this.#running.has(name));
  }

  unloadable(): string[] {
    return [...this.#running.keys()].filter(
      name => this.#usersOf(name).length === 0 && this.#parts.calls.channels.uses.count(name) === 0,
    );
  }

  running(): string[] {
    return [...this.#running.keys()];
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

  /** What a module's hook answers, in bounded time unless it gets on; stop() ends the wait. */
  async #answered<T>(hook: () => T | Promise<T>, advancing: () => boolean): Promise<T> {
    const interrupted = new Promise<never>((_, reject) => {
      this.#interrupt = reject;
    });
    try {
      return await within(this.#parts.clock, ANSWER, Promise.race([hook(), interrupted]), advancing);
    } finally {
      this.#interrupt = undefined;
    }
  }

  /** @throws LoadError with the reason, after everything that the module took has been given back */
  async #start(name: string, { module, folder }: Loaded): Promise<void> {
    const missing = module.requires?.filter(required => !this.#running.has(required)) ?? [];
    const opened = openCore(this.#parts, module);
    try {
      if (missing.length > 0) throw new LoadDeclined(`it requires ${missing.join(', ')}, not running`);
      const state = await this.#answered(() => module.loadModule(opened.core), opened.advancing);
      this.#running.set(name, { module, folder, state, ...opened });
      this.#parts.files.accept(name);
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

  /** Ends it; while it goes, no channel begins to use it. */
  async #end(name: string, force: UnloadForce): Promise<void> {
    const { uses } = this.#parts.calls.channels;
    const stay = uses.leave(name);
    try {
      if (force !== 'soft') await this.#hangUp(name);
      await this.#goodbye(name, force);
    } finally {
      stay();
    }
  }

  /** The channels that use it are asked to end; those that do not in time are ended. */
  async #hangUp(name: string): Promise<void> {
    const { uses } = this.#parts.calls.channels;
    const ended = await hangUp(() => uses.of(name), {
      clock: this.#parts.clock,
      ms: HANGUP,
      free: () => uses.whenFree(name),
    });
    if (ended > 0) this.#log.warning(`${name}: ${ended} of its channels did not end by themselves`);
  }

  /** Says goodbye, gives back what was taken, and the code with it. */
  async #goodbye(name: string, force: UnloadForce): Promise<void> {
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
