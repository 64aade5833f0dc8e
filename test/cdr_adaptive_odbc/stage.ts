/** Call records into SQLite files: the engine and the module on a core stage, the files in a directory of their own. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { SystemClock } from '../../core/clock.js';
import { LoadDeclined } from '../../core/errors.js';
import { token } from '../../core/registry.js';
import { SchedulerHeap } from '../../core/sched.js';
import { Engine } from '../../modules/cdr/engine.js';
import type { CallRecord, CallRecords } from '../../modules/cdr/token.js';
import module from '../../modules/cdr_adaptive_odbc/index.js';
import type { Targets } from '../../modules/cdr_adaptive_odbc/targets.js';
import { NamedConnections } from '../../modules/res_knex/connections.js';
import type { Connection, Connections } from '../../modules/res_knex/token.js';
import { CoreStage } from '../support/core-stage.js';
import { passing, until } from '../support/passing.js';

export const RECORD: CallRecord = {
  accountcode: 'sales',
  src: '1008',
  dst: '100',
  dcontext: 'internal',
  clid: '"Alice" <1008>',
  channel: 'Paper/1008-00000000',
  dstchannel: 'Paper/1009-00000001',
  lastapp: 'Dial',
  lastdata: 'Paper/1009,20',
  start: Date.UTC(2026, 10, 22, 12, 0, 0),
  answer: Date.UTC(2026, 10, 22, 12, 0, 3),
  end: Date.UTC(2026, 10, 22, 12, 0, 10),
  duration: 10,
  billsec: 7,
  disposition: 'ANSWERED',
  amaflags: 'DOCUMENTATION',
  uniqueid: '1795348800.0',
  userfield: '',
  peeraccount: '',
  linkedid: '1795348800.0',
  sequence: 0,
  variables: new Map([['Ticket', "47'11; DROP TABLE cdr"]]),
};

export class AdaptiveStage {
  readonly stage: CoreStage;
  readonly directory: string;
  readonly connections: NamedConnections;
  readonly engine: Engine;
  #targets: Targets | undefined;

  private constructor(stage: CoreStage, directory: string, connections: NamedConnections, engine: Engine) {
    this.stage = stage;
    this.directory = directory;
    this.connections = connections;
    this.engine = engine;
  }

  /** The database `asterisk` is open; the module is not loaded yet. */
  static async of(t: TestContext, cdrConf = '[general]\n'): Promise<AdaptiveStage> {
    const directory = await mkdtemp(join(tmpdir(), 'obelisk-cdr-'));
    const stage = await CoreStage.of('cdr_adaptive_odbc', { 'cdr.conf': cdrConf });
    const clock = new SystemClock();
    const heap = new SchedulerHeap(clock, (label, thrown) => assert.fail(`${label}: ${String(thrown)}`));
    const connections = new NamedConnections({ ...stage.core, clock, sched: heap.open().sched });
    stage.registry.provide<Connections>('res_knex', token('sql connections'), connections);
    const engine = await Engine.start(stage.core);
    stage.registry.provide<CallRecords>('cdr', token('call records'), engine);
    const whole = new AdaptiveStage(stage, directory, connections, engine);
    whole.open();
    t.after(async () => {
      await whole.passing(2000, stage.close());
      await connections.close();
      assert.deepEqual([heap.size, connections.rows()], [0, []], 'something is left behind');
      await rm(directory, { recursive: true, force: true });
    });
    return whole;
  }

  /** Opens a database, as res_config_sqlite3 does. */
  open(name = 'asterisk'): Connection {
    const file = join(this.directory, `${name}.sqlite3`);
    return this.connections.open(name, {
      ...{ client: 'better-sqlite3', file, batch: 0, busyTimeout: 1000, debug: false },
    });
  }

  get lines(): string[] {
    return this.stage.lines;
  }

  /** Undefined is no file. */
  async load(conf: string | undefined): Promise<void> {
    if (conf !== undefined) this.stage.write('cdr_adaptive_odbc.conf', conf);
    this.#targets = (await module.loadModule(this.stage.core)) as Targets;
  }

  /** Problems of a load, or a reload, that is declined: `line: message`. */
  async refusal(conf: string): Promise<string[]> {
    this.stage.write('cdr_adaptive_odbc.conf', conf);
    const work = this.#targets ? this.reload(conf) : Promise.resolve(module.loadModule(this.stage.core));
    return work.then(
      () => assert.fail('it was not declined'),
      (thrown: unknown) => {
        assert.ok(thrown instanceof LoadDeclined);
        return thrown.problems.map(({ line, message }) => `${line}: ${message}`);
      },
    );
  }

  async reload(conf: string): Promise<void> {
    this.stage.write('cdr_adaptive_odbc.conf', conf);
    await module.reloadModule!(this.stage.core, this.#targets!, 'cli');
  }

  post(...changes: Partial<CallRecord>[]): void {
    for (const change of changes) this.engine.posting.post([{ ...RECORD, ...change }]);
  }

  /** Resolves when it is so. */
  seen(what: () => boolean): Promise<void> {
    return until(what);
  }

  /** Moves the time on, again and again, until something has come of it. */
  passing<T>(ms: number, work: Promise<T>): Promise<T> {
    return passing(this.stage.clock, ms, work);
  }

  /** Nothing is on its way any more. */
  /** What came while the first was written goes with the next. */
  async settled(): Promise<void> {
    await this.stage.settled();
    this.stage.clock.advance(50);
    await this.stage.settled();
  }

  sql(text: string, name = 'asterisk'): void {
    const database = new Database(join(this.directory, `${name}.sqlite3`));
    database.exec(text);
    database.close();
  }

  rows(text: string, name = 'asterisk'): unknown[] {
    const database = new Database(join(this.directory, `${name}.sqlite3`), { readonly: true });
    const rows = database.prepare(text).all();
    database.close();
    return rows;
  }
}
