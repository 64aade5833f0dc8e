import assert from 'node:assert/strict';
import { test } from 'node:test';
import { variablesOf } from '../../../core/config/config-file.js';
import { type Parsed, parseText } from '../../../core/config/dialect.js';
import { addSection, removeSection, setValue, unsetValue } from '../../../core/config/edit.js';
import type { TextLine } from '../../../core/config/lexer.js';
import { parseTree, printTree, type Tree, Unwritable } from '../../../core/config/tree.js';
import { dialectText } from '../../support/dialect-text.js';
import fc from '../../support/property.js';

/** The text after an edit. */
const edited = (text: string, edit: (tree: Tree) => unknown): string => {
  const tree = parseTree(text);
  edit(tree);
  return printTree(tree);
};

const set: [rule: string, before: string, value: string, after: string][] = [
  [
    'the value changes and nothing else',
    '; c\n [a] ; c\n\tx  =  1  ; c\r\n\ny=2',
    '3',
    '; c\n [a] ; c\n\tx  =  3  ; c\r\n\ny=2',
  ],
  ['of several lines the last changes', '[a]\nx=1\nx=2\n', '3', '[a]\nx=1\nx=3\n'],
  ['names compare whatever their case', '[A]\nX=1\n', '3', '[A]\nX=3\n'],
  ['=> stays', '[a]\nx => 1\n', '3', '[a]\nx => 3\n'],
  ['an empty value is filled', '[a]\nx =\n', '3', '[a]\nx = 3\n'],
  ['an empty value before a comment is filled', '[a]\nx=;c\n', '3', '[a]\nx=3;c\n'],
  ['a value is emptied', '[a]\nx = 1 ; c\n', '', '[a]\nx =  ; c\n'],
  ['a semicolon is escaped', '[a]\nx=1\n', 'a;b\\;c', '[a]\nx=a\\;b\\\\;c\n'],
  ['an escaped semicolon is replaced', '[a]\nx=\\;\\; ; c\n', '3', '[a]\nx=3 ; c\n'],
  ['a value that begins with > does not become =>', '[a]\nx=1\n', '>3', '[a]\nx= >3\n'],
  ['a backslash at its end does not escape a comment', '[a]\nx=1;c\n', '3\\', '[a]\nx=3\\ ;c\n'],
  ['a block comment in the value goes behind it', '[a]\nx = 1 ;-- c --; 2\n', '3', '[a]\nx = 3;-- c --;\n'],
  [
    'a block comment that begins on the line stays',
    '[a]\nx=1 ;-- c\nx=2\n--; y=1\n',
    '3',
    '[a]\nx=3 ;-- c\nx=2\n--; y=1\n',
  ],
  ['a block comment that ends on the line stays', '[a]\n;--\n c --; x=1\n', '3', '[a]\n;--\n c --; x=3\n'],
  ['what was added by += goes', '[a]\nx=1\nx+=2\nx += 4 ; c\ny=1\n', '3', '[a]\nx=3\n; c\ny=1\n'],
  ['+= alone becomes =', '[t](!)\nx=1\n[a](t)\nx += 2\n', '3', '[t](!)\nx=1\n[a](t)\nx = 3\n'],
  [
    'a new option follows the last of its section',
    '[a]\ny=1 ; c\n; c\n\n[b]\nx=2\n',
    '3',
    '[a]\ny=1 ; c\nx = 3\n; c\n\n[b]\nx=2\n',
  ],
  [
    'a new option follows an include',
    '[a]\ny=1\n#include b.conf\n\n[b]\n',
    '3',
    '[a]\ny=1\n#include b.conf\nx = 3\n\n[b]\n',
  ],
  ['a new option follows a header', '[a]', '3', '[a]\nx = 3'],
  ['a new line ends as the others do', '[a]\r\n[b]\r\n', '3', '[a]\r\nx = 3\r\n[b]\r\n'],
  ['a new option may be empty', '[a]\n', '', '[a]\nx =\n'],
  ['a new option goes behind a block comment', '[a]\ny=1 ;--\n--;\n[b]\n', '3', '[a]\ny=1 ;--\n--;\nx = 3\n[b]\n'],
  ['a new option goes before a block comment that never ends', '[a]\ny=1 ;--\n', '3', '[a]\nx = 3\ny=1 ;--\n'],
  [
    'a new option goes to the last part of its section',
    '[a]\n[b]\n[a](+)\ny=1\n[c]\n',
    '3',
    '[a]\n[b]\n[a](+)\ny=1\nx = 3\n[c]\n',
  ],
  ['an option in a part of its section is found', '[a]\ny=1\n[a](+)\nx=1\n', '3', '[a]\ny=1\n[a](+)\nx=3\n'],
  ['a section goes before a template of its name', '[a](!)\nx=1\n[a](a)\n', '3', '[a](!)\nx=1\n[a](a)\nx = 3\n'],
  ['a template can be changed too', '[a](!)\nx=1\n[b](a)\n', '3', '[a](!)\nx=3\n[b](a)\n'],
];

