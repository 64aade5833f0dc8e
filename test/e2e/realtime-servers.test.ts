/** Phones whose accounts are rows on a PostgreSQL or a MariaDB: registered, kept while the server stands still or is dead, written when it is back. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Cells, DatabaseServer, type ServerKind } from '../support/database-server.js';
import { Obelisk } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';
import { PATIENCE, REGISTRATION, registration } from '../support/realtime-phones.js';

const PHONES = 200;
/** Milliseconds for which the server is away. */
const AWAY = 7000;
/** Phones that speak at the same time: more of their packets than a socket holds would be lost. */
const TOGETHER = 20;

type Driver = 'pgsql' | 'mysql' | 'odbc';

interface Way {
  readonly driver: Driver;
  readonly kind: ServerKind;
}

const WAYS: readonly Way[] = [
  { driver: 'pgsql', kind: 'postgresql' },
  { driver: 'mysql', kind: 'mariadb' },
  { driver: 'odbc', kind: 'postgresql' },
  { driver: 'odbc', kind: 'mariadb' },
];

/** The files by which a driver finds the database. */
function filesOf({ driver, kind }: Way, server: DatabaseServer, database: string): Record<string, string> {
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

class Stage {
  readonly #test: TestContext;
  readonly #database: string;
  readonly server: DatabaseServer;
  readonly pbx: Obelisk;

  private constructor(t: TestContext, server: DatabaseServer, database: string, pbx: Obelisk) {
    this.#test = t;
    this.server = server;
    this.#database = database;
    this.pbx = pbx;
  }

  static async of(t: TestContext, way: Way, names: readonly string[]): Promise<Stage> {
    const server = await DatabaseServer.start(way.kind);
    t.after(() => server.remove());
    const database = await server.database();
    const files = {
      'sip.conf': '[general]\nudpbindaddr=127.0.0.1:0\nrtcachefriends=yes\n',
      'extconfig.conf': `[settings]\nsippeers => ${way.driver},asterisk\n`,
    };
    const pbx = await Obelisk.create(files, { start: false });
    t.after(() => pbx.remove());
    for (const [name, text] of Object.entries(filesOf(way, server, database)))
      await pbx.write(name, text.replace('ETC', pbx.directory));
    await pbx.start();
    const stage = new Stage(t, server, database, pbx);
    const rows = names.map(name => `('${name}', 'pass${name}', 'dynamic', 'friend', 'internal')`);
    await stage.ask(`INSERT INTO sippeers (name, secret, host, type, context) VALUES ${rows.join(', ')}`);
    return stage;
  }

  ask(text: string): Promise<Cells[]> {
    return this.server.ask(this.#database, text);
  }

  async phones(names: readonly string[]): Promise<Phone[]> {
    const port = await this.pbx.port();
    const phones = await Promise.all(names.map(name => Phone.open(port, name, `pass${name}`)));
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

  /** Waits until the log says so. */
  async tells(what: RegExp): Promise<void> {
    for (const end = Date.now() + PATIENCE; !what.test(await this.pbx.read('log/messages')); await setTimeout(50))
      assert.ok(Date.now() < end, `the log never says ${what}`);
  }
}

/** All of them register, and each is answered. */
async function register(phones: readonly Phone[], expires: number): Promise<void> {
  for (let at = 0; at < phones.length; at += TOGETHER) {
    const some = phones.slice(at, at + TOGETHER);
    const answers = await Promise.all(some.map(phone => phone.register({ expires })));
    assert.deepEqual(new Set(answers.map(statusOf)), new Set([200]));
  }
}

const seconds = (): number => Math.floor(Date.now() / 1000);

for (const way of WAYS) {
  const skip = DatabaseServer.lacks(way.kind) ?? false;

  test(`on ${way.kind} by ${way.driver}, phones register and their rows say where they are`, { skip }, async t => {
    const names = ['3001', '3002'];
    const stage = await Stage.of(t, way, names);
    const { pbx } = stage;
    const phones = await stage.phones(names);
    await register(phones, 300);
    await stage.becomes(`SELECT ${REGISTRATION} FROM sippeers ORDER BY id`, phones.map(registration));
    const [stranger] = await stage.phones(['3003']);
    assert.equal(statusOf(await stranger!.register()), 403);
    assert.match(await pbx.x('sip show peer 3001'), /^ {2}Realtime peer: Yes, cached$/m);
    assert.match(await pbx.x('realtime load sippeers name 3002'), /^ +secret {2}pass3002 *$/m);
    assert.equal(await pbx.x('realtime update sippeers name 3002 context new'), 'Updated 1 RealTime record.\n');
    assert.equal(await pbx.x('realtime store sippeers name 3009 secret x'), 'Stored RealTime record.\n');
    assert.equal(await pbx.x('realtime destroy sippeers name 3009'), 'Removed 1 RealTime record.\n');
    assert.match(await pbx.x('core show config mappings'), new RegExp(`^Config Engine: ${way.driver}$`, 'm'));
    assert.match(await pbx.x('realtime show status'), /^(?:pgsql|asterisk) +(?:pg|mysql2) +up +closed /m);
    // A password that is wrong is told, and does not show.
    assert.doesNotMatch(await pbx.read('log/messages'), /ERROR|secret/);
  });
}

for (const way of WAYS.filter(({ driver }) => driver !== 'odbc')) {
  const skip = DatabaseServer.lacks(way.kind) ?? false;

  test(`while ${way.kind} stands still, and while it is dead, ${PHONES} phones refresh; all is written when it is back`, {
    skip,
  }, async t => {
    const names = Array.from({ length: PHONES }, (_, index) => `4${String(index).padStart(3, '0')}`);
    const stage = await Stage.of(t, way, names);
    const { server } = stage;
    const phones = await stage.phones(names);
    await register(phones, 100);
    const outages: readonly [what: string, expires: number, away: () => unknown, back: () => unknown][] = [
      ['still', 1000, () => server.signal('SIGSTOP'), () => server.signal('SIGCONT')],
      ['dead', 3000, () => server.kill(), () => server.run()],
    ];
    for (const [what, expires, away, back] of outages) {
      await away();
      let rounds = 0;
      for (const end = Date.now() + AWAY; rounds === 0 || Date.now() < end; rounds++) await register(phones, expires);
      const last = seconds() + expires - 60;
      await stage.tells(/ERROR.*writes fail: /);
      await back();
      const returned = Date.now();
      await stage.becomes(`SELECT name FROM sippeers WHERE regseconds IS NULL OR regseconds < ${last}`, []);
      t.diagnostic(`${what}: ${rounds} rounds of ${PHONES}; all written ${Date.now() - returned} ms after its return`);
      await stage.becomes(`SELECT ${REGISTRATION} FROM sippeers ORDER BY id`, phones.map(registration));
    }
    await stage.tells(/NOTICE.*writes work again/);
    assert.match(await stage.pbx.x('realtime load sippeers name 4007'), /^ +secret {2}pass4007 *$/m);
    assert.match(await stage.pbx.x('sql show connections'), /^\S+ +(?:pg|mysql2) +up +closed +0 /m);
  });
}
