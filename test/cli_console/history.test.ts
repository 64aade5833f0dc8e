/** The history of consoles: what is kept, in which order, and for whom to read. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { History, MOST_REMEMBERED } from '../../modules/cli_console/client/history.js';
import { temporary } from './stage.js';

test('commands are there at the next login, the newest first, immediate repetitions once', t => {
  const path = join(temporary(t), 'history');
  const history = new History(path);
  for (const line of ['one', 'two', 'two', '', 'one']) history.add(line);
  assert.deepEqual(history.lines(), ['one', 'two', 'one']);
  assert.deepEqual(new History(path).lines(), ['one', 'two', 'one']);
});

test('the file is for its owner alone, even when it was not before', t => {
  const path = join(temporary(t), 'history');
  writeFileSync(path, 'old\n', { mode: 0o644 });
  const history = new History(path);
  history.add('new');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(readFileSync(path, 'utf8'), 'old\nnew\n');
  const fresh = join(temporary(t), 'fresh');
  new History(fresh).add('first');
  assert.equal(statSync(fresh).mode & 0o777, 0o600);
});

test(`the ${MOST_REMEMBERED} newest commands are kept`, t => {
  const path = join(temporary(t), 'history');
  writeFileSync(path, Array.from({ length: MOST_REMEMBERED + 5 }, (_, n) => `line ${n}\n`).join(''));
  const history = new History(path);
  assert.equal(history.lines().length, MOST_REMEMBERED);
  assert.equal(history.lines().at(-1), 'line 5');
  assert.equal(readFileSync(path, 'utf8').split('\n')[0], 'line 5');
  history.add('one more');
  assert.equal(history.lines().length, MOST_REMEMBERED);
});

test('consoles side by side do not lose what the other one typed', t => {
  const path = join(temporary(t), 'history');
  const [one, two] = [new History(path), new History(path)];
  one.add('from one');
  two.add('from two');
  assert.deepEqual(new History(path).lines(), ['from two', 'from one']);
});

test('a history that cannot be kept says so and keeps nobody from working', t => {
  const path = join(temporary(t), 'history');
  mkdirSync(path);
  const history = new History(path);
  history.add('typed');
  assert.deepEqual(history.lines(), ['typed']);
  assert.match(history.problem!, /^the history is not kept: .*EISDIR/);
});
