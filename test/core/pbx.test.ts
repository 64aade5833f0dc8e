/** The PBX as a whole, embedded: how it starts, what it reads again, how it ends. core/pbx.ts, core/own-files.ts. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { acls } from '../../core/acl.js';
import { type Activity, activity } from '../../core/activity.js';
import { astdb } from '../../core/astdb.js';
import { cli } from '../../core/cli.js';
import { nextTurn, TestClock } from '../../core/clock.js';
import { LoadDeclined } from '../../core/errors.js';
import { loader } from '../../core/loader.js';
import { Pbx, type PbxOptions, StartFailed } from '../../core/pbx.js';
import type { Token } from '../../core/registry.js';
import { testConsole } from '../support/cli-stage.js';

const FILES: Readonly<Record<string, string>> = {
  'asterisk.conf':
    '[directories]\nastetcdir=.\nastmoddir=modules\nastdbdir=lib\nastvarlibdir=lib\nastrundir=run\nastlogdir=log\n',
  'modules.conf': '[modules]\nautoload=yes\nnoload=chan_sip\n',
  'logger.conf': '[logfiles]\nconsole => warning,error\n',
};

class Home {
  readonly directory: string;
  /** What the log said, without dates. */
  readonly lines: string[] = [];
  readonly #test: TestContext;

  private constructor(t: TestContext, directory: string) {
    this.#test = t;
    this.directory = directory;
  }

  static async of(t: TestContext, files: Readonly<Record<string, string>> = {}): Promise<Home> {
    const home = new Home(t, await mkdtemp(join(tmpdir(), 'obelisk-pbx-')));
    t.after(() => rm(home.directory, { recursive: true }));
    for (const [name, text] of Object.entries({ ...FILES, ...files })) await home.write(name, text);
    return home;
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.directory, name), text);
  }

  async module(name: string, load: string, unload = '', reload?: string): Promise<void> {
    await mkdir(join(this.directory, 'modules', name), { recursive: true });
    const more = reload === undefined ? '' : `, reloadModule() { ${reload} }`;
    const code = `exports.default = { name: '${name}', description: 'x', loadModule(core) { ${load} }, unloadModule() { ${unload} }${more} };`;
    await this.write(join('modules', name, 'index.js'), code);
  }

  async start(options: Partial<PbxOptions> = {}): Promise<Pbx> {
    const pbx = await Pbx.start({
      config: join(this.directory, 'asterisk.conf'),
      watcher: {
        console: testConsole(),
        colour: false,
        write: text => this.lines.push(text.replace(/^\[[^\]]*\] (\w+)\[\d+\]/, '$1')),
      },
      ...options,
    });
    // A test that fails half-way must not keep the others from ending.
    this.#test.after(() => pbx.stop('now'));
    return pbx;
  }

  get socket(): boolean {
    return existsSync(join(this.directory, 'run', 'asterisk.ctl'));
  }
}

/** Ends it and waits for its end. */
async function end(pbx: Pbx): Promise<void> {
  pbx.stop('now');
  assert.deepEqual(await pbx.ended, { restart: false });
}

const NEVER = 'return new Promise(() => undefined);';

for (const [files, status, said] of [
  [
    { 'asterisk.conf': '[options]\nverbose=many\n' },
    1,
    /asterisk\.conf:2: verbose: expected a level, 0-10, or yes or no, got 'many'/,
  ],
  [{ 'modules.conf': '[modules\n' }, 1, /modules\.conf:1: /],
  [{ 'modules.conf': '[modules]\nrequire=res_nosuch\n' }, 2, /modules\.conf:2: .*'res_nosuch' is not part of this PBX/],
  [
    { 'modules.conf': '[modules]\nrequire=app_bad\nload=cli_console\n' },
    2,
    /required module app_bad failed to load: no/,
  ],
] as const) {
  test(`a start that fails with ${said.source} has status ${status} and leaves nothing behind`, async t => {
    const home = await Home.of(t, files);
    await home.module('app_bad', "throw new Error('no');");
    const resources = process.getActiveResourcesInfo().length;
    await assert.rejects(home.start(), (thrown: StartFailed) => {
      assert.ok(thrown instanceof StartFailed);
      assert.match(thrown.message, said);
      assert.equal(thrown.status, status);
      return true;
    });
    assert.equal(home.socket, false);
    assert.ok(process.getActiveResourcesInfo().length <= resources, process.getActiveResourcesInfo().join(' '));
  });
}

