/** `autoreload=yes`: core/autoreload.ts. */
import assert from 'node:assert/strict';
import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Autoreload } from '../../core/autoreload.js';
import { TestClock } from '../../core/clock.js';
import { ConfigFiles } from '../../core/config/files.js';
import { Configuration, type FileReload } from '../../core/configuration.js';
import { LoadDeclined } from '../../core/errors.js';
import { Loggers } from '../../core/logger.js';
import { sipConf } from '../../modules/chan_sip/options/sip-conf.js';
import { Directory, type Texts } from '../cli_config/stage.js';

const SIP = '[general]\nudpbindaddr = 127.0.0.1\n#include phones.conf\n#tryinclude more-*.conf\n';
const PHONES = '[7](!)\n';

/** chan_sip's file, read once, and a look at it whenever the test wants one. */
async function stage(t: TestContext, how: { refuses?: boolean; texts?: Texts } = {}) {
  const directory = await Directory.of(t, { 'sip.conf': SIP, 'phones.conf': PHONES, ...how.texts });
  const clock = new TestClock();
  const files = new ConfigFiles({ directory: directory.path, execIncludes: false, clock });
  const lines: string[] = [];
  const loggers = new Loggers({ clock, pid: 1, directory: directory.path, version: '1' });
  loggers.attach({
    console: { kind: 'internal', width: undefined, verbosity: 0, muted: false },
    colour: false,
    write: text => lines.push(text.replace(/^\[[^\]]*\] (\w+)\[1\].*?: /, '$1 ')),
  });
  const read = async (): Promise<FileReload> => {
    await files.read('sip.conf', 'chan_sip', false);
    const why = new LoadDeclined('in use');
    if (how.refuses) files.distrust('chan_sip', why);
    else files.accept('chan_sip');
    return { owner: 'chan_sip', result: how.refuses ? 'error' : 'success' };
  };
  await read();
  let reloads = 0;
  const configuration = new Configuration({
    settings: (await directory.configuration()).settings,
    files,
    crew: {
      declarations: () => [],
      described: () => [{ owner: 'chan_sip', description: sipConf }],
      runs: () => true,
    },
    running: {
      readings: () => files.readings(),
      sections: file => files.sections(file),
      taken: (file, owner) => files.taken(file, owner),
      reload: async () => {
        reloads++;
        return [await read()];
      },
    },
  });
  const autoreload = new Autoreload({ clock, files, configuration, log: loggers.logger('autoreload') });
  t.after(() => {
    autoreload.close();
    assert.equal(clock.pending, 0);
  });
  /** Looks so often, and tells what came of it. */
  const look = async (times: number): Promise<[reloads: number, log: readonly string[]]> => {
    const before = reloads;
    lines.length = 0;
    for (let at = 0; at < times; at++) await autoreload.look();
    return [reloads - before, [...lines]];
  };
  return { directory, look };
}

const TAKEN = ['NOTICE autoreload: sip.conf has changed: read again by chan_sip'];

const changes: [what: string, change: (directory: Directory) => Promise<unknown>][] = [
  ['is written in place', on => on.write({ 'sip.conf': `${SIP}; more\n` })],
  [
    'is replaced by an editor',
    async on => {
      await on.write({ 'sip.conf.new': `${SIP}[8](!)\n` });
      await rename(join(on.path, 'sip.conf.new'), join(on.path, 'sip.conf'));
    },
  ],
  ['gets one more file by a pattern', on => on.write({ 'more-1.conf': '[10](!)\n' })],
  ['has an included file that changes', on => on.write({ 'phones.conf': '[9](!)\n' })],
];

for (const [what, change] of changes) {
  test(`a file that ${what} is read again, once`, async t => {
    const { directory, look } = await stage(t);
    assert.deepEqual(await look(3), [0, []]);
    await change(directory);
    assert.deepEqual(await look(1), [0, []]);
    assert.deepEqual(await look(1), [1, TAKEN]);
    assert.deepEqual(await look(3), [0, []]);
  });
}

test('a file that is still being written is left until it rests', async t => {
  const { directory, look } = await stage(t);
  for (const text of ['; 1', '; 12', '; 123']) {
    await directory.write({ 'phones.conf': text });
    assert.deepEqual(await look(1), [0, []]);
  }
  assert.deepEqual(await look(1), [1, TAKEN]);
});

test('a broken file is refused with its reasons in the log, once, and taken when it is mended', async t => {
  const { directory, look } = await stage(t);
  await directory.write({ 'sip.conf': '[general]\nmaxexpiry = never\n[1](nosuch)\n' });
  const [reloads, log] = await look(4);
  assert.equal(reloads, 0);
  assert.deepEqual(log, [
    'ERROR autoreload: sip.conf has changed and is refused, the old values stay:',
    "ERROR autoreload:| sip.conf:3: no section 'nosuch' to inherit from",
  ]);
  await directory.write({ 'sip.conf': SIP });
  assert.deepEqual(await look(3), [1, TAKEN]);
});

test('what the owner refuses is tried once', async t => {
  const { directory, look } = await stage(t, { refuses: true });
  await directory.write({ 'sip.conf': `${SIP}; more\n` });
  assert.deepEqual(await look(5), [1, []]);
});

test('a file that is gone is told of, once', async t => {
  const { directory, look } = await stage(t);
  await rm(join(directory.path, 'sip.conf'));
  const [reloads, log] = await look(4);
  assert.deepEqual([reloads, log.length], [0, 2]);
  assert.match(log[1]!, /^ERROR autoreload:\| sip\.conf: cannot be read: no such file or directory/);
});

test('a file that became a link to itself is refused once, and taken when it is a file again', async t => {
  const { directory, look } = await stage(t);
  const path = join(directory.path, 'sip.conf');
  await rm(path);
  await symlink('sip.conf', path);
  const [reloads, log] = await look(4);
  assert.equal(reloads, 0);
  assert.match(log.join('\n'), /^ERROR autoreload: sip\.conf has changed and is refused.*\n.*too many symbolic links/);
  await rm(path);
  await directory.write({ 'sip.conf': `${SIP}; more\n` });
  assert.deepEqual(await look(3), [1, TAKEN]);
});
