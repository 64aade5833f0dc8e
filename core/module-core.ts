/** The Core that one module is given: each thing taken through it is remembered in the module's scope. */
import { type Calls, verbsOf } from './calls.js';
import type { CommandTable } from './cli.js';
import { atOnce, type Clock, inSlices, within } from './clock.js';
import type { ConfigFiles } from './config/files.js';
import { formatProblem, messageOf, traceOf } from './errors.js';
import type { Events } from './events.js';
import type { Loggers } from './logger.js';
import type { ActionTable } from './manager.js';
import type { Core, Module } from './module.js';
import type { Registry } from './registry.js';
import type { SchedulerHeap } from './sched.js';
import { Scope } from './scope.js';
import type { ViewTable } from './views.js';

/** The parts of the PBX that modules reach through their Core. */
export interface Parts {
  readonly clock: Clock;
  readonly loggers: Loggers;
  readonly heap: SchedulerHeap;
  readonly events: Events;
  readonly registry: Registry;
  readonly commands: CommandTable;
  readonly views: ViewTable;
  readonly actions: ActionTable;
  readonly calls: Calls;
  readonly files: ConfigFiles;
}

/** The owner of the core's own services. */
export const CORE = 'core';

/** How long an unload waits for work that the module spawned. */
const SPAWNED_WAIT = 2000;
/** How long giving back any one thing may take. */
const UNDO_WAIT = 3000;

export interface OpenCore {
  readonly core: Core;
  readonly scope: Scope;
  /** Whether it has got on with its work, or a file that it reads has, since this was asked last: what is slow is not hung. */
  advancing(): boolean;
  /** What the module holds, each thing by its label: what it took, its jobs, its work under way. */
  holds(): string[];
}

export function openCore(parts: Parts, module: Module<unknown>): OpenCore {
  const { clock, events, registry, calls } = parts;
  const { name } = module;
  const log = parts.loggers.logger(name);
  const scope = new Scope(
    (label, thrown) => log.error(`giving back '${label}' failed: ${traceOf(thrown)}`),
    work => within(clock, UNDO_WAIT, work),
  );
  const jobs = parts.heap.open();
  scope.defer(JOBS, jobs.close);
  const spawned = new Map<Promise<unknown>, string>();
  scope.defer(WORK, () => settle(clock, spawned, left => log.warning(`left behind at unload: ${left}`)));
  const use: Core['use'] = token => {
    const owner = registry.ownerOf(token);
    const service = registry.find(token);
    if (owner === undefined || service === undefined) throw new Error(`${name}: service '${token.name}' is not there`);
    if (owner !== CORE && owner !== name && !module.requires?.includes(owner)) {
      throw new Error(`${name}: uses '${token.name}' of ${owner} without requiring it`);
    }
    scope.take(`use of ${token.name}`, () => registry.hold(name, token));
    return service;
  };
  let gotOn = false;
  const getOn = (): void => void (gotOn = true);
  const core: Core = {
    name,
    log,
    clock,
    sched: jobs.sched,
    inSlices: (work, often) => inSlices(work, often, getOn),
    // What a driver needs to be there cannot lie where only the driver reaches it.
    async config(file, { changedOnly = false } = {}) {
      const from = module.early ? 'disk' : 'anywhere';
      const config = await parts.files.read(file, name, changedOnly, from, getOn);
      for (const warning of config?.warnings ?? []) log.warning(formatProblem(warning));
      return config;
    },
    command(...commands) {
      for (const command of commands) {
        scope.take(`command ${command.syntax}`, () => parts.commands.add(name, command));
      }
    },
    action(...actions) {
      for (const action of actions) scope.take(`action ${action.name}`, () => parts.actions.add(name, action));
    },
    view(...views) {
      for (const view of views) scope.take(`view ${view.name}`, () => parts.views.add(name, view));
    },
    feed(...feeds) {
      for (const feed of feeds) scope.take(`feed ${feed.name}`, () => parts.views.addFeed(name, feed));
    },
    provide(token, service) {
      scope.take(`service ${token.name}`, () => registry.provide(name, token, service));
    },
    use,
    find: token => registry.find(token),
    watch(token, seen) {
      scope.take(`watch of ${token.name}`, () => registry.watch(name, token, seen));
    },
    on(event, listener) {
      scope.take(`listener of ${event}`, () => events.on(event, listener));
    },
    emit: (event, fact) => events.emit(event, fact),
    spawn(label, work) {
      const followed = work
        .catch(thrown => log.error(`${label}: ${traceOf(thrown)}`))
        .finally(() => spawned.delete(followed));
      spawned.set(followed, label);
    },
    defer: (label, undo) => scope.defer(label, undo),
    ...verbsOf(calls, name, (label, open) => void scope.take(label, open)),
  };
  const holds = (): string[] => [
    ...scope.labels().filter(label => label !== JOBS && label !== WORK),
    ...[...atOnce(jobs.sched.counts())].flatMap(([label, count]) => Array<string>(count).fill(`job ${label}`)),
    ...[...spawned.values()].map(label => `work ${label}`),
  ];
  const advancing = (): boolean => {
    const before = gotOn;
    gotOn = false;
    return before;
  };
  return { core, scope, advancing, holds };
}

/** What every module has from the start; shown by what there is in it. */
const JOBS = 'scheduler';
const WORK = 'spawned work';

/** Waits for spawned work within bounds, and names what is not done by then. */
async function settle(clock: Clock, spawned: ReadonlyMap<Promise<unknown>, string>, leave: (left: string) => void) {
  if (spawned.size === 0) return;
  await within(clock, SPAWNED_WAIT, Promise.all(spawned.keys())).catch(thrown =>
    leave(`${[...spawned.values()].join(', ')} (${messageOf(thrown)})`),
  );
}
