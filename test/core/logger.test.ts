/** The log as a whole: who gets which line, and what a reload, a rotation or a broken destination does to it. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { SystemClock, TestClock } from '../../core/clock.js';
import type { Console } from '../../core/command.js';
import { CommandError } from '../../core/errors.js';
import { type LoggerConfig, Loggers, type LogSink, readLoggerConf } from '../../core/logger.js';
import type { SecurityEvent } from '../../core/security.js';

let directory = '';
let complaints: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logger-'));
  complaints = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

const clock = () => new TestClock(new Date(2026, 10, 22, 11, 44, 7, 417).getTime());

const stage = (now = clock()) =>
  new Loggers({
    clock: now,
    pid: 27228,
    directory,
    version: '0.1.0',
    complain: text => complaints.push(text.replaceAll(directory, '.')),
  });

/** A configuration of these lines of [logfiles]; `general` by name. */
const config = (logfiles: Record<string, string>, general: Record<string, string> = {}): LoggerConfig => {
  const section = (name: string, lines: Record<string, string>) => ({
    name,
    template: false,
    file: 'logger.conf',
    line: 1,
    variables: Object.entries(lines).map(([option, value], at) => {
      return { name: option, value, file: 'logger.conf', line: at + 2, object: true };
    }),
  });
  const sections = [section('general', general), section('logfiles', logfiles)];
  return readLoggerConf({ name: 'logger.conf', warnings: [], sections }).config;
};

const lines = (name: string): string[] => readFileSync(join(directory, name), 'utf8').trimEnd().split('\n');
/** The texts of a file's records, without the line that tells of its opening. */
const texts = (name: string): string[] =>
  lines(name)
    .filter(line => !/\] Obelisk .* opened$/.test(line))
    .map(line => line.replace(/^\[[^\]]*\] /, ''));

function sink(parts: Partial<Console> = {}): LogSink & { readonly seen: string[]; readonly console: Console } {
  const seen: string[] = [];
  const console: Console = { kind: 'remote', width: undefined, verbosity: 0, muted: false, ...parts };
  return { console, colour: false, seen, write: text => void seen.push(text) };
}

const event: SecurityEvent = {
  kind: 'ChallengeSent',
  service: 'SIP',
  account: '1008',
  session: '0x7f875c00d660',
  local: { transport: 'udp', address: '127.0.0.1', port: 5960 },
  remote: { transport: 'udp', address: '127.0.0.1', port: 6008 },
  fields: { Challenge: '52336d8f' },
};

test('each file gets its levels, after a line that tells who opened it', async () => {
  const logs = stage();
  await logs.configure(config({ messages: 'notice,warning,error', 'sub/full': '*', nothing: 'dtmf' }));
  const log = logs.logger('chan_sip');
  log.error('an error');
  log.warning('a warning');
  log.notice('a notice');
  logs.setDebug(1);
  log.debug(1, 'a debug message');
  logs.setVerbose(3);
  log.verbose(3, 'a verbose message');
  logs.security(event);
  await logs.close();
  const opened = '[Nov 22 11:44:07] Obelisk 0.1.0 pid 27228 opened';
  assert.deepEqual(lines('messages'), [
    opened,
    '[Nov 22 11:44:07] ERROR[27228] chan_sip: an error',
    '[Nov 22 11:44:07] WARNING[27228] chan_sip: a warning',
    '[Nov 22 11:44:07] NOTICE[27228] chan_sip: a notice',
  ]);
  assert.deepEqual(lines('sub/full').slice(4, 6), [
    '[Nov 22 11:44:07] DEBUG[27228] chan_sip: a debug message',
    '[Nov 22 11:44:07] VERBOSE[27228] chan_sip: a verbose message',
  ]);
  assert.equal(lines('sub/full').length, 7);
  assert.deepEqual(lines('nothing'), [opened]);
});