for (const [rule, before, value, after] of set) {
  test(`setting: ${rule}`, () =>
    assert.equal(
      edited(before, tree => setValue(tree, 'a', 'x', value)),
      after,
    ));
}

test('setting: = becomes => and back where that is asked for', () => {
  assert.equal(
    edited('[a]\nx = 1 ; c\n', tree => setValue(tree, 'a', 'x', '2', { object: true })),
    '[a]\nx => 2 ; c\n',
  );
  assert.equal(
    edited('[a]\nx => 1\n', tree => setValue(tree, 'a', 'x', '2', { object: false })),
    '[a]\nx = 2\n',
  );
  assert.equal(
    edited('[a]\n', tree => setValue(tree, 'a', 'x', '2', { object: true })),
    '[a]\nx => 2\n',
  );
});

for (const name of ['[x]', '#x', '\\x', 'a;b', ';x', 'é', 'x+']) {
  test(`setting: a new option may be called ${name}`, async () => {
    const { config, problems } = await parseText(
      't',
      edited('[a]\n', tree => setValue(tree, 'a', name, '1')),
    );
    assert.deepEqual([problems, variablesOf(config, 'a').map(variable => variable.name)], [[], [name]]);
  });
}

const unwritable: [what: string, edit: (tree: Tree) => unknown, message: string][] = [
  [
    'a value with a line end',
    tree => setValue(tree, 'a', 'x', '1\n[b]'),
    "'1\n[b]' cannot be written as the value of 'x'",
  ],
  [
    'a value with blanks around it',
    tree => setValue(tree, 'a', 'x', ' 1'),
    "' 1' cannot be written as the value of 'x'",
  ],
  [
    'half a character',
    tree => setValue(tree, 'a', 'x', 'a\ud800b'),
    "'a\ud800b' cannot be written as the value of 'x'",
  ],
  ['a value with a NUL', tree => setValue(tree, 'a', 'x', '\0'), "'\0' cannot be written as the value of 'x'"],
  [
    'a new value with a line end',
    tree => setValue(tree, 'a', 'new', '1\n2'),
    "'new = 1\n2' would not be read as it is meant",
  ],
  ['a name with an equals sign', tree => setValue(tree, 'a', 'a=b', '1'), "'a=b = 1' would not be read as it is meant"],
  ['an option of no section', tree => setValue(tree, 'none', 'x', '1'), "there is no section 'none'"],
  ['a section that is there', tree => addSection(tree, 'A'), "there is a section 'A'"],
  ['a section with a bracket in its name', tree => addSection(tree, 'a]b'), "'[a]b]' would not be read as it is meant"],
  ['a section without a name', tree => addSection(tree, ''), "'[]' would not be read as it is meant"],
  ['a section that adds to another', tree => addSection(tree, 'n', ['+']), 'nothing is added to a new section'],
  [
    'a template with a comma in its name',
    tree => addSection(tree, 'n', ['a)']),
    "'[n](a))' would not be read as it is meant",
  ],
  ['the removal of no section', tree => removeSection(tree, 'none'), "there is no section 'none'"],
  ['the removal of what another inherits from', tree => removeSection(tree, 't'), "section 'a' inherits from 't'"],
  ['the removal of an include', tree => removeSection(tree, 'i'), "section 'i' includes files"],
];

for (const [what, edit, message] of unwritable) {
  test(`refused, with nothing changed: ${what}`, () => {
    const text = '[t](!)\n[a](t)\nx=1\n[i]\n#include b.conf';
    const tree = parseTree(text);
    assert.throws(() => edit(tree), new Unwritable(message));
    assert.equal(printTree(tree), text);
  });
}

