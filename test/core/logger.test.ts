/** The log as a whole: who gets which line. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { afterEach, beforeEach, test } from 'node:test';
import { TestClock } from '../../core/clock.js';
import type { LogRecord, LogSink } from '../../core/logger.js';
import type { SecurityEvent } from '../../core/security.js';
import { config, LogStage, sink } from './log/stage.js';

let at: LogStage;
beforeEach(() => (at = new LogStage()));
afterEach(() => at.remove());

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
  const logs = at.loggers();
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
  assert.deepEqual(at.lines('messages'), [
    opened,
    '[Nov 22 11:44:07] ERROR[27228] chan_sip: an error',
    '[Nov 22 11:44:07] WARNING[27228] chan_sip: a warning',
    '[Nov 22 11:44:07] NOTICE[27228] chan_sip: a notice',
  ]);
  assert.deepEqual(at.lines('sub/full').slice(4, 6), [
    '[Nov 22 11:44:07] DEBUG[27228] chan_sip: a debug message',
    '[Nov 22 11:44:07] VERBOSE[27228] chan_sip: a verbose message',
  ]);
  assert.equal(at.lines('sub/full').length, 7);
  assert.deepEqual(at.lines('nothing'), [opened]);
});

test('the security file has the lines that ban tools know', async () => {
  const logs = at.loggers();
  await logs.configure(config({ security: 'security' }));
  logs.security(event);
  await logs.close();
  assert.equal(
    at.lines('security')[1]?.replace(/[+-]\d{4}"/, '+0000"'),
    '[Nov 22 11:44:07] SECURITY[27228] res_security_log.c: SecurityEvent="ChallengeSent",' +
      'EventTV="2026-11-22T11:44:07.417+0000",Severity="Informational",Service="SIP",EventVersion="1",AccountID="1008",' +
      'SessionID="0x7f875c00d660",LocalAddress="IPV4/UDP/127.0.0.1/5960",RemoteAddress="IPV4/UDP/127.0.0.1/6008",' +
      'Challenge="52336d8f"',
  );
});

test('date, host name and format are as the configuration says', async () => {
  const logs = at.loggers();
  await logs.configure(config({ full: '[json]error' }, { dateformat: '%F %T.%3q', appendhostname: 'yes' }));
  logs.logger('core').error('here');
  await logs.close();
  const [opened, record] = at.lines(`full.${hostname()}`).map(line => JSON.parse(line));
  assert.equal(record.timestamp, '2026-11-22 11:44:07.417');
  assert.equal(record.logmsg.message, 'here');
  assert.equal(opened.logmsg.message, 'Obelisk 0.1.0 pid 27228 opened');
});

test('a console sees the levels of the console channel, and verbose messages up to its own level', async () => {
  const logs = at.loggers();
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

test('a console may take what is logged as it is: by the same rules', async () => {
  const logs = at.loggers();
  await logs.configure(config({ console: 'warning' }));
  const records: LogRecord[] = [];
  const { console } = sink({ verbosity: 2 });
  logs.attach({ console, record: record => void records.push(record) });
  const log = logs.logger('chan_sip');
  log.notice('not listed');
  log.warning('one\ntwo \x1b[2J');
  log.verbose(2, 'seen');
  log.verbose(3, 'not seen');
  assert.deepEqual(
    records.map(({ at: _, ...rest }) => rest),
    [
      { level: 'warning', name: 'chan_sip', text: 'one\ntwo \x1b[2J', verbosity: 0 },
      { level: 'verbose', name: 'chan_sip', text: 'seen', verbosity: 2 },
    ],
  );
});

test('without any configuration consoles get errors, warnings and notices', () => {
  const logs = at.loggers();
  const one = sink();
  logs.attach(one);
  logs.logger('core').notice('early');
  assert.deepEqual(one.seen, ['[Nov 22 11:44:07] NOTICE[27228]: core: early']);
});

test('what is logged before the files are known is in them', async () => {
  const logs = at.loggers();
  logs.logger('core').error('early error');
  logs.logger('core').notice('early notice');
  await logs.configure(config({ messages: 'error' }));
  logs.logger('core').error('late error');
  await logs.close();
  assert.deepEqual(at.texts('messages'), ['ERROR[27228] core: early error', 'ERROR[27228] core: late error']);
});

test('a console that breaks is left out, and whoever logs does not notice', async () => {
  const logs = at.loggers();
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
  assert.deepEqual(at.complaints, ['a console is left out from now on: gone']);
});

test('verbose files: a number of their own, or what the local console sees', async () => {
  const logs = at.loggers();
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
  assert.deepEqual(at.texts('own'), [
    'VERBOSE[27228] core: two',
    'VERBOSE[27228] core: one',
    'VERBOSE[27228] core: one more',
  ]);
  assert.deepEqual(at.texts('local'), ['VERBOSE[27228] core: four', 'VERBOSE[27228] core: one more']);
});

test('debug messages pass by the level of all or of their module, whichever is higher, if anybody listens', async () => {
  const logs = at.loggers();
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
  assert.deepEqual(at.texts('full'), ['DEBUG[27228] chan_sip: three', 'DEBUG[27228] chan_sip: one']);
});

test('where nobody listens nothing is made of a message', async () => {
  let asked = 0;
  class CountingClock extends TestClock {
    override now(): number {
      asked += 1;
      return super.now();
    }
  }
  const logs = at.loggers(new CountingClock());
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

test('a process that is about to die has its last words written', async () => {
  const logs = at.loggers();
  await logs.configure(config({ messages: 'error' }));
  logs.logger('core').error('last words');
  logs.flushSync();
  assert.match(at.lines('messages').join('\n'), /last words/);
  await logs.close();
});
