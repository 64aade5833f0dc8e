/** Writing a configuration file: core/config/replace.ts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stampAt } from '../../../core/config/disk.js';
import { decoded, Unencodable } from '../../../core/config/encoding.js';
import { Overtaken, replaceConfig } from '../../../core/config/replace.js';

async function scratch(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'replace'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

/** Replaces what is there now. */
const replace = async (path: string, text: string) => replaceConfig(path, text, await stampAt(path));

const root = process.getuid?.() === 0;

test('a file is replaced whole, with the rights it had, through a link, and what it was is kept beside it', async t => {
  const directory = await scratch(t);
  const real = join(directory, 'real.conf');
  await writeFile(real, '[a]\n');
  await chmod(real, 0o664);
  await symlink('real.conf', join(directory, 'link.conf'));
  await replace(join(directory, 'link.conf'), '[é]\n');
  assert.equal(await readFile(real, 'utf8'), '[é]\n');
  assert.equal(await readFile(`${real}.bak`, 'utf8'), '[a]\n');
  for (const path of [real, `${real}.bak`]) assert.equal((await stat(path)).mode & 0o777, 0o664);
  assert.deepEqual((await readdir(directory)).sort(), ['link.conf', 'real.conf', 'real.conf.bak']);
});

test('the owner stays', { skip: !root && 'only root gives files away' }, async t => {
  const path = join(await scratch(t), 'a.conf');
  await writeFile(path, '[a]\n');
  await chown(path, 12, 34);
  await replace(path, '[b]\n');
  for (const each of [path, `${path}.bak`]) {
    const { uid, gid } = await stat(each);
    assert.deepEqual([uid, gid], [12, 34]);
  }
});

/** `é` as a byte that is no UTF-8 makes a file one in Latin-1. */
const written: [what: string, before: string, after: string, how: BufferEncoding][] = [
  ['a file in Latin-1 stays so', 'x=é', 'x=éé', 'latin1'],
  ['one that loses what made it so is as any other', '; é\nx=1\n', 'x=1\n', 'latin1'],
  ['where the line that changes made it so, anything can be said in UTF-8', 'y=1\nx=é\n', 'y=1\nx=€\n', 'utf8'],
  ['what would be taken for UTF-8 there is written in it', 'y=1\nx=é\n', 'y=1\nx=Ã©\n', 'utf8'],
  ['beside other bytes of Latin-1 it is read as it is', 'y=é\nx=1\n', 'y=é\nx=Ã©\n', 'latin1'],
];

test('the mark of UTF-8 before a text in Latin-1 is that mark, and stays', async t => {
  const path = join(await scratch(t), 'a.conf');
  const bytes = (text: string) => Buffer.concat([Buffer.from('\uFEFF'), Buffer.from(text, 'latin1')]);
  await writeFile(path, bytes('[é]\nx=1\n'));
  assert.equal(decoded(await readFile(path)), '\uFEFF[é]\nx=1\n');
  await replace(path, '\uFEFF[é]\nx=é\n');
  assert.deepEqual(await readFile(path), bytes('[é]\nx=é\n'));
  await assert.rejects(replace(path, '\uFEFF[é]\nx=€\n'), /line 2|has no '€'/);
});

for (const [what, before, after, how] of written) {
  test(what, async t => {
    const path = join(await scratch(t), 'a.conf');
    await writeFile(path, before, 'latin1');
    await replace(path, after);
    assert.deepEqual(await readFile(path), Buffer.from(after, how));
    assert.equal(decoded(await readFile(path)), after);
  });
}

const unencodable: [what: string, before: string, after: string, line: number, why: RegExp][] = [
  [
    'a value outside Latin-1',
    '; é\nx=1\n',
    '; é\nx=a€\n',
    2,
    /^the file is in Latin-1, which has no '€': turn it into UTF-8/,
  ],
  ['one of two pieces', '; é\nx=1\n', '; é\nx=☎☎\n', 2, /has no '☎☎'/],
  [
    'what would be taken for UTF-8',
    'x=é\n; Ã©\n',
    'x=1\n; Ã©\n',
    2,
    /^the file is in Latin-1, and 'Ã©' in it would be taken for UTF-8/,
  ],
];

