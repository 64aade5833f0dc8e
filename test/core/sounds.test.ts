/** Where a sound is found. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SoundFiles } from '../../core/sounds.js';

let directory: string;
let sounds: SoundFiles;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-sounds-'));
  for (const file of [
    'own/en/hello.ulaw',
    'own/en/hello.wav',
    'own/de/hello.alaw',
    'shipped/en/digits/1.wav',
    'shipped/en/closed.wav',
    'own/greeting.wav',
    'own/custom/closed.wav',
    'own/closed.ulaw',
    'secret.wav',
  ]) {
    await mkdir(join(directory, file, '..'), { recursive: true });
    await writeFile(join(directory, file), '');
  }
  sounds = new SoundFiles([join(directory, 'own'), join(directory, 'shipped')]);
});

after(() => rm(directory, { recursive: true }));

const CASES: readonly (readonly [name: string, language: string, found: string | undefined])[] = [
  ['hello', 'en', 'own/en/hello.wav'],
  ['hello', 'de', 'own/de/hello.alaw'],
  ['hello', 'de_AT', 'own/de/hello.alaw'],
  ['hello', 'fr', 'own/en/hello.wav'],
  ['digits/1', 'de', 'shipped/en/digits/1.wav'],
  ['greeting', 'en', 'own/greeting.wav'],
  ['custom/closed', 'de', 'own/custom/closed.wav'],
  ['closed', 'en', 'own/closed.ulaw'],
  ['../../secret', 'en', undefined],
  ['../secret', '..', undefined],
  ['secret', '..', undefined],
  ['hello\0', 'en', undefined],
  ['', 'en', undefined],
  ['nothing', 'en', undefined],
];

for (const [name, language, found] of CASES) {
  test(`'${name}' in '${language}' is ${found ?? 'not there'}`, async () => {
    assert.equal(await sounds.find(name, language), found && join(directory, found));
  });
}

test('an absolute name is itself', async () => {
  assert.equal(await sounds.find(join(directory, 'secret'), 'en'), join(directory, 'secret.wav'));
});

test('a list has each sound once in each language', async () => {
  assert.deepEqual((await sounds.list()).map(({ name, language, format }) => `${language} ${name} ${format}`).sort(), [
    ' closed ulaw',
    ' custom/closed wav',
    ' greeting wav',
    'de hello alaw',
    'en closed wav',
    'en digits/1 wav',
    'en hello ulaw',
  ]);
});
