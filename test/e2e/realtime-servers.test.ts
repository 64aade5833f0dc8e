/** Phones whose accounts are rows on a PostgreSQL or a MariaDB, by each driver: registered, found, cleared, and kept over a kill of the PBX. */
import assert from 'node:assert/strict';
import { onEachWay } from '../support/each-way.js';
import { statusOf } from '../support/phone.js';
import { type Driver, PhonesOnServer, registerAll } from '../support/phones-on-server.js';
import { NAMES_WITH_QUOTES } from '../support/quoted-names.js';
import { REGISTRATION, registration } from '../support/realtime-phones.js';

const CONNECTED = 'onnected to calls\\d+@127\\.0\\.0\\.1, port \\d+ with username obelisk for \\d+ second';

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

/** As they were recorded of the original. */
const RECORDED: readonly (readonly [command: string, answer: string | RegExp])[] = [
  ['realtime load sippeers name 3002', /^ +secret {2}pass3002 *$/m],
  ['realtime load sippeers name nosuch', 'No rows found matching search criteria.\n'],
  ['realtime load sippeers "name LIKE" %02', /^ +name {2}3002 *$/m],
  ['realtime load sippeers nosuch 1', /^Failed to load\. sippeers: .*: table 'sippeers' has no column 'nosuch'\n/],
  ['realtime update sippeers name 3002 context new', 'Updated 1 RealTime record.\n'],
  ['realtime store sippeers name 3009 secret x', 'Stored RealTime record.\n'],
  ['realtime destroy sippeers name 3009', 'Removed 1 RealTime record.\n'],
  ['sip prune realtime peer 3001', "Peer '3001' pruned.\n"],
  ['sip prune realtime peer 3001', "Peer '3001' not found.\n"],
  ['sip show peer 3001', 'Peer 3001 not found.\n\n'],
  ['sip show peer 3001 load', /^ {2}Realtime peer: Yes, cached$/m],
  ['sip prune realtime peer like ^30', /^[12] peers pruned\.\n$/],
  ['sip show user 3001 load', /^ {2}\* Name {7}: 3001$/m],
  ['realtime show status', /^(?:pgsql|asterisk) +(?:pg|mysql2) +up +closed /m],
];

onEachWay((way, it) => {
  it('phones register, are shown, pruned and cleared as recorded, and their rows say where they are', async (t, server) => {
    const names = ['3001', '3002'];
    const stage = await PhonesOnServer.of(t, way, names, { server });
    const { pbx } = stage;
    const phones = await stage.phones(names);
    await registerAll(phones, 300);
    await stage.becomes(`SELECT ${REGISTRATION} FROM sippeers ORDER BY id`, phones.map(registration));
    const mapping = `Config Engine: ${way.driver}\n===> sippeers (db=asterisk, table=sippeers)\n`;
    assert.ok((await pbx.x('core show config mappings')).includes(mapping));
    for (const [command, answer] of [...RECORDED, ...STATUS[way.driver]]) {
      const said = await pbx.says(command);
      if (typeof answer === 'string') assert.equal(said, answer, command);
      else assert.match(said, answer, command);
    }
    // A password that is wrong is told, and does not show.
    const log = await pbx.read('log/messages');
    assert.doesNotMatch(log, /ERROR|secret/);
    const shown = new RegExp(`^ {2}Addr->IP {5}: 127\\.0\\.0\\.1:${phones[0]!.port}$`, 'm');
    assert.match(await pbx.says('sip show peer 3001 load'), shown);
    const before = await stage.ask('SELECT * FROM sippeers ORDER BY id');
    for (const name of ['3003', ...NAMES_WITH_QUOTES]) {
      const [stranger] = await stage.phones([name], 'pass3001');
      assert.equal(statusOf(await stranger!.register()), 403, name);
    }
    assert.deepEqual(await stage.ask('SELECT * FROM sippeers ORDER BY id'), before);
    await registerAll(phones, 0);
    const cleared = { fullcontact: '', ipaddr: '', port: 0, regseconds: 0, regserver: '' };
    await stage.becomes(`SELECT ${Object.keys(cleared)} FROM sippeers ORDER BY id`, [cleared, cleared]);
  });

  it('what was answered is in the rows of a table of their own after a kill -9 while nothing could be written', async (t, server) => {
    const names = ['3001', '3002', '3003'];
    const stage = await PhonesOnServer.of(t, way, names, { server, mapped: `sipregs => ${way.driver},asterisk\n` });
    const { pbx, database } = stage;
    await stage.ask(`INSERT INTO sipregs (name) VALUES ${names.map(name => `('${name}')`)}`);
    const phones = await stage.phones(names);
    const release = await server.hold(database, 'UPDATE sipregs SET useragent = NULL');
    await registerAll(phones, 300);
    await stage.comes(async () => {
      const journal = await pbx.read('lib/sip-registrations.sipregs.journal').catch(() => '');
      return names.every(name => journal.includes(`"key":"${name}"`));
    });
    pbx.kill('SIGKILL');
    await pbx.exited();
    await release();
    await pbx.start();
    await stage.becomes(`SELECT ${REGISTRATION} FROM sipregs ORDER BY name`, phones.map(registration));
    assert.deepEqual((await stage.ask('SELECT name FROM sippeers WHERE ipaddr IS NOT NULL')).length, 0);
    assert.match(await pbx.says('sip show peer 3002 load'), new RegExp(`127\\.0\\.0\\.1:${phones[1]!.port}`));
  });
});
