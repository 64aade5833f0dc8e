/** The PBX: builds its parts in the order they need each other, owns them, and takes them down in reverse. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { acls, NamedAcls } from './acl.js';
import { ActivityCount, activity } from './activity.js';
import { AstDatabase, astdb } from './astdb.js';
import { Autoreload } from './autoreload.js';
import { BanTable } from './ban-table.js';
import { bans } from './bans.js';
import { type CallServices, provideCalls } from './call-services.js';
import { openCalls } from './calls.js';
import { CommandTable, cli } from './cli.js';
import { type Clock, SystemClock, within } from './clock.js';
import { realtime } from './config/engine.js';
import { ConfigFiles } from './config/files.js';
import { RealtimeFamilies } from './config/realtime.js';
import { RealtimeStatus, realtimeStatus } from './config/realtime-status.js';
import { Configuration, type Crew, configuration } from './configuration.js';
import { type LastReload, type PbxControl, pbx, type StopManner } from './control.js';
import { type DialplanEngine, type EngineParts, openDialplan } from './dialplan/engine.js';
import { followRegistered } from './dialplan/registered.js';
import { formatProblem, LoadDeclined, messageOf, type Problem, traceOf } from './errors.js';
import { type Event, Events, type Fact, type Listener, type ReloadReason } from './events.js';
import { type Loader, loader, type ReloadOutcome } from './loader.js';
import { Loggers, type LogSink, loggers } from './logger.js';
import { ActionTable, manager } from './manager.js';
import { ownModules, shareSurface } from './module-code.js';
import { CORE, type Parts } from './module-core.js';
import { ModuleLoader, RequiredModuleFailed } from './module-loader.js';
import { readModulesConf } from './modules-conf.js';
import { nodeRefusal } from './oldest-node.js';
import { OwnFiles } from './own-files.js';
import { RealtimeMap } from './realtime-map.js';
import { Registry, type Token } from './registry.js';
import { FilesOfPbx } from './running-files.js';
import { SchedulerHeap } from './sched.js';
import { Scope } from './scope.js';
import { readSettings, type Settings, settings } from './settings.js';
import { Shutdown, type Stopping } from './shutdown.js';
import { version } from './version.js';
import { ViewTable, views } from './views.js';

export interface PbxOptions {
  /** Path of asterisk.conf. */
  readonly config: string;
  /** Added to what asterisk.conf says. */
  readonly verbose?: number;
  /** In place of what asterisk.conf says. */
  readonly maxcalls?: number | undefined;
  readonly debug?: number;
  /** Sees the log from the first line on, as a console does. */
  readonly watcher?: LogSink;
  /** A TestClock in tests. */
  readonly clock?: Clock;
  /** Hears of the PBX before its modules are loaded: from then on it can be stopped. */
  readonly opened?: (pbx: Pbx) => void;
}

/** How long the modules may take to end, all together. */
const MODULES_END = 3500;
/** How long channels may take to end before the modules do. */
const CHANNELS_END = 800;

/** How it ended, and whether it is to start again. */
export interface Ending {
  readonly restart: boolean;
}

/** The PBX cannot start; the message says why and where. `status` is the exit status it stands for. */
export class StartFailed extends Error {
  constructor(
    message: string,
    readonly status: 1 | 2,
  ) {
    super(message);
    this.name = 'StartFailed';
  }
}

/** Everything below is closed in reverse when the PBX ends. */
interface Inside extends Parts {
  readonly settings: Settings;
  readonly registry: Registry;
  readonly loader: ModuleLoader;
  readonly acls: NamedAcls;
  readonly families: RealtimeFamilies;
  readonly map: RealtimeMap;
  readonly astdb: AstDatabase;
  readonly dialplan: DialplanEngine;
  readonly activity: ActivityCount;
  readonly shutdown: Shutdown;
  /** Writes down what a listener or a driver of a channel threw. */
  readonly failed: (what: string, thrown: unknown) => void;
  readonly own: OwnFiles;
  readonly scope: Scope;
}

