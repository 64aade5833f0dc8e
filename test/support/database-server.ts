/** A PostgreSQL or a MariaDB of our own: its data in a temporary directory, on a free port of the loopback, as a user without rights. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { Client } from 'pg';
import { emptyData } from './server-data.js';
import { sparePort } from './spare-port.js';

export type ServerKind = 'postgresql' | 'mariadb';
export type Cells = Readonly<Record<string, unknown>>;

/** Neither server runs as root. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

/** Milliseconds for which a server may take to start. */
const PATIENCE = 60_000;

interface Program {
  /** Where its programs lie, the first that is there. */
  readonly directories: () => readonly string[];
  readonly make: (home: string) => readonly [program: string, ...args: string[]];
  readonly run: (home: string, port: number) => readonly [program: string, ...args: string[]];
  /** A database for whoever asks, in an empty server. */
  readonly first: (port: number, name: string) => Promise<void>;
  readonly ask: (port: number, database: string, text: string) => Promise<Cells[]>;
}

/** What is written at each start, and copied, is small. */
const SMALL_LOG = '--innodb-log-file-size=8M';

const asUser = { user: 'obelisk', password: 'secret' } as const;

async function askPostgres(port: number, database: string, text: string, user = 'postgres'): Promise<Cells[]> {
  const client = new Client({ host: '127.0.0.1', port, database, user, password: 'x' });
  await client.connect();
  try {
    const answer = await client.query(text);
    return ([answer].flat().at(-1)?.rows ?? []) as Cells[];
  } finally {
    await client.end();
  }
}

async function askMariaDb(port: number, database: string | undefined, text: string): Promise<Cells[]> {
  const login = { host: '127.0.0.1', port, user: 'root', multipleStatements: true };
  const client = await mysql.createConnection({ ...login, ...(database === undefined ? {} : { database }) });
  try {
    const [rows] = await client.query(text);
    return Array.isArray(rows) ? (rows as Cells[]) : [];
  } finally {
    await client.end();
  }
}

