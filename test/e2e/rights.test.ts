/** Whose the process and its files are: nobody else's business, and as an unprivileged user where that is asked for. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Obelisk, PHONES, run } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';
import { isFreeToListen } from '../support/spare-port.js';

const isRoot = process.getuid!() === 0;
const NOBODY = 65_534;

/** Everything under a directory with its rights. */
async function rightsUnder(directory: string): Promise<{ path: string; rights: number; kind: string; uid: number }[]> {
  const paths = await readdir(directory, { recursive: true });
  return Promise.all(
    paths.map(async path => {
      const found = await stat(join(directory, path));
      const kind = found.isDirectory() ? 'directory' : found.isSocket() ? 'socket' : 'file';
      return { path, rights: found.mode & 0o777, kind, uid: found.uid };
    }),
  );
}

const MOST: Readonly<Record<string, number>> = { directory: 0o750, socket: 0o600, file: 0o640 };

/** What it makes while it runs, beside the files that the test wrote. */
const MADE = ['lib', 'run', 'log'];

test('what it makes nobody else can read, however open the mask is that it was started with', async () => {
  const before = process.umask(0);
  const pbx = await Obelisk.create({
    'sip.conf': PHONES,
    'cdr.conf': '[general]\n',
    'res_config_sqlite3.conf': '[demo]\ndbfile=realtime.sqlite3\nmigrate=yes\n',
    'extconfig.conf': '[settings]\nsippeers => sqlite3,demo\n',
    'extensions.conf': '[default]\nexten => s,1,Answer()\n',
  }).finally(() => process.umask(before));
  try {
    using phone = await Phone.open(await pbx.port(), '1008', 'pass1008');
    assert.equal(statusOf(await phone.register()), 200);
    await pbx.x('channel originate Local/s@default extension s@default');
    await pbx.x('channel request hangup all');
    await pbx.x('cdr submit');
    const seen: string[] = [];
    for (const directory of MADE) {
      const { mode } = await stat(join(pbx.directory, directory));
      assert.equal((mode & 0o777).toString(8), '750', directory);
      for (const { path, rights, kind } of await rightsUnder(join(pbx.directory, directory))) {
        seen.push(`${directory}/${path}`);
        assert.equal(rights & ~MOST[kind]!, 0, `${kind} ${directory}/${path} has ${rights.toString(8)}`);
      }
    }
    for (const path of [
      'run/asterisk.ctl',
      'run/asterisk.pid',
      'log/messages',
      'lib/astdb.sqlite3',
      'lib/realtime.sqlite3',
      'log/cdr-csv/Master.csv',
    ]) {
      assert.ok(seen.includes(path), `${path} is not among ${seen.join(' ')}`);
    }
  } finally {
    await pbx.remove();
  }
});

/** A port that only root may open, or who was given the right to. */
async function lowPort(below = 1024): Promise<number> {
  for (let port = below - 1; port > 600; port--) {
    if (await isFreeToListen(port)) return port;
  }
  throw new Error('no port below 1024 is free');
}

const facts = async (pid: number): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await readFile(`/proc/${pid}/status`, 'utf8')).split('\n').map(line => {
      const [name = '', ...values] = line.trim().split(/\s+/);
      return [name.replace(':', ''), values.join(' ')];
    }),
  );

const ways: [title: string, options: string, flags: readonly string[]][] = [
  ['runuser of asterisk.conf', '[options]\nrunuser=nobody\n', []],
  ['-U before runuser', '[options]\nrunuser=daemon\n', ['-U', 'nobody']],
];

