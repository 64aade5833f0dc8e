import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { Obelisk, PHONES, run } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';

test('a registration survives SIGTERM, and the process ends by itself', async () => {
  const pbx = await Obelisk.create({ 'sip.conf': PHONES });
  try {
    using phone = await Phone.open(await pbx.port(), '1008', 'pass1008');
    assert.equal(statusOf(await phone.register()), 200);
    pbx.kill('SIGTERM');
    assert.deepEqual(await pbx.exited(), { code: 0, signal: null });
    await pbx.start();
    const shown = await pbx.x('sip show peers like 1008');
    assert.match(shown, new RegExp(`^1008/1008 +127\\.0\\.0\\.1 +D .* ${phone.port} +Unmonitored`, 'm'));
    assert.match(shown, /Unmonitored: 1 online, 0 offline/);
  } finally {
    await pbx.remove();
  }
});

test('after the last phone nothing is held that was not there before the first', async () => {
  const pbx = await Obelisk.create({ 'sip.conf': PHONES });
  try {
    const held = async () => [
      await pbx.x('sip show objects'),
      await pbx.x('sip show channels'),
      await pbx.x('sip show tcp'),
      // What is remembered against repeats goes in time, as the original's dialogs do.
      (await pbx.x('sip show sched')).replace(/^.*(?:Highwater|schedcnt|what was answered).*\n/gm, ''),
    ];
    const before = await held();
    const port = await pbx.port();
    for (const name of ['1008', '1009', '1010']) {
      using phone = await Phone.open(port, name, `pass${name}`);
      assert.equal(statusOf(await phone.register()), 200);
      assert.equal(statusOf(await phone.register({ expires: 0 })), 200);
    }
    assert.deepEqual(await held(), before);
  } finally {
    await pbx.remove();
  }
});

test('after SIGKILL what is older than the batch window is there, and the database is whole', async () => {
  const pbx = await Obelisk.create({ 'sip.conf': PHONES });
  try {
    const port = await pbx.port();
    const phones = await Promise.all(['1008', '1009', '1010'].map(name => Phone.open(port, name, `pass${name}`)));
    const statuses = await Promise.all(phones.map(async phone => statusOf(await phone.register())));
    for (const phone of phones) phone.close();
    assert.deepEqual(statuses, [200, 200, 200]);
    await written(join(pbx.directory, 'lib', 'astdb.sqlite3'), 3);
    pbx.kill('SIGKILL');
    await pbx.exited();
    await pbx.start();
    assert.match(
      await pbx.x('sip show peers'),
      /3 sip peers \[Monitored: 0 online, 0 offline Unmonitored: 3 online, 0 offline\]/,
    );
    assert.match(await pbx.x('database show SIP'), /3 results found\./);
  } finally {
    await pbx.remove();
  }
});

test('a broken sip.conf at reload: every problem with its line, and nothing changes', async () => {
  const pbx = await Obelisk.create({ 'sip.conf': PHONES });
  try {
    const port = await pbx.port();
    using phone = await Phone.open(port, '1008', 'pass1008');
    assert.equal(statusOf(await phone.register()), 200);
    const before = await pbx.x('sip show peers');
    await pbx.write(
      'sip.conf',
      '[general]\nudpbindaddr=127.0.0.1:0\nmaxexpiry=soon\n[1008\nsecret=x\n[2000](nosuch)\ntype=friend\n',
    );
    const said = await pbx.x('sip reload');
    for (const place of ['sip.conf:4:', 'sip.conf:6:']) assert.ok(said.includes(place), `${place} is not in:\n${said}`);
    assert.equal(await pbx.x('sip show peers'), before);
    await pbx.write('sip.conf', PHONES.replace('realm=asterisk', 'maxexpiry=soon\nminexpiry=never'));
    const ranges = await pbx.x('sip reload');
    for (const place of ['sip.conf:3: maxexpiry:', 'sip.conf:4: minexpiry:']) assert.ok(ranges.includes(place), ranges);
    assert.equal(await pbx.x('sip reload'), ranges, 'refused again, though it has not changed');
    assert.equal(await pbx.x('sip show peers'), before);
    assert.equal(statusOf(await phone.register()), 200);
    assert.equal(await pbx.port(), port);
  } finally {
    await pbx.remove();
  }
});

test('a reload takes nothing more from the core, and says each warning once', async () => {
  const pbx = await Obelisk.create({ 'sip.conf': PHONES });
  try {
    const holds = await pbx.x('module show chan_sip');
    await pbx.write('sip.conf', `${PHONES}\nno option\n`);
    assert.equal(await pbx.x('sip reload'), '');
    assert.equal(await pbx.x('module show chan_sip'), holds);
    const log = await pbx.logged(/neither a section nor 'name = value'/);
    assert.equal(log.match(/neither a section nor 'name = value'/g)?.length, 1);
  } finally {
    await pbx.remove();
  }
});

