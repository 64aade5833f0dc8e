/** A Core for tests of a module: the real registry, events, scheduler and scope over a clock that a test moves and files that are texts. */
import assert from 'node:assert/strict';
import { type Acls, acls, NamedAcls } from '../../core/acl.js';
import { type AstDb, astdb } from '../../core/astdb.js';
import { BanTable } from '../../core/ban-table.js';
import { type Bans, bans } from '../../core/bans.js';
import { verbsOf } from '../../core/calls.js';
import { type Channels, channels } from '../../core/channel/channels.js';
import { inSlices, type Sliced, TestClock } from '../../core/clock.js';
import type { ConfigFile } from '../../core/config/config-file.js';
import { parseText } from '../../core/config/dialect.js';
import { type Realtime, realtime } from '../../core/config/engine.js';
import { FileMissing } from '../../core/config/files.js';
import { RealtimeFamilies } from '../../core/config/realtime.js';
import { RealtimeStatus, realtimeStatus } from '../../core/config/realtime-status.js';
import { contexts } from '../../core/dialplan/contexts.js';
import { dialplan } from '../../core/dialplan/dialplan.js';
import { type DialplanEngine, openDialplan } from '../../core/dialplan/engine.js';
import { LoadDeclined, traceOf } from '../../core/errors.js';
import { type Event, Events, type Fact } from '../../core/events.js';
import { type Loader, loader } from '../../core/loader.js';
import { ActionTable } from '../../core/manager.js';
import type { Core } from '../../core/module.js';
import { Registry, type Token } from '../../core/registry.js';
import { SchedulerHeap } from '../../core/sched.js';
import { Scope } from '../../core/scope.js';
import { readSettings, type Settings, settings } from '../../core/settings.js';
import { MemoryLoader, moduleRow } from './memory-loader.js';
import { testCalls } from './test-calls.js';
import { keptLog } from './wire.js';

/** AstDB without a disk. */
export class MemoryAstDb implements AstDb {
  readonly values = new Map<string, string>();
  /** How often something was written. */
  writes = 0;

  get(family: string, key: string): string | undefined {
    return this.values.get(`/${family}/${key}`);
  }

  put(family: string, key: string, value: string): void {
    if (this.get(family, key) === value) return;
    this.writes += 1;
    this.values.set(`/${family}/${key}`, value);
  }

  del(family: string, key: string): boolean {
    return this.values.delete(`/${family}/${key}`);
  }

  deltree(family: string, prefix = ''): number {
    const found = this.entries(family, prefix);
    for (const [key] of found) this.values.delete(key);
    return found.length;
  }

  entries(family = '', prefix = ''): [key: string, value: string][] {
    const start = ['', family, prefix].filter((part, at) => at === 0 || part !== '').join('/');
    return [...this.values].filter(([key]) => key === start || key.startsWith(`${start}/`)).sort();
  }

  *inOrder(family?: string, prefix?: string): Sliced<[key: string, value: string][]> {
    yield;
    return this.entries(family, prefix);
  }

  *withKey(key: string): Sliced<[key: string, value: string][]> {
    yield;
    return this.entries().filter(([full]) => full.endsWith(`/${key}`));
  }

  async flush(): Promise<void> {}
}

/** What a module told the system, in order. */
type Told = { [E in Event]: readonly [event: E, fact: Fact<E>] }[Event];

export class CoreStage {
  readonly clock = new TestClock();
  readonly astdb = new MemoryAstDb();
  readonly lists = new NamedAcls();
  readonly loader: MemoryLoader;
  readonly told: Told[] = [];
  readonly heap = new SchedulerHeap(this.clock, (label, thrown) => assert.fail(`${label}: ${traceOf(thrown)}`));
  readonly events = new Events((event, thrown) => assert.fail(`${event}: ${traceOf(thrown)}`));
  readonly registry = new Registry((owner, thrown) => assert.fail(`${owner}: ${traceOf(thrown)}`));
  readonly scope = new Scope((label, thrown) => assert.fail(`${label}: ${traceOf(thrown)}`));
  readonly actions = new ActionTable();
  readonly calls = testCalls(this.clock, this.events);
  readonly #log = keptLog();
  readonly bans = new BanTable({
    clock: this.clock,
    astdb: this.astdb,
    log: this.#log.log,
    emit: (event, fact) => this.events.emit(event, fact),
  });
  readonly #files = new Map<string, { text: string; read: boolean }>();
  #dialplan: DialplanEngine | undefined;
  #ending = false;
  readonly #spawned = new Set<Promise<unknown>>();
  readonly #jobs = this.heap.open();
  readonly core: Core;
  /** Nothing is mapped until a test does it. */
  readonly families: RealtimeFamilies;
  readonly status = new RealtimeStatus();

