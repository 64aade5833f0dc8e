/** The files under configs/dist: that what they name is there, and that the programs that read them take them. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ConfigFiles } from '../../core/config/files.js';
import { readSettings } from '../../core/settings.js';
import { missing, Obelisk, PHONES, run } from '../support/obelisk.js';

const ROOT = join(__dirname, '..', '..', '..');
const DIST = join(ROOT, 'configs', 'dist');
/** Where the files take the program to be, and the one that is here. */
const INSTALLED = '/opt/obelisk/node_modules/.bin/obelisk';
const HERE = join(ROOT, 'core', 'obelisk');

let folder = '';
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'obelisk-dist-'))));
after(() => rm(folder, { recursive: true, force: true }));

const text = (name: string): Promise<string> => readFile(join(DIST, name), 'utf8');

async function settings() {
  const read = await new ConfigFiles({ directory: DIST, execIncludes: false }).read('asterisk.conf', 'test', false);
  return readSettings(read!, join(DIST, 'asterisk.conf'), 'pbx');
}

/** What the PBX writes to, of `[directories]`. */
async function written(): Promise<string[]> {
  const { astvarlibdir, astdbdir, astspooldir, astrundir, astlogdir, astcachedir } = (await settings()).settings
    .directories;
  return [...new Set([astvarlibdir, astdbdir, astspooldir, astrundir, astlogdir, astcachedir])];
}

test('asterisk.conf is read without a warning', async () => {
  const { warnings, settings: set } = await settings();
  assert.deepEqual(warnings, []);
  assert.deepEqual([set.runuser, set.rungroup], ['asterisk', 'asterisk']);
});

test('the program that they name is the one that the package brings', async () => {
  const { bin } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { bin: { obelisk: string } };
  assert.equal(join(ROOT, bin.obelisk), HERE);
  for (const name of ['obelisk.service', 'obelisk.logrotate']) {
    const named = (await text(name)).split('\n').filter(line => /obelisk -/.test(line) && !line.startsWith('#'));
    assert.ok(named.length > 0);
    for (const line of named) assert.ok(line.includes(`${INSTALLED} `), line);
  }
});

const provides: [what: string, named: (text: string) => string[]][] = [
  [
    'obelisk.service',
    unit => {
      const places = { Runtime: '/run', State: '/var/lib', Logs: '/var/log', Cache: '/var/cache' };
      const own = Object.entries(places).map(([kind, place]) =>
        join(place, new RegExp(`^${kind}Directory=(.*)$`, 'm').exec(unit)![1]!),
      );
      return [...own, ...[...unit.matchAll(/(?<=^ReadWritePaths=.*-)\/\S+/gm)].map(([path]) => path)];
    },
  ],
  ['obelisk.tmpfiles', lines => [...lines.matchAll(/^d (\S+) 0750/gm)].map(([, path]) => path!)],
  [
    'Dockerfile',
    lines =>
      /install -d -m 0750 -o asterisk .*/
        .exec(lines)![0]
        .split(' ')
        .filter(word => word.startsWith('/')),
  ],
];

for (const [name, named] of provides) {
  test(`${name} provides every directory that the PBX writes to by asterisk.conf`, async () => {
    const provided = named(await text(name));
    assert.deepEqual(
      (await written()).filter(directory => !provided.includes(directory)),
      [],
    );
  });
}

test('the Dockerfile copies what is there, and what its ignore list lets through', async () => {
  const allowed = (await text('Dockerfile.dockerignore')).split('\n').filter(line => line.startsWith('!'));
  for (const [, words] of (await text('Dockerfile')).matchAll(/^COPY (?!--from)(.*)$/gm)) {
    const sources = words!
      .split(' ')
      .filter(word => !word.startsWith('--'))
      .slice(0, -1);
    for (const source of sources) {
      assert.ok(existsSync(join(ROOT, source)), source);
      assert.ok(allowed.includes(`!${source.split('/')[0]}`), `${source} is ignored`);
    }
  }
});

test('systemd takes the unit', async t => {
  const absent = await missing('systemd-analyze');
  if (absent) return t.skip(absent);
  const unit = join(folder, 'obelisk.service');
  await writeFile(unit, (await text('obelisk.service')).replaceAll(INSTALLED, HERE));
  const { code, stdout, stderr } = await run('systemd-analyze', ['verify', unit]);
  const own = (stdout + stderr).split('\n').filter(line => line.includes('obelisk.service'));
  assert.deepEqual([code, own], [0, []]);
  const security = await run('systemd-analyze', ['security', '--offline=yes', '--threshold=30', unit]);
  assert.equal(security.code, 0, security.stdout + security.stderr);
});

test('systemd makes the user, and the directories for it', async t => {
  const absent = (await missing('systemd-sysusers')) || (await missing('systemd-tmpfiles'));
  if (absent) return t.skip(absent);
  if (process.getuid!() !== 0) return t.skip('only root makes users');
  const root = join(folder, 'root');
  await mkdir(join(root, 'etc'), { recursive: true });
  for (const name of ['passwd', 'group']) await writeFile(join(root, 'etc', name), '');
  const user = await run('systemd-sysusers', [`--root=${root}`, join(DIST, 'obelisk.sysusers')]);
  assert.equal(user.code, 0, user.stderr);
  const [, , uid, gid] = (await readFile(join(root, 'etc', 'passwd'), 'utf8')).split(':');
  const made = await run('systemd-tmpfiles', [`--root=${root}`, '--create', join(DIST, 'obelisk.tmpfiles')]);
  assert.equal(made.code, 0, made.stderr);
  for (const directory of await written()) {
    const found = await stat(join(root, directory));
    assert.deepEqual([String(found.uid), String(found.gid), found.mode & 0o777], [uid, gid, 0o750], directory);
  }
});

test('logrotate takes its file, and the PBX goes on in a new log', async t => {
  const absent = await missing('logrotate');
  if (absent) return t.skip(absent);
  const pbx = await Obelisk.create({ 'sip.conf': PHONES });
  try {
    const rules = join(folder, 'logrotate.conf');
    const own = (await text('obelisk.logrotate'))
      .replaceAll(INSTALLED, HERE)
      .replaceAll('/etc/asterisk', pbx.directory)
      .replaceAll('/var/log/asterisk', join(pbx.directory, 'log'))
      .replaceAll(/^ *su .*\n/gm, '')
      .replaceAll(/(create 0640) .*/g, '$1')
      .replaceAll('size 100M', 'size 1');
    await writeFile(rules, own, { mode: 0o600 });
    const { code, stderr } = await run('logrotate', ['-v', '-s', join(folder, 'state'), rules]);
    assert.equal(code, 0, stderr);
    assert.ok((await readdir(join(pbx.directory, 'log'))).includes('messages.1'), stderr);
    await pbx.logged(/Obelisk .* opened/);
  } finally {
    await pbx.remove();
  }
});
