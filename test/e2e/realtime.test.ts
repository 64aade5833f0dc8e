import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { type Files, Obelisk } from '../support/obelisk.js';

/** A driver of a third party that keeps its rows, and a file, in the process. */
const driver = (name: string): string => `
const { engineToken } = require('#core');
const rows = [{ name: '3001', secret: 'pass3001' }];
const lines = [
  { section: 'general', name: 'udpbindaddr', value: '127.0.0.1:0' },
  { section: '4001', name: 'type', value: 'friend' },
  { section: '4001', name: 'host', value: 'dynamic' },
  { section: '4001', name: 'secret', value: 'x' },
];
exports.default = {
  name: 'res_config_${name}',
  description: 'Rows in memory',
  early: true,
  loadModule(core) {
    core.provide(engineToken('${name}'), {
      name: '${name}',
      load: async (place, conditions) => rows.find(row => conditions.every(one => row[one.column] === one.value)),
      loadAll: async () => rows,
      update: async (place, conditions, changes) => (Object.assign(rows[0], changes), 1),
      store: async (place, row) => void rows.push({ ...row }),
      destroy: async () => 0,
      missing: async () => [],
      file: async (place, file) => (file === 'sip.conf' ? lines : []),
      forget: () => undefined,
    });
  },
};
`;

async function start(t: TestContext, files: Files): Promise<Obelisk> {
  const pbx = await Obelisk.create(files, { start: false });
  t.after(() => pbx.remove());
  await pbx.module('res_config_mem', driver('mem'));
  await pbx.start();
  return pbx;
}

test('mappings come, go and break while the PBX runs', async t => {
  const pbx = await start(t, {
    'sip.conf': '[general]\nudpbindaddr=127.0.0.1:0\n',
    'extconfig.conf': '[settings]\nsippeers => mem,db\nsipregs => gone,db\n',
  });
  assert.match(await pbx.x('realtime load sippeers name 3001'), /^ +secret {2}pass3001 *$/m);
  await pbx.logged(/WARNING.*extconfig\.conf:3: driver 'gone' is not loaded: it cannot be asked for sipregs/);

  await pbx.write('extconfig.conf', '[settings\nsippeers => gone,db\n');
  assert.match(await pbx.x('realtime reload'), /^extconfig\.conf cannot be used\nextconfig\.conf:1: /);
  assert.match(await pbx.x('core reload'), /^extconfig\.conf cannot be used\nextconfig\.conf:1: /);
  await pbx.logged(/ERROR.*what is mapped stays as it was: extconfig\.conf cannot be used/);
  await pbx.write('extconfig.conf', '[settings]\nsippeers => mem\nvoicemail => mem,db\n');
  assert.match(
    await pbx.x('realtime reload'),
    /^extconfig\.conf cannot be used\nextconfig\.conf:2: sippeers: expected /,
  );
  assert.equal(
    await pbx.x('core show config mappings'),
    'Config Engine: mem\n===> sippeers (db=db, table=sippeers)\nConfig Engine: gone (not loaded)\n===> sipregs (db=db, table=sipregs)\nConfig Engine: sqlite3\n',
  );

  await pbx.write('extconfig.conf', '[settings]\nvoicemail => mem,db,boxes\n');
  await pbx.x('core reload');
  assert.equal(
    await pbx.x('core show config mappings'),
    'Config Engine: mem\n===> voicemail (db=db, table=boxes)\nConfig Engine: sqlite3\n',
  );

  await pbx.write('extconfig.conf', '[settings]\nsippeers => men,db\nvoicemail => mem,db,boxes\n');
  assert.equal(
    await pbx.x('realtime reload'),
    "extconfig.conf:2: driver 'men' is not loaded: it cannot be asked for sippeers\n",
  );
  await pbx.write('extconfig.conf', '[settings]\nvoicemail => mem,db,boxes\n');
  assert.equal(await pbx.x('realtime reload'), '');

  await pbx.x('module unload res_config_mem');
  assert.match(await pbx.x('core show config mappings'), /^Config Engine: mem \(not loaded\)$/m);
  await pbx.logged(/WARNING.*extconfig\.conf:2: driver 'mem' is gone/);
  await pbx.x('module load res_config_mem');
  assert.match(await pbx.x('core show config mappings'), /^Config Engine: mem$/m);
});

test('chan_sip starts on a sip.conf that lies in a table, and keeps it when its driver goes', async t => {
  const pbx = await start(t, { 'extconfig.conf': '[settings]\nsip.conf => mem,db,ast_config\n' });
  assert.match(await pbx.x('sip show peers'), /^4001 /m);
  await pbx.x('module unload res_config_mem');
  assert.match(await pbx.x('module reload chan_sip'), /driver 'mem' is not loaded/);
  assert.match(await pbx.x('sip show peers'), /^4001 /m);
});

