/** A PBX whose accounts are rows of a SQLite file, the file seen by somebody else, and phones. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { Obelisk } from './obelisk.js';
import { Phone } from './phone.js';

export type Columns = Readonly<Record<string, string | number | null>>;

/** The columns of the recorded tables. */
const PEERS =
  'id INTEGER PRIMARY KEY, name TEXT, ipaddr TEXT, port INTEGER, regseconds INTEGER, defaultuser TEXT, fullcontact TEXT, ' +
  'regserver TEXT, useragent TEXT, lastms INTEGER, host TEXT, type TEXT, context TEXT, secret TEXT, qualify TEXT, ' +
  'callbackextension TEXT, mailbox TEXT, "call-limit" TEXT, insecure TEXT, deny TEXT';
const REGS =
  'name TEXT, fullcontact TEXT, ipaddr TEXT, port INTEGER, defaultuser TEXT, regserver TEXT, regseconds INTEGER, useragent TEXT, lastms INTEGER';

/** Milliseconds until what does not come true counts as never. */
export const PATIENCE = 50_000;

/** What the program says that holds a lock, as soon as it does. */
const HOLDS = 'held\n';

/** A lock that somebody else has. */
export interface Held {
  still(): boolean;
  /** What there was when it was let go. */
  readonly saw: Promise<readonly Columns[]>;
}

export interface Arrangement {
  /** Lines of sip.conf [general]. */
  readonly general?: string;
  /** Whether registrations have a table of their own. */
  readonly regs?: boolean;
  /** Lines of res_config_sqlite3.conf. */
  readonly sqlite?: string;
  /** Where the database lies, as seen from the PBX's directory. */
  readonly file?: string;
  /** Whom the PBX runs as; undefined: whoever runs the tests. */
  readonly user?: number | undefined;
  /** Runs when the file is there, and the PBX is not. */
  readonly made?: (stage: Stage) => Promise<unknown>;
}

/** Columns of a device that registers, but for those that are told. */
const PHONE: Columns = { host: 'dynamic', type: 'friend', context: 'internal' };

export class Stage {
  readonly pbx: Obelisk;
  readonly file: string;
  readonly #test: TestContext;
  #port = 0;

  private constructor(t: TestContext, pbx: Obelisk, file: string) {
    this.#test = t;
    this.pbx = pbx;
    this.file = resolve(pbx.directory, file);
  }

  static async of(t: TestContext, rows: readonly Columns[], arrangement: Arrangement = {}): Promise<Stage> {
    const { general = '', regs = false, sqlite = '', file = 'lib/realtime.sqlite3', user } = arrangement;
    const pbx = await Obelisk.create(
      {
        'sip.conf': `[general]\nudpbindaddr=127.0.0.1:0\noverloaddelay=0\n${general}\n`,
        'extconfig.conf': `[settings]\nsippeers => sqlite3,asterisk\n${regs ? 'sipregs => sqlite3,asterisk\n' : ''}`,
      },
      { start: false, user },
    );
    t.after(() => pbx.remove());
    const stage = new Stage(t, pbx, file);
    await pbx.write('res_config_sqlite3.conf', `[asterisk]\ndbfile=${stage.file}\n${sqlite}\n`);
    await mkdir(dirname(stage.file), { recursive: true });
    stage.make(rows, { regs });
    await arrangement.made?.(stage);
    await stage.start();
    return stage;
  }

  /** Makes a file with these rows in it. */
  make(rows: readonly Columns[], { regs = false, file = this.file } = {}): void {
    const database = new Sqlite(file);
    database.exec(`CREATE TABLE sippeers (${PEERS}); CREATE TABLE sipregs (${REGS})`);
    for (const row of rows) {
      const all: Columns = { ...PHONE, ...row };
      const names = Object.keys(all).map(name => `"${name}"`);
      const values = Object.values(all);
      database.prepare(`INSERT INTO sippeers (${names}) VALUES (${values.map(() => '?')})`).run(values);
      if (regs) database.prepare('INSERT INTO sipregs (name) VALUES (?)').run(all['name']);
    }
    database.close();
  }

  async start(): Promise<void> {
    await this.pbx.start();
    this.#port = await this.pbx.port();
  }

  async phone(name: string, secret = `pass${name}`): Promise<Phone> {
    const phone = await Phone.open(this.#port, name, secret);
    this.#test.after(() => phone.close());
    return phone;
  }

  /** What somebody else does with the file. */
  sql(text: string): void {
    const database = new Sqlite(this.file);
    database.exec(text);
    database.close();
  }

  rows(sql: string): Columns[] {
    const database = new Sqlite(this.file, { readonly: true });
    try {
      return database.prepare(sql).all() as Columns[];
    } finally {
      database.close();
    }
  }

  /** Waits until it is so. */
  async comes(so: () => boolean | Promise<boolean>, otherwise = 'it never came'): Promise<void> {
    for (const end = Date.now() + PATIENCE; !(await so()); ) {
      assert.ok(Date.now() < end, otherwise);
      await setTimeout(20);
    }
  }

  /** Waits until the rows are as expected. */
  async becomes(sql: string, expected: readonly Columns[]): Promise<void> {
    const end = Date.now() + PATIENCE;
    const text = JSON.stringify(expected);
    await this.comes(() => JSON.stringify(this.rows(sql)) === text || Date.now() > end - 1000);
    assert.deepEqual(this.rows(sql), expected);
  }

  /** Waits until the log says so. */
  async tells(what: RegExp): Promise<void> {
    await this.pbx.logged(what);
  }

  /** How often the log says so. */
  async told(what: RegExp): Promise<number> {
    return (await this.pbx.read('log/messages')).split('\n').filter(line => what.test(line)).length;
  }

  /** Another process takes the write lock. @returns what makes it let go */
  async lock(): Promise<() => Promise<void>> {
    const holder = await this.#hold(this.file);
    return async () => {
      holder.process.stdin.end();
      await holder.said;
    };
  }

  /** Another process holds the write lock of a file for a while by its own clock, and looks at the rows at the end. */
  async lockFor(milliseconds: number, query: string, file = this.file): Promise<Held> {
    const holder = await this.#hold(file, String(milliseconds), query);
    let over = false;
    const saw = holder.said.then(text => {
      over = true;
      return JSON.parse(text.slice(HOLDS.length)) as Columns[];
    });
    return { still: () => !over, saw };
  }

  async #hold(file: string, ...more: readonly string[]) {
    const holder = spawn(process.execPath, [join(__dirname, 'lock-holder.js'), file, ...more], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#test.after(() => void holder.kill('SIGKILL'));
    // What it says at its end may come with what it says first.
    let text = '';
    holder.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const said = once(holder, 'close').then(() => text);
    await once(holder.stdout, 'data');
    return { process: holder, said };
  }
}

export const REGISTRATION = 'name, fullcontact, ipaddr, port, defaultuser, useragent, lastms';
export const registration = (phone: Phone): Columns => ({
  name: phone.name,
  fullcontact: `sip:${phone.name}@127.0.0.1:${phone.port}`,
  ipaddr: '127.0.0.1',
  port: phone.port,
  defaultuser: phone.name,
  useragent: '',
  lastms: 0,
});

/** As the row of an old table has it. */
export const asTexts = (phone: Phone): Columns => ({ ...registration(phone), port: String(phone.port), lastms: '0' });
