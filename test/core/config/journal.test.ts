/** The journal: what was committed and is not over is there in the next life, whatever became of the file. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { formatLine, parseLine } from '../../../core/config/journal-lines.js';
import fc from '../../support/property.js';
import { BehindStage } from './behind-stage.js';

let at: BehindStage;
beforeEach(() => (at = new BehindStage()));
afterEach(() => at.remove());

const values = (count: number, from = 0): { text: string }[] =>
  Array.from({ length: count }, (_, index) => ({ text: `value ${from + index}` }));

test('what was put and is not over is there in the next life, in order', async () => {
  const first = at.journal();
  assert.deepEqual(await first.open(), []);
  const [a, b, c, d] = values(4);
  for (const value of [a!, b!, c!]) first.put(value);
  await first.commit();
  first.end(b!);
  first.put(d!);
  await first.close();
  assert.deepEqual(await at.journal().open(), [a, c, d]);
});

test('nothing is in the file before the commit, and many puts are one append', async () => {
  const journal = at.journal();
  await journal.open();
  for (const value of values(1000)) journal.put(value);
  assert.equal(existsSync(at.file), false);
  await journal.commit();
  assert.equal((await at.left()).length, 1000);
  assert.equal(journal.bytes, statSync(at.file).size);
});

test('when everything is over the file is empty', async () => {
  const journal = at.journal();
  await journal.open();
  const some = values(10);
  for (const value of some) journal.put(value);
  await journal.commit();
  for (const value of some) journal.end(value);
  journal.end(some[0]!); // over already
  await journal.commit();
  assert.equal(at.text(), '');
  assert.deepEqual([journal.bytes, journal.size], [0, 0]);
});

test('any text comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, number) => {
      const line = formatLine([number, { text }]);
      assert.equal(line.indexOf(10), line.length - 1);
      assert.deepEqual(parseLine(line.subarray(0, -1)), [number, { text }]);
    }),
  );
});

/** A file with three lines, and what can happen to it. */
const damages: [what: string, damage: (text: string) => string, left: number[], said: RegExp | undefined][] = [
  ['its last line torn', text => text.slice(0, -5), [0, 1], undefined],
  [
    'its last line torn to one character',
    text => text.split('\n').slice(0, 2).join('\n').concat('\n1'),
    [0, 1],
    undefined,
  ],
  ['a line of garbage in its middle', text => text.replace('\n', '\n\x00garbage\xff\n'), [0, 1, 2], / 1 damaged lines/],
  ['a character changed', text => text.replace('value 1', 'value 7'), [0, 2], / 1 damaged lines/],
  ['blocks of zeros', text => `${'\0'.repeat(5000)}\n${text}`, [0, 1, 2], / 1 damaged lines/],
  ['empty lines and a bare checksum', text => `\n\n00000000 \n${text}`, [0, 1, 2], / 3 damaged lines/],
  ['a value of another kind', text => text + formatLine([9, { other: 1 }]).toString(), [0, 1, 2], / 1 damaged lines/],
  ['garbage that has no end of line', text => `${text}${'x'.repeat(3_000_000)}`, [0, 1, 2], / 2 damaged lines/],
  ['nothing in it', () => '', [], undefined],
];
for (const [what, damage, left, said] of damages) {
  test(`a journal with ${what} is read as far as it is whole, and is whole afterwards`, async () => {
    const lines = values(3).map((value, index) => formatLine([index + 1, value]).toString());
    writeFileSync(at.file, damage(lines.join('')));
    const journal = at.journal();
    const expected = left.map(index => ({ text: `value ${index}` }));
    assert.deepEqual(await journal.open(), expected);
    assert.equal(at.said.length, said ? 1 : 0, at.said.join('\n'));
    assert.equal(existsSync(`${at.file}.damaged`), said !== undefined);
    if (said) {
      assert.match(at.said[0]!, said);
      assert.ok(at.said[0]!.endsWith(`they are kept in '${at.file}.damaged'`), at.said[0]);
      const kept = readFileSync(`${at.file}.damaged`, 'latin1').split('\n').slice(0, -1);
      const whole = new Set(lines.map(line => line.slice(0, -1)));
      const bad = damage(lines.join(''))
        .split('\n')
        .filter(line => !whole.has(line));
      assert.equal(kept.join(''), Buffer.from(bad.join('')).toString('latin1').slice(0, kept.join('').length));
    }
    journal.put({ text: 'one more' });
    await journal.close();
    at.said.length = 0;
    assert.deepEqual(await at.journal().open(), [...expected, { text: 'one more' }]);
    assert.deepEqual(at.said, []);
  });
}

