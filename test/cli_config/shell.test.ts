/** `obelisk config ...`: the program itself, with no PBX running. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAIN, run } from '../support/obelisk.js';
import { Directory, findingsIn } from './stage.js';

const obelisk = ({ path }: Directory, ...words: string[]) =>
  run(process.execPath, [MAIN, '-C', join(path, 'asterisk.conf'), ...words]);

const BAD = { 'sip.conf': '[general]\nmaxexpiry=0\nalowguest=no\n' };

const ends: [words: string[], code: number, stdout: RegExp][] = [
  [['config', 'check', 'acl.conf'], 0, /^acl\.conf: nothing to complain of\n$/],
  [['config', 'check'], 1, /^sip\.conf:2: error: maxexpiry: .*\nsip\.conf:3: warning: .*'allowguest'\?\n7 files: /m],
  [['config', 'check', '--strict', 'acl.conf'], 0, /nothing/],
  [['config', 'check', 'one', 'two'], 2, /^Usage: config check/],
  [['config', 'chek'], 2, /^No such command 'config chek'.*\nconfig add .*\nconfig check \[--strict\] +-- Tell /],
  [['config'], 2, /^config add [\s\S]*\nconfig show +-- Show the values /],
  [['config', 'show', 'sip.conf', 'a section'], 1, /^sip\.conf has no section \[a section\]\n/],
];

for (const [words, code, stdout] of ends) {
  test(`obelisk ${words.join(' ')} ends with ${code}`, async t => {
    const directory = await Directory.of(t, BAD);
    const ended = await obelisk(directory, ...words);
    assert.deepEqual([ended.code, ended.stderr], [code, '']);
    assert.match(ended.stdout, stdout);
    assert.equal(existsSync(join(directory.path, 'run', 'asterisk.ctl')), false);
  });
}

test('the answer can be had as values', async t => {
  const { code, stdout } = await obelisk(await Directory.of(t, BAD), 'config', 'check', 'sip.conf', '--json');
  assert.equal(code, 1);
  assert.ok(findingsIn(stdout).includes("sip.conf:2: error: maxexpiry: expected 1-31536000 seconds, got '0'"));
});

test('an asterisk.conf that cannot be used is told of with its line', async t => {
  const directory = await Directory.of(t, { 'asterisk.conf': '[options]\nmaxcalls=-1\n' });
  const { code, stderr } = await obelisk(directory, 'config', 'check');
  assert.equal(code, 1);
  assert.match(stderr, /^asterisk\.conf:2: maxcalls: expected 0-1000000, got '-1'$/m);
});

test('a module of a third party describes its file, and is not run', async t => {
  const directory = await Directory.of(t, { 'app_bell.conf': '[general]\nvolume=eleven\n' });
  await mkdir(join(directory.path, 'modules', 'app_bell'));
  await directory.write({
    'modules/app_bell/index.js': `
const { integer, read, variablesOf, finding, LoadDeclined } = require('#core');
const table = { volume: integer(3, [1, 10], 'How loud it is.') };
exports.default = {
  name: 'app_bell', description: 'A bell',
  files: [{
    file: 'app_bell.conf', intro: 'A bell.', sections: [{ name: 'general', intro: '', table }],
    check(config) {
      const { problems } = read(table, variablesOf(config, 'general'));
      if (problems.length > 0) throw new LoadDeclined('no', problems);
      return [];
    },
  }],
  loadModule() { throw new Error('it was run'); },
};`,
  });
  const { code, stdout, stderr } = await obelisk(directory, 'config', 'check', 'app_bell.conf');
  assert.deepEqual([code, stderr], [1, '']);
  assert.match(stdout, /^app_bell\.conf:2: error: volume: expected 1-10, got 'eleven'$/m);
});
