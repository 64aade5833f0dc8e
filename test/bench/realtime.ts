/** What realtime costs: statements for a refresh, look-ups and writes a second, and a start on a large table. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Obelisk } from '../support/obelisk.js';
import { type Outcome, register } from './load.js';
import { type Locked, whileLocked } from './locked.js';
import { ACCOUNTS, accountName, memoryOf, secretOf } from './servers.js';

const REFRESHES = 20_000;
const ABREAST = 64;
const LARGE = 100_000;

export interface RealtimeFigures {
  /** Look-ups for each refresh of a cached device. */
  readonly lookupsPerRefresh: number;
  /** Rows written for each refresh: those of one account are coalesced. */
  readonly writesPerRefresh: number;
  /** Registrations a second of devices that are not cached, each with its own look-up. */
  readonly uncachedPerSecond: number;
  readonly lookupsPerUncached: number;
  /** Registrations that reached their rows, a second, from the first REGISTER to an empty queue. */
  readonly writtenPerSecond: number;
  readonly locked: Locked;
  /** Of a start with a table of LARGE rows. */
  readonly start: { readonly rows: number; readonly ms: number; readonly megabytes: number };
}

const LOG = '[logfiles]\nmessages => notice,warning,error\n';

const filesFor = (cached: boolean) => ({
  'logger.conf': LOG,
  'sip.conf': `[general]\nudpbindaddr=127.0.0.1:0\nrealm=bench\nrtcachefriends=${cached ? 'yes' : 'no'}\n`,
  'extconfig.conf': '[settings]\nsippeers => sqlite3,bench\n',
  'res_config_sqlite3.conf': '[bench]\ndbfile = bench.sqlite3\nmigrate = yes\n',
});

/** Fills `sippeers`, beside a PBX that may be running on it. */
function fill(pbx: Obelisk, rows: number): void {
  const database = new Database(join(pbx.directory, 'lib', 'bench.sqlite3'), { timeout: 5000 });
  const insert = database.prepare(
    "INSERT INTO sippeers (name, secret, type, host, context) VALUES (?, ?, 'friend', 'dynamic', 'internal')",
  );
  database.transaction(() => {
    for (let index = 0; index < rows; index++) {
      const name = rows === ACCOUNTS ? accountName(index) : String(1_000_000 + index);
      insert.run(name, secretOf(name));
    }
  })();
  database.close();
}

interface Counts {
  readonly operations: number;
  readonly written: number;
  readonly waiting: number;
}

/** Counters as `realtime show status` prints them. */
async function counts(pbx: Obelisk): Promise<Counts> {
  const text = await pbx.x('realtime show status');
  const connection = /^(?:bench|pgsql) +\S+ +\S+ +\S+ +(\d+) +(\d+)/m.exec(text);
  const queue = /^Queues:\n.*\n(\S+) +(\d+) +(\d+) +\d+ +(\d+)/m.exec(text);
  if (!connection || !queue) throw new Error(`no counters in:\n${text}`);
  return {
    operations: Number(connection[2]),
    waiting: Number(connection[1]) + Number(queue[2]) + Number(queue[3]),
    written: Number(queue[4]),
  };
}

/** The counters, once nothing waits to be written. */
export async function drained(pbx: Obelisk): Promise<Counts> {
  for (;;) {
    const now = await counts(pbx);
    if (now.waiting === 0) return now;
  }
}

async function withAccounts<T>(cached: boolean, work: (pbx: Obelisk, port: number) => Promise<T>): Promise<T> {
  const pbx = await Obelisk.create(filesFor(cached));
  try {
    fill(pbx, ACCOUNTS);
    return await work(pbx, await pbx.port());
  } finally {
    await pbx.stop();
    await pbx.remove();
  }
}

interface Run extends Outcome {
  readonly lookups: number;
  readonly writes: number;
  /** From the first REGISTER to an empty queue. */
  readonly untilWritten: number;
}

async function run(pbx: Obelisk, port: number, total: number): Promise<Run> {
  const before = await drained(pbx);
  const began = performance.now();
  const outcome = await register(port, total, ABREAST);
  const after = await drained(pbx);
  const writes = after.written - before.written;
  const lookups = after.operations - before.operations - writes;
  return { ...outcome, writes, lookups, untilWritten: (performance.now() - began) / 1000 };
}

async function startOnLarge(): Promise<RealtimeFigures['start']> {
  const pbx = await Obelisk.create(filesFor(true));
  try {
    fill(pbx, LARGE);
    await pbx.stop();
    const began = performance.now();
    await pbx.start();
    const ms = performance.now() - began;
    return { rows: LARGE, ms, megabytes: await memoryOf(pbx.pid) };
  } finally {
    await pbx.stop();
    await pbx.remove();
  }
}

export async function realtimeFigures(): Promise<RealtimeFigures> {
  const cached = await withAccounts(true, async (pbx, port) => {
    await run(pbx, port, ACCOUNTS); // every device is in memory now

    return run(pbx, port, REFRESHES);
  });
  const uncached = await withAccounts(false, (pbx, port) => run(pbx, port, ACCOUNTS));
  return {
    lookupsPerRefresh: cached.lookups / REFRESHES,
    writesPerRefresh: cached.writes / REFRESHES,
    uncachedPerSecond: uncached.done / uncached.seconds,
    lookupsPerUncached: uncached.lookups / uncached.done,
    writtenPerSecond: cached.writes / cached.untilWritten,
    locked: await withAccounts(true, whileLocked),
    start: await startOnLarge(),
  };
}
