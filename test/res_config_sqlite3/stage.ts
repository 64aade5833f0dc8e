/** The module on a core stage: its configuration as a text, its files in a directory of their own. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { SystemClock } from '../../core/clock.js';
import { type Engine, engineToken } from '../../core/config/engine.js';
import { token } from '../../core/registry.js';
import { SchedulerHeap } from '../../core/sched.js';
import module from '../../modules/res_config_sqlite3/index.js';
import { NamedConnections } from '../../modules/res_knex/connections.js';
import type { Connections, Driver } from '../../modules/res_knex/token.js';
import { CoreStage } from '../support/core-stage.js';

export class EngineStage {
  readonly #stage: CoreStage;
  readonly directory: string;
  readonly connections: NamedConnections;
  #databases: Driver | undefined;

  private constructor(stage: CoreStage, directory: string, connections: NamedConnections) {
    this.#stage = stage;
    this.directory = directory;
    this.connections = connections;
  }

  /** Loads the module; `conf` undefined is no file. The end of the test unloads it and sees that nothing is left. */
  static async of(t: TestContext, conf: string | undefined): Promise<EngineStage> {
    const directory = await mkdtemp(join(tmpdir(), 'obelisk-sqlite3-'));
    const asterisk = `[directories]\nastdbdir = ${directory}\n`;
    const stage = await CoreStage.of('res_config_sqlite3', { 'asterisk.conf': asterisk });
    if (conf !== undefined) stage.write('res_config_sqlite3.conf', conf);
    const clock = new SystemClock();
    const heap = new SchedulerHeap(clock, (label, thrown) => assert.fail(`${label}: ${String(thrown)}`));
    const connections = new NamedConnections({ ...stage.core, clock, sched: heap.open().sched });
    stage.registry.provide<Connections>('res_knex', token('sql connections'), connections);
    const whole = new EngineStage(stage, directory, connections);
    t.after(async () => {
      await stage.close();
      assert.deepEqual([heap.size, connections.rows()], [0, []], 'something is left behind');
      await rm(directory, { recursive: true, force: true });
    });
    whole.#databases = await module.loadModule(stage.core);
    return whole;
  }

  get engine(): Engine {
    return this.#stage.registry.find(engineToken('sqlite3'))!;
  }

  get lines(): string[] {
    return this.#stage.lines;
  }

  async reload(conf: string): Promise<void> {
    this.#stage.write('res_config_sqlite3.conf', conf);
    await module.reloadModule!(this.#stage.core, this.#databases!, 'cli');
  }

  sql(file: string, text: string): void {
    const database = new Database(join(this.directory, file));
    database.exec(text);
    database.close();
  }

  /** Names and types, as somebody else sees them. */
  columns(file: string, table: string): unknown[] {
    const database = new Database(join(this.directory, file), { readonly: true });
    const rows = database
      .prepare<[string], [string]>("SELECT name || ' ' || type FROM pragma_table_info(?)")
      .raw()
      .all(table);
    database.close();
    return rows.flat();
  }
}
