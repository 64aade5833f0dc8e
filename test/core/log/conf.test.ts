/** logger.conf: what its lines mean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigFile } from '../../../core/config/files.js';
import { optionsOf } from '../../../core/config/options.js';
import { LoadDeclined } from '../../../core/errors.js';
import { loggerConf, readLoggerConf } from '../../../core/log/conf.js';

/** A file of sections, each of `name => value` lines. */
const fileOf = (sections: Record<string, string[]>): ConfigFile => ({
  name: 'logger.conf',
  warnings: [],
  sections: Object.entries(sections).map(([name, lines]) => ({
    name,
    template: false,
    file: 'logger.conf',
    line: 1,
    variables: lines.map((line, at) => {
      const [option = '', value = ''] = line.split(' => ');
      return { name: option, value, file: 'logger.conf', line: at + 2, object: true };
    }),
  })),
});

const channelsOf = (...logfiles: string[]) =>
  readLoggerConf(fileOf({ logfiles })).config.channels.map(({ name, formatter, levels, verbosity }) =>
    [name, formatter, [...levels].join(' '), verbosity].filter(part => part !== undefined),
  );

test('channels have a name, a format and levels', () => {
  assert.deepEqual(
    channelsOf(
      'console => notice, warning,ERROR',
      'messages => [json]error',
      'full => [ plain ] verbose(5),debug',
      '/var/log/all => *',
      'old => trace,dtmf,fax,notice',
    ),
    [
      ['console', 'default', 'notice warning error'],
      ['messages', 'json', 'error'],
      ['full', 'plain', 'verbose debug', 5],
      ['/var/log/all', 'default', 'debug notice warning error verbose security'],
      ['old', 'default', 'notice'],
    ],
  );
});

test('without a file consoles get what they should', () => {
  const { config, warnings } = readLoggerConf(undefined);
  assert.deepEqual(
    config.channels.map(({ name, levels }) => [name, ...levels]),
    [['console', 'error', 'warning', 'notice', 'verbose']],
  );
  assert.equal(config.general.dateformat, '%b %e %T');
  assert.deepEqual(warnings, []);
});

test('doubtful lines are taken with a warning that names the line', () => {
  const { config, warnings } = readLoggerConf(
    fileOf({
      general: ['dateformat => %F %Q', 'rotatestrategy => Rotate', 'logger_queue_limit => 50', 'displaycallids => no'],
      logfiles: ['messages => warnign,error', 'messages => error', 'syslog.local0 => error', 'empty => dtmf'],
    }),
  );
  assert.equal(config.general.rotatestrategy, 'rotate');
  assert.equal(config.general.logger_queue_limit, 50);
  assert.deepEqual(
    config.channels.map(({ name }) => name),
    ['messages', 'empty'],
  );
  assert.deepEqual(
    warnings.map(({ line, message }) => `${line}: ${message.replace(/\. .*/, '')}`),
    [
      '2: dateformat: %Q means nothing here and is printed as it stands',
      "5: unknown option 'displaycallids', did you mean 'display_callids'?",
      "2: messages: no level is called 'warnign', did you mean 'warning'?",
      '3: messages: stands twice, the last line holds',
      '4: syslog.local0: The system log cannot be reached from here without a library of its own',
      "5: empty: 'dtmf' names no level that is ever logged: nothing will go there",
    ],
  );
});

test('what cannot be taken is refused whole, with every problem', () => {
  const broken = fileOf({
    general: ['logger_queue_limit => 5', 'rotatestrategy => weekly'],
    logfiles: ['messages => [xml]error', 'full => *'],
  });
  assert.throws(
    () => readLoggerConf(broken),
    (thrown: unknown) =>
      thrown instanceof LoadDeclined &&
      thrown.problems.map(({ line, message }) => `${line} ${message.split(':')[0]}`).join() ===
        '2 logger_queue_limit,3 rotatestrategy,2 messages',
  );
});

test('every option of the sample says what it is for', () => {
  for (const { table } of loggerConf.sections) {
    for (const [name, option] of optionsOf(table)) {
      assert.ok(option.help.length > 10, name);
      assert.equal(typeof option.show(option.initial), 'string');
    }
  }
});

test('a channel of the sample reads back as it is shown', () => {
  const { full } = loggerConf.sections[1]!.table as never as { full: { initial: never; show(value: never): string } };
  assert.deepEqual(channelsOf(`full => ${full.show(full.initial)}`), [
    ['full', 'default', 'debug notice warning error verbose'],
  ]);
});
