/** sip.conf and extensions.conf that lie in a table of a database server, by each driver: in force, reloaded, kept while the driver is away. */
import assert from 'node:assert/strict';
import { onEachWay } from '../support/each-way.js';
import { statusOf } from '../support/phone.js';
import { PhonesOnServer, registerAll } from '../support/phones-on-server.js';
import { REGISTRATION, registration } from '../support/realtime-phones.js';

const GENERAL = ['udpbindaddr=127.0.0.1:0', 'overloaddelay=0', 'rtcachefriends=yes'];
const PHONE = ['type=friend', 'host=dynamic', 'context=internal'];

interface Section {
  readonly file: string;
  readonly name: string;
  readonly lines: readonly string[];
  readonly off?: boolean;
}

/** Sections in their order, some of which are commented out. */
const SECTIONS: readonly Section[] = [
  { file: 'sip.conf', name: 'general', lines: GENERAL },
  { file: 'sip.conf', name: '4002', lines: [...PHONE, 'secret=pass4002'] },
  { file: 'sip.conf', name: '4003', lines: [...PHONE, 'secret=pass4003'], off: true },
  { file: 'extensions.conf', name: 'internal', lines: ['exten=>100,1,NoOp(é☎)'] },
];

const TABLE = `CREATE TABLE ast_config (id INTEGER PRIMARY KEY, cat_metric INTEGER, var_metric INTEGER,
  filename VARCHAR(128), category VARCHAR(128), var_name VARCHAR(128), var_val VARCHAR(512), commented INTEGER)`;

/** Its rows, the last line first: what counts is their metrics. */
function rowsOf(sections: readonly Section[], first = 1): string {
  let id = first;
  const rows = sections.flatMap(({ file, name, lines, off }, at) =>
    lines.map((line, metric) => {
      const [key, value] = line.split(/=>?/, 2) as [string, string];
      return `(${id++}, ${at + first}, ${metric}, '${file}', '${name}', '${key}', '${value}', ${off ? 1 : 0})`;
    }),
  );
  return `INSERT INTO ast_config VALUES ${rows.reverse().join(', ')}`;
}

onEachWay((way, it) => {
  it('a sip.conf and an extensions.conf in a table are in force, follow a reload, and stay while the driver is away', async (t, server) => {
    const { driver, kind } = way;
    const module = { pgsql: 'res_config_pgsql', mysql: 'res_config_mysql', odbc: 'res_config_odbc' }[driver];
    const charset = kind === 'mariadb' ? ' CHARACTER SET utf8mb4' : '';
    const stage = await PhonesOnServer.of(t, way, ['3001'], {
      server,
      tables: `${TABLE}${charset}; ${rowsOf(SECTIONS)}`,
      mapped: ['sip.conf', 'extensions.conf'].map(file => `${file} => ${driver},asterisk,ast_config\n`).join(''),
      // What lies on disk is not in force then.
      files: { 'sip.conf': '[general]\nrtcachefriends=no\n[4009]\ntype=friend\n' },
    });
    const { pbx } = stage;
    const [row, filed, off] = await stage.phones(['3001', '4002', '4003']);
    await registerAll([row!, filed!], 300);
    assert.equal(statusOf(await off!.register()), 403);
    const peers = await pbx.says('sip show peers');
    assert.match(peers, /^4002\/4002 .* Unmonitored *$/m);
    assert.match(peers, /^3001\/3001 .*Cached RT$/m);
    assert.doesNotMatch(peers, /^400[39]/m);
    assert.match(await pbx.says('database show SIP/Registry'), /4002/);
    assert.match(await pbx.says('dialplan show internal'), /'100' => +1\. NoOp\(é☎\)/);
    await stage.becomes(`SELECT ${REGISTRATION} FROM sippeers`, [registration(row!)]);

    await stage.ask("UPDATE ast_config SET var_val = 'other' WHERE var_val = 'pass4002'");
    const more = [
      { file: 'sip.conf', name: '4004', lines: [...PHONE, 'secret=pass4004'] },
      { file: 'extensions.conf', name: 'internal', lines: ['exten=>101,1,NoOp()'] },
    ];
    await stage.ask(rowsOf(more, 100));
    await pbx.says('sip reload');
    await pbx.says('dialplan reload');
    const [added] = await stage.phones(['4004']);
    await registerAll([added!], 300);
    assert.equal(statusOf(await filed!.register()), 403, 'the old secret');
    assert.equal(statusOf(await filed!.register({ secret: 'other' })), 200);
    assert.match(await pbx.says('dialplan show internal'), /'101' => /);

    await stage.ask('UPDATE sippeers SET ipaddr = NULL');
    assert.match(await pbx.says(`module unload ${module}`), /unloaded/i);
    assert.match(
      await pbx.says('core show config mappings'),
      new RegExp(`^Config Engine: ${driver} \\(not loaded\\)$`, 'm'),
    );
    for (const command of ['module reload chan_sip', 'module reload pbx_config'])
      assert.match(await pbx.says(command), new RegExp(`driver '${driver}' is not loaded`), command);
    await registerAll([row!, added!], 400);
    assert.equal(statusOf(await filed!.register({ secret: 'other' })), 200);
    assert.match(await pbx.says('dialplan show internal'), /'101' => /);
    assert.equal((await stage.ask('SELECT name FROM sippeers WHERE ipaddr IS NOT NULL')).length, 0);

    await stage.ask("DELETE FROM ast_config WHERE category = '4004'");
    assert.match(await pbx.says(`module load ${module}`), /loaded/i);
    await stage.becomes(`SELECT ${REGISTRATION} FROM sippeers`, [registration(row!)]);
    await pbx.says('sip reload');
    assert.equal(statusOf(await added!.register()), 403, 'it is no more');
    await registerAll([row!], 500);
  });
});
