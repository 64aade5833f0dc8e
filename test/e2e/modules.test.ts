import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { cli } from '../../core/cli.js';
import { loader } from '../../core/loader.js';
import { Pbx } from '../../core/pbx.js';
import { PHONES } from '../support/obelisk.js';

let directory: string;
let pbx: Pbx;

const thirdParty = (name: string, answer: string): string => `
exports.default = {
  name: '${name}',
  description: 'Answers ${answer}',
  loadModule(core) {
    core.command({ syntax: '${name} say', summary: 'Says it', run: ({ out }) => out.line('${answer}') });
  },
};
`;

async function install(name: string, code: string): Promise<void> {
  await mkdir(join(directory, 'modules', name), { recursive: true });
  await writeFile(join(directory, 'modules', name, 'index.js'), code);
}

const say = async (line: string): Promise<string> => {
  let text = '';
  await pbx.find(cli)!.run(line, { kind: 'internal', width: undefined, verbosity: 0, muted: true }, part => {
    text += part;
  });
  return text;
};

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'obelisk-modules-'));
  await writeFile(
    join(directory, 'asterisk.conf'),
    '[directories]\nastetcdir=.\nastmoddir=modules\nastdbdir=lib\nastvarlibdir=lib\nastrundir=run\nastlogdir=log\n',
  );
  await writeFile(join(directory, 'modules.conf'), '[modules]\nautoload=yes\n');
  await writeFile(join(directory, 'logger.conf'), '[logfiles]\nmessages => error\n');
  await writeFile(join(directory, 'sip.conf'), PHONES);
  await writeFile(join(directory, 'res_config_sqlite3.conf'), '[asterisk]\ndbfile=asterisk.sqlite3\n');
  await install('app_hello', thirdParty('app_hello', 'first'));
  await install('app_other', thirdParty('app_other', 'untouched'));
  pbx = await Pbx.start({ config: join(directory, 'asterisk.conf') });
});

after(async () => {
  pbx.stop('now');
  await pbx.ended;
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

test('a changed build of a module runs after unload and load, and no other module is touched', async () => {
  const modules = pbx.find(loader)!;
  assert.equal(await say('app_hello say'), 'first\n');
  const other = pbx.counts();
  await install('app_hello', thirdParty('app_hello', 'second'));
  assert.equal(await say('app_hello say'), 'first\n');
  await modules.unload('app_hello');
  assert.match(await say('app_hello say'), /^No such command 'app_hello say'/);
  await modules.load('app_hello');
  assert.equal(await say('app_hello say'), 'second\n');
  assert.equal(await say('app_other say'), 'untouched\n');
  assert.deepEqual(pbx.counts(), other);
});

test('a build that breaks half-way leaves nothing, and the next good one loads', async () => {
  const modules = pbx.find(loader)!;
  const counts = pbx.counts();
  await install(
    'app_broken',
    `exports.default = { name: 'app_broken', description: 'x', loadModule(core) {
      core.command({ syntax: 'app_broken say', summary: 'x', run() {} });
      core.sched.every('tick', 1000, () => {});
      core.on('fullyBooted', () => {});
      throw new Error('half-way');
    } };`,
  );
  await assert.rejects(modules.load('app_broken'), /app_broken failed to load: half-way/);
  assert.deepEqual(pbx.counts(), counts);
  await install('app_broken', 'this is no code');
  await assert.rejects(modules.load('app_broken'), /app_broken/);
  await install('app_broken', thirdParty('app_broken', 'mended'));
  await modules.load('app_broken');
  assert.equal(await say('app_broken say'), 'mended\n');
  await modules.unload('app_broken');
  assert.deepEqual(pbx.counts(), counts);
});

test('a module in use refuses to go and says by whom; by force the users go first', async () => {
  const modules = pbx.find(loader)!;
  await install(
    'res_maker',
    `exports.default = { name: 'res_maker', description: 'x', loadModule(core) { core.provide({ name: 'thing' }, 42); } };`,
  );
  await install(
    'app_user',
    `exports.default = { name: 'app_user', description: 'x', requires: ['res_maker'], loadModule(core) { core.use({ name: 'thing' }); } };`,
  );
  const counts = pbx.counts();
  await modules.load('app_user'); // pulls in what it requires
  assert.deepEqual(modules.rows().find(({ name }) => name === 'res_maker')?.users, ['app_user']);
  await assert.rejects(modules.unload('res_maker'), /res_maker is in use by app_user/);
  await modules.unload('res_maker', 'firm');
  assert.deepEqual(
    modules.rows().filter(({ name, status }) => status === 'Running' && /^(?:res_maker|app_user)$/.test(name)),
    [],
  );
  assert.deepEqual(pbx.counts(), counts);
});

// Those with a database start a thread each time.
const LONG = { timeout: 540_000 };

/** Cycles before the heap is looked at, and with those behind: more for what holds sockets and threads. */
const CYCLES = { chan_sip: [10, 40], res_rtp: [10, 40] } as const;
const FEWER = [4, 13] as const;

test('every module can be unloaded and loaded again and again: heap and counts stay flat', LONG, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 1024 / 1024;
  };
  const modules = pbx.find(loader)!;
  const names = modules
    .rows()
    .filter(({ status }) => status === 'Running')
    .map(({ name }) => name);
  assert.ok(names.includes('chan_sip') && names.length >= 4, names.join(' '));
  const counts = pbx.counts();
  // A file operation that is under way ends by itself, and what is to be done in the next turn is done in it.
  const held = (): string[] =>
    process.getActiveResourcesInfo().filter(kind => !/^FSReq|^CloseReq$|^Immediate$/.test(kind));
  const resources = held().sort();
  for (const name of names) {
    const cycle = async () => {
      await modules.unload(name, 'firm');
      for (const one of names) if (modules.loadable().includes(one)) await modules.load(one);
    };
    const [first, all] = CYCLES[name as keyof typeof CYCLES] ?? FEWER;
    for (let i = 0; i < first; i++) await cycle();
    const early = heap();
    for (let i = first; i < all; i++) await cycle();
    const grown = heap() - early;
    // Leaking the code of a large module costs a megabyte a cycle, which would show as scores.
    assert.ok(grown < 3, `${name}: the heap grew by ${grown.toFixed(1)} MB in ${all - first} cycles`);
    assert.deepEqual(pbx.counts(), counts, name);
    assert.deepEqual(held().sort(), resources, name);
  }
});
