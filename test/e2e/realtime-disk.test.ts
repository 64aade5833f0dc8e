/** The disk of a database server is full while phones register whose accounts it has. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseServer, type ServerKind } from '../support/database-server.js';
import { oldTable } from '../support/old-table.js';
import { PhonesOnServer, registerAll, WAYS } from '../support/phones-on-server.js';
import { asTexts, REGISTRATION } from '../support/realtime-phones.js';
import { fill, smallDisk } from '../support/small-disk.js';

const NAMES = ['3001', '3002', '3003'];
const SHOWN = `SELECT ${REGISTRATION} FROM sippeers WHERE name LIKE '300_' ORDER BY name`;

/** What puts the accounts on a small disk, makes their rows short, and takes what room is left between them. */
interface Disk {
  readonly table: (disk: string) => string;
  readonly place: (server: DatabaseServer, database: string, disk: string) => Promise<void>;
  readonly shorten: string;
  /** Each goes on until nothing more goes in. */
  readonly stuff: readonly string[];
  readonly full: RegExp;
}

const DISKS: Readonly<Record<ServerKind, Disk>> = {
  postgresql: {
    table: () => oldTable('postgresql'),
    place: (server, database, disk) => server.move(database, 'sippeers', disk),
    // What rows were before leaves room for what they will be.
    shorten: 'UPDATE sippeers SET ipaddr = NULL; VACUUM FULL sippeers',
    stuff: ["DO $$ BEGIN LOOP INSERT INTO sippeers (name, context) VALUES ('x', 'x'); COMMIT; END LOOP; END $$"],
    full: /No space left on device/,
  },
  mariadb: {
    table: disk => oldTable('mariadb', `DATA DIRECTORY='${disk}'`),
    place: async () => undefined,
    shorten: "UPDATE sippeers SET ipaddr = NULL, fullcontact = NULL; INSERT INTO sippeers (name) VALUES ('y')",
    // A page keeps some room for rows that grow.
    stuff: [
      "BEGIN NOT ATOMIC LOOP INSERT INTO sippeers (name, context) VALUES ('x', 'x'); END LOOP; END",
      "BEGIN NOT ATOMIC FOR n IN 1 .. 8000 DO UPDATE sippeers SET secret = REPEAT('y', n) WHERE name = 'y'; END FOR; END",
    ],
    full: /The table 'sippeers' is full/,
  },
};

// A server each: what a full disk leaves behind is nobody else's.
for (const way of WAYS) {
  const { kind, driver } = way;
  const skip = DatabaseServer.lacks(kind) ?? false;
  test(`on ${kind} by ${driver}, on a full disk phones are answered, it is told once, and all is written when there is room`, {
    skip,
  }, async t => {
    const disk = await smallDisk(t);
    if (disk === undefined) return t.skip('no disk can be mounted here');
    const server = await DatabaseServer.start(kind);
    t.after(() => server.remove());
    await server.own(disk);
    const { table, place, shorten, stuff, full } = DISKS[kind];
    const stage = await PhonesOnServer.of(t, way, NAMES, { server, tables: table(disk) });
    const phones = await stage.phones(NAMES);
    await registerAll(phones, 300);
    await stage.becomes(SHOWN, phones.map(asTexts));
    await place(server, stage.database, disk);
    for (const statement of shorten.split('; ')) await stage.ask(statement);
    await fill(join(disk, 'ballast'));
    for (const statement of stuff) await assert.rejects(stage.ask(statement), full);
    for (let time = 0; time < 3; time++) await registerAll(phones, 400);
    await stage.tells(/ERROR.*writes fail: .*Make room on the disk of the server\.$/m);
    await registerAll(phones, 500);
    assert.equal((await stage.pbx.read('log/messages')).match(/ERROR.*writes fail/g)?.length, 1, 'told once');
    assert.equal(
      (await stage.ask("SELECT name FROM sippeers WHERE name LIKE '300_' AND ipaddr IS NOT NULL")).length,
      0,
    );
    await rm(join(disk, 'ballast'));
    await stage.becomes(SHOWN, phones.map(asTexts));
    return undefined;
  });
}
