/** The commands over the log, with a real one: modules/cli_core/levels.ts, logger.ts, settings.ts. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { TestClock } from '../../core/clock.js';
import type { ConfigFile } from '../../core/config/files.js';
import { LoadDeclined } from '../../core/errors.js';
import { Loggers, readLoggerConf } from '../../core/logger.js';
import { levelCommands } from '../../modules/cli_core/levels.js';
import { loggerCommands } from '../../modules/cli_core/logger.js';
import { CliStage } from '../support/cli-stage.js';
import { MemoryLoader, moduleRow } from '../support/memory-loader.js';
import { MemoryPbx } from '../support/memory-pbx.js';

const place = { file: 'logger.conf', line: 1, object: true };

const conf = (channels: Readonly<Record<string, string>>): ConfigFile => ({
  name: 'logger.conf',
  warnings: [],
  sections: [
    {
      name: 'logfiles',
      template: false,
      ...place,
      variables: Object.entries(channels).map(([name, value]) => ({ name, value, ...place })),
    },
  ],
});

let directory: string;
let loggers: Loggers;
let pbx: MemoryPbx;
let stage: CliStage;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-log-'));
  loggers = new Loggers({ clock: new TestClock(), pid: 1, directory, version: '1.2.3' });
  const files = { full: 'debug,notice,warning,error,verbose', security: 'security' };
  await loggers.configure(readLoggerConf(conf(files)).config);
});

after(async () => {
  await loggers.close();
  await rm(directory, { recursive: true });
});

beforeEach(() => {
  loggers.setDebug(0);
  for (const [module] of loggers.debugs()) loggers.setDebug(0, module);
  pbx = new MemoryPbx(0);
  const loader = new MemoryLoader(moduleRow('chan_sip', 'SIP'), moduleRow('res_x', 'X'));
  stage = new CliStage(...levelCommands(loggers, loader), ...loggerCommands(loggers, pbx));
});

/** Lines typed one after the other on one console, with the answer to the last. */
const VERBOSE: [lines: string[], level: number, text: string][] = [
  [['core set verbose 3'], 3, 'Console verbose was OFF and is now 3.\n'],
  [['core set verbose 3', 'core set verbose 3'], 3, 'Console verbose is still 3.\n'],
  [['core set verbose 3', 'core set verbose 5'], 5, 'Console verbose was 3 and is now 5.\n'],
  [['core set verbose 3', 'core set verbose off'], 0, 'Console verbose was 3 and is now OFF.\n'],
  [['core set verbose off'], 0, 'Console verbose is still OFF.\n'],
  [['core set verbose 5', 'core set verbose atleast 3'], 5, 'Console verbose is still 5.\n'],
  [['core set verbose atleast 3'], 3, 'Console verbose was OFF and is now 3.\n'],
  [['core set verbose atleast 3 silent'], 3, ''],
  [['core set verbose 99'], 10, 'Console verbose was OFF and is now 10.\n'],
  [
    ['core set verbose much'],
    0,
    "Expected a level from 0 to 10, or 'off', got 'much'.\nCommand 'core set verbose much' failed.\n",
  ],
];

for (const [lines, level, text] of VERBOSE) {
  test(`after ${lines.map(line => `'${line}'`).join(', ')} the console sees level ${level}`, async () => {
    let last = '';
    for (const line of lines) last = await stage.text(line);
    assert.deepEqual([last, stage.console.verbosity], [text, level]);
  });
}

const DEBUG: [lines: string[], all: number, one: number, text: string][] = [
  [['core set debug 2'], 2, 0, 'Core debug was OFF and is now 2.\n'],
  [['core set debug 2', 'core set debug atleast 1'], 2, 0, 'Core debug is still 2.\n'],
  [['core set debug 2', 'core set debug off'], 0, 0, 'Core debug was 2 and is now OFF.\n'],
  [['core set debug 3 chan_sip.so'], 0, 3, "Core debug was 0 and has been set to 3 for 'chan_sip.so'.\n"],
  [['core set debug 3 chan_sip', 'core set debug 3 chan_sip'], 0, 3, "Core debug is still 3 for 'chan_sip'.\n"],
  [
    ['core set debug 3 chan_sip', 'core set debug off chan_sip'],
    0,
    0,
    "Core debug was 3 and has been set to 0 for 'chan_sip'.\n",
  ],
  [['core set debug 3 chan_sip', 'core set debug off'], 0, 0, 'Core debug is still OFF.\n'],
  [['core set debug 3 nosuch'], 0, 0, "No such module 'nosuch'\nCommand 'core set debug 3 nosuch' failed.\n"],
];

