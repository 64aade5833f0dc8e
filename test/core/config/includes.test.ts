import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TestClock } from '../../../core/clock.js';
import { ConfigFiles } from '../../../core/config/files.js';
import { alternatives } from '../../../core/config/find.js';
import { formatProblem, LoadDeclined } from '../../../core/errors.js';

/** A directory with these files; it goes with the test. */
async function directoryOf(t: TestContext, files: Record<string, string | Buffer>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'config [x] '));
  t.after(() => rm(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return directory;
}

/** What main.conf comes to among these files: its sections or its problems, and its warnings. */
async function read(t: TestContext, files: Record<string, string | Buffer>, execIncludes = false) {
  const directory = await directoryOf(t, files);
  return outcome(new ConfigFiles({ directory, execIncludes }), directory);
}

async function outcome(files: ConfigFiles, directory = '') {
  try {
    const config = await files.read('main.conf', 'test', false);
    const sections = config!.sections.map(({ name, variables }) =>
      [`[${name}]`, ...variables.map(({ name: key, value, file, line }) => `${key}=${value}@${file}:${line}`)].join(
        ' ',
      ),
    );
    return { sections, warnings: config!.warnings.map(formatProblem) };
  } catch (thrown) {
    assert.ok(thrown instanceof LoadDeclined, String(thrown));
    return { reason: thrown.reason.replaceAll(directory, '~'), problems: thrown.problems.map(formatProblem) };
  }
}

const included: [rule: string, files: Record<string, string>, sections: string[]][] = [
  [
    'an included file goes on in the section opened last',
    { 'main.conf': '[a]\n#include b.conf\ny=2\n', 'b.conf': 'x=1\n' },
    ['[a] x=1@b.conf:1 y=2@main.conf:3'],
  ],
  [
    'after an include the file goes on in its own section',
    { 'main.conf': '[a]\n#include b.conf\ny=2\n', 'b.conf': '[b]\nx=1\n' },
    ['[a] y=2@main.conf:3', '[b] x=1@b.conf:2'],
  ],
  [
    'a second include goes on where the first ended',
    { 'main.conf': '[a]\n#include b.conf\n#include c.conf\n', 'b.conf': '[b]\n', 'c.conf': 'x=1\n' },
    ['[a]', '[b] x=1@c.conf:1'],
  ],
  [
    'after (+) an included file goes on in the section added to',
    { 'main.conf': '[a]\n[b]\n[a](+)\n#include b.conf\n', 'b.conf': 'x=1\n' },
    ['[a] x=1@b.conf:1', '[b]'],
  ],
  [
    'an include may stand before any section',
    { 'main.conf': '#include b.conf\n[a](t)\n', 'b.conf': '[t](!)\nx=1\n' },
    ['[t] x=1@b.conf:2', '[a] x=1@b.conf:2'],
  ],
  [
    'names may stand in quotes or angle brackets',
    {
      'main.conf': '#include "b.conf"\n#INCLUDE <c d.conf> ; c\n#include c d.conf\n',
      'b.conf': '[b]',
      'c d.conf': '[c]',
    },
    ['[b]', '[c]', '[c]'],
  ],
  [
    'names are relative to the configuration directory, not to the file',
    {
      'main.conf': '#include sub/b.conf\n',
      'sub/b.conf': '[b]\n#include c.conf',
      'c.conf': 'x=1',
      'sub/c.conf': 'x=2',
    },
    ['[b] x=1@c.conf:1'],
  ],
  [
    'patterns are expanded in sorted order, hidden files and directories left out',
    {
      'main.conf': '#include "d/*.conf"\n',
      'd/b.conf': '[b]',
      'd/a.conf': '[a]',
      'd/B.conf': '[B]',
      'd/.h.conf': '[h]',
      'd/c.conf/x': '',
    },
    ['[B]', '[a]', '[b]'],
  ],
  [
    'question marks and sets are patterns too',
    { 'main.conf': '#include ?.conf\n#include [!a].conf\n', 'a.conf': '[a]', 'b.conf': '[b]' },
    ['[a]', '[b]', '[b]'],
  ],
  [
    'braces are expanded in their own order',
    { 'main.conf': '#include {b,a,none}.conf\n', 'a.conf': '[a]', 'b.conf': '[b]' },
    ['[b]', '[a]'],
  ],
  [
    'each file of a pattern begins where the one before ended',
    { 'main.conf': '#include [ab].conf\n', 'a.conf': '[a]', 'b.conf': 'x=1' },
    ['[a] x=1@b.conf:1'],
  ],
  [
    'a block comment ends with its file',
    { 'main.conf': '[a]\n#include b.conf\ny=2\n', 'b.conf': 'x=1 ;-- \n' },
    ['[a] x=1@b.conf:1 y=2@main.conf:3'],
  ],
  [
    'a file may be included twice',
    { 'main.conf': '[a]\n#include b.conf\n[c]\n#include b.conf\n', 'b.conf': 'x=1\n' },
    ['[a] x=1@b.conf:1', '[c] x=1@b.conf:1'],
  ],
  [
    '#tryinclude takes what is there',
    {
      'main.conf': '#tryinclude no.conf\n#tryinclude no/*.conf\n#tryinclude main.conf/no\n#tryinclude b.conf\n',
      'b.conf': '[b]',
    },
    ['[b]'],
  ],
  [
    'Latin-1 is read where the text is not UTF-8',
    { 'main.conf': '[a]\n#include b.conf\n', 'b.conf': 'x=é\n' },
    ['[a] x=é@b.conf:1'],
  ],
];

for (const [rule, files, sections] of included) {
  test(rule, async t => assert.deepEqual((await read(t, files)).sections, sections));
}

test('a text that is not UTF-8 is read as Latin-1', async t => {
  const { sections } = await read(t, { 'main.conf': Buffer.from('[a]\nx=h\xe9\n', 'latin1') });
  assert.deepEqual(sections, ['[a] x=hé@main.conf:2']);
});

test('a file outside of the configuration directory is named in full', async t => {
  const other = await mkdtemp(join(tmpdir(), 'other'));
  t.after(() => rm(other, { recursive: true }));
  await writeFile(join(other, 'b.conf'), 'x=1\n');
  const { sections } = await read(t, { 'main.conf': `[a]\n#include ${other}/b.conf\n#include ${other}/[b].conf\n` });
  assert.deepEqual(sections, [`[a] x=1@${other}/b.conf:1 x=1@${other}/b.conf:1`]);
});

const refused: [what: string, files: Record<string, string>, problems: string[]][] = [
  [
    'missing files',
    { 'main.conf': '#include b.conf\n[a]\n#include d/*.conf\n' },
    ['main.conf:1: #include b.conf: there is no such file', 'main.conf:3: #include d/*.conf: there is no such file'],
  ],
  [
    'a problem in an included file, with every other',
    { 'main.conf': '[a\n#include b.conf\n[b\n', 'b.conf': '[c\n' },
    ["main.conf:1: '[' without ']': [a", "b.conf:1: '[' without ']': [c", "main.conf:3: '[' without ']': [b"],
  ],
  [
    'a problem in a file of #tryinclude',
    { 'main.conf': '#tryinclude b.conf\n', 'b.conf': '[c\n' },
    ["b.conf:1: '[' without ']': [c"],
  ],
  [
    'a file that includes itself',
    { 'main.conf': '[a]\n#include main.conf\n' },
    ['main.conf:2: main.conf includes itself: main.conf -> main.conf'],
  ],
  [
    'files that include each other',
    { 'main.conf': '#include b.conf\n', 'b.conf': '#include c.conf\n', 'c.conf': '#include ./b.conf\n' },
    ['c.conf:1: b.conf includes itself: b.conf -> c.conf -> b.conf'],
  ],
  [
    'a pattern that matches the file it stands in',
    { 'main.conf': '#include *.conf\n' },
    ['main.conf:1: main.conf includes itself: main.conf -> main.conf'],
  ],
  ['a directory', { 'main.conf': '#include d\n', 'd/x': '' }, ['main.conf:1: d: not a regular file']],
  [
    'too many names',
    { 'main.conf': `#include ${'{a,b}'.repeat(12)}\n` },
    [`main.conf:1: #include ${'{a,b}'.repeat(12)}: stands for more than 1000 names`],
  ],
];

for (const [what, files, problems] of refused) {
  test(`${what}: the file is refused`, async t =>
    assert.deepEqual(await read(t, files), { reason: 'main.conf cannot be used', problems }));
}

test('includes may be ten deep and no deeper', async t => {
  const files = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`${n}.conf`, `#include ${n + 1}.conf\n`]));
  assert.deepEqual(await read(t, { ...files, '11.conf': '', 'main.conf': '#include 2.conf' }), {
    sections: [],
    warnings: [],
  });
  const { problems } = await read(t, { ...files, '11.conf': '', 'main.conf': '#include 1.conf' });
  assert.deepEqual(problems, ['10.conf:1: 11.conf: files are included at most 10 deep']);
});