export class Pbx implements PbxControl {
  readonly version = version;
  readonly startedAt: number;
  lastReloadAt: number;
  lastReload: LastReload | undefined;
  readonly booted: Promise<void>;
  /** Resolves when everything has been given back. */
  readonly ended: Promise<Ending>;
  readonly #inside: Inside;
  readonly #configuration: Configuration;
  #end: (ending: Ending) => void = () => undefined;
  #up: () => void = () => undefined;

  private constructor(inside: Inside) {
    this.#inside = inside;
    this.#configuration = this.#overFiles();
    this.startedAt = inside.clock.now();
    this.lastReloadAt = this.startedAt;
    this.ended = new Promise(done => {
      this.#end = done;
    });
    this.booted = new Promise(done => {
      this.#up = done;
    });
  }

  /**
   * Starts a PBX on an asterisk.conf, and resolves when it is up, or when it was stopped before. Several may run in one
   * process.
   * @throws StartFailed, after everything that was taken has been given back
   */
  static async start(options: PbxOptions): Promise<Pbx> {
    const refusal = nodeRefusal(process.versions.node);
    if (refusal !== undefined) throw new StartFailed(refusal, 1);
    // The cache would keep the code of unloaded modules.
    setFlagsFromString('--no-compilation-cache');
    const scope = new Scope((label, thrown) => process.stderr.write(`${label}: ${traceOf(thrown)}\n`));
    try {
      const inside = await build(options, scope);
      const running = new Pbx(inside);
      options.opened?.(running);
      await running.#boot();
      return running;
    } catch (thrown) {
      await scope.close();
      throw failure(thrown);
    }
  }

