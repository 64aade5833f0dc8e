/** One change to a file and what it includes: core/config/layout.ts and core/config/revision.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Layout } from '../../../core/config/layout.js';
import {
  dropSection,
  type Habit,
  newSection,
  type Revised,
  refuseOverruled,
  setOption,
  unsetOption,
  withinFile,
} from '../../../core/config/revision.js';
import { Unwritable } from '../../../core/config/tree.js';
import { after, layout, type Texts } from './layout-stage.js';

const single: Habit = { names: ['x', 'ex'], merged: false, exact: false };
const listed: Habit = { names: ['x'], key: value => value.split(',')[0]!, merged: false, exact: false };
const merged: Habit = { ...single, merged: true };

const set =
  (value: string, habit: Habit = single, section = 's') =>
  (all: Layout) =>
    setOption(all, section, 'x', value, habit);
const unset =
  (value?: string, habit: Habit = single) =>
  (all: Layout) =>
    unsetOption(all, 's', 'x', value, habit);

const done: [rule: string, before: Texts, edit: (all: Layout) => Revised, after: Texts, told: string][] = [
  [
    'the line that decides changes',
    { a: '[s]\nx=1\nx=2 ; c\n' },
    set('3'),
    { a: '[s]\nx=1\nx=3 ; c\n' },
    'changed a:3',
  ],
  ['what is so already stays', { a: '[s]\nx = 1;c\n' }, set('1'), { a: '[s]\nx = 1;c\n' }, 'as it was a:2'],
  [
    'a line under another name of the option is it',
    { a: '[s]\nEX=1\n' },
    set('3'),
    { a: '[s]\nEX=3\n' },
    'changed a:2',
  ],
  [
    'a value that comes from a template is set in the section',
    { a: '[t](!)\nx=1\n[s](t)\ny=2\n\n[u]\n' },
    set('3'),
    { a: '[t](!)\nx=1\n[s](t)\ny=2\nx=3\n\n[u]\n' },
    'added a:5',
  ],
  [
    'a template is changed by its name',
    { a: '[t](!)\nx=1\n[s](t)\n' },
    set('3', single, 'T'),
    { a: '[t](!)\nx=3\n[s](t)\n' },
    'changed a:2',
  ],
  [
    'a new line is written as its neighbours are',
    { a: '[s]\ny  =>  2\n' },
    set('3'),
    { a: '[s]\ny  =>  2\nx => 3\n' },
    'added a:3',
  ],
  ['without neighbours it has blanks', { a: '[s]' }, set('3'), { a: '[s]\nx = 3' }, 'added a:2'],
  [
    'the change goes to the file that the value came from',
    { a: '[s]\ny=1\n#include b\n', b: '; c\nx=1\n' },
    set('3'),
    { a: '[s]\ny=1\n#include b\n', b: '; c\nx=3\n' },
    'changed b:2',
  ],
  [
    'a section of an included file is added to there',
    { a: '#include b\n[u]\n', b: '[s]\r\ny=1\r\n' },
    set('3'),
    { a: '#include b\n[u]\n', b: '[s]\r\ny=1\r\nx=3\r\n' },
    'added b:3',
  ],
  [
    'what several sections include stays theirs',
    { a: '[r]\n#include b\n[s]\n#include b\n', b: 'x=1\n' },
    set('3'),
    { a: '[r]\n#include b\n[s]\n#include b\nx=3\n', b: 'x=1\n' },
    'added a:5',
  ],
  [
    'a value that a command prints is overruled behind it',
    { a: '[s]\n#exec c\n' },
    set('3'),
    { a: '[s]\n#exec c\nx = 3\n' },
    'added a:3',
  ],
  [
    'of sections that replace each other the last is meant',
    { a: '[s]\nx=1\n[s]\ny=1\n' },
    set('3'),
    { a: '[s]\nx=1\n[s]\ny=1\nx=3\n' },
    'added a:5',
  ],
  [
    'of sections that are read as one the line that decides is meant',
    { a: '[s]\nx=1\n[s]\ny=1\n' },
    set('3', merged),
    { a: '[s]\nx=3\n[s]\ny=1\n' },
    'changed a:2',
  ],
  [
    'a template that a later part inherits from is overruled behind it',
    { a: '[t](!)\nx=1\n[s]\nx=2\n[s](t)\ny=1\n' },
    set('3', merged),
    { a: '[t](!)\nx=1\n[s]\nx=2\n[s](t)\ny=1\nx=3\n' },
    'added a:7',
  ],
  [
    'so is a section that is taken into one',
    { a: '[r]\nx=1\n[s]\nx=2\n[s](+,r)\n' },
    set('3'),
    { a: '[r]\nx=1\n[s]\nx=2\n[s](+,r)\nx=3\n' },
    'added a:6',
  ],
  [
    'and a line about the same that comes from a template',
    { a: '[t](!)\nx=1,old\n[s]\nx=1,new\n[s](+,t)\n' },
    set('1,new', listed),
    { a: '[t](!)\nx=1,old\n[s]\nx=1,new\n[s](+,t)\nx=1,new\n' },
    'added a:6',
  ],
  [
    'what += added goes with what it was added to',
    { a: '[s]\nx=1\n#include b\n', b: 'x+=2\nx += 3 ; c\n' },
    set('3'),
    { a: '[s]\nx=3\n#include b\n', b: '; c\n' },
    'changed a:2',
  ],
  [
    'an option of many lines gets one more, behind the others',
    { a: '[s]\nx=1\nx=2\ny=1\n' },
    set('3', listed),
    { a: '[s]\nx=1\nx=2\nx=3\ny=1\n' },
    'added a:4',
  ],
  ['unless it is there', { a: '[s]\nx=1\nx=2\n' }, set('1', listed), { a: '[s]\nx=1\nx=2\n' }, 'as it was a:2'],
  [
    'or a line about the same is',
    { a: '[s]\nx=1,old\nx=2\n' },
    set('1,new', listed),
    { a: '[s]\nx=1,new\nx=2\n' },
    'changed a:2',
  ],
  [
    'every line of a single value goes',
    { a: '[s]\nx=1\nex=2;c\ny=1\n' },
    unset(),
    { a: '[s]\n;c\ny=1\n' },
    'taken out a:2',
  ],
  [
    'where the last section of a name counts, only that one is touched',
    { a: '[s]\nx=1\n[s]\nx=2\n' },
    unset(),
    { a: '[s]\nx=1\n[s]\n' },
    'taken out a:4',
  ],
  [
    'where all sections of a name count, it goes from each',
    { a: '[s]\nx=1\n[s]\nx=2\n' },
    unset(undefined, merged),
    { a: '[s]\n[s]\n' },
    'taken out a:2',
  ],
  ['one of many goes', { a: '[s]\nx=1\nx=2\n' }, unset('2', listed), { a: '[s]\nx=1\n' }, 'taken out a:3'],
  ['the only one of many goes unasked', { a: '[s]\nx=1\n' }, unset(undefined, listed), { a: '[s]\n' }, 'taken out a:2'],
  [
    'it goes from every file',
    { a: '[s]\nx=1\n#include b\n', b: 'x=2\n' },
    unset(),
    { a: '[s]\n#include b\n', b: '' },
    'taken out a:2',
  ],
  [
    'a section is added to the file that is named',
    { a: '#include b\n', b: '[t](!)\n' },
    all => newSection(all, all.files.find(({ name }) => name === 'b')!, 's', ['t']),
    { a: '#include b\n', b: '[t](!)\n\n[s](t)\n' },
    'added b:3',
  ],
  [
    'a section goes from every file',
    { a: '[s]\nx=1\n\n[u]\n#include b\n', b: '[s](+)\nx=2\n[v]\n' },
    all => dropSection(all, 's'),
    { a: '\n[u]\n#include b\n', b: '[v]\n' },
    'taken out a:1',
  ],
  [
    'where a block comment begins behind the others, a new one goes behind the section',
    { a: '[s]\n#include b\n', b: 'x=1;--\n' },
    set('2', listed),
    { a: '[s]\n#include b\nx=2\n', b: 'x=1;--\n' },
    'added a:3',
  ],
  [
    'within one file only its own lines are meant',
    { a: '[s]\nx=1\n#include b\n', b: '[s](+)\nx=2\n' },
    all => unsetOption(withinFile(all, all.files[0]!), 's', 'x', undefined, single),
    { a: '[s]\n#include b\n', b: '[s](+)\nx=2\n' },
    'taken out a:2',
  ],
];

for (const [rule, before, edit, wanted, told] of done) {
  test(rule, async () => {
    const all = await layout(before);
    const { what, file, line } = edit(all);
    assert.deepEqual([after(all), `${what} ${file}:${line}`], [wanted, told]);
  });
}

const refused: [what: string, before: Texts, edit: (all: Layout) => unknown, why: RegExp][] = [
  ['an option of no section', { a: '[r]\n' }, set('1'), /^there is no section 's'$/],
  ['what is not there', { a: '[s]\ny=1\n' }, unset(), /^\[s\] has no 'x'$/],
  [
    'what a template has',
    { a: '[t](!)\nx=1\n[s](t)\n' },
    unset(),
    /^\[s\] has 'x' from \[t\] \(a:2\): take it out there, or set another value here$/,
  ],
  [
    'what stands in a section that another one of its name replaces',
    { a: '[s]\nx=1\n[s]\ny=2\n' },
    unset(),
    /^\[s\] has no 'x': a:2 is in a section that a later one of that name takes the place of$/,
  ],
  ['one of many, not named', { a: '[s]\nx=1\nx=2\n' }, unset(undefined, listed), /2 times \(a:2, a:3\): say which/],
  ['another value than there is', { a: '[s]\nx=1\n' }, unset('2'), /^'x' has other values in \[s\] \(a:2\)$/],
  [
    'what several sections include',
    { a: '[r]\n#include b\n[s]\n#include b\n', b: 'x=1\n' },
    unset(),
    /^b:1 is included by several sections/,
  ],
  ['what a command prints', { a: '[s]\n#exec c\n' }, unset(), /^it comes from #exec c, which is no file/],
  [
    'a section that is there in another file',
    { a: '#include b\n', b: '[S]\n' },
    all => newSection(all, all.files[0]!, 's', []),
    /^there is a section 's' \(b:1\)$/,
  ],
  [
    'a section that includes in one of its files',
    { a: '#include b\n[s](+)\n#include c\n', b: '[s]\n', c: 'x=1\n' },
    all => dropSection(all, 's'),
    /includes files/,
  ],
  ['a section that includes', { a: '[s]\n#include b\n', b: 'x=1\n' }, all => dropSection(all, 's'), /includes files/],
];

for (const [what, before, edit, why] of refused) {
  test(`refused, with nothing changed: ${what}`, async () => {
    const all = await layout(before);
    assert.throws(
      () => edit(all),
      (thrown: unknown) => thrown instanceof Unwritable && why.test(thrown.message),
    );
    assert.deepEqual(after(all), before);
  });
}

for (const [value, habit, why] of [
  ['1', merged, undefined],
  ['2', merged, /^'x' of \[s\] would not be in force, a:2 \(template t\) decides: change it there$/],
  ['1', listed, undefined],
  ['4', listed, /^'x' of \[s\] would not be in force, nothing of it would be read$/],
] as const) {
  test(`whether x=${value} is in force is read from the file${habit.key ? ', among others' : ''}`, async () => {
    const { config } = await layout({ a: '[t](!)\nx=1\n[s]\nx=2\n[s](t)\n' });
    const verify = () => refuseOverruled(config, 's', 'x', value, habit);
    if (!why) return verify();
    return assert.throws(verify, (thrown: unknown) => thrown instanceof Unwritable && why.test(thrown.message));
  });
}
