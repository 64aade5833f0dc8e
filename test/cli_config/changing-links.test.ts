/** What a change does to backups and links beside the file: modules/cli_config/{set,section}.ts, core/editor.ts. */
import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigEditor } from '../../core/editor.js';
import { changingCommands } from '../../modules/cli_config/changing.js';
import { CliStage } from '../support/cli-stage.js';
import { PHONES, read, SIP, stage, TAKEN } from './changing-stage.js';
import { Directory } from './stage.js';

test('a backup that a pattern would include is not left, and the file is as it was', async t => {
  const on = await stage(t, {}, TAKEN);
  await mkdir(join(on.directory.path, 'sip.d'));
  await writeFile(join(on.directory.path, 'sip.d', 'one'), PHONES);
  await on.directory.write({ 'sip.conf': '[general]\n#include sip.d/*\n' });
  assert.match(
    await on.cli.text('config set sip.conf 1008 context x'),
    /^sip\.d\/one\.bak, the backup, would be included by a pattern in sip\.conf: let the pattern end in \.conf\n/,
  );
  assert.deepEqual(await readdir(join(on.directory.path, 'sip.d')), ['one']);
  assert.equal(await read(on, 'sip.d/one'), PHONES);
});

test('a link stays a link, and what it leads to is changed', async t => {
  const on = await stage(t, {}, TAKEN);
  await mkdir(join(on.directory.path, 'real'));
  await writeFile(join(on.directory.path, 'real', 'x'), '[general]\n[77]\ntype=friend\n');
  await symlink('real/x', join(on.directory.path, 'linked.conf'));
  await on.directory.write({ 'sip.conf': '[general]\n#include linked.conf\n' });
  assert.match(await on.cli.text('config set sip.conf 77 host dynamic'), /^linked\.conf:4: /);
  assert.equal(await read(on, 'real/x'), '[general]\n[77]\ntype=friend\nhost=dynamic\n');
});

test('a link out of the directory is read, and what it leads to is not written', async t => {
  const on = await stage(t, {}, TAKEN);
  const elsewhere = await Directory.of(t, { 'x.conf': '[77]\ntype=friend\n' });
  await symlink(join(elsewhere.path, 'x.conf'), join(on.directory.path, 'linked.conf'));
  await symlink(elsewhere.path, join(on.directory.path, 'sip.d'));
  const before = await elsewhere.content();
  for (const file of ['linked.conf', 'sip.d/x.conf']) {
    await on.directory.write({ 'sip.conf': `[general]\n#include ${file}\n` });
    for (const named of ['sip.conf', file]) {
      assert.match(
        await on.cli.text(`config set ${named} 77 host dynamic`),
        /\/(linked|sip\.d\/x)\.conf is a link out of \/\S+, to \/\S+\/x\.conf: change it there\./,
      );
    }
  }
  assert.deepEqual([await elsewhere.content(), on.reloaded, on.cli.faults], [before, [], []]);
});

test('a configuration directory that is a link is one all the same', async t => {
  const on = await stage(t, {}, TAKEN);
  const link = `${on.directory.path}-link`;
  await symlink(on.directory.path, link);
  t.after(() => unlink(link));
  await on.directory.write({ 'asterisk.conf': `[directories]\nastetcdir => ${link}\n` });
  const editor = new ConfigEditor(await on.directory.configuration(), undefined);
  const cli = new CliStage(...changingCommands(await on.directory.configuration(), editor));
  assert.match(await cli.text('config set sip.conf 1008 context x'), /^phones\.conf:10: .* is added/);
});

test('a backup is not changed', async t => {
  const on = await stage(t, { 'sip.conf.bak': SIP }, TAKEN);
  assert.match(
    await on.cli.text('config set sip.conf.bak general realm x'),
    /\/sip\.conf\.bak is the backup of sip\.conf, and is not changed: copy it to another name\./,
  );
});
