/** The files of the log: what a reload, a rotation, a command or a broken destination does to them. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { SystemClock, TestClock } from '../../../core/clock.js';
import { CommandError } from '../../../core/errors.js';
import { config, LogStage } from './stage.js';

let at: LogStage;
beforeEach(() => (at = new LogStage()));
afterEach(() => at.remove());

test('a reload opens files anew, also those that somebody moved, and closes what is gone', async () => {
  const logs = at.loggers();
  await logs.configure(config({ messages: 'error', old: 'error' }));
  logs.logger('core').error('one');
  renameSync(join(at.directory, 'messages'), join(at.directory, 'messages.1'));
  await logs.configure(config({ messages: 'error', new: 'error' }));
  logs.logger('core').error('two');
  await logs.close();
  assert.deepEqual(
    ['messages.1', 'messages', 'old', 'new'].map(name => at.texts(name).map(text => text.split(' ').at(-1))),
    [['one'], ['two'], ['one'], ['two']],
  );
});

test('a file that cannot be opened is told once, and the rest goes on', async () => {
  const logs = at.loggers();
  mkdirSync(join(at.directory, 'blocked'));
  const both = config({ blocked: 'error', messages: 'error' });
  await logs.configure(both);
  await logs.configure(both);
  logs.logger('core').error('one');
  assert.deepEqual(
    at.complaints.map(text => text.replace(/: .*/, '')),
    ["'./blocked' cannot be opened"],
  );
  assert.deepEqual(
    logs.rows().map(({ channel, status }) => [channel.replace(at.directory, '.'), status]),
    [
      ['./blocked', 'Disabled'],
      ['./messages', 'Enabled'],
    ],
  );
  rmSync(join(at.directory, 'blocked'), { recursive: true });
  await logs.configure(both);
  logs.logger('core').error('two');
  assert.equal(at.complaints.length, 1);
  renameSync(join(at.directory, 'blocked'), join(at.directory, 'moved'));
  mkdirSync(join(at.directory, 'blocked'));
  await logs.configure(both);
  await logs.close();
  assert.equal(at.complaints.length, 2); // it had worked in between
  assert.deepEqual([at.texts('moved').length, at.texts('messages').length], [1, 2]);
});

test('a file that cannot be opened again at a reload goes on as it is, with its new levels', async () => {
  const logs = at.loggers();
  await logs.configure(config({ messages: 'error' }));
  renameSync(join(at.directory, 'messages'), join(at.directory, 'moved'));
  mkdirSync(join(at.directory, 'messages'));
  await logs.configure(config({ messages: 'notice' }));
  logs.logger('core').error('an error');
  logs.logger('core').notice('a notice');
  assert.equal(logs.rows()[0]?.status, 'Enabled');
  await logs.close();
  assert.deepEqual(at.texts('moved'), ['NOTICE[27228] core: a notice']);
});

for (const [strategy, archived] of [
  ['sequential', 'full.0'],
  ['rotate', 'full.0'],
  ['timestamp', 'full.1'],
] as const) {
  test(`rotation by ${strategy} loses no line`, async () => {
    const logs = at.loggers(new TestClock(1000));
    await logs.configure(config({ full: 'error', messages: 'error' }, { rotatestrategy: strategy }));
    const log = logs.logger('core');
    for (let count = 0; count < 5; count++) log.error(`before ${count}`);
    const rotated = logs.rotate();
    log.error('meanwhile');
    await rotated;
    log.error('after');
    await logs.close();
    assert.equal(at.texts(archived).length + at.texts('full').length, 7);
    assert.deepEqual(
      at.texts(archived).slice(0, 5),
      [0, 1, 2, 3, 4].map(count => `ERROR[27228] core: before ${count}`),
    );
    assert.equal(at.texts('full').at(-1), 'ERROR[27228] core: after');
    assert.equal(readdirSync(at.directory).length, 4);
  });
}

test('the command of exec_after_rotate runs for each old file', async () => {
  const logs = at.loggers();
  const command = 'mv "$filename" "$filename.packed"';
  await logs.configure(config({ full: 'error', messages: 'error' }, { exec_after_rotate: command }));
  await logs.rotate();
  const real = new SystemClock();
  const packed = ['full.0.packed', 'messages.0.packed'];
  for (const end = real.elapsed() + 10_000; !packed.every(name => existsSync(join(at.directory, name))); ) {
    assert.ok(real.elapsed() < end);
    await new Promise<void>(resolve => real.after(2, resolve));
  }
  await logs.close();
  assert.deepEqual(at.complaints, []);
});

test('channels are added and removed by command, outlive a reload, and rotate with the others', async () => {
  const logs = at.loggers();
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
  assert.deepEqual(
    [at.texts('extra.0'), at.texts('extra')],
    [['NOTICE[27228]: core: one'], ['NOTICE[27228]: core: two']],
  );
});

test('channels are shown with path, format and levels', async () => {
  const logs = at.loggers();
  writeFileSync(join(at.directory, 'full'), '');
  await logs.configure(
    config({ full: '[json]verbose(3),error,debug', console: 'notice' }, { logger_queue_limit: '50' }),
  );
  assert.deepEqual(logs.rows(), [
    {
      channel: join(at.directory, 'full'),
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
  assert.match(at.lines('full').at(-1) ?? '', new RegExp(`${dropped} lines were left out`));
  await logs.close();
});