const unset: [rule: string, before: string, after: string][] = [
  ['all its lines go', '[a]\nx=1\ny=2\nX => 3\nx += 4\n', '[a]\ny=2\n'],
  ['its comments stay', '[a]\nx=1 ; why\n', '[a]\n; why\n'],
  [
    'block comments stay what they are',
    '[a]\nx=1 ;-- b\n--; x=2 ;-- c --;; d\ny=1\n',
    '[a]\n;-- b\n--; ;-- c --; ; d\ny=1\n',
  ],
  ['an escaped semicolon is no comment', '[a]\nx=a\\;b\ny=1\n', '[a]\ny=1\n'],
  ['an empty line before the last, which has no end, stays', '[a]\n\nx=', '[a]\n\n'],
  ['what `(+)` adds goes, whatever its capitals', '[A]\nx=1\n[a](+)\nx=1\n[a]\nx=1\n', '[A]\n[a](+)\n[a]\nx=1\n'],
  ['other sections keep theirs', '[a]\nx=1\n[b]\nx=1\n[a](+)\nx=1', '[a]\n[b]\nx=1\n[a](+)'],
];

for (const [rule, before, after] of unset) {
  test(`unsetting: ${rule}`, () => {
    assert.equal(
      edited(before, tree => assert.equal(unsetValue(tree, 'A', 'x'), true)),
      after,
    );
    assert.equal(
      edited(after, tree => assert.equal(unsetValue(tree, 'A', 'x'), false)),
      after,
    );
  });
}

test('a value goes to the line that decides it, of what `(+)` adds in other capitals, too', () => {
  const before = '[a]\nx=1\n[A](+)\nx=2\n';
  assert.equal(
    edited(before, tree => setValue(tree, 'a', 'x', '3')),
    '[a]\nx=1\n[A](+)\nx=3\n',
  );
});

const sections: [rule: string, before: string, edit: (tree: Tree) => unknown, after: string][] = [
  [
    'a section is added at the end, after a blank line',
    '[a]\nx=1\n',
    tree => addSection(tree, 'b'),
    '[a]\nx=1\n\n[b]\n',
  ],
  ['blank lines at the end stay there', '[a]\r\n\r\n', tree => addSection(tree, 'b'), '[a]\r\n\r\n[b]\r\n\r\n'],
  ['a text without an end gets one', '[a]', tree => addSection(tree, 'b', ['!', 'a']), '[a]\n\n[b](!,a)'],
  ['the first section of a text', '', tree => addSection(tree, 'b;c'), '[b\\;c]\n'],
  [
    'a section goes from its header to its last value',
    '[b]\n\n[a] ; c\n; c\nx=1\n\n; d\n[d]\n',
    tree => removeSection(tree, 'A'),
    '[b]\n\n; d\n[d]\n',
  ],
  ['all parts of a section go', '[a]\nx=1\n[b]\n[a](+)\nx=2', tree => removeSection(tree, 'a'), '[b]'],
  [
    'what stands in block comments stays, whatever it is',
    '[a];--\n\0\n--; a=\n',
    tree => removeSection(tree, 'a'),
    ';--\n\0\n--;\n',
  ],
  [
    'block comments that reach beyond a section stay',
    ';--\n--; [a] ; c\nx=1 ;-- d\n--;\n[b]\n',
    tree => removeSection(tree, 'a'),
    ';--\n--; ; c\n;-- d\n--;\n[b]\n',
  ],
];

for (const [rule, before, edit, after] of sections) test(rule, () => assert.equal(edited(before, edit), after));

const sectionName = fc.constantFrom('a', 'a', 'b');
const name = fc.constantFrom('a', 'b', 'name', 'x y');
const value = fc.oneof(
  fc.constantFrom('', '1', '>', 'a;b', ';--', '--;', 'x\\', '#', '[a]'),
  fc.string().map(text => text.trim()),
);

/** Whether an edit was possible. */
const attempt = (edit: () => unknown): boolean => {
  try {
    edit();
    return true;
  } catch (thrown) {
    assert.ok(thrown instanceof Unwritable, String(thrown));
    return false;
  }
};

/** Whether a line sets that option in any section. */
const sets = ({ statement }: TextLine, option: string): boolean =>
  statement?.kind === 'variable' && statement.name.toLowerCase() === option;