test('files that include each next one many times are refused before they fill time or memory', async t => {
  const nested = (padding: string) =>
    Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`${n}.conf`, padding + `#include ${n + 1}.conf\n`.repeat(50)]),
    );
  const many = await read(t, { ...nested(''), '9.conf': '', 'main.conf': '#include 0.conf' });
  assert.deepEqual(many.problems, ['8.conf:44: more than 20000 files are included']);
  const large = await read(t, {
    ...nested(`; ${'x'.repeat(8000)}\n`.repeat(1000)),
    '9.conf': '',
    'main.conf': '#include 0.conf',
  });
  assert.deepEqual(large.problems, ['7.conf:1001: more than 64 MB are included']);
});

test('a file above 10 MB is refused without being read', async t => {
  const line = `; ${'x'.repeat(1021)}\n`;
  const { reason } = await read(t, { 'main.conf': line.repeat(11 * 1024) });
  assert.equal(reason, 'main.conf: cannot be read: it has 11 MB, and at most 10 MB are read (~/main.conf)');
});

test('a file just below 10 MB is read', async t => {
  const line = `; ${'x'.repeat(1021)}\n`;
  assert.deepEqual(await read(t, { 'main.conf': `${line.repeat(10 * 1023)}[a]\n` }), {
    sections: ['[a]'],
    warnings: [],
  });
});

