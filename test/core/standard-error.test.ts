/** The log on standard error, against readers that read and one that stands still. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Drain, onStandardError } from '../../core/standard-error.js';

class Pipe implements Drain {
  waiting: string[] = [];

  get writableLength(): number {
    return this.waiting.reduce((sum, { length }) => sum + length, 0);
  }

  write(text: string): void {
    this.waiting.push(text);
  }
}

test('every line goes out as long as somebody reads', () => {
  const pipe = new Pipe();
  const sink = onStandardError(pipe, 3, false);
  for (const line of ['one', 'two']) sink.write(line, 'notice');
  assert.deepEqual(pipe.waiting, ['one\n', 'two\n']);
  assert.deepEqual([sink.console.verbosity, sink.console.muted], [3, false]);
});

test('what waits for a reader that stands still is bounded, and what was left out is counted', () => {
  const pipe = new Pipe();
  const sink = onStandardError(pipe, 0, false);
  const line = 'x'.repeat(1023);
  for (let count = 0; count < 3000; count++) sink.write(line, 'notice');
  assert.equal(pipe.waiting.length, 1025);
  pipe.waiting = [];
  sink.write('he reads again', 'notice');
  sink.write('and again', 'notice');
  assert.deepEqual(pipe.waiting, [
    '1975 lines were left out here: nobody read them\n',
    'he reads again\n',
    'and again\n',
  ]);
});