/** What a text comes to without that option. */
const rest = ({ config, problems }: Parsed, option: string) => [
  problems.length,
  ...config.sections.map(({ name: title, variables }) => [
    title,
    ...variables
      .filter(({ name: key }) => key.toLowerCase() !== option)
      .map(({ name: key, value: text }) => `${key}=${text}`),
  ]),
];

test('whatever the text, a value that is set decides, and no line changes but those of that option', async () => {
  let possible = 0;
  const property = fc.asyncProperty(dialectText, sectionName, name, value, async (text, section, option, wanted) => {
    const tree = parseTree(text);
    const unrelated = tree.lines.filter(line => !sets(line, option)).map(({ raw }) => raw);
    const count = tree.lines.length;
    if (!attempt(() => setValue(tree, section, option, wanted))) return assert.equal(printTree(tree), text);
    possible++;
    const [before, after] = [await parseText('t', text), await parseText('t', printTree(tree))];
    assert.deepEqual(rest(after, option), rest(before, option));
    assert.deepEqual(parseTree(printTree(tree)).lines.map(withoutNumber), tree.lines.map(withoutNumber));
    assert.ok(
      isSubsequence(
        unrelated,
        tree.lines.map(({ raw }) => raw),
      ) && tree.lines.length <= count + 1,
    );
    // A section that takes in another one after its own values is decided by that other one.
    if (text.includes('(+,') || after.problems.length > 0) return;
    // One in those very letters is meant before one in others.
    const exact = after.config.sections.filter(one => one.name === section);
    if (exact.length > 0 && exact.every(({ template }) => template)) return;
    const plain = exact.filter(({ template }) => !template);
    const meant = plain.length > 0 ? plain.flatMap(({ variables }) => variables) : variablesOf(after.config, section);
    const values = meant.filter(variable => variable.name.toLowerCase() === option);
    if (values.length > 0) assert.equal(values.at(-1)!.value, wanted);
  });
  await fc.assert(property, { numRuns: 3000 });
  assert.ok(possible > 300, `${possible} edits were possible`);
});

test('a comment that ends in a stray carriage return survives an edit before it', () => {
  for (const text of ['[a]\nname=;\r\r\n', '[a]\nname=;---\r']) {
    const tree = parseTree(text);
    unsetValue(tree, 'a', 'name');
    assert.equal(printTree(tree), text.replace('name=', ''));
  }
});

test('whatever the text, unsetting leaves every other value and every other line', async () => {
  const property = fc.asyncProperty(dialectText, name, name, async (text, section, option) => {
    const tree = parseTree(text);
    const unrelated = tree.lines.filter(line => !sets(line, option)).map(({ raw }) => raw);
    unsetValue(tree, section, option);
    assert.deepEqual(rest(await parseText('t', printTree(tree)), option), rest(await parseText('t', text), option));
    assert.deepEqual(parseTree(printTree(tree)).lines.map(withoutNumber), tree.lines.map(withoutNumber));
    assert.ok(
      isSubsequence(
        unrelated,
        tree.lines.map(({ raw }) => raw),
      ),
    );
  });
  await fc.assert(property, { numRuns: 2000 });
});

test('adding sections and taking them out again in any order leaves the text as it was, to the byte', () => {
  fc.assert(
    fc.property(dialectText, fc.constantFrom('', '\n', '\n\n', '\r\n'), fc.boolean(), (start, end, swap) => {
      const text = start + end;
      const tree = parseTree(text);
      if (!attempt(() => addSection(tree, 'entirely new'))) return;
      addSection(tree, 'newer');
      setValue(tree, 'entirely new', 'x', '1');
      unsetValue(tree, 'entirely new', 'x');
      setValue(tree, 'newer', 'x', '1');
      for (const name of swap ? ['newer', 'entirely new'] : ['entirely new', 'newer']) removeSection(tree, name);
      assert.equal(printTree(tree), text);
    }),
    { numRuns: 3000 },
  );
});

/** A line as it is read, wherever it stands. */
function withoutNumber({ raw, end, depth, code, statement }: TextLine) {
  return { raw, end, depth, code, statement: statement && { ...statement, line: 0 } };
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const line of whole) if (line === part[at]) at++;
  return at === part.length;
}
