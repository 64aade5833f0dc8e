/** A connection to a database on a server of our own, and others who use the server. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { SystemClock } from '../../core/clock.js';
import { traceOf } from '../../core/errors.js';
import type { Core } from '../../core/module.js';
import { SchedulerHeap } from '../../core/sched.js';
import { NamedConnections } from '../../modules/res_knex/connections.js';
import type { Connection, ConnectionRow, ServerSettings } from '../../modules/res_knex/token.js';
import { type Cells, DatabaseServer, type ServerKind } from '../support/database-server.js';
import { keptLog } from '../support/wire.js';

export const KINDS: readonly ServerKind[] = ['postgresql', 'mariadb'];

const CLIENTS = { postgresql: 'pg', mariadb: 'mysql2' } as const;

export class ServerStage {
  readonly server: DatabaseServer;
  readonly database: string;
  readonly connections: NamedConnections;
  /** Of the connection. */
  settings!: ServerSettings;
  readonly #heap: SchedulerHeap;
  readonly #log = keptLog();

  private constructor(server: DatabaseServer, database: string) {
    this.server = server;
    this.database = database;
    const clock = new SystemClock();
    this.#heap = new SchedulerHeap(clock, (label, thrown) => assert.fail(`${label}: ${traceOf(thrown)}`));
    const { sched } = this.#heap.open();
    this.connections = new NamedConnections({ clock, sched, log: this.#log.log } as Core);
  }

  /** Opens the connection `calls` to a database with these tables; the end of the test closes it. */
  static async of(
    t: TestContext,
    server: DatabaseServer,
    tables = '',
    settings: Partial<ServerSettings> = {},
  ): Promise<ServerStage> {
    const stage = new ServerStage(server, await server.database());
    t.after(() => stage.#close());
    if (tables !== '') await stage.sql(tables);
    stage.settings = {
      ...{ client: CLIENTS[server.kind], host: '127.0.0.1', port: server.port, database: stage.database },
      ...{ user: server.user, password: server.password, batch: 0, busyTimeout: 10_000, debug: false },
      ...settings,
    };
    stage.connections.open('calls', stage.settings);
    return stage;
  }

  get connection(): Connection {
    return this.connections.get('calls')!;
  }

  get row(): ConnectionRow {
    return this.connections.rows()[0]!;
  }

  get lines(): string[] {
    return this.#log.lines;
  }

  /** What another client does, or sees. */
  sql(text: string): Promise<Cells[]> {
    return this.server.ask(this.database, text);
  }

  /** The rejection's message. */
  refusal(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => assert.fail('it was not refused'),
      (thrown: Error) => thrown.message,
    );
  }

  async #close(): Promise<void> {
    await this.connections.close();
    assert.deepEqual([this.#heap.size, this.connections.rows().length], [0, 0], 'something is left behind');
  }
}

/** Runs the cases on each kind of server that is installed; of one that is not it says why. */
export function onEach(cases: (kind: ServerKind, it: (what: string, run: Case) => void) => void): void {
  for (const kind of KINDS) {
    const lacks = DatabaseServer.lacks(kind);
    let server: DatabaseServer;
    if (lacks === undefined) {
      before(async () => {
        server = await DatabaseServer.start(kind);
      });
      after(() => server?.remove());
    }
    const skip = lacks ?? false;
    cases(kind, (what, run) => void test(`${kind}: ${what}`, { skip }, t => run(t, server)));
  }
}

export type Case = (t: TestContext, server: DatabaseServer) => Promise<void>;
