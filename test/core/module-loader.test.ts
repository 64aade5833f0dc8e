/** Loading, unloading and what each of them leaves behind: core/module-loader.ts. */
import assert from 'node:assert/strict';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { RequiredModuleFailed } from '../../core/module-loader.js';
import { LoaderStage, moduleText } from '../support/loader-stage.js';

test('a module that declines keeps out who requires it, each with its reason', async t => {
  const stage = await LoaderStage.of(t, {
    res_a: { load: "throw new LoadDeclined('no database')" },
    res_b: { requires: ['res_a'] },
    app_c: { requires: ['res_b'] },
    app_d: {},
  });
  await stage.start();
  assert.deepEqual(stage.running(), ['app_d']);
  assert.deepEqual(stage.lines, [
    'ERROR: loader: res_a declined to load: no database',
    'ERROR: loader: res_b declined to load: it requires res_a, not running',
    'ERROR: loader: app_c declined to load: it requires res_b, not running',
  ]);
  assert.equal(stage.held, 0);
});

test('a required module that fails ends the start, and so does what it requires', async t => {
  for (const conf of ['require=res_a', 'require=app_b']) {
    const stage = await LoaderStage.of(t, {
      res_a: { load: "throw new LoadDeclined('no database')" },
      app_b: { requires: ['res_a'] },
    });
    await assert.rejects(stage.start(conf), RequiredModuleFailed);
    assert.deepEqual(stage.running(), []);
  }
});

test('a module that fails with everything taken gives it all back, the last first', async t => {
  const stage = await LoaderStage.of(t, {
    app_a: {
      load: `
        core.defer('first', () => probe.tell('first'));
        core.command({ syntax: 'a b', summary: 'x', run() {} });
        core.provide({ name: 'thing' }, 1);
        core.watch({ name: 'probe' }, () => () => probe.tell('watch'));
        core.on('shutdown', () => undefined);
        core.sched.every('tick', 1000, () => undefined);
        core.defer('last', async () => probe.tell('last'));
        throw new Error('after all that');`,
    },
  });
  await assert.rejects(stage.loader.load('app_a'), /^LoadError: app_a failed to load: after all that$/);
  assert.deepEqual(stage.probe.told, ['last', 'watch', 'first']);
  assert.deepEqual([stage.held, stage.clock.pending], [0, 0]);
});

const SHOWING = `
  const view = name => ({ name, title: name, key: 'F3', columns: [], rows: () => [], id: String });
  core.view(view('lamps'), view('switches'));
  core.feed({ name: 'news', title: 'News', filter: 'a word', open: () => () => undefined });`;

test('a module brings views and feeds, holds them, and takes them with it when it goes', async t => {
  const stage = await LoaderStage.of(t, { app_a: { load: SHOWING } });
  for (let time = 0; time < 2; time += 1) {
    await stage.loader.load('app_a');
    assert.deepEqual(stage.loader.holds('app_a'), ['view lamps', 'view switches', 'feed news']);
    assert.equal(stage.views.all().length, 2);
    await stage.loader.unload('app_a');
    assert.deepEqual([stage.views.size, stage.held], [0, 0]);
  }
});

test('a module whose view is there already is not loaded, and leaves nothing', async t => {
  const stage = await LoaderStage.of(t, { app_a: { load: SHOWING }, app_b: { load: SHOWING.replace('lamps', 'own') } });
  await stage.loader.load('app_a');
  await assert.rejects(stage.loader.load('app_b'), /view 'switches' is already provided by app_a/);
  assert.equal(stage.views.size, 3);
});

test('what a module asks for after its end is refused, and leaves nothing', async t => {
  const stage = await LoaderStage.of(t, {
    app_a: {
      load: `
        probe.late = () => {
          const refused = [
            () => core.command({ syntax: 'a b', summary: 'x', run() {} }),
            () => core.provide({ name: 'thing' }, 1),
            () => core.use({ name: 'probe' }),
            () => core.watch({ name: 'probe' }, () => () => undefined),
            () => core.on('shutdown', () => undefined),
            () => core.defer('x', () => undefined),
          ].filter(take => { try { take(); return false; } catch { return true; } });
          return [refused.length, core.sched.after('x', 1, () => undefined).waiting, core.sched.every('y', 1, () => undefined).waiting];
        };`,
    },
  });
  await stage.loader.load('app_a');
  await stage.loader.unload('app_a');
  const { late } = stage.probe as unknown as { late: () => unknown };
  assert.deepEqual(late(), [6, false, false]);
  assert.deepEqual([stage.held, stage.clock.pending], [0, 0]);
});

