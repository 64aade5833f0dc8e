/** The commands that compare with a PBX that runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cli } from '../../core/cli.js';
import { RunningStage } from './running-stage.js';
import { Directory } from './stage.js';

const SIP = `[general]
udpbindaddr=127.0.0.1:0
allowguest=no
#include phones.conf
`;

const PHONES =
  '[1008]\ntype=friend\nhost=dynamic\nsecret=first-secret\n[1009]\ntype=friend\nhost=dynamic\nsecret=kept-secret\n';

const stageOf = async (t: Parameters<typeof Directory.of>[0]) =>
  RunningStage.of(t, await Directory.of(t, { 'sip.conf': SIP, 'phones.conf': PHONES }));

/** The rows of a table by their first words, without its heading. */
const rows = (text: string): string[] =>
  text
    .split('\n')
    .slice(1, -1)
    .map(line => line.replace(/\s+/g, ' ').trim());

test('what the file says and what runs are told apart, down to the included line, without secrets', async t => {
  const stage = await stageOf(t);
  assert.match(await stage.text('config diff sip.conf'), /^sip\.conf says what is in force, read \d{4}-/);
  await stage.directory.write({
    'phones.conf': '[1008]\ntype=friend\nhost=dynamic\nsecret=other-secret\ncontext=inside\n[1010]\ntype=peer\n',
    'sip.conf': SIP.replace('allowguest=no', 'allowguest=yes'),
  });
  const text = await stage.text('config diff sip.conf');
  assert.deepEqual(rows(text), [
    'general allowguest no yes sip.conf:3',
    '1008 secret <Set> <Set>, another phones.conf:4',
    '1008 context - inside phones.conf:5',
    '1010 - new section phones.conf:6',
    '1010 type - peer phones.conf:7',
    '1009 section - phones.conf:5',
  ]);
  assert.doesNotMatch(text, /secret=|other-secret|first-secret/);
  assert.equal(await stage.text('config reload sip.conf'), 'chan_sip: sip.conf was read again\n');
  assert.match(await stage.text('config diff sip.conf'), /says what is in force/);
});

test('config list tells who reads a file, whether it was taken, and whether it changed since', async t => {
  const stage = await stageOf(t);
  const row = async (file: string) =>
    rows(await stage.text('config list'))
      .find(line => line.split(' ')[1] === file)
      ?.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, '<date>');
  assert.equal(await row('sip.conf'), 'chan_sip sip.conf <date> ok No 1');
  assert.equal(await row('asterisk.conf'), 'core asterisk.conf <date> ok No 0');
  assert.equal(await row('http.conf'), 'http http.conf <date> absent No 0');
  await stage.directory.write({ 'http.conf': '[general]\nenabled=no\n' });
  assert.equal(await row('http.conf'), 'http http.conf <date> absent Yes 0');
  await stage.directory.write({ 'phones.conf': '[1008]\ntype=friend\npermit=nowhere\n' });
  assert.equal(await row('sip.conf'), 'chan_sip sip.conf <date> ok Yes 1');
  assert.match(
    await stage.text('config reload phones.conf'),
    /phones\.conf:3: permit: .*\nchan_sip: phones\.conf was refused, and the old values stay\n$/s,
  );
  assert.equal(await row('sip.conf'), 'chan_sip sip.conf <date> refused (1) Yes 1');
  assert.match(await stage.text('config diff sip.conf'), /1008 +permit +- +nowhere +phones\.conf:3/);
  await stage.directory.write({ 'phones.conf': PHONES });
  assert.equal(await stage.text('config reload sip.conf'), 'chan_sip: sip.conf was read again\n');
  assert.equal(await row('sip.conf'), 'chan_sip sip.conf <date> ok No 1');
});

test('the files of the core are read again, too; those of the start are not', async t => {
  const stage = await stageOf(t);
  await stage.directory.write({ 'acl.conf': '[office]\ndeny=0.0.0.0/0\n[home]\ndeny=::/0\n' });
  assert.equal(await stage.text('config reload acl.conf'), 'core: acl.conf was read again\n');
  assert.match(await stage.text('acl show'), /home/);
  await stage.directory.write({ 'extconfig.conf': '[settings]\nsippeers => sqlite3\n' });
  assert.match(
    await stage.text('config reload extconfig.conf'),
    /extconfig\.conf:2: .*\ncore: extconfig\.conf was refused/s,
  );
  assert.match(await stage.text('core show config mappings'), /sippeers/);
  assert.equal(await stage.text('config reload modules.conf'), 'core: modules.conf is read at the start only\n');
  assert.match(await stage.text('config reload nobody.conf'), /^nobody reads nobody\.conf\n/);
});

test('a module that goes takes its file along', async t => {
  const stage = await stageOf(t);
  assert.match(await stage.text('config help'), /^sip\.conf /m);
  await stage.text('module unload chan_sip');
  assert.doesNotMatch(await stage.text('config help'), /^sip\.conf /m);
  await stage.text('module load chan_sip');
  assert.match(await stage.text('config help'), /^sip\.conf /m);
});

test('sections are completed by those that the file has', async t => {
  const stage = await stageOf(t);
  const found = (line: string) => stage.pbx.find(cli)!.complete(line);
  assert.deepEqual(found('config set sip.conf 1'), ['1008', '1009']);
  assert.ok(!found('config show sip.conf ').includes('alice'));
  await stage.directory.write({ 'phones.conf': '[2001]\ntype=peer\n' });
  await stage.text('config reload sip.conf');
  assert.deepEqual(found('config unset sip.conf 2'), ['2001']);
  assert.deepEqual(found('config help sip.conf al'), ['alice']);
});
