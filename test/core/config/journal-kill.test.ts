/** Processes killed in the middle: what their journal promised is there in the next life. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { BehindStage } from './behind-stage.js';

const ROWS = 400;

let at: BehindStage;
let children: ChildProcess[];
beforeEach(() => {
  at = new BehindStage();
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await at.remove();
});

function start(...how: string[]) {
  const child = spawn(process.execPath, [join(__dirname, 'journal-child.js'), ...how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const output = { text: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.text += text));
  const ended = once(child, 'close');
  return {
    output,
    kill: async () => {
      child.kill('SIGKILL');
      assert.deepEqual(await ended, [null, 'SIGKILL'], output.text);
    },
  };
}

for (const lines of [1, 500, 3000, 9000]) {
  test(`a journal whose process is killed after ${lines} lines holds all that was committed`, async () => {
    const { output, kill } = start('journal', at.file);
    await at.until(() => output.text.length > lines * 9);
    await kill();
    const told = output.text
      .split('\n')
      .slice(0, -1)
      .map(line => line.split(' '));
    const named = (word: string) => told.filter(([first]) => first === word).map(([, number]) => number!);
    const [holds, ends] = [named('holds'), new Set(named('ends'))];
    assert.equal(told.length, holds.length + named('ends').length, 'the child complained');
    const left = ((await at.left()) as { text: string }[]).map(({ text }) => text);
    for (const number of holds) assert.ok(ends.has(number) || left.includes(number), `${number} is lost`);
    const last = Number(holds.at(-1));
    // What was over for long does not come back; the last one may have been put and not told.
    for (const text of left) assert.ok(Number(text) >= last - 51 && Number(text) <= last + 1, `${text} is there`);
    assert.equal((await at.journal().open()).length, left.length);
    assert.deepEqual(at.said, []);
  });
}

for (const rows of [1, 100, 300]) {
  test(`after a kill in the middle of a drain, ${rows} rows written, the rest is in the journal`, async () => {
    const log = join(at.directory, 'written');
    const written = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []);
    const { output, kill } = start('drain', at.file, log);
    await at.until(() => output.text.includes('draining') && written().length >= rows);
    await kill();
    assert.equal(output.text, 'draining\n');
    assert.ok(written().length < ROWS, 'it was too late');
    const before = new Set(written());
    const behind = await at.open();
    for (let row = 0; row < ROWS; row++) {
      const waits = behind.pending(`${row}`)?.changes['says'];
      assert.ok(waits === `new ${row}` || (waits === undefined && before.has(`new ${row}`)), `row ${row}: ${waits}`);
    }
    await behind.drain();
    assert.equal(new Set([...before, ...at.database.written.map(one => one.slice(one.indexOf(' ') + 1))]).size, ROWS);
  });
}