test('a file that is torn anywhere gives up the last line at most', async () => {
  const whole = Buffer.concat(values(3).map((value, index) => formatLine([index + 1, value])));
  const starts = [0, whole.indexOf(10) + 1, whole.lastIndexOf(10, -2) + 1, whole.length];
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(at.file, whole.subarray(0, length));
    // A line that lacks nothing but its end is there.
    const lines = starts.filter(start => start > 0 && start - 1 <= length).length;
    assert.deepEqual(await at.left(), values(lines), `torn at ${length}`);
  }
});

test('the file is rewritten when what is over outweighs what is open', async () => {
  const journal = at.journal({ slack: 1000 });
  await journal.open();
  const kept = values(3);
  for (const value of kept) journal.put(value);
  let most = 0;
  for (let count = 0; count < 500; count++) {
    const value = { text: `passing ${count}` };
    journal.put(value);
    journal.end(value);
    await journal.commit();
    await at.until(() => !journal.rewriting); // lines are taken meanwhile
    most = Math.max(most, statSync(at.file).size);
  }
  await journal.close();
  assert.ok(most < 3000, `it grew to ${most}`);
  assert.equal(journal.bytes, statSync(at.file).size);
  assert.deepEqual(readdirSync(at.directory), ['writes.journal']);
  assert.deepEqual(await at.journal().open(), kept);
});

test('whatever is put, ended and committed while it is rewritten, the next life finds what is open', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ put: fc.string({ maxLength: 40 }) }) },
    { weight: 3, arbitrary: fc.record({ end: fc.nat() }) },
    { weight: 2, arbitrary: fc.constant('commit' as const) },
    { weight: 1, arbitrary: fc.constant('commit and wait' as const) },
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async steps => {
      const file = join(at.directory, `run ${run++}`);
      const journal = at.journal({ slack: 100, file });
      await journal.open();
      const open: { text: string }[] = [];
      for (const one of steps) {
        if (one === 'commit') void journal.commit();
        else if (one === 'commit and wait') {
          await journal.commit();
          assert.deepEqual(await at.left(file), open);
        } else if ('put' in one) journal.put(open[open.push({ text: one.put }) - 1]!);
        else if (open.length > 0) journal.end(open.splice(one.end % open.length, 1)[0]!);
      }
      await journal.close();
      assert.equal(journal.bytes, existsSync(file) ? statSync(file).size : 0);
      assert.deepEqual(await at.journal({ file }).open(), open);
    }),
    { numRuns: 60 },
  );
  assert.deepEqual(at.said, []);
});

test('a full disk is told once, and again when there is room; nothing that waits is lost', async () => {
  const journal = at.journal();
  await journal.open();
  const [a, b, c] = values(3);
  journal.put(a!);
  await journal.commit();
  rmSync(at.file);
  symlinkSync('/dev/full', at.file);
  symlinkSync('/dev/full', `${at.file}.new`);
  for (const value of [b!, c!]) {
    journal.put(value);
    await journal.commit();
    at.clock.advance(60_000);
  }
  await journal.commit();
  assert.match(at.said.join('\n'), /^error: '.*writes\.journal' cannot be written: ENOSPC.* kept in memory[^\n]*$/);
  journal.end(b!);
  rmSync(at.file);
  rmSync(`${at.file}.new`);
  at.clock.advance(60_000);
  await journal.close();
  assert.match(at.said.slice(1).join('\n'), /^notice: '.*writes\.journal' is written again$/);
  assert.deepEqual(await at.journal().open(), [a, c]);
});