for (const [title, options, flags] of ways) {
  test(`${title}: root becomes that user, who keeps ports below 1024 and nothing else`, async t => {
    if (!isRoot) return t.skip('only root becomes another');
    const pbx = await Obelisk.create({ 'sip.conf': PHONES }, { start: false });
    try {
      await chmod(pbx.directory, 0o755);
      const conf = await pbx.read('asterisk.conf');
      await pbx.write('asterisk.conf', conf + options);
      const first = await lowPort();
      const second = await lowPort(first);
      await pbx.write('sip.conf', PHONES.replace('tcpbindaddr=127.0.0.1:0', `tcpbindaddr=127.0.0.1:${first}`));
      // The parent is root's: what is missing in it, root makes for the user.
      await pbx.start(...flags);
      const { Uid, Gid, CapEff, CapPrm, CapAmb } = await facts(pbx.pid);
      const bind = (1 << 10).toString(16).padStart(16, '0');
      assert.deepEqual([Uid, Gid], [Array(4).fill(NOBODY).join(' '), Array(4).fill(NOBODY).join(' ')]);
      assert.deepEqual([CapEff, CapPrm, CapAmb], [bind, bind, bind]);
      assert.equal(await pbx.port('TCP SIP'), first);
      using phone = await Phone.open(await pbx.port(), '1008', 'pass1008');
      assert.equal(statusOf(await phone.register()), 200);
      await pbx.write('sip.conf', PHONES.replace('tcpbindaddr=127.0.0.1:0', `tcpbindaddr=127.0.0.1:${second}`));
      await pbx.x('sip reload');
      assert.equal(await pbx.port('TCP SIP'), second);
      for (const directory of MADE) {
        const { uid, mode } = await stat(join(pbx.directory, directory));
        assert.deepEqual([uid, (mode & 0o777).toString(8)], [NOBODY, '750'], directory);
        for (const found of await rightsUnder(join(pbx.directory, directory)))
          assert.equal(found.uid, NOBODY, found.path);
      }
      await pbx.stop();
    } finally {
      await pbx.remove();
    }
  });
}

test('a group of its own replaces the groups of the user', async t => {
  if (!isRoot) return t.skip('only root becomes another');
  const pbx = await Obelisk.create({ 'sip.conf': PHONES }, { start: false });
  try {
    await chmod(pbx.directory, 0o755);
    await pbx.start('-U', 'nobody', '-G', 'daemon');
    const { Uid, Gid, Groups } = await facts(pbx.pid);
    assert.deepEqual([Uid, Gid, Groups], [Array(4).fill(NOBODY).join(' '), Array(4).fill(1).join(' '), '']);
    await pbx.stop();
  } finally {
    await pbx.remove();
  }
});

const refused: [title: string, flags: readonly string[], reason: RegExp][] = [
  ['a user that does not exist', ['-U', 'no-such-user'], /it is to run as user 'no-such-user': there is no such user/],
  [
    'a group that does not exist',
    ['-G', 'no-such-group'],
    /it is to run as group 'no-such-group': there is no such group/,
  ],
];

for (const [title, flags, reason] of refused) {
  test(`${title}: it does not start, and says why`, async () => {
    const pbx = await Obelisk.create({ 'sip.conf': PHONES }, { start: false });
    try {
      await assert.rejects(pbx.start(...flags), reason);
    } finally {
      await pbx.remove();
    }
  });
}

test('who is not root cannot start it as another, but as himself', async () => {
  const user = isRoot ? NOBODY : undefined;
  const pbx = await Obelisk.create({ 'sip.conf': PHONES }, { start: false, user });
  try {
    await assert.rejects(pbx.start('-U', 'root'), /it is to run as user 'root': only root can start it as another/);
    const { stdout } = await run('id', ['-un', ...(user === undefined ? [] : [String(user)])]);
    await pbx.start('-U', stdout.trim());
    await pbx.stop();
  } finally {
    await pbx.remove();
  }
});

test('a control socket that may not be opened is told as that, not as a PBX that runs', async () => {
  const user = isRoot ? NOBODY : undefined;
  const pbx = await Obelisk.create({ 'sip.conf': PHONES }, { start: false, user });
  const directory = join(pbx.directory, 'run');
  await mkdir(directory, { recursive: true });
  try {
    await chmod(directory, 0);
    await assert.rejects(pbx.start(), /asterisk\.ctl may not be opened by this user/);
  } finally {
    await chmod(directory, 0o700);
    await pbx.remove();
  }
});
