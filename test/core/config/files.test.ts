import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ConfigFile, ConfigFiles, FileMissing, variablesOf } from '../../../core/config/files.js';
import { LoadDeclined } from '../../../core/errors.js';

/** A configuration directory in which every write has a time of its own. */
async function stage(t: TestContext, files: Record<string, string>, execIncludes = false) {
  const directory = await mkdtemp(join(tmpdir(), 'config'));
  t.after(() => rm(directory, { recursive: true }));
  let writes = 0;
  const write = async (name: string, text: string) => {
    await writeFile(join(directory, name), text);
    await utimes(join(directory, name), 0, 1_000_000 + ++writes);
  };
  await mkdir(join(directory, 'd'));
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const config = new ConfigFiles({ directory, execIncludes });
  /** What a reload by `who` gets: values of [a], or `unchanged`. */
  const reload = async (who = 'module') => {
    const file = await config.read('main.conf', who, true);
    return file
      ? variablesOf(file, 'a')
          .map(({ value }) => value)
          .join(' ')
      : 'unchanged';
  };
  return { directory, write, config, reload, remove: (name: string) => rm(join(directory, name)) };
}

test('a file is read again when it changed, and not when it did not', async t => {
  const { reload, write } = await stage(t, { 'main.conf': '[a]\nx=1\n' });
  assert.equal(await reload(), '1');
  assert.equal(await reload(), 'unchanged');
  await write('main.conf', '[a]\nx=2\n');
  assert.equal(await reload(), '2');
  assert.equal(await reload(), 'unchanged');
});

test('who does not ask for changes alone gets the file each time', async t => {
  const { config, reload } = await stage(t, { 'main.conf': '[a]\nx=1\n' });
  await reload();
  assert.equal((await config.read('main.conf', 'module', false))?.sections.length, 1);
});

test('everybody has a first time', async t => {
  const { reload } = await stage(t, { 'main.conf': '[a]\nx=1\n' });
  assert.equal(await reload('one'), '1');
  assert.equal(await reload('two'), '1');
  assert.equal(await reload('one'), 'unchanged');
});

test('a file of the same size and time in its place is a change', async t => {
  const { reload, write, directory } = await stage(t, { 'main.conf': '[a]\nx=1\n' });
  await reload();
  await write('new.conf', '[a]\nx=2\n');
  await utimes(join(directory, 'new.conf'), 0, 1_000_001);
  await rename(join(directory, 'new.conf'), join(directory, 'main.conf'));
  assert.equal(await reload(), '2');
});

const included: [
  what: string,
  main: string,
  act: (stage: Awaited<ReturnType<typeof make>>) => Promise<void>,
  reload: string,
][] = [
  ['an included file that changed', '#include b.conf', ({ write }) => write('b.conf', 'x=3\n'), '3'],
  ['a file included by an included file that changed', '#include c.conf', ({ write }) => write('b.conf', 'x=3\n'), '3'],
  ['includes that did not change', '#include c.conf', async () => undefined, 'unchanged'],
  ['a pattern that matches as before', '#include d/*.conf', async () => undefined, 'unchanged'],
  ['a pattern that matches a new file', '#include d/*.conf', ({ write }) => write('d/2.conf', 'x=5\n'), '4 5'],
  ['a pattern that matches one file less', '#tryinclude d/*.conf', ({ remove }) => remove('d/1.conf'), ''],
  ['a file of #tryinclude that is still not there', '#tryinclude no.conf', async () => undefined, 'unchanged'],
  ['a file of #tryinclude that came', '#tryinclude no.conf', ({ write }) => write('no.conf', 'x=6\n'), '6'],
  ['a file of #tryinclude that went', '#tryinclude b.conf', ({ remove }) => remove('b.conf'), ''],
];

const make = (t: TestContext, main: string) =>
  stage(t, { 'main.conf': `[a]\n${main}\n`, 'b.conf': 'x=2\n', 'c.conf': '#include b.conf\n', 'd/1.conf': 'x=4\n' });

for (const [what, main, act, expected] of included) {
  test(`${what}: a reload gets '${expected}'`, async t => {
    const here = await make(t, main);
    await here.reload();
    await act(here);
    assert.equal(await here.reload(), expected);
  });
}

test('a file with #exec is never unchanged, unless #exec is off', async t => {
  const on = await stage(t, { 'main.conf': '[a]\n#exec echo x=7\n' }, true);
  assert.deepEqual([await on.reload(), await on.reload()], ['7', '7']);
  const off = await stage(t, { 'main.conf': '[a]\n#exec echo x=7\n' });
  assert.deepEqual([await off.reload(), await off.reload()], ['', 'unchanged']);
});

test('whether a file with #exec changed is told by its files; by them alone it is not known to be as it was', async t => {
  const { config, reload, write } = await stage(t, { 'main.conf': '[a]\n#exec echo x=7\n', 'b.conf': '[a]\n' }, true);
  await reload();
  const changed = async () => (await config.readings())[0]!.changed;
  assert.equal(await changed(), undefined);
  await write('main.conf', '[a]\n#exec echo x=7\ny=1\n');
  assert.equal(await changed(), true);
});

