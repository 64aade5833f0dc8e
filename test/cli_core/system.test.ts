/** What the PBX says of itself, and how it is stopped: modules/cli_core. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../core/clock.js';
import { duration, timeOfDay } from '../../core/output/duration.js';
import { codecCommands } from '../../modules/cli_core/codecs.js';
import { helpCommands } from '../../modules/cli_core/help.js';
import { shutdownCommands } from '../../modules/cli_core/shutdown.js';
import { sysinfoCommands, sysinfoFields } from '../../modules/cli_core/sysinfo.js';
import { systemCommands } from '../../modules/cli_core/system.js';
import { CliStage } from '../support/cli-stage.js';
import { MemoryPbx } from '../support/memory-pbx.js';

function running() {
  const clock = new TestClock();
  const pbx = new MemoryPbx(clock.now());
  const stage = new CliStage(
    ...systemCommands(pbx, clock, { take: () => ({ mean: 0.25, p99: 3, most: 1234.56 }) }),
    ...shutdownCommands(pbx),
  );
  stage.table.add('help', ...helpCommands(stage.table));
  return { clock, pbx, stage };
}

for (const [seconds, text] of [
  [0, '0 seconds'],
  [1, '1 second'],
  [48, '48 seconds'],
  [60, '1 minute'],
  [3601, '1 hour, 1 second'],
  [86_400 * 8 + 7200, '1 week, 1 day, 2 hours'],
  [31_536_000 * 2 + 604_800 * 3 + 59, '2 years, 3 weeks, 59 seconds'],
] as const) {
  test(`${seconds} seconds are '${text}'`, () => assert.equal(duration(seconds), text));
}

test('a time of day is local, with seconds', () => {
  assert.equal(timeOfDay(new Date(2026, 10, 22, 12, 2, 5).getTime()), '12:02:05');
});

test('the uptime and the last reload are told as recorded', async () => {
  const { clock, pbx, stage } = running();
  clock.advance(48_900);
  pbx.lastReloadAt = clock.now();
  assert.equal(await stage.text('core show uptime'), 'System uptime: 48 seconds\nLast reload: 0 seconds\n');
});

test('the uptime is told in seconds when asked for, and never below zero', async () => {
  const { clock, pbx, stage } = running();
  clock.advance(61_000);
  pbx.lastReloadAt = clock.now() + 5000;
  assert.equal(await stage.text('core show uptime seconds'), 'System uptime: 61\nLast reload: 0\n');
});

test('how late the event loop was is told in milliseconds', async () => {
  const { stage } = running();
  assert.equal(await stage.text('core show delay'), 'Mean: 0.3 ms\n99 of 100 below: 3.0 ms\nMost: 1234.6 ms\n');
});

test('formats are listed in the columns of the original, all or those of a kind', async () => {
  const stage = new CliStage(...codecCommands);
  const lines = (await stage.text('core show codecs')).split('\n');
  assert.deepEqual(lines.slice(0, 4), [
    '      ID TYPE  NAME         FORMAT           DESCRIPTION',
    '-'.repeat(96),
    '       1 audio g723         g723             (G.723.1)',
    '       2 audio ulaw         ulaw             (G.711 u-law)',
  ]);
  assert.ok(lines.includes('      16 audio slin         slin16           (Linear, 16 bits, 16 kHz)'));
  assert.match(await stage.text('core show codecs text'), /-\n +\d+ text {2}t140 +t140 +\(.*\n.*t140red.*\n$/);
  assert.equal(await stage.text('core show codec 2'), '          2 G.711 u-law\n');
  assert.equal(await stage.text('core show codec 999'), 'Codec 999 not found.\n');
});

test('the memory of the machine is told as far as it is known', async () => {
  const meminfo = 'MemTotal: 8000 kB\nMemFree: 4000 kB\nBuffers: 30 kB\nSwapTotal: 20 kB\nSwapFree: 10 kB\n';
  assert.deepEqual(sysinfoFields(meminfo, '0.1 0.2 0.3 2/345 77\n').slice(1), [
    ['Total RAM:', '8000 KiB', 'totalRam'],
    ['Free RAM:', '4000 KiB', 'freeRam'],
    ['Buffer RAM:', '30 KiB', 'bufferRam'],
    ['Total Swap Space:', '20 KiB', 'totalSwap'],
    ['Free Swap Space:', '10 KiB', 'freeSwap'],
    ['Number of Processes:', 345, 'processes'],
  ]);
  assert.deepEqual(
    sysinfoFields('', '').map(([label]) => label),
    ['System Uptime:', 'Total RAM:', 'Free RAM:'],
  );
  assert.match(
    await new CliStage(...sysinfoCommands).text('core show sysinfo'),
    /^\nSystem Statistics\n-{17}\n {2}System Uptime: {13}\d+ hours\n {2}Total RAM: {17}\d+ KiB\n/,
  );
});

test('the version is one line with what it runs on', async () => {
  assert.match(
    await running().stage.text('core show version'),
    /^Obelisk 1\.2\.3 on a \S+ running \S+ with Node\.js \d+\.\d+\.\d+\n$/,
  );
});

test('core waitfullybooted answers when the start is done, not before', async () => {
  const { pbx, stage } = running();
  const { promise, resolve } = Promise.withResolvers<void>();
  pbx.booted = promise;
  const seen: string[] = [];
  const answer = stage.text('core waitfullybooted').then(text => seen.push(text));
  await stage.text('core show uptime');
  assert.deepEqual(seen, []);
  resolve();
  await answer;
  assert.deepEqual(seen, ['Obelisk has fully booted.\n']);
});

test('core reload reloads everything on behalf of the command line, and says nothing', async () => {
  const { pbx, stage } = running();
  assert.deepEqual(await stage.run('core reload'), ['done', '']);
  assert.deepEqual(pbx.asked, ['reload cli']);
});

for (const [outcome, text] of [
  [
    { result: 'error', why: 'acl.conf is refused\nacl.conf:2: no' },
    "acl.conf is refused\nacl.conf:2: no\nCommand 'core reload' failed.\n",
  ],
  [{ result: 'in progress' }, "Another reload is under way, try again after it.\nCommand 'core reload' failed.\n"],
] as const) {
  test(`a core reload that ends with '${outcome.result}' is told so`, async () => {
    const { pbx, stage } = running();
    pbx.outcome = outcome;
    assert.deepEqual(await stage.run('core reload'), ['failed', text]);
  });
}

for (const [line, stopping, text] of [
  ['core stop now', { manner: 'now', restart: false }, /^Stopping now\.\n$/],
  ['core stop gracefully', { manner: 'gracefully', restart: false }, /^Stopping as soon as .*no new work/],
  ['core stop when convenient', { manner: 'when convenient', restart: false }, /^Stopping as soon as .*abort shutdown/],
  ['core restart now', { manner: 'now', restart: true }, /^Restarting now\.\n$/],
  ['core restart gracefully', { manner: 'gracefully', restart: true }, /^Restarting as soon as/],
] as const) {
  test(`'${line}' is passed on and said`, async () => {
    const { pbx, stage } = running();
    stage.stopping = true; // a more urgent stop may follow one that waits
    assert.match(await stage.text(line), text);
    assert.deepEqual(pbx.stopping, stopping);
  });
}

test("'core stop' alone stops nothing and says how it is used", async () => {
  const { pbx, stage } = running();
  assert.equal((await stage.run('core stop'))[0], 'usage');
  assert.equal((await stage.run('core stop when'))[0], 'usage');
  assert.equal(pbx.stopping, undefined);
});

test('a waiting stop is called off, once', async () => {
  const { pbx, stage } = running();
  pbx.stop('gracefully', false);
  stage.stopping = true;
  assert.equal(await stage.text('core abort shutdown'), 'The shutdown is called off.\n');
  assert.equal(await stage.text('core abort shutdown'), 'There is no shutdown that could be called off.\n');
});

for (const [line, text] of [
  ['core show help nosuch', /^No such command 'nosuch'\.\n$/],
  ['core show help core show uptime', /^Usage: core show uptime \[seconds\]\n {7}Show how long/],
  [
    'core show help core show',
    /^core show delay {15} -- .*\ncore show help {16} -- .*\ncore show uptime \[seconds\] {4} -- .*\ncore show version {13} -- .*\n$/,
  ],
  ['core show help', /^core abort shutdown {11} -- Call off/],
] as const) {
  test(`'${line}' is answered in the recorded shape`, async () => {
    assert.match(await running().stage.text(line), text);
  });
}

test('topics of help are completed by the words of commands', () => {
  const { table } = running().stage;
  assert.deepEqual(table.complete('core show help c'), ['core']);
  assert.deepEqual(table.complete('core show help s'), []);
  assert.deepEqual(table.complete('core show help core sh'), ['show']);
  assert.deepEqual(table.complete('core show help core show '), ['delay', 'help', 'uptime', 'version']);
});
