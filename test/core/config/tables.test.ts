import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ConfigFile } from '../../../core/config/config-file.js';
import type { StaticLine } from '../../../core/config/engine.js';
import { ConfigFiles, FileMissing } from '../../../core/config/files.js';
import { LONGEST_ANSWER } from '../../../core/config/realtime.js';
import { LoadDeclined } from '../../../core/errors.js';
import type { MemoryEngine } from '../../support/memory-engine.js';
import { RealtimeStage } from '../../support/realtime-stage.js';

/** `[section] name=value` */
const rows = (...lines: string[]): StaticLine[] =>
  lines.map(line => {
    const [, section = '', name = '', value = ''] = /^\[(.*?)\] (.*?)=(.*)$/s.exec(line) ?? [];
    return { section, name, value };
  });

/** Files on disk and in the table `db/conf` of a driver, with the lines of extconfig.conf given. */
async function stage(t: TestContext, settings: string, disk: Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), 'tables'));
  t.after(() => rm(directory, { recursive: true }));
  for (const [name, text] of Object.entries(disk)) await writeFile(join(directory, name), text);
  const realtime = await RealtimeStage.of(settings);
  const { engine, leave } = realtime.driver('mem');
  const files = new ConfigFiles({ directory, execIncludes: false, tables: realtime.families });
  const put = (file: string, ...lines: string[]) => void engine.files.set(`db/conf ${file}`, rows(...lines));
  return { directory, realtime, engine, leave, files, put, read: () => text(files.read('a.conf', 'who', false)) };
}

/** `[section] name=value` of every variable, in order. */
async function text(file: Promise<ConfigFile | undefined>): Promise<string[]> {
  const { sections } = (await file)!;
  return sections.flatMap(({ name, variables }) => variables.map(one => `[${name}] ${one.name}=${one.value}`));
}

test('a mapped file is read from the table, not from disk, in the order of its rows', async t => {
  const { put, files } = await stage(t, 'A.conf => mem,db,conf', { 'a.conf': '[disk]\nx=1\n' });
  put('a.conf', '[b] x=1', '[b] x=2;3', '[a] #no= #4 ', '[b] y=', '[t(!)] z=[5]');
  const file = (await files.read('a.conf', 'who', false))!;
  assert.equal(file.name, 'a.conf');
  assert.deepEqual(
    file.sections.map(({ name, template, variables }) => [
      name,
      template,
      variables.map(one => `${one.name}=${one.value}`),
    ]),
    [
      ['b', false, ['x=1', 'x=2;3']],
      ['a', false, ['#no=#4']],
      ['b', false, ['y=']],
      ['t(!)', false, ['z=[5]']],
    ],
  );
});

test('a value is placed by its table and row, a section by its first row', async t => {
  const { put, files } = await stage(t, 'a.conf => mem,db,conf', {});
  put('a.conf', '[b] x=1', '[b] y=2', '[c] z=3');
  const { sections } = (await files.read('a.conf', 'who', false))!;
  assert.deepEqual(
    sections.map(({ file, line, variables }) => [file, line, variables.map(one => `${one.file}:${one.line}`)]),
    [
      ['mem:db/conf', 1, ['mem:db/conf:1', 'mem:db/conf:2']],
      ['mem:db/conf', 3, ['mem:db/conf:3']],
    ],
  );
});

const included: [what: string, settings: string, row: string, variables: string[]][] = [
  ['a row includes a file on disk', 'a.conf => mem,db,conf', '[b] #include=d.conf', ['[b] x=1', '[b] d=1', '[b] y=2']],
  [
    'a row includes a file in a table',
    'a.conf => mem,db,conf\ne.conf => mem,db,conf',
    '[] #include=e.conf',
    ['[b] x=1', '[b] y=2', '[e] e=1'],
  ],
  [
    'a row includes by a pattern what is on disk',
    'a.conf => mem,db,conf',
    '[b] #include=[d]*.conf',
    ['[b] x=1', '[b] d=1', '[b] y=2'],
  ],
];

for (const [what, settings, row, variables] of included) {
  test(what, async t => {
    const { put, read } = await stage(t, settings, { 'd.conf': 'd=1\n' });
    put('a.conf', '[b] x=1', row, '[b] y=2');
    put('e.conf', '[e] e=1');
    assert.deepEqual(await read(), variables);
  });
}