test('a disk that fails is not tried at each commit', async () => {
  const journal = at.journal();
  await journal.open();
  rmSync(at.directory, { recursive: true });
  writeFileSync(at.directory, 'in the way');
  journal.put({ text: 'a' });
  await journal.commit();
  rmSync(at.directory);
  await journal.commit();
  assert.equal(existsSync(at.directory), false, 'it was tried at once');
  at.clock.advance(1000);
  await journal.close();
  assert.deepEqual(await at.journal().open(), [{ text: 'a' }]);
});

test('a disk that fails until the end is told with what is lost', async () => {
  const journal = at.journal();
  await journal.open();
  rmSync(at.directory, { recursive: true });
  writeFileSync(at.directory, 'in the way');
  journal.put({ text: 'a' });
  await journal.close();
  assert.match(at.said.at(-1)!, /^error: '.*' cannot be written: 1 changes are lost$/);
});

test('a file that cannot be rewritten goes on taking lines, within bounds', async () => {
  const journal = at.journal({ slack: 100 });
  await journal.open();
  symlinkSync('/dev/full', `${at.file}.new`);
  const some = values(30);
  for (const value of some) journal.put(value);
  await journal.commit();
  for (const value of some.slice(10)) journal.end(value);
  await journal.commit(); // now what is over outweighs
  await at.until(() => at.said.length > 0);
  some[10] = { text: 'one more' };
  journal.put(some[10]);
  await journal.commit();
  assert.deepEqual(await at.left(), some.slice(0, 11));
  for (let count = 0; count < 1000; count++) {
    journal.end(some[10]);
    journal.put((some[10] = { text: `passing ${count}` }));
    await journal.commit();
    at.clock.advance(1000);
  }
  // Twice what may pile up: 64 times the slack and 4 times what is open.
  const most = 2 * (64 * 100 + 4 * 11 * 50);
  assert.ok(statSync(at.file).size < most, `it grew to ${statSync(at.file).size}`);
  rmSync(`${at.file}.new`);
  await journal.close();
  assert.deepEqual(await at.left(), some.slice(0, 11));
  assert.ok(statSync(at.file).size < 1000);
  assert.equal(at.said.length, 2);
});

test('a file does not grow without end while a disk hangs over its rewriting', async () => {
  const journal = at.journal({ slack: 100 });
  await journal.open();
  execFileSync('mkfifo', [`${at.file}.new`]);
  const kept = values(3);
  for (const value of kept) journal.put(value);
  for (let count = 0; count < 1000; count++) {
    const value = { text: `passing ${count}` };
    journal.put(value);
    journal.end(value);
    await journal.commit();
  }
  assert.ok(journal.rewriting);
  const most = 2 * (64 * 100 + 4 * 4 * 50);
  assert.ok(statSync(at.file).size < most, `it grew to ${statSync(at.file).size}`);
  // Who reads lets it go on; that it is no file shows when it is to be on the disk.
  const reader = createReadStream(`${at.file}.new`).resume();
  await once(reader, 'close');
  rmSync(`${at.file}.new`);
  await journal.close();
  assert.deepEqual(await at.left(), kept);
});

test('a journal that cannot be read is kept aside, not written over', async () => {
  const elsewhere = join(at.directory, 'a directory');
  mkdirSync(elsewhere);
  const journal = at.journal({ file: elsewhere });
  assert.deepEqual(await journal.open(), []);
  journal.put({ text: 'a' });
  await journal.close();
  assert.match(
    at.said.join('\n'),
    /^error: '.*a directory' cannot be read to its end: EISDIR.*; it is kept as '.*unread'/,
  );
  assert.ok(statSync(`${elsewhere}.unread`).isDirectory());
  assert.equal(readFileSync(elsewhere, 'utf8').split('\n').length, 2);
});
