/** What a start costs that finds registrations: 100,000 in AstDB, and 100,000 rows of the database. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { registerAs } from './load.js';
import { fillAstDb, manyAccounts, manyContact, manyName, manySecret } from './many.js';
import { cpuOf } from './servers.js';

const COUNT = 100_000;
/** Devices whose rows are read when they register first. */
const ASKED = 10_000;
const ROUNDS = 3;

export interface RestartFigures {
  /** Seconds of processor time until it is ready: of an empty PBX, of one with the devices, and with their bindings. */
  readonly empty: number;
  readonly devices: number;
  readonly bindings: number;
  /** With rows that have registrations; none is read then. */
  readonly rows: number;
  /** Microseconds for each row: its device is read with its registration, and registers. */
  readonly perRow: number;
}

/** The median of a few starts. */
async function startOf(count: number, bound: number): Promise<number> {
  const pbx = await manyAccounts(count);
  const used: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      if (bound > 0) fillAstDb(pbx, bound);
      await pbx.start();
      used.push((await cpuOf(pbx.pid)) / 1e6);
      await pbx.stop();
    }
  } finally {
    await pbx.remove();
  }
  return used.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

const REALTIME = {
  'extconfig.conf': '[settings]\nsippeers => sqlite3,bench\n',
  'res_config_sqlite3.conf': '[bench]\ndbfile = bench.sqlite3\nmigrate = yes\n',
  'sip.conf': '[general]\nudpbindaddr=127.0.0.1:0\nrealm=bench\nrtcachefriends=yes\nnat=no\n',
};

async function rowsOf(): Promise<{ rows: number; perRow: number }> {
  const pbx = await manyAccounts(0, REALTIME);
  try {
    await pbx.start();
    await pbx.stop();
    const database = new Database(join(pbx.directory, 'lib', 'bench.sqlite3'));
    const insert = database.prepare(
      "INSERT INTO sippeers (name, secret, type, host, context, ipaddr, port, regseconds, fullcontact) VALUES (?, ?, 'friend', 'dynamic', 'internal', ?, 5060, ?, ?)",
    );
    const ends = Math.floor(Date.now() / 1000) + 3600;
    database.transaction(() => {
      for (let index = 0; index < COUNT; index++) {
        const [name, place] = [manyName(index), manyContact(index)];
        insert.run(name, manySecret(name), place.split(':')[0], ends, `sip:${name}@${place}`);
      }
    })();
    database.close();
    await pbx.start();
    const rows = (await cpuOf(pbx.pid)) / 1e6;
    const before = await cpuOf(pbx.pid);
    await registerAs(await pbx.port(), ASKED, { name: manyName, secret: manySecret, contact: manyContact });
    return { rows, perRow: ((await cpuOf(pbx.pid)) - before) / ASKED };
  } finally {
    await pbx.remove();
  }
}

export const restartFigures = async (): Promise<RestartFigures> => ({
  empty: await startOf(0, 0),
  devices: await startOf(COUNT, 0),
  bindings: await startOf(COUNT, COUNT),
  ...(await rowsOf()),
});

export const restartLines = ({ empty, devices, bindings, rows, perRow }: RestartFigures): string[] => {
  const line = (what: string, figure: string) => what.padEnd(52) + figure.padStart(10);
  return [
    line(`Start with ${COUNT} of each`, 'CPU s'),
    line('nothing', empty.toFixed(2)),
    line('devices in sip.conf', devices.toFixed(2)),
    line('devices in sip.conf, bindings in AstDB', bindings.toFixed(2)),
    line('bindings alone', (bindings - devices).toFixed(2)),
    line('rows of the database, cached', rows.toFixed(2)),
    line('each row that is read then, with a REGISTER: us', perRow.toFixed(0)),
  ];
};