for (const [lines, all, one, text] of DEBUG) {
  test(`after ${lines.map(line => `'${line}'`).join(', ')} debug is ${all}, and ${one} for the module`, async () => {
    let last = '';
    for (const line of lines) last = await stage.text(line);
    assert.deepEqual([last, loggers.debugLevel(), loggers.debugLevel('chan_sip')], [text, all, one]);
  });
}

test('the channels of the log are listed in the recorded columns', async () => {
  const row = (name: string, levels: string) =>
    `${join(directory, name).slice(0, 39).padEnd(39)} File     default    Enabled    - ${levels} \n`;
  const text = await stage.text('logger show channels');
  assert.equal(
    text,
    'Logger queue limit: 1000\n\n' +
      'Channel                             Type     Formatter  Status    Configuration\n' +
      '-------                             ----     ---------  ------    -------------\n' +
      row('full', 'DEBUG NOTICE WARNING ERROR VERBOSE') +
      row('security', 'SECURITY') +
      '\n',
  );
});

test('the levels are listed with their numbers', async () => {
  const text = await stage.text('logger show levels');
  assert.match(text, /^ {4}0 DEBUG\n {4}2 NOTICE\n/);
  assert.match(text, /\n {3}16 SECURITY\n$/);
});

test('the log files are put aside by logger rotate', async () => {
  assert.deepEqual(await stage.run('logger rotate'), ['done', '']);
  assert.deepEqual((await readdir(directory)).sort(), ['full', 'full.0', 'security', 'security.0']);
});

test('logger reload reads the configuration again', async () => {
  assert.deepEqual(await stage.run('logger reload'), ['done', '']);
  assert.deepEqual(pbx.asked, ['reload logger']);
});

test('a logger.conf that is refused is told by logger reload, with every problem', async () => {
  pbx.reloadLogger = async () => {
    throw new LoadDeclined('the log is left as it was', [{ file: 'logger.conf', line: 3, message: 'no' }]);
  };
  assert.deepEqual(await stage.run('logger reload'), [
    'failed',
    "the log is left as it was\nlogger.conf:3: no\nCommand 'logger reload' failed.\n",
  ]);
});

test('a file is added to the log and removed by commands; what cannot be is said', async () => {
  assert.equal(await stage.text('logger add channel more notice,warning'), 'Logging to more.\n');
  assert.match(await stage.text('logger show channels'), /\/more +File +default +Enabled +- NOTICE WARNING/);
  assert.equal(await stage.text('logger add channel more error'), "There is a channel 'more' already.\n");
  assert.match(await stage.text('logger add channel other loud'), /no level is called 'loud'/);
  assert.equal(await stage.text('logger remove channel more'), 'No longer logging to more.\n');
  assert.equal(await stage.text('logger remove channel more'), "No channel 'more' was added by a command.\n");
  assert.doesNotMatch(await stage.text('logger show channels'), /more/);
});

test('a level is hidden from one console and shown again', async () => {
  const seen: string[] = [];
  const detach = loggers.attach({ console: stage.console, colour: false, write: text => seen.push(text) });
  stage.console.verbosity = 1;
  const log = loggers.logger('m');
  log.verbose(1, 'one');
  assert.equal(await stage.text('logger set level Verbose off'), 'Level VERBOSE is hidden from this console.\n');
  log.verbose(1, 'two');
  assert.equal(await stage.text('logger set level VERBOSE on'), 'Level VERBOSE is shown on this console.\n');
  log.verbose(1, 'three');
  detach();
  assert.deepEqual(
    seen.map(text => text.trim()),
    ['one', 'three'],
  );
});

test('a level that does not exist is named', async () => {
  assert.match(await stage.text('logger set level loud on'), /^There is no level 'loud'/);
});
