/** A PBX whose accounts are rows on a database server, found by any of the drivers, and its phones. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Cells, DatabaseServer, type ServerKind } from './database-server.js';
import { Obelisk } from './obelisk.js';
import { Phone, statusOf } from './phone.js';
import { PATIENCE } from './realtime-phones.js';

/** Phones that speak at the same time: more of their packets than a socket holds would be lost. */
const TOGETHER = 20;

export type Driver = 'pgsql' | 'mysql' | 'odbc';

export interface Way {
  readonly driver: Driver;
  readonly kind: ServerKind;
}

export const WAYS: readonly Way[] = [
  { driver: 'pgsql', kind: 'postgresql' },
  { driver: 'mysql', kind: 'mariadb' },
  { driver: 'odbc', kind: 'postgresql' },
  { driver: 'odbc', kind: 'mariadb' },
];

/** The files by which a driver finds the database. */
export function filesOf({ driver, kind }: Way, server: DatabaseServer, database: string): Record<string, string> {
  const { port, user, password } = server;
  const asked = `dbhost=127.0.0.1\ndbport=${port}\ndbname=${database}\ndbuser=${user}\ndbpass=${password}\nmigrate=yes\n`;
  if (driver === 'pgsql') return { 'res_pgsql.conf': `[general]\n${asked}` };
  if (driver === 'mysql') return { 'res_config_mysql.conf': `[asterisk]\n${asked}` };
  const library = kind === 'mariadb' ? 'libmaodbc.so' : 'psqlodbcw.so';
  return {
    'odbc.ini': `[calls]\nDriver=${library}\nServer=127.0.0.1\nPort=${port}\nDatabase=${database}\n`,
    'res_odbc.conf': `[ENV]\nODBCINI=ETC/odbc.ini\n[asterisk]\ndsn=calls\nusername=${user}\npassword=${password}\nmigrate=yes\n`,
  };
}

export interface ServerArrangement {
  /** One that others use too; left out, it is the test's own. */
  readonly server?: DatabaseServer;
  readonly cached?: boolean;
  /** Files that are others than usual, and more of extconfig.conf. */
  readonly files?: Readonly<Record<string, string>>;
  readonly mapped?: string;
  /** What is in the database before the PBX starts. */
  readonly tables?: string;
}

export class PhonesOnServer {
  readonly #test: TestContext;
  readonly database: string;
  readonly server: DatabaseServer;
  readonly pbx: Obelisk;

  private constructor(t: TestContext, server: DatabaseServer, database: string, pbx: Obelisk) {
    this.#test = t;
    this.server = server;
    this.database = database;
    this.pbx = pbx;
  }

  static async of(
    t: TestContext,
    way: Way,
    names: readonly string[],
    arrangement: ServerArrangement = {},
  ): Promise<PhonesOnServer> {
    const server = arrangement.server ?? (await DatabaseServer.start(way.kind));
    if (!arrangement.server) t.after(() => server.remove());
    const database = await server.database();
    const files = {
      'sip.conf': `[general]\nudpbindaddr=127.0.0.1:0\noverloaddelay=0\nrtcachefriends=${arrangement.cached === false ? 'no' : 'yes'}\n`,
      'extconfig.conf': `[settings]\nsippeers => ${way.driver},asterisk\n${arrangement.mapped ?? ''}`,
      ...arrangement.files,
    };
    const pbx = await Obelisk.create(files, { start: false });
    t.after(() => pbx.remove());
    for (const [name, text] of Object.entries(filesOf(way, server, database)))
      await pbx.write(name, text.replace('ETC', pbx.directory));
    if (arrangement.tables !== undefined) await server.ask(database, arrangement.tables);
    await pbx.start();
    const stage = new PhonesOnServer(t, server, database, pbx);
    if (names.length === 0) return stage;
    await server.has(database, 'sippeers');
    const rows = names.map(name => `('${name}', 'pass${name}', 'dynamic', 'friend', 'internal')`);
    await stage.ask(`INSERT INTO sippeers (name, secret, host, type, context) VALUES ${rows.join(', ')}`);
    return stage;
  }

  ask(text: string): Promise<Cells[]> {
    return this.server.ask(this.database, text);
  }

  async phones(names: readonly string[], secret?: string): Promise<Phone[]> {
    const port = await this.pbx.port();
    const phones = await Promise.all(names.map(name => Phone.open(port, name, secret ?? `pass${name}`)));
    this.#test.after(() => phones.forEach(phone => void phone.close()));
    return phones;
  }

  /** Waits until the rows are as expected. */
  async becomes(text: string, expected: readonly Cells[]): Promise<void> {
    for (const end = Date.now() + PATIENCE; ; await setTimeout(50)) {
      const rows = await this.ask(text);
      if (JSON.stringify(rows) === JSON.stringify(expected)) return;
      if (Date.now() > end) assert.deepEqual(rows, expected);
    }
  }

  /** Waits until it is so. */
  async comes(so: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + PATIENCE; !(await so()); await setTimeout(50))
      assert.ok(Date.now() < end, 'it never came');
  }

  /** Waits until the log says so. */
  async tells(what: RegExp): Promise<void> {
    await this.pbx.logged(what);
  }
}

/** All of them register, and each is answered. */
export async function registerAll(phones: readonly Phone[], expires: number): Promise<void> {
  for (let at = 0; at < phones.length; at += TOGETHER) {
    const some = phones.slice(at, at + TOGETHER);
    const answers = await Promise.all(some.map(phone => phone.register({ expires })));
    assert.deepEqual(new Set(answers.map(statusOf)), new Set([200]));
  }
}
