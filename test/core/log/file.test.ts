/** A log file on a disk that is slow, full or gone. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { SystemClock } from '../../../core/clock.js';
import { LogFile } from '../../../core/log/file.js';

let directory = '';
let complaints: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-'));
  complaints = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = (path: string, limit = 1000) =>
  LogFile.open(path, {
    limit,
    lost: count => `${count} lost\n`,
    complain: text => complaints.push(text.replace(directory, '.')),
  });

/** Waits for something that the system does in another thread. */
async function until(happened: () => boolean): Promise<void> {
  const clock = new SystemClock();
  for (const end = clock.elapsed() + 10_000; !happened(); ) {
    assert.ok(clock.elapsed() < end, `did not happen; complaints: ${complaints.join('\n')}`);
    await new Promise<void>(resolve => clock.after(2, resolve));
  }
}

test('lines arrive in order, after what is there, in a directory that is made', async () => {
  const path = join(directory, 'a', 'b', 'full');
  for (const half of ['first', 'second']) {
    const file = await open(path);
    for (let count = 0; count < 500; count++) file.write(`${half} ${count}\n`, false);
    await file.close();
    await file.close();
    file.write('too late\n', true);
    assert.equal(file.dropped, 0);
  }
  const expected = ['first', 'second'].flatMap(half => Array.from({ length: 500 }, (_, count) => `${half} ${count}`));
  assert.deepEqual(readFileSync(path, 'utf8').trimEnd().split('\n'), expected);
  assert.equal(statSync(path).mode & 0o007, 0);
});

test('when too many lines wait new ones are left out, but not those to keep, and the count is told', async () => {
  const path = join(directory, 'full');
  const file = await open(path, 10);
  for (let count = 0; count < 30; count++) {
    file.write(`plain ${count}\n`, false);
    file.write(`kept ${count}\n`, true);
  }
  assert.equal(file.dropped, 25); // 5 pairs fill the queue; from then on only what is kept comes in
  await file.close();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  assert.equal(lines.filter(line => line.startsWith('kept')).length, 30);
  assert.deepEqual(
    lines.filter(line => line.startsWith('plain')),
    [0, 1, 2, 3, 4].map(count => `plain ${count}`),
  );
  assert.equal(lines.at(-1), '25 lost');
});

test('what is kept has a limit too', async () => {
  const file = await open(join(directory, 'full'), 10);
  for (let count = 0; count < 150; count++) file.write('x\n', true);
  assert.equal(file.dropped, 50);
  await file.close();
});

test('a full disk is told once, and nothing that is logged meanwhile harms', async () => {
  const file = await open('/dev/full', 10);
  file.write('one\n', true);
  await until(() => file.failing);
  for (let count = 0; count < 100; count++) {
    file.write('more\n', false);
    await new Promise(resolve => setImmediate(resolve));
  }
  assert.equal(complaints.length, 1);
  assert.match(complaints[0]!, /^'\/dev\/full' cannot be written: ENOSPC/);
  assert.equal(file.dropped, 91);
  await file.close();
  assert.equal(complaints.length, 1);
});

test('a file that can be written again is, with what waited and the count of what was lost', async () => {
  const path = join(directory, 'fifo');
  execFileSync('mkfifo', [path]);
  const gone = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const file = await open(path, 3);
  closeSync(gone); // nobody reads now: writing fails
  for (const line of ['a', 'b', 'c', 'd', 'e']) file.write(`${line}\n`, false);
  await until(() => file.failing);
  file.write('f\n', false);
  await until(() => file.failing);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  await until(() => {
    if (file.failing) file.write('g\n', false);
    return !file.failing;
  });
  await file.close();
  const buffer = Buffer.alloc(1000);
  const text = buffer.toString('utf8', 0, readSync(reader, buffer));
  closeSync(reader);
  assert.match(text, /^a\nb\nc\n(\d+) lost\n$/);
  assert.equal(Number(/(\d+) lost/.exec(text)?.[1]), file.dropped);
  assert.deepEqual(
    complaints.map(complaint => complaint.replace(/: .*/, '')),
    ["'./fifo' cannot be written", "'./fifo' is written again"],
  );
});

test('a process that is about to die writes at once', async () => {
  const path = join(directory, 'full');
  const file = await open(path);
  file.write('one\n', false);
  file.write('two\n', false);
  file.flushSync();
  assert.match(readFileSync(path, 'utf8'), /two\n/); // `one` may be on its way in another thread
  await file.close();
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 3);
});

test('a place where no file can be is refused', async () => {
  await assert.rejects(open(directory), /EISDIR/);
  await assert.rejects(open('/dev/null/full'), /ENOTDIR|EEXIST/);
  assert.equal(existsSync(join(directory, 'full')), false);
});

test('a pipe that nobody reads is refused at once', async () => {
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  await assert.rejects(open(path), /it is a pipe that nobody reads/);
});

test('a pipe whose reader has stopped holds up neither the end nor a last word', async () => {
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const file = await open(path, 100_000);
  for (let line = 0; line < 5000; line++) file.write(`${'x'.repeat(99)}\n`, false);
  file.flushSync();
  await file.close();
  closeSync(reader);
  assert.match(complaints.join('\n'), /^'\.\/pipe' cannot be written: /);
});