test('the security file has the lines that ban tools know', async () => {
  const logs = stage();
  await logs.configure(config({ security: 'security' }));
  logs.security(event);
  await logs.close();
  assert.equal(
    lines('security')[1]?.replace(/[+-]\d{4}"/, '+0000"'),
    '[Nov 22 11:44:07] SECURITY[27228] res_security_log.c: SecurityEvent="ChallengeSent",' +
      'EventTV="2026-11-22T11:44:07.417+0000",Severity="Informational",Service="SIP",EventVersion="1",AccountID="1008",' +
      'SessionID="0x7f875c00d660",LocalAddress="IPV4/UDP/127.0.0.1/5960",RemoteAddress="IPV4/UDP/127.0.0.1/6008",' +
      'Challenge="52336d8f"',
  );
});

test('date, host name and format are as the configuration says', async () => {
  const logs = stage();
  await logs.configure(config({ full: '[json]error' }, { dateformat: '%F %T.%3q', appendhostname: 'yes' }));
  logs.logger('core').error('here');
  await logs.close();
  const [opened, record] = lines(`full.${hostname()}`).map(line => JSON.parse(line));
  assert.equal(record.timestamp, '2026-11-22 11:44:07.417');
  assert.equal(record.logmsg.message, 'here');
  assert.equal(opened.logmsg.message, 'Obelisk 0.1.0 pid 27228 opened');
});

test('a console sees the levels of the console channel, and verbose messages up to its own level', async () => {
  const logs = stage();
  const [quiet, curious, muted] = [sink(), sink({ verbosity: 3 }), sink({ verbosity: 9, muted: true })];
  const detach = [quiet, curious, muted].map(one => logs.attach(one));
  await logs.configure(config({ console: 'warning,security' }));
  const log = logs.logger('chan_sip');
  log.notice('not listed');
  log.warning('listed');
  log.verbose(0, 'for all');
  log.verbose(3, 'for the curious');
  log.verbose(4, 'for nobody');
  assert.deepEqual(quiet.seen, ['[Nov 22 11:44:07] WARNING[27228]: chan_sip: listed', 'for all']);
  assert.deepEqual(curious.seen, [...quiet.seen, '    -- for the curious']);
  assert.deepEqual(muted.seen, []);
  logs.setLevel(curious.console, 'warning', false);
  muted.console.muted = false;
  quiet.console.verbosity = 4;
  log.warning('again');
  log.verbose(4, 'more');
  assert.deepEqual(quiet.seen.slice(2), ['[Nov 22 11:44:07] WARNING[27228]: chan_sip: again', '       > more']);
  assert.deepEqual(curious.seen.slice(3), []);
  assert.equal(muted.seen.length, 2);
  logs.setLevel(curious.console, 'warning', true);
  log.warning('shown');
  assert.equal(curious.seen.length, 4);
  for (const undo of detach) undo();
  log.error('unseen');
  assert.equal(quiet.seen.length, 5);
});

test('without any configuration consoles get errors, warnings and notices', () => {
  const logs = stage();
  const one = sink();
  logs.attach(one);
  logs.logger('core').notice('early');
  assert.deepEqual(one.seen, ['[Nov 22 11:44:07] NOTICE[27228]: core: early']);
});

test('what is logged before the files are known is in them', async () => {
  const logs = stage();
  logs.logger('core').error('early error');
  logs.logger('core').notice('early notice');
  await logs.configure(config({ messages: 'error' }));
  logs.logger('core').error('late error');
  await logs.close();
  assert.deepEqual(texts('messages'), ['ERROR[27228] core: early error', 'ERROR[27228] core: late error']);
});

test('a console that breaks is left out, and whoever logs does not notice', async () => {
  const logs = stage();
  let tries = 0;
  const broken: LogSink = {
    ...sink(),
    write: () => {
      tries += 1;
      throw new Error('gone');
    },
  };
  const sound = sink();
  logs.attach(broken);
  logs.attach(sound);
  logs.logger('core').error('one');
  logs.logger('core').error('two');
  assert.equal(tries, 1);
  assert.equal(sound.seen.length, 2);
  assert.deepEqual(complaints, ['a console is left out from now on: gone']);
});

test('verbose files: a number of their own, or what the local console sees', async () => {
  const logs = stage();
  await logs.configure(config({ own: 'verbose(2)', local: 'verbose' }));
  const log = logs.logger('core');
  log.verbose(2, 'two');
  logs.attach(sink({ verbosity: 9 })); // a remote console changes no file
  log.verbose(3, 'three');
  const root = sink({ kind: 'local', verbosity: 4 });
  const detach = logs.attach(root);
  log.verbose(4, 'four');
  root.console.verbosity = 0;
  log.verbose(1, 'one');
  logs.setVerbose(1);
  log.verbose(1, 'one more');
  assert.equal(logs.verbosity, 9);
  detach();
  await logs.close();
  assert.deepEqual(texts('own'), [
    'VERBOSE[27228] core: two',
    'VERBOSE[27228] core: one',
    'VERBOSE[27228] core: one more',
  ]);
  assert.deepEqual(texts('local'), ['VERBOSE[27228] core: four', 'VERBOSE[27228] core: one more']);
});

test('debug messages pass by the level of all or of their module, whichever is higher, if anybody listens', async () => {
  const logs = stage();
  const log = logs.logger('chan_sip');
  logs.setDebug(9);
  await logs.configure(config({ messages: 'error' }));
  assert.equal(log.debugs(1), false);
  await logs.configure(config({ full: 'debug' }));
  assert.equal(log.debugs(9), true);
  logs.setDebug(1);
  logs.setDebug(3, 'chan_sip.so');
  assert.deepEqual(
    [log.debugs(3), log.debugs(4), logs.logger('core').debugs(1), logs.logger('core').debugs(2)],
    [true, false, true, false],
  );
  assert.deepEqual([logs.debugLevel(), logs.debugLevel('chan_sip'), logs.debugLevel('core')], [1, 3, 0]);
  assert.deepEqual(logs.debugs(), [['chan_sip', 3]]);
  log.debug(3, 'three');
  log.debug(4, 'four');
  logs.setDebug(0, 'chan_sip');
  log.debug(2, 'two');
  log.debug(1, 'one');
  assert.deepEqual(logs.debugs(), []);
  await logs.close();
  assert.deepEqual(texts('full'), ['DEBUG[27228] chan_sip: three', 'DEBUG[27228] chan_sip: one']);
});

test('where nobody listens nothing is made of a message', async () => {
  let asked = 0;
  class CountingClock extends TestClock {
    override now(): number {
      asked += 1;
      return super.now();
    }
  }
  const logs = stage(new CountingClock());
  await logs.configure(config({ messages: 'error' }));
  asked = 0;
  const log = logs.logger('core');
  log.notice('nothing');
  log.verbose(1, 'nothing');
  log.debug(0, 'nothing');
  logs.security(event);
  assert.equal(asked, 0);
  log.error('something');
  assert.ok(asked > 0);
  await logs.close();
});

test('a reload opens files anew, also those that somebody moved, and closes what is gone', async () => {
  const logs = stage();
  await logs.configure(config({ messages: 'error', old: 'error' }));
  logs.logger('core').error('one');
  renameSync(join(directory, 'messages'), join(directory, 'messages.1'));
  await logs.configure(config({ messages: 'error', new: 'error' }));
  logs.logger('core').error('two');
  await logs.close();
  assert.deepEqual(
    ['messages.1', 'messages', 'old', 'new'].map(name => texts(name).map(text => text.split(' ').at(-1))),
    [['one'], ['two'], ['one'], ['two']],
  );
});

test('a file that cannot be opened is told once, and the rest goes on', async () => {
  const logs = stage();
  mkdirSync(join(directory, 'blocked'));
  const both = config({ blocked: 'error', messages: 'error' });
  await logs.configure(both);
  await logs.configure(both);
  logs.logger('core').error('one');
  assert.deepEqual(
    complaints.map(text => text.replace(/: .*/, '')),
    ["'./blocked' cannot be opened"],
  );
  assert.deepEqual(
    logs.rows().map(({ channel, status }) => [channel.replace(directory, '.'), status]),
    [
      ['./blocked', 'Disabled'],
      ['./messages', 'Enabled'],
    ],
  );
  rmSync(join(directory, 'blocked'), { recursive: true });
  await logs.configure(both);
  logs.logger('core').error('two');
  await logs.close();
  assert.equal(complaints.length, 1);
  assert.deepEqual([texts('blocked').length, texts('messages').length], [1, 2]);
});

test('a file that cannot be opened again at a reload goes on as it is, with its new levels', async () => {
  const logs = stage();
  await logs.configure(config({ messages: 'error' }));
  renameSync(join(directory, 'messages'), join(directory, 'moved'));
  mkdirSync(join(directory, 'messages'));
  await logs.configure(config({ messages: 'notice' }));
  logs.logger('core').error('an error');
  logs.logger('core').notice('a notice');
  assert.equal(logs.rows()[0]?.status, 'Enabled');
  await logs.close();
  assert.deepEqual(texts('moved'), ['NOTICE[27228] core: a notice']);
});

for (const [strategy, archived] of [
  ['sequential', 'full.0'],
  ['rotate', 'full.0'],
  ['timestamp', 'full.1'],
] as const) {
  test(`rotation by ${strategy} loses no line`, async () => {
    const logs = stage(new TestClock(1000));
    await logs.configure(config({ full: 'error', messages: 'error' }, { rotatestrategy: strategy }));
    const log = logs.logger('core');
    for (let count = 0; count < 5; count++) log.error(`before ${count}`);
    const rotated = logs.rotate();
    log.error('meanwhile');
    await rotated;
    log.error('after');
    await logs.close();
    assert.equal(texts(archived).length + texts('full').length, 7);
    assert.deepEqual(
      texts(archived).slice(0, 5),
      [0, 1, 2, 3, 4].map(count => `ERROR[27228] core: before ${count}`),
    );
    assert.equal(texts('full').at(-1), 'ERROR[27228] core: after');
    assert.equal(readdirSync(directory).length, 4);
  });
}

test('the command of exec_after_rotate runs for each old file', async () => {
  const logs = stage();
  const command = 'mv "$filename" "$filename.packed"';
  await logs.configure(config({ full: 'error', messages: 'error' }, { exec_after_rotate: command }));
  await logs.rotate();
  const real = new SystemClock();
  const packed = ['full.0.packed', 'messages.0.packed'];
  for (const end = real.elapsed() + 10_000; !packed.every(name => existsSync(join(directory, name))); ) {
    assert.ok(real.elapsed() < end);
    await new Promise<void>(resolve => real.after(2, resolve));
  }
  await logs.close();
  assert.deepEqual(complaints, []);
});

test('channels are added and removed by command, outlive a reload, and rotate with the others', async () => {
  const logs = stage();
  await logs.configure(config({ messages: 'error' }));
  await logs.add('extra', '[plain]notice');
  logs.logger('core').notice('one');
  for (const [name, levels, answer] of [
    ['extra', 'notice', /already/],
    ['messages', 'notice', /already/],
    ['other', 'notise', /did you mean 'notice'/],
    ['other', '[xml]notice', /expected one of/],
    ['../nowhere/\0', 'notice', /cannot be opened/],
  ] as const) {
    await assert.rejects(
      logs.add(name, levels),
      (thrown: unknown) => thrown instanceof CommandError && answer.test(thrown.message),
    );
  }
  await logs.configure(config({ messages: 'error' }));
  await logs.rotate();
  logs.logger('core').notice('two');
  assert.equal(logs.rows().length, 2);
  await assert.rejects(logs.remove('messages'), CommandError);
  await logs.remove('extra');
  assert.equal(logs.rows().length, 1);
  await assert.rejects(logs.remove('extra'), CommandError);
  logs.logger('core').notice('three');
  await logs.close();
  assert.deepEqual([texts('extra.0'), texts('extra')], [['NOTICE[27228]: core: one'], ['NOTICE[27228]: core: two']]);
});

test('channels are shown with path, format and levels', async () => {
  const logs = stage();
  writeFileSync(join(directory, 'full'), '');
  await logs.configure(
    config({ full: '[json]verbose(3),error,debug', console: 'notice' }, { logger_queue_limit: '50' }),
  );
  assert.deepEqual(logs.rows(), [
    {
      channel: join(directory, 'full'),
      type: 'File',
      formatter: 'json',
      status: 'Enabled',
      levels: ['DEBUG', 'ERROR', 'VERBOSE(3)'],
    },
    { channel: 'Console', type: 'Console', formatter: 'default', status: 'Enabled', levels: ['NOTICE'] },
  ]);
  assert.equal(logs.limit, 50);
  for (let count = 0; count < 60; count++) {
    logs.logger('core').verbose(1, 'flood');
  }
  assert.ok(logs.dropped > 0);
  const { dropped } = logs;
  await logs.configure(config({}));
  assert.equal(logs.dropped, dropped);
  assert.match(lines('full').at(-1) ?? '', new RegExp(`${dropped} lines were left out`));
  await logs.close();
});

test('a process that is about to die has its last words written', async () => {
  const logs = stage();
  await logs.configure(config({ messages: 'error' }));
  logs.logger('core').error('last words');
  logs.flushSync();
  assert.match(lines('messages').join('\n'), /last words/);
  await logs.close();
});
