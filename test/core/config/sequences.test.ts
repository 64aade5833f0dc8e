/** Sequences of edits of configuration files made by chance, down to their bytes: core/config/{revision,encoding,tree}.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decoded, encoded, Unencodable } from '../../../core/config/encoding.js';
import {
  dropSection,
  type Habit,
  newSection,
  refuseOverruled,
  setOption,
  unsetOption,
  variablesIn,
} from '../../../core/config/revision.js';
import { parseTree, printTree, Unwritable } from '../../../core/config/tree.js';
import { dialectText } from '../../support/dialect-text.js';
import fc from '../../support/property.js';
import { after, layout } from './layout-stage.js';

const name = fc.constantFrom('a', 'b', 'name', 'x y', 'new');
const section = fc.constantFrom('a', 'a', 'b', 'name');
const value = fc.constantFrom('', '1', 'a b', ';', 'x\\', '[', '>', 'é', 'Ã©', '€');

type Kind = 'set' | 'set in all' | 'list' | 'unset' | 'add' | 'remove';
type Edit = [kind: Kind, section: string, name: string, value: string];

const edit = fc.tuple(
  fc.constantFrom<Kind>('set', 'set', 'set in all', 'list', 'unset', 'add', 'remove'),
  section,
  name,
  value,
);

const habitOf = ([kind, , option]: Edit): Habit => ({
  names: [option],
  merged: kind === 'set in all',
  exact: false,
  ...(kind === 'list' && { key: (one: string) => one }),
});

const sets = ([kind]: Edit): boolean => ['set', 'set in all', 'list'].includes(kind);

/** Bytes of the files, by name: `a` may include `x`. */
type Bytes = Readonly<Record<string, Buffer>>;

const bytesOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom('', '', '; é\n', 'name=é\n[a]\n', '[b]\nname=€ ; é\r\n'), text, fc.constantFrom('', '\n; ü'))
    .chain(parts =>
      fc.constantFrom<BufferEncoding>('latin1', 'utf8').map(encoding => Buffer.from(parts.join(''), encoding)),
    );

const textsOf = (files: Bytes): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, bytes]) => [file, decoded(bytes)]));

/** The files after an edit, as a command does it; undefined when it is refused. */
async function edited(files: Bytes, change: Edit): Promise<Bytes | undefined> {
  const [kind, where, option, text] = change;
  const all = await layout(textsOf(files));
  try {
    if (sets(change)) setOption(all, where, option, text, habitOf(change));
    else if (kind === 'unset') unsetOption(all, where, option, undefined, habitOf(change));
    else if (kind === 'add') newSection(all, all.files[0]!, `${where}${option}`, []);
    else dropSection(all, where);
    const now = { ...textsOf(files), ...after(all) };
    if (sets(change)) refuseOverruled((await layout(now)).config, where, option, text, habitOf(change));
    return Object.fromEntries(Object.entries(now).map(([file, one]) => [file, encoded(one, files[file])]));
  } catch (thrown) {
    assert.ok(thrown instanceof Unwritable || thrown instanceof Unencodable, String(thrown));
    if (!(thrown instanceof Unencodable) && !/would not be in force/.test(thrown.message)) {
      assert.deepEqual(after(all), Object.fromEntries(all.files.map(({ name: file, text: old }) => [file, old])));
    }
    return undefined;
  }
}

test('whatever the text, parsing and printing it is the identity', () => {
  const any = fc.oneof(dialectText, fc.string(), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(any, text => assert.equal(printTree(parseTree(text)), text)),
    { numRuns: 3000 },
  );
});

/** The lines of a text with their ends, each with how often it is there. */
function census(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  for (const [line] of text.replace(/^\uFEFF/, '').matchAll(/[^\n]*\n|[^\n]+$/g))
    lines.set(line, (lines.get(line) ?? 0) + 1);
  return lines;
}

/** How many lines of the first text the second has not. */
const lost = (before: string, now: string): string[] => {
  const left = census(now);
  return [...census(before)].flatMap(([line, count]) =>
    Array<string>(Math.max(count - (left.get(line) ?? 0), 0)).fill(line),
  );
};