test('a broken file is told each time, and is read again when it is as it was before', async t => {
  const { reload, write } = await stage(t, { 'main.conf': '[a]\nx=1\n#tryinclude b.conf\n' });
  await reload();
  await write('b.conf', '[b\n');
  const refused = {
    reason: 'main.conf cannot be used',
    problems: [{ file: 'b.conf', line: 1, message: "'[' without ']': [b" }],
  };
  await assert.rejects(reload(), refused);
  await assert.rejects(reload(), refused);
  await write('b.conf', '[b]\n');
  assert.equal(await reload(), '1');
});

test('a file that went is missing each time, and read when it is back', async t => {
  const { reload, write, remove } = await stage(t, { 'main.conf': '[a]\nx=1\n' });
  await reload();
  await remove('main.conf');
  for (let time = 0; time < 2; time++) await assert.rejects(reload(), FileMissing);
  await write('main.conf', '[a]\nx=1\n');
  assert.equal(await reload(), '1');
});

test('only a file that is not there is missing', async t => {
  const { config } = await stage(t, {});
  await assert.rejects(config.read('d', 'module', false), (thrown: Error) => {
    assert.ok(thrown instanceof LoadDeclined && !(thrown instanceof FileMissing));
    return true;
  });
  assert.deepEqual(
    [await config.exists('d'), await config.exists('no.conf'), await config.exists('d/no/x')],
    [true, false, false],
  );
});

test('what did not come into force is given again', async t => {
  const { reload, config } = await stage(t, { 'main.conf': '[a]\nx=1\n' });
  await reload('one');
  await reload('two');
  config.distrust('one', undefined);
  assert.deepEqual([await reload('one'), await reload('two')], ['1', 'unchanged']);
});

test('it can tell who reads which file, included ones too, until they are forgotten', async t => {
  const { reload, config, directory } = await make(t, '#include c.conf');
  await reload('two');
  await reload('one');
  const files = ['main.conf', 'b.conf', 'c.conf'].map(file => join(directory, file)).sort();
  const rows = async () => (await config.readings()).map(({ who, name, read }) => [who, name, read.toSorted()]);
  const one = ['one', 'main.conf', files];
  assert.deepEqual(await rows(), [one, ['two', 'main.conf', files]]);
  config.forget('two');
  assert.deepEqual(await rows(), [one]);
  assert.equal(await reload('two'), '2');
});

test('a file may be named by its path', async t => {
  const { config, directory, reload } = await stage(t, { 'main.conf': '[a]\nx=1\n' });
  assert.equal((await config.read(join(directory, 'main.conf'), 'module', false))?.name, 'main.conf');
  assert.equal(await reload(), 'unchanged');
});

test('a file is told as it was taken, whatever lies on disk since and was refused', async t => {
  const { config, directory } = await make(t, '#include c.conf');
  const values = (file: ConfigFile | undefined) =>
    file?.sections.flatMap(({ variables }) => variables.map(({ name, value }) => `${name}=${value}`));
  const read = () => config.read('main.conf', 'one', false);
  const first = values(await read());
  assert.equal(await config.taken('main.conf', 'one'), undefined);
  config.accept('one');
  for (const file of ['main.conf', 'b.conf', 'c.conf']) await writeFile(join(directory, file), '[a]\nx=9\n');
  assert.deepEqual(values(await config.taken('main.conf', 'one')), first);
  await read();
  config.distrust('one', new LoadDeclined('no', [{ file: 'main.conf', line: 2, message: 'nine' }]));
  assert.deepEqual(values(await config.taken('main.conf', 'one')), first);
  const [reading] = await config.readings();
  assert.deepEqual([reading?.problems, reading?.changed], [1, true]);
  await read();
  config.accept('one');
  assert.deepEqual(values(await config.taken('main.conf', 'one')), ['x=9']);
  assert.deepEqual([(await config.readings())[0]?.problems, (await config.readings())[0]?.changed], [0, false]);
});

test('a look tells all that is wrong, and is read by nobody', async t => {
  const { config } = await stage(t, { 'main.conf': '[a]\nx=1\n[b](!)\n[c\n' });
  const { problems, notices } = await config.look('main.conf');
  assert.deepEqual([problems.map(({ line }) => line), notices.map(({ line }) => line)], [[4], [3]]);
  assert.deepEqual(await config.readings(), []);
});

test('names of sections are known as of the last read, but not of very many', async t => {
  const { config, reload, write } = await stage(t, { 'main.conf': '[t](!)\n[a](t)\n[a]\n[B]\n' });
  await reload();
  assert.deepEqual([...config.sections('main.conf')], ['t', 'a', 'B']);
  await write('main.conf', Array.from({ length: 20_001 }, (_, n) => `[${n}]\n`).join(''));
  await reload();
  assert.deepEqual([...config.sections('main.conf')], []);
  await write('main.conf', '[a]\n');
  await reload();
  assert.deepEqual([...config.sections('main.conf')], ['a']);
});