  private constructor(name: string) {
    this.loader = new MemoryLoader(moduleRow(name, 'as it is tested'));
    this.core = this.#open(name);
    this.registry.provide<Loader>('core', loader, this.loader);
    this.registry.provide<AstDb>('core', astdb, this.astdb);
    this.registry.provide<Channels>('core', channels, this.calls.channels);
    this.registry.provide<Acls>('core', acls, this.lists);
    this.registry.provide<Bans>('core', bans, this.bans);
    const { clock, registry, events } = this;
    this.families = new RealtimeFamilies({ clock, registry, events, log: this.core.log });
    this.registry.provide<Realtime>('core', realtime, this.families);
    this.registry.provide('core', realtimeStatus, this.status);
    for (const event of ['peerStatus', 'registryStatus', 'registeredExtension', 'security'] as const) {
      this.events.on(event, fact => void this.told.push([event, fact] as Told));
    }
  }

  static async of(name: string, files: Readonly<Record<string, string>>): Promise<CoreStage> {
    const stage = new CoreStage(name);
    for (const [file, text] of Object.entries(files)) stage.write(file, text);
    const parsed = await parse('asterisk.conf', files['asterisk.conf'] ?? '[options]\n');
    stage.#provide(readSettings(parsed, '/etc/asterisk.conf', 'host').settings);
    if (files['acl.conf'] !== undefined) stage.lists.configure(await parse('acl.conf', files['acl.conf']));
    return stage;
  }

  /** The engine, without an extension until a test adds it. */
  get dialplan(): DialplanEngine {
    return this.#dialplan ?? assert.fail('the stage is not ready');
  }

  #provide(set: Settings): void {
    const { calls, clock, registry, events } = this;
    const emit: Core['emit'] = (event, fact) => events.emit(event, fact);
    this.#dialplan = openDialplan({ calls, clock, log: this.#log.log, settings: set, emit }, 'core');
    registry.provide('core', settings, set);
    registry.provide('core', dialplan, this.#dialplan);
    registry.provide('core', contexts, this.#dialplan.contexts);
  }

  /** Log lines, `level: text`. */
  get lines(): string[] {
    return this.#log.lines;
  }

  write(file: string, text: string): void {
    this.#files.set(file, { text, read: false });
  }

  remove(file: string): void {
    this.#files.delete(file);
  }

  /** What was told of one kind. */
  facts<E extends Event>(event: E): Fact<E>[] {
    return this.told.filter(told => told[0] === event).map(told => told[1] as Fact<E>);
  }

  /** Waits for what the module does beside answering. */
  async settled(): Promise<void> {
    while (this.#spawned.size > 0) await Promise.all(this.#spawned);
  }

  /** What a module takes while it ends is never given back. */
  #whileOpen<T>(taken: T): T {
    assert.equal(this.#ending, false, 'something is asked for after the end');
    return taken;
  }

  /** The end of the module, and a check that nothing of it is left. */
  async close(): Promise<void> {
    this.#ending = true;
    await this.scope.close();
    await this.settled();
    this.families.close();
    assert.deepEqual([this.clock.pending, this.heap.size, this.scope.size], [0, 0, 0], 'something is left behind');
  }

  #open(name: string): Core {
    const { clock, registry, events, scope } = this;
    const { log } = this.#log;
    const { sched, close } = this.#jobs;
    scope.defer('scheduler', close);
    return {
      name,
      log,
      clock,
      sched,
      inSlices,
      config: async (file, how) => {
        const found = this.#files.get(file);
        if (!found) throw new FileMissing(`${file} is not there`);
        if (how?.changedOnly && found.read) return undefined;
        found.read = true;
        return parse(file, found.text);
      },
      command: () => assert.fail('the stage has no command line'),
      action: (...actions) => void scope.defer('actions', this.actions.add(name, ...actions)),
      view: () => assert.fail('the stage has no console'),
      feed: () => assert.fail('the stage has no console'),
      provide: (token, service) => void scope.defer(`service ${token.name}`, registry.provide(name, token, service)),
      use: <T>(token: Token<T>) => this.#whileOpen(registry.find(token)) ?? assert.fail(`no service ${token.name}`),
      find: token => registry.find(token),
      watch: (token, seen) => void scope.defer(`watch ${token.name}`, registry.watch(name, token, seen)),
      on: (event, listener) => void scope.defer(`listener of ${event}`, events.on(event, listener)),
      emit: (event, fact) => events.emit(event, fact),
      spawn: (label, work) => {
        const followed: Promise<unknown> = work
          .catch(thrown => assert.fail(`${label}: ${traceOf(thrown)}`))
          .finally(() => this.#spawned.delete(followed));
        this.#spawned.add(followed);
      },
      defer: (label, undo) => scope.defer(label, undo),
      ...verbsOf(this.calls, name, (label, open) => void scope.defer(label, open())),
    };
  }
}

async function parse(name: string, text: string): Promise<ConfigFile> {
  const { config, problems } = await parseText(name, text);
  if (problems.length > 0) throw new LoadDeclined(`${name} cannot be used`, problems);
  return config;
}