/** The lines of every part of a section. */
function linesOf(text: string, section: string): ReadonlySet<string> {
  const lines = new Set<string>();
  let current = '';
  for (const { raw, end, statement } of parseTree(text).lines) {
    if (statement?.kind === 'section') current = statement.name.toLowerCase();
    if (current === section) lines.add(raw + end);
  }
  return lines;
}

/** Whether an edit may take this line of the text away, or change it. */
function mayChange(text: string, now: string, line: string, [kind, where, option]: Edit): boolean {
  // The line that set a section apart goes with it.
  if (kind === 'remove' && (line.trim() === '' || linesOf(text, where).has(line))) return true;
  const last = (of: string) =>
    of
      .replace(/^\uFEFF/, '')
      .split('\n')
      .at(-1)!;
  // A last line without an end gets one when another follows, and the next has none when it goes.
  if (line === last(text)) return true;
  if (last(text) !== '' && line.replace(/\r?\n$/, '') === last(now)) return true;
  return line.toLowerCase().includes(option) && kind !== 'add';
}

/** Bytes as text of one character each, without the mark that a text may begin with. */
const shown = (bytes: Buffer): string => bytes.toString('latin1').replace(/^ï»¿/, '');

/** @throws when an edit changed what is not its own, or did not do what it is for */
async function judge(before: Bytes, now: Bytes, change: Edit): Promise<void> {
  const [, where, option, text] = change;
  for (const file of Object.keys(before)) {
    const [old, fresh] = [shown(before[file]!), shown(now[file]!)];
    const gone = lost(old, fresh);
    const wrong = gone.filter(line => !mayChange(old, fresh, line, change));
    assert.deepEqual(wrong, [], `${change} of ${JSON.stringify(old)} gives ${JSON.stringify(fresh)}`);
    if (sets(change) || change[0] === 'add') assert.ok(lost(fresh, old).length <= gone.length + 2);
  }
  if (!sets(change)) return;
  const values = variablesIn((await layout(textsOf(now))).config, where, habitOf(change)).map(one => one.value);
  if (change[0] === 'list') assert.ok(values.includes(text));
  else assert.equal(values.at(-1), text, `${option} of ${where}`);
}

const same = (one: Bytes, other: Bytes): boolean => Object.keys(one).every(file => one[file]!.equals(other[file]!));

test('whatever the bytes, no edit of a sequence changes a line that is not its own, and what is set reads back', async () => {
  const count = { done: 0 };
  const property = fc.asyncProperty(
    bytesOf(dialectText),
    bytesOf(dialectText),
    fc.array(edit, { maxLength: 6 }),
    async (a, x, sequence) => {
      let files: Bytes = { a, x };
      for (const change of sequence) {
        const now = await edited(files, change);
        if (!now) continue;
        count.done++;
        await judge(files, now, change);
        files = now;
      }
    },
  );
  await fc.assert(property, { numRuns: 1500 });
  assert.ok(count.done > 500, `${count.done} edits were possible`);
});

test('whatever the bytes, a section that is added, filled and taken out again leaves them as they were', async () => {
  let possible = 0;
  const property = fc.asyncProperty(bytesOf(dialectText), fc.array(edit, { maxLength: 4 }), async (a, others) => {
    const before: Bytes = { a, x: Buffer.from('') };
    let files = await edited(before, ['add', 'own', '', '']);
    if (!files) return;
    for (const [kind, , option, text] of others) {
      if (kind !== 'add' && kind !== 'remove') files = (await edited(files, [kind, 'own', option, text])) ?? files;
    }
    const back = await edited(files, ['remove', 'own', '', '']);
    if (!back) return;
    possible++;
    assert.ok(same(before, back), `${JSON.stringify(shown(a))} became ${JSON.stringify(shown(back['a']!))}`);
  });
  await fc.assert(property, { numRuns: 1500 });
  assert.ok(possible > 500, `${possible} were taken out`);
});