test('a broken sip.conf at the start: chan_sip declines and says why, the rest runs', async () => {
  const pbx = await Obelisk.create({ 'sip.conf': '[general\nrealm=x\n' });
  try {
    assert.match(await pbx.x('module show like chan_sip'), /chan_sip .*Not Running/);
    await pbx.logged(/chan_sip declined to load.*\n?.*sip\.conf:1:/);
    await pbx.write('sip.conf', PHONES);
    assert.equal(await pbx.x('module load chan_sip'), 'Loaded chan_sip\n');
    assert.match(await pbx.x('sip show peers'), /3 sip peers/);
  } finally {
    await pbx.remove();
  }
});

test('unloading chan_sip closes its port and takes its commands; loading it again brings registrations back', async () => {
  const pbx = await Obelisk.create({ 'sip.conf': PHONES });
  try {
    const port = await pbx.port();
    await pbx.write('sip.conf', PHONES.replace('127.0.0.1:0', `127.0.0.1:${port}`));
    using phone = await Phone.open(port, '1008', 'pass1008');
    assert.equal(statusOf(await phone.register()), 200);
    assert.equal(await pbx.x('module unload chan_sip'), 'Unloaded chan_sip\n');
    assert.match(await pbx.x('sip show peers'), /^No such command 'sip show peers'/);
    const squatter = await Phone.open(port, 'x', 'x'); // the port is free: another may bind it
    squatter.close();
    assert.equal(await pbx.x('module load chan_sip.so'), 'Loaded chan_sip.so\n');
    assert.match(await pbx.x('sip show peers like 1008'), new RegExp(`1008/1008 .* ${phone.port} `));
    assert.equal(statusOf(await phone.register()), 200);
  } finally {
    await pbx.remove();
  }
});

test('a required module that is not there ends the start with status 2; a second PBX in one place with status 1', async () => {
  const lacking = await Obelisk.create(
    { 'sip.conf': PHONES, 'modules.conf': '[modules]\nautoload=yes\nrequire=res_nosuch.so\n' },
    { start: false },
  );
  const pbx = await Obelisk.create({ 'sip.conf': PHONES });
  try {
    await assert.rejects(lacking.start(), /ended with 2 .*res_nosuch/s);
    const running = pbx.exited();
    const pid = pbx.pid;
    await assert.rejects(pbx.start(), /ended with 1 .*asterisk\.ctl/s);
    process.kill(pid, 'SIGTERM');
    assert.deepEqual(await running, { code: 0, signal: null });
  } finally {
    await lacking.remove();
    await pbx.remove();
  }
});

test('modules of an existing installation that are not ours are one line, and never a failed start', async () => {
  const pbx = await Obelisk.create({
    'sip.conf': PHONES,
    'modules.conf':
      '[modules]\nautoload=no\nload => res_rtp_asterisk.so\nload => app_confbridge.so\nload => pbx_lua.so\nload => chan_sip.so\n',
  });
  try {
    assert.match(await pbx.x('module show like sip'), /chan_sip .*Running/);
    const lines = (await pbx.logged(/app_confbridge/)).split('\n').filter(line => line.includes('app_confbridge'));
    assert.equal(lines.length, 1);
  } finally {
    await pbx.remove();
  }
});

/** Resolves when so many registrations are in the database file. */
async function written(file: string, count: number): Promise<void> {
  for (;;) {
    const database = new Database(file, { readonly: true });
    const rows = database.prepare("SELECT key FROM astdb WHERE key LIKE '/SIP/Registry/%'").all();
    database.close();
    if (rows.length === count) return;
    await run('true', []);
  }
}

test('the pid file tells the process while it runs; one left behind is replaced, and one of another process stays', async () => {
  const pbx = await Obelisk.create({ 'sip.conf': PHONES }, { start: false });
  const file = join('run', 'asterisk.pid');
  try {
    await pbx.start();
    assert.equal(await pbx.read(file), `${pbx.pid}\n`);
    pbx.kill('SIGKILL');
    await pbx.exited();
    await pbx.start();
    assert.equal(await pbx.read(file), `${pbx.pid}\n`);
    pbx.kill('SIGTERM');
    await pbx.exited();
    await assert.rejects(pbx.read(file), { code: 'ENOENT' });
    await pbx.start();
    await pbx.write(file, '1\n');
    pbx.kill('SIGTERM');
    await pbx.exited();
    assert.equal(await pbx.read(file), '1\n');
  } finally {
    await pbx.remove();
  }
});