for (const [what, before, after, line, why] of unencodable) {
  test(`refused in a file in Latin-1, which stays as it is: ${what}`, async t => {
    const directory = await scratch(t);
    const path = join(directory, 'a.conf');
    await writeFile(path, before, 'latin1');
    await assert.rejects(
      replace(path, after),
      (thrown: unknown) => thrown instanceof Unencodable && thrown.line === line && why.test(thrown.message),
    );
    assert.deepEqual([await readFile(path, 'latin1'), await readdir(directory)], [before, ['a.conf']]);
  });
}

test('a file that was not there is made without a backup, and undone by taking it away', async t => {
  const directory = await scratch(t);
  const { undo } = await replace(join(directory, 'a.conf'), '[a]\n');
  assert.deepEqual(await readdir(directory), ['a.conf']);
  await undo();
  assert.deepEqual(await readdir(directory), []);
});

test('a file that somebody else has written since it was read is not written, nor put back over', async t => {
  const directory = await scratch(t);
  const path = join(directory, 'a.conf');
  await writeFile(path, '[a]\n');
  const stamp = await stampAt(path);
  await writeFile(path, '[theirs]\n');
  await assert.rejects(replaceConfig(path, '[ours]\n', stamp), new Overtaken());
  assert.deepEqual([await readFile(path, 'utf8'), await readdir(directory)], ['[theirs]\n', ['a.conf']]);
  const { undo } = await replace(path, '[ours]\n');
  await writeFile(path, '[theirs again]\n');
  await assert.rejects(undo(), new Overtaken());
  assert.equal(await readFile(path, 'utf8'), '[theirs again]\n');
});

test('what was written can be put back, byte by byte', async t => {
  const path = join(await scratch(t), 'a.conf');
  await writeFile(path, 'x=é\r\n\0', 'latin1');
  const { undo } = await replace(path, '[b]\n');
  await undo();
  assert.equal(await readFile(path, 'latin1'), 'x=é\r\n\0');
});

test('a write that fails leaves what was there, and nothing else', async t => {
  const directory = await scratch(t);
  await mkdir(join(directory, 'd.conf'));
  await assert.rejects(replace(join(directory, 'd.conf'), '[a]\n'));
  await assert.rejects(replace(join(directory, 'no', 'a.conf'), '[a]\n'), { code: 'ENOENT' });
  assert.deepEqual(await readdir(directory), ['d.conf']);
});

test('in a directory that cannot be written to, the file stays', {
  skip: root && 'root may write anywhere',
}, async t => {
  const directory = await scratch(t);
  await writeFile(join(directory, 'a.conf'), '[a]\n');
  await chmod(directory, 0o500);
  try {
    await assert.rejects(replace(join(directory, 'a.conf'), '[b]\n'), { code: 'EACCES' });
  } finally {
    await chmod(directory, 0o700);
  }
  assert.equal(await readFile(join(directory, 'a.conf'), 'utf8'), '[a]\n');
});

for (const [what, mount, code, before, after, left] of [
  ['the backup finds no room', 'size=64k', 'ENOSPC', 60_000, 60_000, ['a.conf']],
  ['the new file finds no room', 'size=64k', 'ENOSPC', 10_000, 60_000, ['a.conf', 'a.conf.bak']],
  ['nothing may be written', 'size=64k,ro', 'EROFS', 10, 10, ['a.conf']],
] as const) {
  test(`when ${what}, the old file stays and no draft is left`, async t => {
    const disk = await mkdtemp(join(tmpdir(), 'replace-disk'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status === 0;
    t.after(() => {
      if (mounted) spawnSync('umount', [disk]);
      return rm(disk, { recursive: true });
    });
    if (!mounted) return t.skip('no tmpfs can be mounted here');
    const old = '[a]\n'.padEnd(before, ';');
    await writeFile(join(disk, 'a.conf'), old);
    spawnSync('mount', ['-o', `remount,${mount}`, disk]);
    await assert.rejects(replace(join(disk, 'a.conf'), '[b]\n'.padEnd(after, ';')), { code });
    assert.equal(await readFile(join(disk, 'a.conf'), 'utf8'), old);
    return assert.deepEqual((await readdir(disk)).sort(), left);
  });
}
