import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { variablesOf } from '../../../core/config/config-file.js';
import { parseText } from '../../../core/config/dialect.js';
import { read, type Table } from '../../../core/config/options.js';
import { sample } from '../../../core/config/sample.js';
import { custom, integer, into, listOf, oneOf, text, yesno } from '../../../core/config/types.js';
import { descriptions, samples } from '../../support/samples.js';

const table = {
  open: yesno(true, 'Whether it is open.'),
  size: integer(3, [1, 9], 'How big it is.', { aliases: ['bigness', 'largeness'], later: 'calls' }),
  colour: oneOf(['Red', 'blue'], 'Red', 'Its colour.', { never: 'it is in the dark' }),
  title: text('a;b', 'Its title. '.repeat(12), { reloadable: false }),
  parts: listOf('a part', 'What it is made of.', value => value),
  odd: custom(7, 'seven, in letters', 'An oddity.', () => 7, { show: value => `${value} of 9\n` }),
  noparts: into(
    'parts',
    `a part; ${'a long story '.repeat(6).trim()}`,
    'What it is not made of.',
    (_text, before) => before,
  ),
} satisfies Table;

test('a sample file says what there is, what it does, and what it is by default', () => {
  const description = {
    file: 'thing.conf',
    intro: 'A thing.',
    sections: [
      { name: 'general', intro: 'All of it.', table },
      { name: 'red', intro: '', table: { size: table.size }, example: 'size=4\ncolour=red\n' },
    ],
  };
  assert.equal(
    sample(description),
    `; thing.conf: A thing.
; Written from the option tables by \`make configs\`: a change here is lost.

; All of it.
[general]

; Whether it is open.
; open = yes                             ; yes or no

; How big it is.
; Also written bigness, largeness.
; Not yet in force: waits for calls.
; size = 3                               ; 1-9

; Its colour.
; Without effect here: it is in the dark.
; colour = Red                           ; Red, blue

; Its title. Its title. Its title. Its title. Its title. Its title. Its title. Its title. Its title.
; Its title. Its title. Its title.
; A change is taken by a fresh load only.
; title = a\\;b                           ; text

; What it is made of.
; parts =                                ; a part

; An oddity.
; odd =                                  ; seven, in letters

; What it is not made of.
; Expects a part; a long story a long story a long story a long story a long story a long story.
; noparts =

; For example:
; [red]
; size=4
; colour=red

; How big it is.
; Also written bigness, largeness.
; Not yet in force: waits for calls.
; size = 3                               ; 1-9
`,
  );
});

for (const description of descriptions) {
  const written = sample(description);

  test(`the sample ${description.file} can be read and sets nothing`, async () => {
    const { config, problems } = await parseText(description.file, written);
    assert.deepEqual([problems, config.warnings, config.sections.flatMap(({ variables }) => variables)], [[], [], []]);
  });

  test(`in the tables of ${description.file} no two rows claim a name, and what adds to an option adds to one`, () => {
    for (const { table: rows } of description.sections) {
      const entries = Object.entries(rows as Table);
      const names = entries.flatMap(([name, { aliases = [] }]) =>
        [name, ...aliases].map(spelling => spelling.toLowerCase()),
      );
      assert.deepEqual(
        names.filter((name, index) => names.indexOf(name) !== index),
        [],
      );
      for (const [name, row] of entries)
        if ('into' in row) assert.ok(row.into in rows && !('into' in (rows as Table)[row.into]!), name);
    }
  });

  test(`the defaults in ${description.file} are the defaults`, async () => {
    for (const { name, table: rows } of description.sections) {
      const [part] = sample({ ...description, sections: [{ name, intro: '', table: rows }] })
        .split('\n[')
        .slice(1);
      const lines = part!.replace(/^; (\S+ = \S)/gm, '$1');
      const { config } = await parseText(description.file, `[${lines}`);
      const { set, problems } = read(rows as Table, variablesOf(config, name));
      assert.deepEqual(problems, []);
      for (const [option, row] of Object.entries(rows as Table)) {
        if (!('into' in row) && option in set) assert.equal(row.show(set[option]), row.show(row.initial), option);
      }
    }
  });
}

test('samples are written, checked, and taken away', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'samples'));
  t.after(() => rm(directory, { recursive: true }));
  const [one, two] = ['one.conf', 'two.conf'].map(file => ({
    file,
    intro: '',
    sections: [{ name: 'general', intro: '', table }],
  }));
  const at = (file: string, what: string) => `${join(directory, file)}: ${what}`;
  assert.deepEqual(await samples(join(directory, 'no'), [one!], { check: true }), [at('no/one.conf', 'missing')]);
  await samples(directory, [one!, two!], { check: false });
  assert.equal(await readFile(join(directory, 'one.conf'), 'utf8'), sample(one!));
  assert.deepEqual(await samples(directory, [one!, two!], { check: true }), []);
  await writeFile(join(directory, 'one.conf'), 'changed');
  const three = { ...one!, file: 'three.conf' };
  const wrong = [at('three.conf', 'missing'), at('one.conf', 'stale'), at('two.conf', 'superfluous')];
  assert.deepEqual(await samples(directory, [one!, three], { check: true }), wrong);
  assert.deepEqual((await readdir(directory)).sort(), ['one.conf', 'two.conf']);
  await samples(directory, [one!, three], { check: false });
  assert.deepEqual((await readdir(directory)).sort(), ['one.conf', 'three.conf']);
  assert.deepEqual(await samples(directory, [one!, three], { check: true }), []);
});