test('mistakes in logger.conf and acl.conf do not keep the PBX from starting, and are in the log', async t => {
  const home = await Home.of(t, { 'logger.conf': '[logfiles\n', 'acl.conf': '[office]\npermit=nobody\n' });
  const pbx = await home.start();
  assert.match(home.lines.join('\n'), /ERROR: logger: .*\n.*logger\.conf:1: [\s\S]*ERROR: acl: .*\n.*acl\.conf:2: /);
  assert.deepEqual(pbx.find(acls)!.rows(), []);
  await end(pbx);
});

test('a reload with a broken acl.conf says why, keeps the old lists, reloads the rest, and says so again', async t => {
  const home = await Home.of(t, { 'acl.conf': '[office]\npermit=10.0.0.0/8\n' });
  const pbx = await home.start();
  const names = () =>
    pbx
      .find(acls)!
      .rows()
      .map(({ name }) => name);
  let changes = 0;
  assert.equal(pbx.lastReload, undefined);
  pbx.on('aclsChanged', () => {
    changes += 1;
  });
  await home.write('acl.conf', '[home]\npermit=nobody\n');
  for (let time = 0; time < 2; time++) {
    const { result, why } = await pbx.reload('hup');
    assert.equal(result, 'error');
    assert.match(why!, /acl\.conf:2: permit: /);
    assert.deepEqual(pbx.lastReload, { at: pbx.lastReloadAt, result: 'error', why });
  }
  assert.deepEqual([names(), changes], [['office'], 0]);
  await home.write('acl.conf', '[home]\npermit=10.0.0.0/8\n');
  assert.deepEqual(await pbx.reload('hup'), { result: 'success' });
  assert.deepEqual(pbx.lastReload, { at: pbx.lastReloadAt, result: 'success' });
  assert.deepEqual([names(), changes], [['home'], 1]);
  assert.deepEqual(await pbx.reload('hup'), { result: 'success' }); // unchanged
  assert.equal(changes, 1);
  await rm(join(home.directory, 'acl.conf'));
  await pbx.reload('hup');
  assert.deepEqual([names(), changes], [[], 2]);
  await end(pbx);
});

test('a reload that another one keeps from its work reads nothing', async t => {
  const home = await Home.of(t, { 'acl.conf': '[office]\npermit=10.0.0.0/8\n' });
  const gate = `${home.directory} goes on`;
  await home.module('app_slow', '', '', `return new Promise(done => process.once('${gate}', done).emit('${gate}?'));`);
  const pbx = await home.start();
  const names = () =>
    pbx
      .find(acls)!
      .rows()
      .map(({ name }) => name);
  const begun = new Promise(seen => process.once(`${gate}?`, seen));
  const first = pbx.reload('cli');
  await begun;
  await home.write('acl.conf', '[home]\npermit=10.0.0.0/8\n');
  assert.deepEqual(await pbx.reload('hup'), { result: 'in progress' });
  assert.deepEqual(names(), ['office']);
  process.emit(gate as never);
  assert.deepEqual(await first, { result: 'success' });
  process.once(`${gate}?`, () => process.emit(gate as never));
  assert.deepEqual(await pbx.reload('hup'), { result: 'success' });
  assert.deepEqual(names(), ['home']);
  await end(pbx);
});

test('logger.conf with a mistake is refused by its own reload with every problem', async t => {
  const home = await Home.of(t);
  const pbx = await home.start();
  await home.write('logger.conf', '[general]\nrotatestrategy=never\nlogger_queue_limit=1\n');
  await assert.rejects(pbx.reloadLogger(), (thrown: LoadDeclined) => {
    assert.deepEqual(
      thrown.problems.map(({ line }) => line),
      [2, 3],
    );
    return thrown instanceof LoadDeclined;
  });
  await end(pbx);
});

test('a graceful stop waits for what is under way, runs no other command meanwhile, and can be called off', async t => {
  const home = await Home.of(t);
  const pbx = await home.start();
  const call = (pbx.find(activity as Token<Activity>) as Activity).begin('call');
  const say = async (line: string): Promise<string> => {
    let text = '';
    await pbx.find(cli)!.run(line, testConsole(), part => (text += part));
    return text;
  };
  await say('core stop gracefully');
  assert.deepEqual(pbx.stopping, { manner: 'gracefully', restart: false });
  assert.match(await say('core show uptime'), /^The PBX is stopping and takes no new work/);
  assert.match(await say('core abort shutdown'), /called off/);
  call();
  assert.match(await say('core show uptime'), /^System uptime/); // idle by now, and still here
  assert.match(await say('core abort shutdown'), /no shutdown/);
  const again = (pbx.find(activity as Token<Activity>) as Activity).begin('call');
  await say('core restart when convenient');
  again();
  assert.deepEqual(await pbx.ended, { restart: true });
  assert.equal(pbx.abort(), false);
});

