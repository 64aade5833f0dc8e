import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
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
  assert.match(
    await pbx.read('log/messages'),
    /WARNING.*extconfig\.conf:3: driver 'gone' is not loaded: it cannot be asked for sipregs/,
  );

  await pbx.write('extconfig.conf', '[settings\nsippeers => gone,db\n');
  assert.match(await pbx.x('realtime reload'), /^extconfig\.conf cannot be used\nextconfig\.conf:1: /);
  assert.match(await pbx.x('core reload'), /^$/);
  assert.match(await pbx.read('log/messages'), /ERROR.*what is mapped stays as it was: extconfig\.conf cannot be used/);
  assert.equal(
    await pbx.x('core show config mappings'),
    'Config Engine: mem\n===> sippeers (db=db, table=sippeers)\nConfig Engine: gone (not loaded)\n===> sipregs (db=db, table=sipregs)\n',
  );

  await pbx.write('extconfig.conf', '[settings]\nvoicemail => mem,db,boxes\n');
  await pbx.x('core reload');
  assert.equal(await pbx.x('core show config mappings'), 'Config Engine: mem\n===> voicemail (db=db, table=boxes)\n');

  await pbx.x('module unload res_config_mem');
  assert.match(await pbx.x('core show config mappings'), /^Config Engine: mem \(not loaded\)$/m);
  assert.match(await pbx.read('log/messages'), /WARNING.*extconfig\.conf:2: driver 'mem' is gone/);
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