test('a file that is not there, and one that is no file', async t => {
  assert.deepEqual((await read(t, {})).reason, 'main.conf: cannot be read: no such file or directory (~/main.conf)');
  assert.deepEqual(
    (await read(t, { 'main.conf/x': '' })).reason,
    'main.conf: cannot be read: not a regular file (~/main.conf)',
  );
});

test('a pipe is not waited for', async t => {
  const directory = await directoryOf(t, { 'main.conf': '[a]\n#include pipe\n' });
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  const { problems } = await outcome(new ConfigFiles({ directory, execIncludes: false }));
  assert.deepEqual(problems, ['main.conf:2: pipe: not a regular file']);
});

test('what #tryinclude finds and cannot read is a warning', async t => {
  const directory = await directoryOf(t, { 'main.conf': '[a]\n#tryinclude loop\n' });
  await symlink('loop', join(directory, 'loop'));
  assert.deepEqual(await outcome(new ConfigFiles({ directory, execIncludes: false })), {
    sections: ['[a]'],
    warnings: ['main.conf:2: loop: too many symbolic links encountered'],
  });
});

test('a file without read permission is refused with the reason', {
  skip: process.getuid?.() === 0 && 'root reads everything',
}, async t => {
  const directory = await directoryOf(t, { 'main.conf': '[a]\n#include b.conf\n', 'b.conf': '' });
  await chmod(join(directory, 'b.conf'), 0);
  const { problems } = await outcome(new ConfigFiles({ directory, execIncludes: false }));
  assert.deepEqual(problems, ['main.conf:2: b.conf: permission denied']);
});

const executed: [rule: string, text: string, outcome: Awaited<ReturnType<typeof read>>][] = [
  [
    'the output of #exec is read as a file',
    String.raw`#exec "printf '[a]\nx=1\n'"`,
    { sections: [String.raw`[a] x=1@#exec printf '[a]\nx=1\n':2`], warnings: [] },
  ],
  [
    'the output goes on in the section opened last',
    '[a]\n#exec echo x=1\n',
    { sections: ['[a] x=1@#exec echo x=1:1'], warnings: [] },
  ],
  [
    'its complaints and its failure are warnings',
    '[a]\n#exec echo no >&2\\; exit 3\n',
    {
      sections: ['[a]'],
      warnings: ['main.conf:2: #exec: no', "main.conf:2: #exec: 'echo no >&2; exit 3' ended with status 3"],
    },
  ],
  [
    'broken output is a problem',
    '[a]\n#exec echo [b\n',
    { reason: 'main.conf cannot be used', problems: ["#exec echo [b:1: '[' without ']': [b"] },
  ],
  [
    'too much output is a problem',
    '[a]\n#exec yes\n',
    { reason: 'main.conf cannot be used', problems: ['main.conf:2: #exec yes: prints more than 10 MB'] },
  ],
];

for (const [rule, text, expected] of executed) {
  test(rule, async t => assert.deepEqual(await read(t, { 'main.conf': text }, true), expected));
}

test('a command that does not end is ended, with all that it started', async t => {
  const directory = await directoryOf(t, { 'main.conf': '[a]\n#exec sleep 1000 | sleep 1000\n' });
  const clock = new TestClock();
  const reading = outcome(new ConfigFiles({ directory, execIncludes: true, clock }));
  while (clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
  clock.advance(10_000);
  assert.deepEqual((await reading).problems, [
    'main.conf:2: #exec sleep 1000 | sleep 1000: is not done after 10 seconds',
  ]);
  assert.equal(clock.pending, 0);
});

const braces: [pattern: string, names: string[]][] = [
  ['a', ['a']],
  ['{a}', ['a']],
  ['{a,b}', ['a', 'b']],
  ['x{b,a,}y', ['xby', 'xay', 'xy']],
  ['{a,b{c,d}}{e,f}', ['ae', 'af', 'bce', 'bcf', 'bde', 'bdf']],
  ['{}', ['{}']],
  ['{a', ['{a']],
  ['{a{b,c}', ['{ab', '{ac']],
  ['a}b', ['a}b']],
];

for (const [pattern, names] of braces) {
  test(`${pattern} stands for ${names.join(' ')}`, () => assert.deepEqual([...alternatives(pattern)], names));
}