test('a stop that waits gives way to one that does not', async t => {
  const home = await Home.of(t);
  const pbx = await home.start();
  (pbx.find(activity as Token<Activity>) as Activity).begin('call');
  pbx.stop('gracefully', true);
  await end(pbx);
});

test('a PBX can be stopped while it boots: it does not wait for the module that is loading', async t => {
  const home = await Home.of(t);
  await home.module('app_slow', NEVER);
  const facts: string[] = [];
  const pbx = await home.start({
    opened(booting) {
      booting.on('fullyBooted', () => facts.push('booted'));
      booting.on('shutdown', () => facts.push('shutdown'));
      booting.on('moduleLoaded', ({ module }) => module === 'cli_module' && booting.stop('now'));
    },
  });
  await pbx.ended;
  assert.deepEqual(facts, ['shutdown']);
  assert.equal(home.socket, false);
});

test('modules that do not end hold the end of the PBX up for 3.5 s, all together, and are named', async t => {
  const home = await Home.of(t, { 'modules.conf': '[modules]\nload=app_a\nload=app_b\nnoload=cli_console\n' });
  await home.module('app_a', '', NEVER);
  await home.module('app_b', '', NEVER);
  const clock = new TestClock();
  const pbx = await home.start({ clock });
  pbx.stop('now');
  for (const ms of [3000, 500]) {
    while (clock.pending < 2) await new Promise(resolve => setImmediate(resolve)); // the goodbye, and all of them
    clock.advance(ms);
  }
  await pbx.ended;
  assert.match(
    home.lines.join('\n'),
    /app_b: its goodbye failed[\s\S]*ERROR: core: .*app_a.* left behind: not done within 3500 ms/,
  );
});

test('what AstDB has is on disk before the modules have ended, however long they take', async t => {
  const clock = new TestClock();
  const home = await Home.of(t, { 'modules.conf': '[modules]\nload=app_stuck\nnoload=cli_console\n' });
  await home.module('app_stuck', '', NEVER);
  const pbx = await home.start({ clock });
  pbx.find(astdb)!.put('SIP/Registry', '1008', 'late');
  pbx.stop('now');
  const database = new Database(join(home.directory, 'lib', 'astdb.sqlite3'), { readonly: true });
  const stored = database.prepare("SELECT value FROM astdb WHERE key = '/SIP/Registry/1008'").pluck();
  while (stored.get() === undefined) await nextTurn();
  database.close();
  while (clock.pending < 2) await nextTurn(); // the goodbye, and all of them
  clock.advance(3500);
  await pbx.ended;
});

test('an older Node is refused before anything of the database is opened, in which it would crash', async t => {
  const home = await Home.of(t);
  const before = Object.getOwnPropertyDescriptor(process.versions, 'node')!;
  Object.defineProperty(process.versions, 'node', { ...before, value: '20.20.2' });
  t.after(() => Object.defineProperty(process.versions, 'node', before));
  await assert.rejects(home.start(), {
    name: 'StartFailed',
    message: /^this is Node v20\.20\.2; .*node_modules\/\.bin\/node/,
  });
  assert.equal(existsSync(join(home.directory, 'lib', 'astdb.sqlite3')), false);
});

test('a third-party module may import #core, and has a name of its own', async t => {
  const home = await Home.of(t);
  await home.module('app_a', "const { token } = require('#core'); core.provide(token('thing'), 42);");
  await home.module('cli_core', "core.provide({ name: 'impostor' }, 1);");
  const pbx = await home.start();
  assert.equal(pbx.find({ name: 'thing' }), 42);
  assert.equal(pbx.find({ name: 'impostor' }), undefined);
  const levels = pbx
    .find(loader)!
    .rows()
    .map(({ name, supportLevel }) => `${name} ${supportLevel}`);
  assert.ok(levels.includes('app_a extended') && levels.includes('cli_core core'), levels.join('\n'));
  assert.match(
    home.lines.join('\n'),
    /WARNING: loader: '.*modules\/cli_core' is passed over: module cli_core is there already/,
  );
  await end(pbx);
});
