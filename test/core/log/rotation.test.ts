/** Rotation: the names that old files get. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { archive, runAfter, type Strategy } from '../../../core/log/rotation.js';

const now = 1_795_347_847_500;

/** Archives `full` with these files beside it. @returns what is there then: name to the name it had */
async function rotated(strategy: Strategy, ...others: string[]): Promise<Record<string, string>> {
  const directory = mkdtempSync(join(tmpdir(), 'rotation-'));
  try {
    for (const name of ['full', ...others]) writeFileSync(join(directory, name), name);
    const archived = await archive(join(directory, 'full'), strategy, now);
    if (archived !== undefined) assert.equal(readFileSync(archived, 'utf8'), 'full');
    return Object.fromEntries(readdirSync(directory).map(name => [name, readFileSync(join(directory, name), 'utf8')]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const cases: readonly [why: string, Strategy, others: string[], Record<string, string>][] = [
  ['the first', 'sequential', [], { 'full.0': 'full' }],
  [
    'one after the highest, packed or not',
    'sequential',
    ['full.0', 'full.9.gz', 'full.10.bz2'],
    { 'full.0': 'full.0', 'full.9.gz': 'full.9.gz', 'full.10.bz2': 'full.10.bz2', 'full.11': 'full' },
  ],
  [
    'others of a similar name do not count',
    'sequential',
    ['full.old', 'full.3.txt', 'fuller.7', 'messages.8', 'full.1795347847'],
    {
      'full.old': 'full.old',
      'full.3.txt': 'full.3.txt',
      'fuller.7': 'fuller.7',
      'messages.8': 'messages.8',
      'full.1795347847': 'full.1795347847',
      'full.0': 'full',
    },
  ],
  ['the first', 'rotate', [], { 'full.0': 'full' }],
  [
    'the others move up, packed or not',
    'rotate',
    ['full.0', 'full.1.gz', 'full.2', 'full.9.Z', 'full.10.xz'],
    {
      'full.0': 'full',
      'full.1': 'full.0',
      'full.2.gz': 'full.1.gz',
      'full.3': 'full.2',
      'full.10.Z': 'full.9.Z',
      'full.11.xz': 'full.10.xz',
    },
  ],
  ['the moment', 'timestamp', [], { 'full.1795347847': 'full' }],
  [
    'the next moment when that is taken',
    'timestamp',
    ['full.1795347847', 'full.1795347848.gz'],
    { 'full.1795347847': 'full.1795347847', 'full.1795347848.gz': 'full.1795347848.gz', 'full.1795347849': 'full' },
  ],
  ['nothing is renamed', 'none', ['full.0'], { full: 'full', 'full.0': 'full.0' }],
];
for (const [why, strategy, others, expected] of cases) {
  test(`${strategy}: ${why}`, async () => assert.deepEqual(await rotated(strategy, ...others), expected));
}

test('a file that is not there is not archived', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'rotation-'));
  assert.equal(await archive(join(directory, 'full'), 'sequential', now), undefined);
  rmSync(directory, { recursive: true });
});

test('what is no file, such as a device, keeps its name', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'rotation-'));
  symlinkSync('/dev/null', join(directory, 'full'));
  for (const strategy of ['sequential', 'rotate', 'timestamp'] as const) {
    assert.equal(await archive(join(directory, 'full'), strategy, now), undefined);
  }
  assert.deepEqual(readdirSync(directory), ['full']);
  rmSync(directory, { recursive: true });
});

test('the command sees the name as it is, however it looks', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'rotation-'));
  const path = join(directory, 'it\'s "$(full)".0');
  writeFileSync(path, '');
  await runAfter('mv "$filename" "$filename.done"', path);
  assert.deepEqual(readdirSync(directory), ['it\'s "$(full)".0.done']);
  await assert.rejects(runAfter('echo no such tape >&2; exit 3', path), /no such tape/);
  rmSync(directory, { recursive: true });
});
