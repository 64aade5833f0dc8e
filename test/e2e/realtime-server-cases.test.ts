/** What may be wrong with rows, rights and locks on a database server, by each driver: the right answer or a clear word, and all is written in the end. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { flood } from '../bench/load.js';
import type { DatabaseServer, ServerKind } from '../support/database-server.js';
import { onEachWay } from '../support/each-way.js';
import { ODD } from '../support/odd-rows.js';
import { oldTable } from '../support/old-table.js';
import { type Phone, statusOf } from '../support/phone.js';
import { PhonesOnServer, registerAll } from '../support/phones-on-server.js';
import { asTexts, REGISTRATION } from '../support/realtime-phones.js';

const quoted = (kind: ServerKind, name: string): string => (kind === 'mariadb' ? `\`${name}\`` : `"${name}"`);
const literal = (kind: ServerKind, value: string): string => {
  const text = kind === 'mariadb' ? value.replaceAll('\\', '\\\\') : value;
  return `'${text.replaceAll("'", "''")}'`;
};

/** Names that nobody has. */
const STRANGERS = 1000;
const NAMES = ['3001', '3002', '3003'];
const SHOWN = `SELECT ${REGISTRATION} FROM sippeers WHERE name LIKE '300_' ORDER BY name`;

/** Rows that are not as they should be, and a name that is another. */
async function oddRows(stage: PhonesOnServer, kind: ServerKind): Promise<void> {
  for (const [index, [, row]] of ODD.entries()) {
    const all = { name: `odd${index}`, host: 'dynamic', type: 'friend', context: 'internal', ...row };
    const entries = Object.entries(all).filter(([, value]) => value !== null);
    const columns = entries.map(([name]) => (name === 'name' ? name : quoted(kind, name)));
    const values = entries.map(([, value]) => literal(kind, String(value)));
    await stage.ask(`INSERT INTO sippeers (${columns.join(', ')}) VALUES (${values.join(', ')})`);
  }
  for (const [index, [what, row, status, told]] of ODD.entries()) {
    const [phone] = await stage.phones([`odd${index}`], String(row['secret']));
    assert.equal(statusOf(await phone!.register()), status, what);
    if (told) await stage.tells(told);
  }
  const [upper] = await stage.phones(['ODD0'], String(ODD[0]![1]['secret']));
  assert.equal(statusOf(await upper!.register()), 403, 'another name');
}