test('an unload waits for work that the module spawned', async t => {
  const stage = await LoaderStage.of(t, {
    app_a: { load: "core.spawn('letter', probe.gate('post').then(() => probe.tell('posted')));" },
  });
  await stage.loader.load('app_a');
  assert.deepEqual(stage.loader.holds('app_a'), ['work letter']);
  const unloaded = stage.loader.unload('app_a').then(() => stage.probe.tell('unloaded'));
  stage.probe.open('post');
  await unloaded;
  assert.deepEqual(stage.probe.told, ['posted', 'unloaded']);
  assert.equal(stage.clock.pending, 0);
});

/** Each waits for something that never comes; what is said of it, and after how long. */
const HANGING = [
  [
    'work',
    { load: "core.spawn('letter', probe.gate('never'));" },
    2000,
    /WARNING: app_a: left behind at unload: letter/,
  ],
  ['a goodbye', { unload: "await probe.gate('never');" }, 3000, /ERROR: loader: app_a: its goodbye failed: .*3000 ms/],
  [
    'an undo',
    { load: "core.defer('wire', () => probe.gate('never'));" },
    3000,
    /ERROR: app_a: giving back 'wire' failed: .*3000 ms/,
  ],
] as const;

for (const [what, text, ms, said] of HANGING) {
  test(`${what} that never ends holds an unload up for ${ms} ms, and the rest is given back`, async t => {
    const load = `core.defer('first', () => probe.tell('first')); ${'load' in text ? text.load : ''}`;
    const stage = await LoaderStage.of(t, { app_a: { ...text, load } });
    await stage.loader.load('app_a');
    const unloaded = stage.loader.unload('app_a');
    let over = false;
    void unloaded.then(() => {
      over = true;
    });
    await stage.pass(ms - 1);
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(over, false);
    stage.clock.advance(1);
    await unloaded;
    assert.deepEqual([stage.running(), stage.probe.told], [[], ['first']]);
    assert.match(stage.lines.join('\n'), said);
    assert.deepEqual([stage.held, stage.clock.pending], [0, 0]);
  });
}

test('a module that never finishes loading is given up after two minutes, and others load after it', async t => {
  const stage = await LoaderStage.of(t, {
    app_a: { load: "core.on('shutdown', () => undefined); return probe.gate('never');" },
    app_b: {},
  });
  const first = assert.rejects(stage.loader.load('app_a'), /app_a failed to load: not done within 120000 ms/);
  const second = stage.loader.load('app_b');
  await stage.pass(120_000);
  await first;
  await second;
  assert.deepEqual(stage.running(), ['app_b']);
  assert.deepEqual([stage.held, stage.clock.pending], [0, 0]);
});

/** Work of which a slice is full: the event loop has a turn after it. */
const SLICE =
  'core.inSlices((function* () { const end = performance.now() + 9; while (performance.now() < end); yield; })(), 1)';

for (const [what, work] of [
  ['has read a file', "core.config('a.conf')"],
  ['has worked in slices', SLICE],
] as const) {
  test(`a module that ${what} while it loads is given up only after two more minutes`, async t => {
    const load = `return ${work}.then(() => { probe.tell('worked'); return probe.gate('never'); });`;
    const stage = await LoaderStage.of(t, { app_a: { load } });
    await writeFile(join(stage.directory, 'a.conf'), '[a]\nb=c\n');
    let given = false;
    const loaded = assert
      .rejects(stage.loader.load('app_a'), /app_a failed to load: not done within 120000 ms/)
      .then(() => void (given = true));
    while (stage.probe.told.length === 0) await new Promise(resolve => setImmediate(resolve));
    await stage.pass(120_000);
    assert.equal(given, false);
    await stage.pass(120_000);
    await loaded;
    assert.deepEqual([stage.held, stage.clock.pending], [0, 0]);
  });
}