test('a file on disk includes one in a table', async t => {
  const { put, read } = await stage(t, 'b.conf => mem,db,conf', { 'a.conf': '[a]\nx=1\n#include "./b.conf"\ny=2\n' });
  put('b.conf', '[b] z=1');
  assert.deepEqual(await read(), ['[a] x=1', '[a] y=2', '[b] z=1']);
});

test('a circle through tables is found', async t => {
  const { put, read } = await stage(t, 'a.conf => mem,db,conf\nb.conf => mem,db,conf', {});
  put('a.conf', '[a] #include=b.conf');
  put('b.conf', '[a] #include=a.conf');
  await assert.rejects(read(), /mem:db\/conf:1: mem:db\/conf includes itself/);
});

const failures: [what: string, act: (engine: MemoryEngine, leave: () => void) => void, message: string][] = [
  ['the driver fails', engine => (engine.failure = 'locked'), 'mem:db/conf: locked'],
  ['the driver is gone', (_engine, leave) => leave(), "extconfig.conf:2: driver 'mem' is not loaded"],
  ['the driver does not answer', engine => (engine.silent = true), `mem:db/conf: not done within ${LONGEST_ANSWER} ms`],
];

for (const [what, act, message] of failures) {
  for (const [how, disk] of [
    ['read', {}],
    ['included', { 'a.conf': '[a]\n#include b.conf\n' }],
  ] as const) {
    test(`a file that is ${how} is declined when ${what}, with the reason, though one of its name is on disk`, async t => {
      const mapped = how === 'read' ? 'a.conf' : 'b.conf';
      const { engine, leave, read, realtime } = await stage(t, `${mapped} => mem,db,conf`, {
        [mapped]: 'x=1\n',
        ...disk,
      });
      act(engine, leave);
      const reading = read();
      reading.catch(() => undefined);
      if (engine.silent) {
        while (realtime.clock.pending === 0) await new Promise(setImmediate);
        realtime.clock.advance(LONGEST_ANSWER);
      }
      await assert.rejects(reading, (thrown: unknown) => {
        assert.ok(thrown instanceof LoadDeclined && !(thrown instanceof FileMissing));
        assert.ok(thrown.message.includes(message), thrown.message);
        return true;
      });
    });
  }
}

test('only the first priority is asked for a file', async t => {
  const { engine, read, realtime } = await stage(t, 'a.conf => mem,db,conf,1\na.conf => two,db,conf,2', {});
  const { engine: two } = realtime.driver('two');
  engine.failure = 'locked';
  await assert.rejects(read(), LoadDeclined);
  assert.deepEqual(two.asked, []);
});

test('a mapped file without a row is missing', async t => {
  const { read } = await stage(t, 'a.conf => mem,db,conf', { 'a.conf': '[disk]\nx=1\n' });
  await assert.rejects(read(), (thrown: unknown) => {
    assert.ok(thrown instanceof FileMissing);
    assert.equal(thrown.message, 'a.conf: cannot be read: mem:db/conf has no line of it');
    return true;
  });
});

test("'global' catches files that the table has rows of, and the others stay on disk", async t => {
  const { put, read, files } = await stage(t, 'global => mem,db,conf\nc.conf => mem,db,other', {
    'a.conf': '[disk]\n#include b.conf\n#include d.conf\n',
    'b.conf': 'disk=1\n',
    'd.conf': 'd=1\n',
  });
  put('b.conf', '[table] b=1');
  put('c.conf', '[table] c=1');
  assert.deepEqual(await read(), ['[table] b=1', '[table] d=1']);
  await assert.rejects(files.read('c.conf', 'who', false), FileMissing);
});

test("'global' catches nothing while its driver is not there", async t => {
  const { put, read, leave } = await stage(t, 'global => mem,db,conf', { 'a.conf': '[disk]\nx=1\n' });
  put('a.conf', '[table] x=1');
  leave();
  assert.deepEqual(await read(), ['[disk] x=1']);
});