  async #boot(): Promise<void> {
    const { registry, files, loader: modules, loggers: logs, settings: set, acls: lists, events, clock } = this.#inside;
    const log = logs.logger(CORE);
    registry.provide(CORE, pbx, this);
    registry.provide(CORE, settings, set);
    registry.provide(CORE, loggers, logs);
    registry.provide(CORE, astdb, this.#inside.astdb);
    registry.provide(CORE, bans, this.#bans());
    registry.provide(CORE, acls, lists);
    registry.provide(CORE, cli, this.#inside.commands);
    registry.provide(CORE, views, this.#inside.views);
    registry.provide(CORE, manager, this.#inside.actions);
    const { calls, dialplan } = this.#inside;
    const services: CallServices = {
      provide: (token, service) => void registry.provide(CORE, token, service),
      find: token => registry.find(token),
      emit: (event, fact) => this.#inside.events.emit(event, fact),
      failed: this.#inside.failed,
    };
    provideCalls(services, calls, dialplan, set.directories.astdatadir);
    registry.provide(CORE, loader, modules as Loader);
    registry.provide(CORE, activity, this.#inside.activity);
    registry.provide(CORE, realtimeStatus, new RealtimeStatus());
    registry.provide(CORE, realtime, this.#inside.families);
    events.on('moduleReloaded', fact => this.#reloaded(fact));
    registry.provide(CORE, configuration, this.#configuration);
    const conf = readModulesConf((await files.read('modules.conf', CORE, false, 'disk'))!);
    await this.#inside.map.first();
    await modules.start(conf);
    if (this.#inside.shutdown.ending) return;
    const took = Math.round(clock.now() - this.startedAt);
    log.verbose(1, `Obelisk ${version} is ready after ${took} ms`);
    this.#up();
    if (set.autoreload) this.#inside.scope.defer('automatic reloads', this.#reloadBySelf());
    events.emit('fullyBooted', { uptime: took });
  }

  #bans(): BanTable {
    const { clock, astdb: database, loggers: logs, events } = this.#inside;
    const emit: EngineParts['emit'] = (event, fact) => events.emit(event, fact);
    return new BanTable({ clock, astdb: database, log: logs.logger('bans'), emit });
  }

  #reloadBySelf(): () => void {
    const { clock, files, loggers: logs } = this.#inside;
    const reload = new Autoreload({ clock, files, configuration: this.#configuration, log: logs.logger('autoreload') });
    return () => reload.close();
  }

  #overFiles(): Configuration {
    const { settings: set, files, loader: modules, own, clock } = this.#inside;
    const crew: Crew = {
      declarations: () => modules.declarations(),
      described: () => modules.described(),
      runs: name => modules.running().includes(name),
    };
    const running = new FilesOfPbx({
      files,
      loader: modules,
      directory: set.directories.astetcdir,
      own: {
        'logger.conf': () => own.readLogger(),
        'acl.conf': () => own.readAcls(),
        'extconfig.conf': () => this.reloadRealtime(),
      },
    });
    return new Configuration({ settings: set, files, crew, clock, running });
  }

  get settings(): Settings {
    return this.#inside.settings;
  }

  /** The service under a token, for programs that embed a PBX. */
  find<T>(token: Token<T>): T | undefined {
    return this.#inside.registry.find(token);
  }

  /** Hears of facts, for programs that embed a PBX. @returns what ends it. */
  on<E extends Event>(event: E, listener: Listener<E>): () => void {
    return this.#inside.events.on(event, listener);
  }

  /** How many of each kind the modules hold together: what must be the same after an unload and a load. */
  counts(): Readonly<Record<'services' | 'listeners' | 'jobs' | 'commands' | 'views' | 'actions', number>> {
    const { registry, events, heap, commands, views: shown, actions } = this.#inside;
    return {
      actions: actions.size,
      views: shown.size,
      services: registry.size,
      listeners: events.size,
      jobs: heap.size,
      commands: commands.size,
    };
  }

  get stopping(): Stopping | undefined {
    return this.#inside.shutdown.stopping;
  }

  stop(manner: StopManner, restart = false): void {
    this.#inside.shutdown.stop({ manner, restart }, () => this.#finish(restart));
  }

  abort(): boolean {
    return this.#inside.shutdown.abort();
  }

  async #finish(restart: boolean): Promise<void> {
    const { events, astdb: database, scope } = this.#inside;
    events.emit('shutdown', { cleanly: true, restart });
    // What waits is on its way while the modules end, however long they take; whether it arrived is told at the close.
    void database.flush().catch(() => undefined);
    await scope.close();
    this.#end({ restart });
  }

  async reload(reason: ReloadReason): Promise<ReloadOutcome> {
    const { loader: modules, clock, own, map } = this.#inside;
    const outcome = await modules.reloadAll(reason, async () => {
      const refused = await own.read();
      const unmapped = await map.againOrTell();
      return unmapped === undefined ? refused : [...refused, unmapped];
    });
    if (outcome.result === 'in progress') return outcome;
    this.lastReloadAt = clock.now();
    this.lastReload = { at: this.lastReloadAt, ...outcome };
    return outcome;
  }

  /** One module was reloaded: by itself, or as part of everything, which then has the last word. */
  #reloaded({ module, status, why }: Fact<'moduleReloaded'>): void {
    const at = this.#inside.clock.now();
    if (status === 'Success') this.lastReload = { at, result: 'success' };
    else this.lastReload = { at, result: 'error', why: `${module}: ${why ?? status}` };
  }

  reloadLogger(): Promise<void> {
    return this.#inside.own.readLogger();
  }

  reloadRealtime(): Promise<readonly Problem[]> {
    return this.#inside.map.again();
  }
}

async function build(options: PbxOptions, scope: Scope): Promise<Inside> {
  const clock = options.clock ?? new SystemClock();
  const { settings: set, warnings } = await settingsOf(resolve(options.config));
  const { directories } = set;
  const logs = new Loggers({ clock, pid: process.pid, directory: directories.astlogdir, version });
  scope.defer('log', () => logs.close());
  logs.setDebug(set.debug + (options.debug ?? 0));
  logs.setVerbose(set.verbose + (options.verbose ?? 0));
  if (options.watcher) scope.defer('watcher', logs.attach(options.watcher));
  const log = logs.logger(CORE);
  const events = new Events((event, thrown) => log.error(`a listener of ${event} failed: ${traceOf(thrown)}`));
  const registry = new Registry((owner, thrown) => log.error(`${owner}: a watch failed: ${traceOf(thrown)}`));
  const families = new RealtimeFamilies({ registry, clock, events, log: logs.logger('realtime') });
  scope.defer('realtime', () => families.close());
  const execIncludes = set.execincludes;
  const files = new ConfigFiles({ directory: directories.astetcdir, execIncludes, clock, tables: families });
  const lists = new NamedAcls();
  const own = new OwnFiles({ files, loggers: logs, acls: lists, events });
  // It was read before it was known where files lie: from now on it is one of them.
  await files.read(set.file, CORE, false, 'disk');
  files.accept(CORE);
  await own.read();
  for (const warning of warnings) log.warning(formatProblem(warning));
  scope.defer(
    'security log',
    events.on('security', event => logs.security(event)),
  );
  const heap = new SchedulerHeap(clock, (label, thrown) => log.error(`job '${label}' failed: ${traceOf(thrown)}`));
  const database = await openAstDb(set, clock, logs);
  scope.defer('astdb', () => database.close());
  const commands = new CommandTable({
    stopping: () => registry.find(pbx)?.stopping !== undefined,
    failed: (line, thrown) => log.error(`command '${line}' failed: ${traceOf(thrown)}`),
  });
  scope.defer('surface for third parties', shareSurface());
  const shown = { views: new ViewTable(), actions: new ActionTable() };
  const { systemname, defaultlanguage: language } = set;
  const maxcalls = options.maxcalls ?? set.maxcalls;
  const emit: EngineParts['emit'] = (event, fact) => events.emit(event, fact);
  const under = new ActivityCount();
  const shutdown = new Shutdown(under);
  const takes = () => shutdown.taken;
  const failed = (what: string, thrown: unknown) => log.error(`${what}: ${traceOf(thrown)}`);
  const calls = openCalls({ clock, systemname, language, maxcalls, activity: under, takes, failed, emit });
  const parts: Parts = { clock, loggers: logs, heap, events, registry, commands, ...shown, calls, files };
  const modules = new ModuleLoader(parts, [ownModules, directories.astmoddir]);
  scope.defer('modules', async () => {
    const left = (thrown: unknown) => log.error(`${modules.unloadable().join(', ')} left behind: ${messageOf(thrown)}`);
    await within(clock, MODULES_END, modules.stop()).catch(left);
  });
  scope.defer('channels', async () => {
    const ended = await calls.channels.hangUp(CHANNELS_END);
    if (ended > 0) log.warning(`${ended} channels did not end by themselves`);
  });
  const plan = openDialplan({ calls, clock, log: logs.logger('pbx'), settings: set, emit }, CORE);
  scope.defer('registered extensions', followRegistered({ contexts: plan.contexts, events, log: logs.logger('pbx') }));
  return {
    ...parts,
    settings: set,
    loader: modules,
    acls: lists,
    families,
    own,
    map: new RealtimeMap({ files, families, log: logs.logger('realtime') }),
    astdb: database,
    dialplan: plan,
    activity: under,
    shutdown,
    failed,
    scope,
  };
}

async function openAstDb(set: Settings, clock: Clock, logs: Loggers): Promise<AstDatabase> {
  const file = join(set.directories.astdbdir, 'astdb.sqlite3');
  const database = await AstDatabase.open({ file, window: set.astdbwindow, clock, log: logs.logger('astdb') });
  if (database.get('pbx', 'UUID') === undefined) database.put('pbx', 'UUID', randomUUID());
  return database;
}

async function settingsOf(file: string) {
  const reader = new ConfigFiles({ directory: dirname(file), execIncludes: false });
  const config = await reader.read(basename(file), CORE, false);
  return readSettings(config!, file, hostname());
}

/** What came up while starting, as a StartFailed with its exit status. */
function failure(thrown: unknown): StartFailed {
  if (thrown instanceof StartFailed) return thrown;
  if (thrown instanceof RequiredModuleFailed) return new StartFailed(thrown.message, 2);
  if (thrown instanceof LoadDeclined) return new StartFailed(thrown.message, 1);
  return new StartFailed(thrown instanceof Error && 'code' in thrown ? messageOf(thrown) : traceOf(thrown), 1);
}
