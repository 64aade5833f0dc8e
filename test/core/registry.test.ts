import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Events } from '../../core/events.js';
import { Registry, token } from '../../core/registry.js';
import { Scope } from '../../core/scope.js';

const clockwork = token<string>('clockwork');

test('a service is found while it is provided, and not after', () => {
  const registry = new Registry((owner, thrown) => assert.fail(`${owner}: ${thrown}`));
  const withdraw = registry.provide('maker', clockwork, 'tick');
  assert.equal(registry.find(clockwork), 'tick');
  assert.equal(registry.ownerOf(clockwork), 'maker');
  withdraw();
  withdraw();
  assert.equal(registry.find(clockwork), undefined);
  assert.equal(registry.size, 0);
});

test('a service cannot be provided twice, and the message says by whom it is', () => {
  const registry = new Registry((owner, thrown) => assert.fail(`${owner}: ${thrown}`));
  registry.provide('maker', clockwork, 'tick');
  assert.throws(() => registry.provide('other', clockwork, 'tock'), /already provided by maker/);
  assert.equal(registry.find(clockwork), 'tick');
});

test('uses are counted by user and given back once each', () => {
  const registry = new Registry((owner, thrown) => assert.fail(`${owner}: ${thrown}`));
  registry.provide('maker', clockwork, 'tick');
  const first = registry.hold('user', clockwork);
  const second = registry.hold('user', clockwork);
  assert.deepEqual(registry.usersOf('maker'), new Map([['user', 2]]));
  first();
  first();
  assert.deepEqual(registry.usersOf('maker'), new Map([['user', 1]]));
  second();
  assert.deepEqual(registry.usersOf('maker'), new Map());
});

test('a watcher sees a service come and go, each time it does', () => {
  const registry = new Registry((owner, thrown) => assert.fail(`${owner}: ${thrown}`));
  const seen: string[] = [];
  const end = registry.watch('watcher', clockwork, service => {
    seen.push(`+${service}`);
    return () => seen.push(`-${service}`);
  });
  registry.provide('maker', clockwork, 'one')();
  const withdraw = registry.provide('maker', clockwork, 'two');
  end();
  withdraw();
  assert.deepEqual(seen, ['+one', '-one', '+two', '-two']);
  assert.equal(registry.size, 0);
});

test('a scope gives back what was taken, the last first, one at a time, past what fails', async () => {
  const done: string[] = [];
  const failed: string[] = [];
  const scope = new Scope(label => failed.push(label));
  scope.defer('socket', async () => {
    await Promise.resolve();
    done.push('socket');
  });
  scope.defer('broken', () => {
    throw new Error('no');
  });
  scope.defer('timer', () => void done.push('timer'));
  assert.deepEqual(scope.labels(), ['socket', 'broken', 'timer']);
  await scope.close();
  assert.deepEqual(done, ['timer', 'socket']);
  assert.deepEqual(failed, ['broken']);
  assert.equal(scope.size, 0);
});

test('nothing can be taken after the end of a scope', async () => {
  const scope = new Scope(() => undefined);
  await scope.close();
  assert.throws(() => scope.defer('late', () => undefined), /'late' was asked for after the end/);
});

test('what is given back early is not given back again', async () => {
  let undone = 0;
  const scope = new Scope(() => undefined);
  const undo = scope.defer('thing', () => void (undone += 1));
  await undo();
  await undo();
  await scope.close();
  assert.equal(undone, 1);
});

test('a listener that throws, or whose promise is rejected, keeps a fact from nobody', async () => {
  const failed: string[] = [];
  const events = new Events(event => failed.push(event));
  const heard: number[] = [];
  events.on('fullyBooted', () => {
    throw new Error('no');
  });
  events.on('fullyBooted', () => Promise.reject(new Error('late')));
  const end = events.on('fullyBooted', ({ uptime }) => heard.push(uptime));
  events.emit('fullyBooted', { uptime: 5 });
  end();
  events.emit('fullyBooted', { uptime: 6 });
  await Promise.resolve();
  assert.deepEqual(heard, [5]);
  assert.deepEqual(failed, Array(4).fill('fullyBooted'));
  assert.equal(events.size, 2);
});
