/** A module loader over a directory of its own and a clock that a test moves: modules are texts that tell what happens to them. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { CommandTable } from '../../core/cli.js';
import { TestClock } from '../../core/clock.js';
import { parseText } from '../../core/config/dialect.js';
import { ConfigFiles } from '../../core/config/files.js';
import { Events } from '../../core/events.js';
import { Loggers } from '../../core/logger.js';
import { ActionTable } from '../../core/manager.js';
import { shareSurface } from '../../core/module-code.js';
import { CORE } from '../../core/module-core.js';
import { ModuleLoader } from '../../core/module-loader.js';
import { readModulesConf } from '../../core/modules-conf.js';
import { Registry, token } from '../../core/registry.js';
import { SchedulerHeap } from '../../core/sched.js';
import { ViewTable } from '../../core/views.js';
import { testCalls } from './test-calls.js';

/** What modules of a test reach the test by: `core.use({ name: 'probe' })`. */
export class Probe {
  /** What modules told, in order. */
  readonly told: string[] = [];
  /** Promises that a module waits for, by name; the test opens them. */
  readonly #gates = new Map<string, PromiseWithResolvers<void>>();

  tell(text: string): void {
    this.told.push(text);
  }

  gate(name: string): Promise<void> {
    return this.#gate(name).promise;
  }

  open(name: string): void {
    this.#gate(name).resolve();
  }

  #gate(name: string): PromiseWithResolvers<void> {
    let gate = this.#gates.get(name);
    if (!gate) this.#gates.set(name, (gate = Promise.withResolvers()));
    return gate;
  }
}

/** The parts of a module's text: each is code, `probe` is at hand in all of them. */
export interface ModuleText {
  readonly requires?: readonly string[];
  readonly aliases?: readonly string[];
  readonly builtin?: boolean;
  readonly early?: boolean;
  readonly load?: string;
  readonly reload?: string;
  readonly unload?: string;
}

const PROBE = "const probe = core.find({ name: 'probe' });";

const hook = (name: string, code: string | undefined): string =>
  code === undefined ? '' : `async ${name}(core, state, reason) { ${PROBE} ${code} },`;

export const moduleText = (name: string, text: ModuleText = {}): string => `
const { LoadDeclined } = require('#core');
exports.default = {
  name: '${name}', description: 'Module ${name}',
  requires: ${JSON.stringify(text.requires ?? [])}, aliases: ${JSON.stringify(text.aliases ?? [])},
  builtin: ${text.builtin === true},
  early: ${text.early === true},
  loadModule(core) { ${PROBE} ${text.load ?? ''} },
  ${hook('reloadModule', text.reload)} ${hook('unloadModule', text.unload)}
};
`;

export class LoaderStage {
  readonly clock = new TestClock();
  readonly probe = new Probe();
  readonly registry = new Registry((owner, thrown) => assert.fail(`${owner}: ${thrown}`));
  readonly events = new Events((event, thrown) => assert.fail(`${event}: ${thrown}`));
  readonly heap = new SchedulerHeap(this.clock, (label, thrown) => assert.fail(`${label}: ${thrown}`));
  readonly commands = new CommandTable({
    stopping: () => false,
    failed: (line, thrown) => assert.fail(`${line}: ${thrown}`),
  });
  readonly loader: ModuleLoader;
  readonly views = new ViewTable();
  readonly actions = new ActionTable();
  readonly calls = testCalls(this.clock, this.events);
  /** Log lines without their dates. */
  readonly lines: string[] = [];
  /** Modules lie in `modules` of it. */
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
    const { clock, heap, events, registry, commands, views, actions, calls } = this;
    const loggers = new Loggers({ clock, pid: 1, directory, version: '1' });
    loggers.attach({
      console: { kind: 'internal', width: undefined, verbosity: 0, muted: false },
      colour: false,
      write: text => this.lines.push(text.replace(/^\[[^\]]*\] (\w+)\[1\]/, '$1')),
    });
    const files = new ConfigFiles({ directory, execIncludes: false, clock });
    registry.provide(CORE, token<Probe>('probe'), this.probe);
    this.loader = new ModuleLoader({ clock, loggers, heap, events, registry, commands, views, actions, calls, files }, [
      join(directory, 'modules'),
    ]);
  }

  /** With the modules on disk, none of them loaded. */
  static async of(t: TestContext, modules: Readonly<Record<string, ModuleText>>): Promise<LoaderStage> {
    const directory = await mkdtemp(join(tmpdir(), 'obelisk-loader-'));
    const unshare = shareSurface();
    t.after(async () => {
      unshare();
      await rm(directory, { recursive: true });
    });
    const stage = new LoaderStage(directory);
    for (const [name, text] of Object.entries(modules)) await stage.install(name, moduleText(name, text));
    return stage;
  }

  async install(name: string, code: string, modules = 'modules'): Promise<void> {
    const folder = join(this.directory, modules, name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'index.js'), code);
  }

  /** Starts as modules.conf says. */
  async start(conf = 'autoload=yes'): Promise<void> {
    const { config } = await parseText('modules.conf', `[modules]\n${conf}\n`);
    await this.loader.start(readModulesConf(config));
  }

  running(): string[] {
    return this.loader
      .rows()
      .filter(({ status }) => status === 'Running')
      .map(({ name }) => name);
  }

  /** Moves the clock on as soon as somebody waits for it. */
  async pass(ms: number): Promise<void> {
    while (this.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
    this.clock.advance(ms);
  }

  /** What modules hold of the system, all kinds together. */
  get held(): number {
    // The probe is the test's.
    return this.registry.size - 1 + this.events.size + this.heap.size + this.commands.size + this.views.size;
  }
}