test('a stop does not wait for a module that is loading, and nothing is loaded after it', async t => {
  const stage = await LoaderStage.of(t, {
    app_a: { unload: "probe.tell('a goes');" },
    app_b: { load: "return probe.gate('never');" },
    app_c: {},
  });
  const started = stage.start('autoload=yes\nrequire=app_b');
  while (stage.clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
  const later = assert.rejects(stage.loader.load('app_c'), /app_c is not loaded: the PBX is stopping/);
  await stage.loader.stop();
  await started; // not a failure of the required module
  await later;
  assert.deepEqual([stage.running(), stage.probe.told], [[], ['a goes']]);
  assert.deepEqual([stage.held, stage.clock.pending], [0, 0]);
});

test('a stop unloads everything in the reverse order of its start, whoever refuses', async t => {
  const says = (name: string) => `probe.tell('${name}');`;
  const stage = await LoaderStage.of(t, {
    app_a: { requires: ['res_c'], unload: says('a') },
    app_b: { unload: `${says('b')} throw new LoadDeclined('not now');` },
    res_c: { unload: says('c'), builtin: true },
  });
  await stage.start();
  await stage.loader.stop();
  assert.deepEqual([stage.probe.told, stage.running()], [['b', 'a', 'c'], []]);
});

test('a stop unloads early modules last, also those that were loaded anew', async t => {
  const says = (name: string) => `probe.tell('${name}');`;
  const stage = await LoaderStage.of(t, {
    res_a: { early: true, unload: says('a') },
    app_b: { unload: says('b') },
  });
  await stage.start();
  await stage.loader.unload('res_a');
  await stage.loader.load('res_a');
  stage.probe.told.length = 0;
  await stage.loader.stop();
  assert.deepEqual(stage.probe.told, ['b', 'a']);
});

const refusing = { unload: "throw new LoadDeclined('3 calls are up');" };

test('a module in use goes only by force, its users before it', async t => {
  const stage = await LoaderStage.of(t, {
    res_a: { load: "core.provide({ name: 'thing' }, 1);", unload: "probe.tell('a');" },
    res_b: { requires: ['res_a'], unload: "probe.tell('b');" },
    app_c: { requires: ['res_a', 'res_b'], load: "core.use({ name: 'thing' });", unload: "probe.tell('c');" },
  });
  await stage.start();
  await assert.rejects(stage.loader.unload('res_a'), /^LoadError: res_a is in use by res_b, app_c$/);
  assert.deepEqual(stage.loader.unloadable(), ['app_c']);
  await stage.loader.unload('res_a', 'firm');
  assert.deepEqual([stage.probe.told, stage.running()], [['c', 'b', 'a'], []]);
});

test('a goodbye that refuses keeps the module, with its reason, unless the unload is hard', async t => {
  const stage = await LoaderStage.of(t, { app_a: { ...refusing, load: "core.provide({ name: 'thing' }, 1);" } });
  await stage.loader.load('app_a');
  for (const force of ['soft', 'firm'] as const) {
    await assert.rejects(stage.loader.unload('app_a', force), /app_a refuses to be unloaded: 3 calls are up/);
    assert.deepEqual([stage.running(), stage.held], [['app_a'], 1]);
  }
  await stage.loader.unload('app_a', 'hard');
  assert.deepEqual([stage.running(), stage.held], [[], 0]);
});

test('a built-in module is loaded without autoload, and unloaded by force only', async t => {
  const stage = await LoaderStage.of(t, { cli_a: { builtin: true }, app_b: {} });
  await stage.start('autoload=no');
  assert.deepEqual(stage.running(), ['cli_a']);
  await assert.rejects(stage.loader.unload('cli_a'), /built in; 'module unload -f cli_a'/);
  await stage.loader.unload('cli_a', 'firm');
  assert.deepEqual(stage.running(), []);
});

test('a built-in module that modules.conf bars stays out', async t => {
  const stage = await LoaderStage.of(t, { cli_a: { builtin: true } });
  await stage.start('autoload=yes\nnoload=cli_a.so');
  assert.deepEqual([stage.running(), stage.loader.loadable()], [[], ['cli_a']]);
});

for (const name of ['res_a', 'RES_A.so', 'res_a_asterisk', 'Res_A_Asterisk.SO']) {
  test(`a module is found under the name '${name}'`, async t => {
    const stage = await LoaderStage.of(t, { res_a: { aliases: ['res_a_asterisk'] } });
    await stage.start(`load => ${name}`);
    assert.deepEqual(stage.running(), ['res_a']);
    await assert.rejects(stage.loader.load(name), /res_a is already running/);
    await stage.loader.unload(name);
    await assert.rejects(stage.loader.unload(name), /res_a is not running/);
  });
}

const esModules: [what: string, code: string, scope: string | undefined][] = [
  ['by its words', "export default { name: 'app_x', loadModule() {} };", undefined],
  [
    'by a package.json, though its words are those of CommonJS',
    "exports.default = { name: 'app_x', loadModule() {} };",
    '{"type":"module"}',
  ],
];

for (const [what, code, scope] of esModules) {
  test(`an ES module ${what} is refused, and what is to be done is told`, async t => {
    const stage = await LoaderStage.of(t, { app_a: {} });
    await stage.install('app_x', code);
    if (scope !== undefined) await writeFile(join(stage.directory, 'modules', 'app_x', 'package.json'), scope);
    await stage.start();
    assert.deepEqual(stage.running(), ['app_a']);
    assert.match(stage.lines.join('\n'), /app_x: \S+index\.js is an ES module, .*\{"type": "commonjs"\} beside it/);
  });
}

test('why the code of a module cannot be run is told at the start, and to who asks for it', async t => {
  const stage = await LoaderStage.of(t, { app_a: {} });
  await stage.install('app_x', 'this is no code');
  await stage.install('app_y', "exports.default = { name: 'app_z' };");
  await stage.start();
  assert.deepEqual(stage.running(), ['app_a']);
  assert.match(stage.lines.join('\n'), /app_x: its code cannot be run: .*\n.*app_y.* has no default export .*'app_y'/);
  await assert.rejects(stage.loader.load('app_x.so'), /app_x: its code cannot be run/);
  await assert.rejects(stage.loader.load('app_q'), /there is no module 'app_q' under \S+modules$/);
});

test('code under a symbolic link is let go like any other', async t => {
  const stage = await LoaderStage.of(t, { app_a: { load: "probe.tell('old');" } });
  await mkdir(join(stage.directory, 'else'));
  await rename(join(stage.directory, 'modules', 'app_a'), join(stage.directory, 'else', 'app_a'));
  await symlink(join(stage.directory, 'else', 'app_a'), join(stage.directory, 'modules', 'app_a'));
  await stage.loader.load('app_a');
  await stage.loader.unload('app_a');
  await stage.install('app_a', moduleText('app_a', { load: "probe.tell('new');" }), 'else');
  await stage.loader.load('app_a');
  assert.deepEqual(stage.probe.told, ['old', 'new']);
});

test('a module says what it holds, jobs and work under way among it', async t => {
  const stage = await LoaderStage.of(t, {
    app_a: {
      load: `core.use({ name: 'probe' }); core.sched.after('ring', 10, () => undefined); core.sched.every('tick', 10, () => undefined);
        core.spawn('letter', probe.gate('post')); core.command({ syntax: 'a b', summary: 'x', run() {} });`,
    },
  });
  await stage.loader.load('app_a');
  assert.deepEqual(stage.loader.holds('app_a'), ['use of probe', 'command a b', 'job ring', 'job tick', 'work letter']);
  assert.equal(stage.loader.rows()[0]?.supportLevel, 'extended');
  stage.probe.open('post');
  await stage.loader.unload('app_a');
  assert.deepEqual(stage.loader.holds('app_a'), []);
});

const USED = {
  res_a: { load: "probe.tell('a up');", unload: "probe.tell('a down');" },
  res_b: { requires: ['res_a'], load: "probe.tell('b up');", unload: "probe.tell('b down');" },
  app_c: { requires: ['res_b'], load: "probe.tell('c up');", unload: "probe.tell('c down');" },
};

test('a refresh ends a module and starts it again; one in use only with those that use it', async t => {
  const stage = await LoaderStage.of(t, USED);
  await stage.start();
  stage.probe.told.length = 0;
  assert.deepEqual(await stage.loader.refresh('app_c.so', false), []);
  assert.deepEqual(stage.probe.told.splice(0), ['c down', 'c up']);
  await assert.rejects(stage.loader.refresh('res_a', false), /^LoadError: res_a is in use by res_b$/);
  await assert.rejects(stage.loader.refresh('res_x', true), /^LoadError: res_x is not running$/);
  assert.deepEqual(stage.probe.told, []);
  assert.deepEqual(await stage.loader.refresh('res_a', true), []);
  assert.deepEqual(stage.probe.told, ['c down', 'b down', 'a down', 'a up', 'b up', 'c up']);
  assert.deepEqual(stage.running(), ['app_c', 'res_a', 'res_b']);
});

test('a refresh that meets a refusal to go brings back who went before', async t => {
  const refusing = { ...USED, res_b: { ...USED.res_b, unload: "throw new LoadDeclined('a call is up');" } };
  const stage = await LoaderStage.of(t, refusing);
  await stage.start();
  stage.probe.told.length = 0;
  await assert.rejects(stage.loader.refresh('res_a', true), /^LoadError: res_b refuses to be unloaded: a call is up$/);
  assert.deepEqual(stage.probe.told, ['c down', 'c up']);
  assert.deepEqual(stage.running(), ['app_c', 'res_a', 'res_b']);
});

test('what does not start again after a refresh is named, and so are those that need it', async t => {
  const stage = await LoaderStage.of(t, {
    ...USED,
    res_b: {
      requires: ['res_a'],
      load: "if (probe.told.includes('b down')) throw new LoadDeclined('gone');",
      unload: "probe.tell('b down');",
    },
  });
  await stage.start();
  assert.deepEqual(await stage.loader.refresh('res_a', true), [
    'res_b declined to load: gone',
    'app_c declined to load: it requires res_b, not running',
  ]);
  assert.deepEqual(stage.running(), ['res_a']);
});