const PROGRAMS: Readonly<Record<ServerKind, Program>> = {
  postgresql: {
    directories: () => globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
    make: home => ['initdb', '-D', join(home, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    run: (home, port) => [
      'postgres',
      ...['-D', join(home, 'data'), '-p', String(port), '-k', home, '-h', '127.0.0.1'],
      ...['-c', 'fsync=off', '-c', 'max_connections=60'],
    ],
    async first(port, name) {
      await askPostgres(port, 'postgres', `CREATE ROLE ${asUser.user} LOGIN PASSWORD '${asUser.password}'`);
      await askPostgres(port, 'postgres', `CREATE DATABASE ${name} OWNER ${asUser.user}`);
    },
    ask: (port, database, text) => askPostgres(port, database, text, asUser.user),
  },
  mariadb: {
    directories: () => ['/usr/sbin', '/usr/bin', '/usr/libexec'],
    make: home => [
      'mariadb-install-db',
      ...['--no-defaults', `--datadir=${join(home, 'data')}`, '--auth-root-authentication-method=normal'],
      ...['--skip-test-db', SMALL_LOG],
    ],
    run: (home, port) => [
      'mariadbd',
      ...['--no-defaults', `--datadir=${join(home, 'data')}`, `--port=${port}`, '--bind-address=127.0.0.1'],
      ...[`--socket=${join(home, 'socket')}`, '--skip-log-bin', '--innodb-flush-log-at-trx-commit=2'],
      SMALL_LOG,
      // As an existing install may have it: tables are made with a collation that takes A for a.
      ...['--character-set-server=latin1', '--collation-server=latin1_swedish_ci'],
    ],
    async first(port, name) {
      const { user, password } = asUser;
      await askMariaDb(
        port,
        undefined,
        `CREATE USER ${user}@'%' IDENTIFIED BY '${password}'; CREATE DATABASE ${name}; GRANT ALL ON ${name}.* TO ${user}@'%'`,
      );
    },
    ask: askMariaDb,
  },
};

function locate(kind: ServerKind, program: string): string | undefined {
  const directories = kind === 'mariadb' ? ['/usr/bin', '/usr/sbin'] : PROGRAMS[kind].directories();
  return directories.map(directory => join(directory, program)).find(path => existsSync(path));
}

/** Whether a thread of the process is not stopped. */
const runs = (pid: number | string): boolean =>
  globSync(`/proc/${pid}/task/*/stat`).some(path => !/\) [Tt] /.test(readFileSync(path, 'utf8')));

export class DatabaseServer {
  readonly kind: ServerKind;
  readonly port: number;
  readonly home: string;
  readonly user = asUser.user;
  readonly password = asUser.password;
  #process: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #said = '';
  #databases = 0;
  /** Beside those that every server is started with. */
  #flags: readonly string[] = [];

  private constructor(kind: ServerKind, port: number, home: string) {
    this.kind = kind;
    this.port = port;
    this.home = home;
  }

  /** Why there can be none here; undefined where there can. */
  static lacks(kind: ServerKind): string | undefined {
    const needed = kind === 'mariadb' ? ['mariadb-install-db', 'mariadbd'] : ['initdb', 'postgres'];
    const missing = needed.filter(program => locate(kind, program) === undefined);
    return missing.length === 0 ? undefined : `${missing.join(' and ')} of ${kind} is not installed`;
  }

  /** @param tls a certificate with its key, as PEM, by which it speaks TLS */
  static async start(kind: ServerKind, tls?: { readonly cert: string; readonly key: string }): Promise<DatabaseServer> {
    const home = await mkdtemp(join(tmpdir(), `obelisk-${kind}-`));
    if (NOBODY !== undefined) await chown(home, NOBODY, NOBODY);
    const server = new DatabaseServer(kind, await sparePort(), home);
    const maker = PROGRAMS[kind].make(home);
    const made = Math.round(statSync(locate(kind, maker[0])!).mtimeMs);
    await emptyData(`${kind}-${made}-${NOBODY ?? process.getuid?.()}`, join(home, 'data'), () => server.#make(maker));
    if (tls) await server.#secure(tls);
    await server.run();
    return server;
  }

  async #make(maker: readonly [program: string, ...args: string[]]): Promise<void> {
    const [code] = (await once(this.#spawn(maker), 'close')) as [number | null];
    if (code !== 0) throw new Error(`${this.kind} cannot make its data:\n${this.#said}`);
  }

  async #secure({ cert, key }: { readonly cert: string; readonly key: string }): Promise<void> {
    const [certfile, keyfile] = [join(this.home, 'cert.pem'), join(this.home, 'key.pem')];
    await writeFile(certfile, cert);
    await writeFile(keyfile, key, { mode: 0o600 });
    if (NOBODY !== undefined) for (const file of [certfile, keyfile]) await chown(file, NOBODY, NOBODY);
    this.#flags =
      this.kind === 'mariadb'
        ? [`--ssl-cert=${certfile}`, `--ssl-key=${keyfile}`, `--ssl-ca=${certfile}`]
        : ['-c', 'ssl=on', '-c', `ssl_cert_file=${certfile}`, '-c', `ssl_key_file=${keyfile}`];
  }

  /** Starts it, again at the same port, and waits until it can be asked. */
  async run(): Promise<void> {
    const child = this.#spawn([...PROGRAMS[this.kind].run(this.home, this.port), ...this.#flags]);
    this.#process = child;
    this.#ended = once(child, 'close');
    const system = this.kind === 'mariadb' ? 'mysql' : 'postgres';
    const ask = this.kind === 'mariadb' ? askMariaDb : askPostgres;
    for (const end = Date.now() + PATIENCE; ; await setTimeout(50)) {
      try {
        await ask(this.port, system, 'SELECT 1');
        return;
      } catch (thrown) {
        if (child.exitCode !== null || Date.now() > end)
          throw new Error(`${this.kind} does not start: ${String(thrown)}\n${this.#said}`);
      }
    }
  }

  /** An empty database of its own. */
  async database(): Promise<string> {
    const name = `calls${++this.#databases}`;
    if (this.#databases === 1) await PROGRAMS[this.kind].first(this.port, name);
    else if (this.kind === 'mariadb')
      await askMariaDb(this.port, undefined, `CREATE DATABASE ${name}; GRANT ALL ON ${name}.* TO ${this.user}@'%'`);
    else await askPostgres(this.port, 'postgres', `CREATE DATABASE ${name} OWNER ${this.user}`);
    return name;
  }

  /** Resolves when the table is there: a PBX makes its tables at its start, and goes on beside that on a busy machine. */
  async has(database: string, table: string): Promise<void> {
    for (const end = Date.now() + PATIENCE; ; await setTimeout(50)) {
      try {
        await this.ask(database, `SELECT 1 FROM ${table} WHERE 1 = 0`);
        return;
      } catch (thrown) {
        if (Date.now() > end) throw thrown;
      }
    }
  }

  /** Another client begins a transaction with this, and keeps what it has locked. @returns what ends it */
  async hold(database: string, text: string): Promise<() => Promise<void>> {
    if (this.kind === 'mariadb') {
      const login = { host: '127.0.0.1', port: this.port, user: 'root', database, multipleStatements: true };
      const client = await mysql.createConnection(login);
      await client.query(`BEGIN; ${text}`);
      return () => client.end();
    }
    const client = new Client({ host: '127.0.0.1', port: this.port, database, user: this.user, password: 'x' });
    await client.connect();
    await client.query(`BEGIN; ${text}`);
    return () => client.end();
  }

  /** A directory becomes the server's. */
  async own(directory: string): Promise<void> {
    if (NOBODY !== undefined) await chown(directory, NOBODY, NOBODY);
  }

  /** Moves a table of PostgreSQL to a directory of the server's. */
  async move(database: string, table: string, directory: string): Promise<void> {
    await askPostgres(this.port, database, `CREATE TABLESPACE small LOCATION '${directory}'`);
    await askPostgres(this.port, database, `ALTER TABLE ${table} SET TABLESPACE small`);
  }

  /** Ends everybody's connections but those of whoever administers it. */
  async disconnect(): Promise<void> {
    if (this.kind === 'mariadb') await askMariaDb(this.port, undefined, `KILL USER ${this.user}`);
  }

  /** What another client of the server does, or sees. */
  ask(database: string, text: string): Promise<Cells[]> {
    return PROGRAMS[this.kind].ask(this.port, database, text);
  }

  /** The whole server stands still, or goes on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    const pid = this.#process!.pid!;
    // PostgreSQL has a process for each connection, in a group of its own; from here on it starts no more.
    process.kill(pid, 'SIGSTOP');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    for (const child of children.map(Number)) process.kill(child, signal);
    process.kill(pid, signal);
    // A signal to stop takes a while to reach threads that run.
    while (signal === 'SIGSTOP' && [pid, ...children].some(runs));
  }

  /** At once, as by a loss of power. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) {
      this.signal('SIGKILL');
      await this.#ended;
    }
    this.#process = undefined;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.home, { recursive: true, force: true, maxRetries: 10 });
  }

  #spawn([program, ...args]: readonly [string, ...string[]]): ChildProcess {
    const child = spawn(locate(this.kind, program)!, args, {
      cwd: this.home,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(NOBODY !== undefined && { uid: NOBODY, gid: NOBODY }),
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk: Buffer) => (this.#said = (this.#said + chunk.toString()).slice(-10_000)));
    return child;
  }
}