onEachWay((way, it) => {
  const { kind } = way;
  const start = (t: TestContext, server: DatabaseServer, cached: boolean) =>
    PhonesOnServer.of(t, way, NAMES, { cached, tables: oldTable(kind), server });

  it('names that nobody has are asked for, each gets its challenge, and phones go on meanwhile', async (t, server) => {
    const stage = await start(t, server, false);
    const phones = await stage.phones(NAMES);
    let over = false;
    const strangers = flood(await stage.pbx.port(), STRANGERS, 32).finally(() => (over = true));
    let rounds = 0;
    for (; !over || rounds === 0; rounds++) await registerAll(phones, 300 + rounds);
    assert.equal((await strangers).done, STRANGERS);
    await stage.becomes(SHOWN, phones.map(asTexts));
    assert.match(await stage.pbx.says('sql show connections'), /^\S+ +(?:pg|mysql2) +up +closed +\d+ +\d+ +0 /m);
    assert.doesNotMatch(await stage.pbx.read('log/messages'), /WARNING|ERROR/);
  });

  it('rows that others change and delete are seen, a deleted one is not made again, and another table is found in the place of the old', async (t, server) => {
    const stage = await start(t, server, false);
    const phones = await stage.phones(NAMES);
    await registerAll(phones, 300);
    await stage.becomes(SHOWN, phones.map(asTexts));
    await stage.ask("UPDATE sippeers SET secret = 'new' WHERE name = '3001'");
    await stage.ask("DELETE FROM sippeers WHERE name = '3002'");
    const [first, second] = phones as [Phone, Phone];
    await stage.comes(async () => statusOf(await first.register()) === 403);
    await stage.comes(async () => statusOf(await second.register()) === 403);
    assert.equal(statusOf(await first.register({ secret: 'new' })), 200);
    assert.deepEqual((await stage.ask("SELECT name FROM sippeers WHERE name = '3002'")).length, 0);

    // Another table in its place.
    await stage.ask('ALTER TABLE sippeers RENAME TO away');
    await stage.ask(oldTable(kind));
    await stage.ask(
      "INSERT INTO sippeers (id, name, secret, host, type, context) VALUES (1, '3001', 'next', 'dynamic', 'friend', 'internal')",
    );
    await stage.comes(async () => statusOf(await first.register({ secret: 'new' })) === 403);
    await stage.comes(async () => statusOf(await phones[2]!.register()) === 403);
    assert.equal(statusOf(await first.register({ secret: 'next' })), 200);
    await stage.becomes(SHOWN, [asTexts(first)]);
  });

  it('with odd rows, without rights, without a table, behind a lock, and with a contact that is too long, phones are answered and all is written that can be', async (t, server) => {
    const stage = await start(t, server, true);
    const { database, pbx } = stage;
    await oddRows(stage, kind);
    const phones = await stage.phones(NAMES);
    await registerAll(phones, 300);
    await stage.becomes(SHOWN, phones.map(asTexts));

    const rights = (verb: 'GRANT' | 'REVOKE'): Promise<unknown> => {
      const on = kind === 'mariadb' ? `${database}.*` : 'sippeers';
      const whom = kind === 'mariadb' ? `${server.user}@'%'` : server.user;
      return stage.ask(`${verb} UPDATE ON ${on} ${verb === 'GRANT' ? 'TO' : 'FROM'} ${whom}`);
    };
    await stage.ask('UPDATE sippeers SET ipaddr = NULL');
    await rights('REVOKE');
    await server.disconnect();
    for (let time = 0; time < 3; time++) await registerAll(phones, 400);
    await stage.tells(/ERROR.*writes fail: .*needs the right to do this\.$/m);
    await registerAll(phones, 500);
    assert.equal((await pbx.read('log/messages')).match(/ERROR.*writes fail/g)?.length, 1, 'told once');
    assert.deepEqual(
      (await stage.ask("SELECT name FROM sippeers WHERE ipaddr IS NOT NULL AND name LIKE '300_'")).length,
      0,
    );
    await rights('GRANT');
    await server.disconnect();
    await stage.becomes(SHOWN, phones.map(asTexts));

    await stage.ask('ALTER TABLE sippeers RENAME TO away');
    await registerAll(phones, 550);
    await stage.comes(async () => (await pbx.says('realtime show status')).includes("there is no table 'sippeers'"));
    await stage.ask('ALTER TABLE away RENAME TO sippeers');
    await stage.comes(async () => {
      const rows = await stage.ask("SELECT regseconds FROM sippeers WHERE name LIKE '300_'");
      return rows.every(({ regseconds }) => Number(regseconds) > Date.now() / 1000 + 520);
    });

    const release = await server.hold(database, "UPDATE sippeers SET context = 'held' WHERE name = '3001'");
    await registerAll(phones, 600);
    const began = Date.now();
    // Somebody holds it for as long as a batch of writes is put together many times over.
    for (; Date.now() < began + 2000; await setTimeout(50)) await registerAll(phones, 700);
    await release();
    const now = Math.floor(Date.now() / 1000) + 600;
    await stage.comes(async () => {
      const rows = await stage.ask("SELECT regseconds FROM sippeers WHERE name LIKE '300_'");
      return rows.every(({ regseconds }) => Number(regseconds) >= now);
    });

    const long = `sip:3002@127.0.0.1:${phones[1]!.port};x=${'y'.repeat(100)}`;
    assert.equal(statusOf(await phones[1]!.register({ contact: `<${long}>` })), 200);
    assert.equal(statusOf(await phones[2]!.register()), 200);
    await stage.tells(
      /ERROR.*'3002' is written without fullcontact: .*'fullcontact' takes 80 characters and not \d+: make it wider/,
    );
    await stage.becomes(
      SHOWN,
      phones.map(phone => ({ ...asTexts(phone), ...(phone.name === '3002' && { fullcontact: '' }) })),
    );
    assert.match(await pbx.says('sip show peer 3002'), /x=yyy/);
  });
});
