/** What realtime costs on each engine: registrations that reach their rows in a second, rows that are read in a second at the start. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DatabaseServer, type ServerKind } from '../support/database-server.js';
import { Obelisk } from '../support/obelisk.js';
import { filesOf } from '../support/phones-on-server.js';
import { register } from './load.js';
import { drained } from './realtime.js';
import { ACCOUNTS, accountName, secretOf } from './servers.js';

const ABREAST = 64;
const REFRESHES = 10_000;
/** Devices of a sip.conf that is a table; each has four lines. */
const DEVICES = 10_000;
const LINES = ['type=friend', 'host=dynamic', 'context=internal', 'secret=x'];

export interface EngineFigures {
  readonly engine: string;
  /** Why there is nothing to measure. */
  readonly lacks?: string;
  readonly writtenPerSecond: number;
  readonly readPerSecond: number;
}

/** Where the rows lie. */
interface Engine {
  readonly engine: string;
  readonly driver: string;
  readonly files: Readonly<Record<string, string>>;
  /** Statements by somebody else. */
  ask(pbx: Obelisk, text: string): Promise<unknown>;
}

const SIP = '[general]\nudpbindaddr=127.0.0.1:0\nrealm=bench\nrtcachefriends=yes\n';

async function open({ driver, files }: Engine, families: string): Promise<Obelisk> {
  const mapped = families.split(' ').map(family => `${family} => ${driver},bench`);
  const pbx = await Obelisk.create(
    { 'sip.conf': SIP, 'extconfig.conf': `[settings]\n${mapped.join('\n')}\n` },
    { start: false },
  );
  for (const [name, text] of Object.entries({ ...files, 'logger.conf': '[logfiles]\nmessages => warning,error\n' }))
    await pbx.write(name, text.replace('ETC', pbx.directory));
  await mkdir(join(pbx.directory, 'lib'), { recursive: true });
  await pbx.start();
  return pbx;
}

async function started(pbx: Obelisk): Promise<number> {
  await pbx.stop();
  const began = performance.now();
  await pbx.start();
  return performance.now() - began;
}

async function measure(engine: Engine): Promise<EngineFigures> {
  const pbx = await open(engine, 'sippeers');
  try {
    const rows = Array.from({ length: ACCOUNTS }, (_, index) => accountName(index)).map(
      name => `('${name}', '${secretOf(name)}', 'friend', 'dynamic', 'internal')`,
    );
    await engine.ask(pbx, `INSERT INTO sippeers (name, secret, type, host, context) VALUES ${rows.join(', ')}`);
    const port = await pbx.port();
    await register(port, ACCOUNTS, ABREAST);
    const before = await drained(pbx);
    const began = performance.now();
    await register(port, REFRESHES, ABREAST);
    const after = await drained(pbx);
    const seconds = (performance.now() - began) / 1000;
    return {
      engine: engine.engine,
      writtenPerSecond: (after.written - before.written) / seconds,
      readPerSecond: await readPerSecond(engine, pbx),
    };
  } finally {
    await pbx.stop();
    await pbx.remove();
  }
}

/** A start with a sip.conf that is a table, less one with hardly any. */
async function readPerSecond({ driver, ask }: Engine, pbx: Obelisk): Promise<number> {
  const lines = Array.from({ length: DEVICES }, (_, index) =>
    LINES.map((line, at) => [index, at, ...line.split('=')] as const),
  ).flat();
  for (let from = 0; from < lines.length; from += 5000) {
    const values = lines
      .slice(from, from + 5000)
      .map(
        ([index, at, name, value]) =>
          `(${index + 1}, ${at}, 'sip.conf', '${2_000_000 + index}', '${name}', '${value}', 0)`,
      );
    await ask(
      pbx,
      `INSERT INTO ast_config (cat_metric, var_metric, filename, category, var_name, var_val, commented) VALUES ${values.join(', ')}`,
    );
  }
  await ask(
    pbx,
    "INSERT INTO ast_config (cat_metric, var_metric, filename, category, var_name, var_val, commented) VALUES (0, 0, 'sip.conf', 'general', 'udpbindaddr', '127.0.0.1:0', 0)",
  );
  const empty = await started(pbx);
  await pbx.write('extconfig.conf', `[settings]\nsip.conf => ${driver},bench,ast_config\n`);
  const inTable = await started(pbx);
  return lines.length / (Math.max(1, inTable - empty) / 1000);
}

const embedded: Engine = {
  engine: 'SQLite',
  driver: 'sqlite3',
  files: { 'res_config_sqlite3.conf': '[bench]\ndbfile = bench.sqlite3\nmigrate = yes\n' },
  async ask(pbx, text) {
    const database = new Database(join(pbx.directory, 'lib', 'bench.sqlite3'), { timeout: 5000 });
    database.exec(text);
    database.close();
  },
};

async function onServer(engine: string, kind: ServerKind, driver: 'pgsql' | 'mysql' | 'odbc'): Promise<EngineFigures> {
  const lacks = DatabaseServer.lacks(kind);
  if (lacks !== undefined) return { engine, lacks, writtenPerSecond: 0, readPerSecond: 0 };
  const server = await DatabaseServer.start(kind);
  try {
    const database = await server.database();
    const files = Object.entries(filesOf({ driver, kind }, server, database)).map(([name, text]) => [
      name,
      text.replace('[asterisk]', '[bench]'),
    ]);
    return await measure({
      ...{ engine, driver, files: Object.fromEntries(files) as Record<string, string> },
      ask: (_, text) => server.ask(database, text),
    });
  } finally {
    await server.remove();
  }
}

export async function engineFigures(): Promise<EngineFigures[]> {
  return [
    await measure(embedded),
    await onServer('PostgreSQL', 'postgresql', 'pgsql'),
    await onServer('MariaDB', 'mariadb', 'mysql'),
    await onServer('PostgreSQL by odbc.ini', 'postgresql', 'odbc'),
  ];
}
