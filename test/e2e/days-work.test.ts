/** A day's work at the console: phones and databases come and go, nothing is restarted, and nobody else is disturbed. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAIN, Obelisk, run } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';

const PHONES = `; the phones of the house
[phone](!)
type = friend
host = dynamic
context = internal

[1008](phone) ; the one at the door
secret = pass-of-1008
`;

const FILES = {
  'sip.conf': `; first of all
[general]
udpbindaddr = 127.0.0.1:0 ; any
realm = asterisk
overloaddelay = 0
#include phones.conf
`,
  'phones.conf': PHONES,
  'extconfig.conf': '; where rows are\n[settings]\nsippeers => sqlite3,old,sippeers\n',
  'res_config_sqlite3.conf': `[old]
dbfile = old.sqlite3
migrate = yes
seed = sippeers?name=2001&type=friend&host=dynamic&secret=pass-of-2001
[new]
dbfile = new.sqlite3
migrate = yes
seed = sippeers?name=2002&type=friend&host=dynamic&secret=pass-of-2002
`,
};

const EDITED = Object.keys(FILES);

test('a day of changes by commands, all undone at its end, while another phone stays registered', async t => {
  const pbx = await Obelisk.create(FILES);
  t.after(() => pbx.remove());
  const { pid } = pbx;
  const started = await pbx.x('core show settings | include Startup');
  const contents = () => Promise.all(EDITED.map(name => pbx.read(name)));
  const before = await contents();
  const port = await pbx.port();
  using door = await Phone.open(port, '1008', 'pass-of-1008');
  const undisturbed = async () => assert.equal(statusOf(await door.register()), 200);
  const registers = async (name: string, at = port) => {
    using phone = await Phone.open(at, name, `pass-of-${name}`);
    return statusOf(await phone.register());
  };
  const work = async (line: string, answer: RegExp) => {
    assert.match(await pbx.x(line), answer, line);
    assert.match(await pbx.x('sip show peers like 1008'), /^1008\/1008 +127\.0\.0\.1 /m);
    await undisturbed();
  };
  await undisturbed();

  assert.equal(await registers('1010'), 403);
  await work('config add phones.conf 1010(phone) --no-reload', /^phones\.conf:10: \[1010\] is added\./);
  await work(
    'config set sip.conf 1010 secret pass-of-1010',
    /^phones\.conf:11: .* is added\.\nchan_sip has read it\.$/m,
  );
  assert.equal(await registers('1010'), 200);
  await work('config set sip.conf 1010 secret other-than-that', /^phones\.conf:11: .* is set\.$/m);
  assert.equal(await registers('1010'), 403);
  const why = await pbx.x('sip explain last 1010');
  assert.match(why, /^.*REGISTER of '1010' from 127\.0\.0\.1:\d+ over UDP: 403 Forbidden$/m);
  assert.match(why, /^ {2}Device +not found +phones\.conf:10 +'1010' is there now, and was not then$/m);
  assert.match(why, /^ {2}Device +found +phones\.conf:10 .*\n(?:.*\n){2} {2}Password +wrong /m);
  await work('config set sip.conf 1010 secret pass-of-1010', /has read it/);

  assert.deepEqual([await registers('2001'), await registers('2002')], [200, 403]);
  await work('config set extconfig.conf settings sippeers sqlite3,new,sippeers', /^extconfig\.conf:3: .* is set\.$/m);
  assert.deepEqual([await registers('2002'), await registers('1010')], [200, 200]);

  assert.match(await pbx.x('module unload chan_sip'), /^Unloaded chan_sip$/m);
  assert.match(await pbx.x('module load chan_sip'), /^Loaded chan_sip$/m);
  const anew = await pbx.port();
  assert.deepEqual([await registers('2001', anew), await registers('2002', anew)], [403, 200]);
  using again = await Phone.open(anew, '1008', 'pass-of-1008');
  assert.equal(statusOf(await again.register()), 200);

  for (const [line, answer] of [
    ['config set extconfig.conf settings sippeers sqlite3,old,sippeers', /is set\./],
    ['config unset sip.conf 1010 secret', /is taken out of \[1010\]/],
    ['config remove sip.conf 1010', /\[1010\] is taken out/],
  ] as const) {
    assert.match(await pbx.x(line), answer, line);
    assert.equal(statusOf(await again.register()), 200);
  }
  assert.deepEqual([await registers('2001', anew), await registers('1010', anew)], [200, 403]);
  assert.deepEqual(await contents(), before);
  assert.deepEqual([pbx.pid, await pbx.x('core show settings | include Startup')], [pid, started]);
});

test('from the shell the same is done with and without a PBX, and with one it is in force', async t => {
  const pbx = await Obelisk.create(FILES, { start: false });
  t.after(() => pbx.remove());
  const shell = (...words: string[]) =>
    run(process.execPath, [MAIN, '-C', join(pbx.directory, 'asterisk.conf'), 'config', ...words]);
  const added = await shell('add', 'phones.conf', '1010(phone)');
  assert.deepEqual([added.code, /^Nothing was reloaded\.$/m.test(added.stdout)], [0, true]);
  const refused = await shell('set', 'sip.conf', 'general', 'maxexpiry', 'never');
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /^maxexpiry: expected /);
  await pbx.start();
  const set = await shell('set', 'sip.conf', '1010', 'secret', 'pass of 1010');
  assert.match(set.stdout, /^chan_sip has read it\.$/m);
  assert.match(await pbx.read('phones.conf'), /^secret = pass of 1010$/m);
  using phone = await Phone.open(await pbx.port(), '1010', 'pass of 1010');
  assert.equal(statusOf(await phone.register()), 200);
  const back = await shell('set', 'sip.conf', 'general', 'udpbindaddr', '192.0.2.1:5060');
  assert.equal(back.code, 1);
  assert.match(back.stdout, /^chan_sip refused the change\.\nsip\.conf is put back as it was\.$/m);
  assert.match(await pbx.read('sip.conf'), /^udpbindaddr = 127\.0\.0\.1:0 ; any$/m);
  assert.equal(statusOf(await phone.register()), 200);
});

test('with autoreload=yes a file that is saved is in force by itself, and a broken one changes nothing', async t => {
  const pbx = await Obelisk.create(FILES, { start: false });
  t.after(() => pbx.remove());
  await pbx.write('asterisk.conf', `${await pbx.read('asterisk.conf')}[options]\nautoreload = yes\n`);
  await pbx.start();
  const logged = async (sign: RegExp) => {
    while (!sign.test(await readFile(join(pbx.directory, 'log', 'messages'), 'utf8'))) await pbx.x('core show uptime');
  };
  using phone = await Phone.open(await pbx.port(), '1010', 'pass-of-1010');
  await pbx.write('phones.conf', `${PHONES}[1010](nosuch)\n`);
  await logged(/sip\.conf has changed and is refused, the old values stay:.*\n.*phones\.conf:9: no section 'nosuch'/);
  assert.equal(statusOf(await phone.register()), 403);
  await pbx.write('phones.conf', `${PHONES}[1010](phone)\nsecret = pass-of-1010\n`);
  await logged(/sip\.conf has changed: read again by chan_sip/);
  assert.equal(statusOf(await phone.register()), 200);
});