test('who must read from disk does, whatever is mapped, its includes too', async t => {
  const { files, engine } = await stage(t, 'a.conf => mem,db,conf\nglobal => mem,db,conf', {
    'a.conf': '[disk]\n#include b.conf\n',
    'b.conf': 'x=1\n',
  });
  engine.failure = 'locked';
  assert.deepEqual(await text(files.read('a.conf', 'who', false, 'disk')), ['[disk] x=1']);
});

const changes: [
  what: string,
  act: (s: Awaited<ReturnType<typeof stage>>) => unknown,
  expected: 'unchanged' | string[],
][] = [
  ['nothing', () => undefined, 'unchanged'],
  ['rows of another file', ({ put }) => put('z.conf', '[z] z=1'), 'unchanged'],
  ['a value', ({ put }) => put('a.conf', '[a] x=9', '[a] #include=b.conf'), ['[a] x=9', '[a] y=1']],
  ['a value of an included file in the table', ({ put }) => put('b.conf', '[a] y=9'), ['[a] x=1', '[a] y=9']],
  ['where the file lies', ({ realtime }) => realtime.map(''), ['[disk] x=1']],
  ['where an included file lies', ({ realtime }) => realtime.map('a.conf => mem,db,conf'), ['[a] x=1', '[a] disk=2']],
  ['the table', ({ realtime }) => realtime.map('a.conf => mem,db,conf2\nb.conf => mem,db,conf'), ['[a] other=1']],
];

for (const [what, act, expected] of changes) {
  test(`a reload ${expected === 'unchanged' ? 'passes over' : 'sees'} a change of ${what}`, async t => {
    const s = await stage(t, 'a.conf => mem,db,conf\nb.conf => mem,db,conf', {
      'a.conf': '[disk]\nx=1\n',
      'b.conf': 'disk=2\n',
    });
    s.put('a.conf', '[a] x=1', '[a] #include=b.conf');
    s.put('b.conf', '[a] y=1');
    s.engine.files.set('db/conf2 a.conf', rows('[a] other=1'));
    await s.files.read('a.conf', 'who', true);
    await act(s);
    const again = await s.files.read('a.conf', 'who', true);
    assert.deepEqual(again === undefined ? 'unchanged' : await text(Promise.resolve(again)), expected);
  });
}

test('a reload asks each table once', async t => {
  const { put, files, engine } = await stage(t, 'a.conf => mem,db,conf', {});
  put('a.conf', '[a] x=1');
  await files.read('a.conf', 'who', true);
  engine.asked.length = 0;
  put('a.conf', '[a] x=2');
  await files.read('a.conf', 'who', true);
  assert.deepEqual(engine.asked, ['file a.conf of conf']);
});

test('a reload that could not be read is not passed over afterwards', async t => {
  const { put, files, engine } = await stage(t, 'a.conf => mem,db,conf', {});
  put('a.conf', '[a] x=1');
  await files.read('a.conf', 'who', true);
  engine.failure = 'locked';
  await assert.rejects(files.read('a.conf', 'who', true), LoadDeclined);
  engine.failure = undefined;
  assert.deepEqual(await text(files.read('a.conf', 'who', true)), ['[a] x=1']);
});

test('who reads what is told by the table', async t => {
  const { put, read, files, directory } = await stage(t, 'a.conf => mem,db,conf', { 'd.conf': 'd=1\n' });
  put('a.conf', '[a] x=1', '[a] #include=d.conf');
  await read();
  const [row] = await files.readings();
  assert.deepEqual([row?.who, row?.read.toSorted()], ['who', [join(directory, 'd.conf'), 'mem:db/conf']]);
});

test('rows without a name and names that are too long are told', async t => {
  const { put, files } = await stage(t, 'a.conf => mem,db,conf', {});
  put('a.conf', '[a]  =1', `[${'x'.repeat(80)}] y=2`);
  const { warnings, sections } = (await files.read('a.conf', 'who', false))!;
  assert.deepEqual(
    warnings.map(({ file, line, message }) => `${file}:${line}: ${message}`),
    ['mem:db/conf:1: a row without a name is ignored', "mem:db/conf:2: the section's name is cut to 79 characters"],
  );
  assert.deepEqual(
    sections.map(({ name }) => name.length),
    [1, 79],
  );
});
