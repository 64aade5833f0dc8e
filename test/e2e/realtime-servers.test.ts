/** Phones whose accounts are rows on a PostgreSQL or a MariaDB: registered, kept while the server stands still or is dead, written when it is back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { DatabaseServer } from '../support/database-server.js';
import { statusOf } from '../support/phone.js';
import { type Driver, PhonesOnServer, registerAll, WAYS } from '../support/phones-on-server.js';
import { REGISTRATION, registration } from '../support/realtime-phones.js';

const PHONES = 200;
/** Milliseconds for which a server is away: the one long, the other as long as the tests have time. */
const AWAY = { pgsql: { still: 20_000, dead: 7000 }, mysql: { still: 4000, dead: 4000 } };
/** Milliseconds between two rounds: others need the processor, too. */
const BREATH = 300;
const CONNECTED = 'onnected to calls1@127\\.0\\.0\\.1, port \\d+ with username obelisk for \\d+ second';

/** What each driver says of its databases. */
const STATUS: Readonly<Record<Driver, readonly (readonly [command: string, answer: RegExp])[]>> = {
  pgsql: [['realtime show pgsql status', new RegExp(`^C${CONNECTED}`)]],
  mysql: [
    ['realtime mysql status', new RegExp(`^asterisk c${CONNECTED}`)],
    ['realtime mysql status nosuch', /has no database \[nosuch\]/],
  ],
  odbc: [
    ['odbc show', /^ {2}Name: {3}asterisk\n {2}DSN: {4}calls\n {4}Client: (?:pg|mysql2), at obelisk@127\.0\.0\.1:/m],
    ['odbc show nosuch', /has no database \[nosuch\] that is enabled/],
  ],
};

const seconds = (): number => Math.floor(Date.now() / 1000);

for (const way of WAYS) {
  const skip = DatabaseServer.lacks(way.kind) ?? false;

  test(`on ${way.kind} by ${way.driver}, phones register and their rows say where they are`, { skip }, async t => {
    const names = ['3001', '3002'];
    const stage = await PhonesOnServer.of(t, way, names);
    const { pbx } = stage;
    const phones = await stage.phones(names);
    await registerAll(phones, 300);
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
    for (const [command, answer] of STATUS[way.driver]) assert.match(await pbx.x(command), answer);
    // A password that is wrong is told, and does not show.
    assert.doesNotMatch(await pbx.read('log/messages'), /ERROR|secret/);
  });
}

for (const driver of ['pgsql', 'mysql'] as const) {
  const way = WAYS.find(one => one.driver === driver)!;
  const skip = DatabaseServer.lacks(way.kind) ?? false;

  test(`while ${way.kind} stands still, and while it is dead, ${PHONES} phones refresh; all is written when it is back`, {
    skip,
    timeout: 200_000,
  }, async t => {
    const names = Array.from({ length: PHONES }, (_, index) => `4${String(index).padStart(3, '0')}`);
    const stage = await PhonesOnServer.of(t, way, names);
    const { server } = stage;
    const phones = await stage.phones(names);
    await registerAll(phones, 100);
    const outages: readonly [what: 'still' | 'dead', expires: number, away: () => unknown, back: () => unknown][] = [
      ['still', 1000, () => server.signal('SIGSTOP'), () => server.signal('SIGCONT')],
      ['dead', 3000, () => server.kill(), () => server.run()],
    ];
    for (const [what, expires, away, back] of outages) {
      await away();
      let rounds = 0;
      for (const end = Date.now() + AWAY[driver][what]; rounds === 0 || Date.now() < end; rounds++) {
        await registerAll(phones, expires);
        await setTimeout(BREATH);
      }
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