/** The tables that the recorded commands were given on, and a file that lies in one. */
const TABLES = `
  CREATE TABLE sippeers (id INTEGER PRIMARY KEY, name TEXT, ipaddr TEXT, port TEXT, regseconds TEXT, defaultuser TEXT,
    fullcontact TEXT, regserver TEXT, useragent TEXT, lastms TEXT, host TEXT, type TEXT, context TEXT, secret TEXT,
    qualify TEXT, callbackextension TEXT);
  CREATE TABLE sipregs (name TEXT);
  CREATE TABLE ast_config (id INTEGER PRIMARY KEY, cat_metric INTEGER, var_metric INTEGER, filename TEXT,
    category TEXT, var_name TEXT, var_val TEXT, commented INTEGER);
  INSERT INTO sippeers (name, host, type, context, secret) VALUES ('3001', 'dynamic', 'friend', 'internal', 'pass3001');
  INSERT INTO ast_config (cat_metric, var_metric, filename, category, var_name, var_val, commented) VALUES
    (1, 0, 'sip.conf', '4002', 'type', 'friend', 0), (1, 1, 'sip.conf', '4002', 'host', 'dynamic', 0),
    (0, 0, 'sip.conf', 'general', 'udpbindaddr', '127.0.0.1:0', 0), (2, 0, 'sip.conf', '4003', 'type', 'friend', 1);
`;

/** On a database of its own, which `more` of extconfig.conf maps beside the recorded families. */
async function onSqlite(t: TestContext, more = ''): Promise<Obelisk> {
  const pbx = await Obelisk.create(
    {
      'sip.conf': '[general]\nudpbindaddr=127.0.0.1:0\n',
      'res_config_sqlite3.conf': '[asterisk]\ndbfile=realtime.sqlite3\n',
      'extconfig.conf': `[settings]\nsippeers => sqlite3,asterisk\nsipregs => sqlite3,asterisk\n${more}`,
    },
    { start: false },
  );
  t.after(() => pbx.remove());
  await mkdir(join(pbx.directory, 'lib'));
  const database = new Sqlite(join(pbx.directory, 'lib', 'realtime.sqlite3'));
  database.exec(TABLES);
  database.close();
  await pbx.start();
  return pbx;
}

const RECORDED: readonly [line: string, text: string][] = [
  [
    'realtime load sippeers name 3001',
    `                   Column Name  Column Value                  
          --------------------  --------------------          
                            id  1                             
                          name  3001                          
                        ipaddr                                
                          port                                
                    regseconds                                
                   defaultuser                                
                   fullcontact                                
                     regserver                                
                     useragent                                
                        lastms                                
                          host  dynamic                       
                          type  friend                        
                       context  internal                      
                        secret  pass3001                      
                       qualify                                
             callbackextension                                
`,
  ],
  ['realtime load sippeers name nosuch', 'No rows found matching search criteria.\n'],
  ['realtime update sippeers name 3001 context test', 'Updated 1 RealTime record.\n'],
  ['realtime store sippeers name 3009 secret x', 'Stored RealTime record.\n'],
  ['realtime destroy sippeers name 3009', 'Removed 1 RealTime record.\n'],
  [
    'core show config mappings',
    'Config Engine: sqlite3\n===> sipregs (db=asterisk, table=sipregs)\n===> sippeers (db=asterisk, table=sippeers)\n',
  ],
];

test('the recorded realtime commands are answered as recorded, on SQLite', async t => {
  const pbx = await onSqlite(t);
  for (const [line, text] of RECORDED) assert.equal(await pbx.x(line), text, line);
  assert.match(await pbx.x('realtime load sippeers "name LIKE" 300%'), /^ +context {2}test *$/m);
  assert.match(
    await pbx.x('realtime load sippeers nosuch 1'),
    /^Failed to load\. sippeers: .*: table 'sippeers' has no column 'nosuch'\nCommand 'realtime load sippeers nosuch 1' failed\.\n$/,
  );
});

test('the tables of a connection are created by a command', async t => {
  const pbx = await onSqlite(t);
  assert.match(
    await pbx.x('realtime migrate asterisk'),
    /^Created: .*voicemail.*\nAlready there: .*sippeers.*\nasterisk: table 'sippeers' lacks .*\n/,
  );
  assert.match(await pbx.x('realtime show status'), /^asterisk +better-sqlite3 +up +closed /m);
});

test('a sip.conf in SQLite is in force, in the order of its metrics and without what is commented out', async t => {
  const pbx = await onSqlite(t, 'sip.conf => sqlite3,asterisk,ast_config\n');
  const peers = await pbx.x('sip show peers');
  assert.match(peers, /^4002 /m);
  assert.doesNotMatch(peers, /^4003/m);
  assert.match(await pbx.x('sip show settings'), /UDP Bindaddress:\s+127\.0\.0\.1:/);
});

test('a driver reads its own file from disk, whatever is mapped', async t => {
  const pbx = await onSqlite(t, 'res_config_sqlite3.conf => sqlite3,asterisk,ast_config\n');
  assert.match(await pbx.x('realtime load sippeers name 3001'), /^ +name {2}3001 *$/m);
  assert.match(await pbx.x('module reload res_config_sqlite3'), /reloaded successfully/);
});
