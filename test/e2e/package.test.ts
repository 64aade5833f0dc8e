/** The package as users get it: packed, installed in an empty folder, started there, used, embedded, stopped. */
import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Obelisk, run } from '../support/obelisk.js';
import { Phone, statusOf } from '../support/phone.js';

const ROOT = join(__dirname, '..', '..', '..');
/** As a machine has it where nobody installed another Node: without the one of this checkout. */
const PATH = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter(place => !place.includes('node_modules'))
  .join(delimiter);
/** An install unpacks 60 packages and a Node. */
const patient = { timeout: 240_000 };

let folder = '';
let tarball = '';
let files: readonly string[] = [];
const bin = () => join(folder, 'node_modules', '.bin', 'obelisk');

const shell = async (command: string, cwd = folder): Promise<{ code: number | null; said: string }> => {
  const { code, stdout, stderr } = await run('env', ['-C', cwd, `PATH=${PATH}`, 'sh', '-c', command]);
  return { code, said: stdout + stderr };
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'obelisk-package-'));
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder, ROOT]);
  assert.equal(packed.code, 0, packed.stderr);
  const [pack] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
  tarball = pack.filename;
  files = pack.files.map(({ path }) => path);
}, patient);

after(() => rm(folder, { recursive: true, force: true }));

test('the package has what runs, what it is configured with and what explains it, and nothing else', () => {
  const places = new Set(
    files.map(path =>
      path
        .split('/')
        .slice(0, /^(?:dist|configs)\//.test(path) ? 2 : 1)
        .join('/'),
    ),
  );
  const configs = [...places].filter(place => /^configs\/(?!.*\.conf$)/.test(place));
  assert.deepEqual([...places].filter(place => !/^configs\/|^docs$/.test(place)).sort(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'core',
    'dist/core',
    'dist/modules',
    'package.json',
  ]);
  assert.deepEqual(configs.sort(), ['configs/dist', 'configs/samples', 'configs/sounds']);
  assert.deepEqual(
    files.filter(path => /\.map$|\.tsbuildinfo$|(?<!\.d)\.ts$|\/test\//.test(path)),
    [],
  );
  for (const path of ['core/obelisk', 'dist/core/main.js', 'configs/sip.conf', 'configs/sounds/en/pbx-invalid.ulaw']) {
    assert.ok(files.includes(path), path);
  }
});

test('links of the manual that is packed lead to what is packed', async () => {
  const there = new Set(files.flatMap(path => path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'))));
  const broken: string[] = [];
  for (const page of files.filter(path => /^docs\/.*\.md$/.test(path))) {
    for (const [, link] of (await readFile(join(ROOT, page), 'utf8')).matchAll(
      /\]\(([^)#:]*[./][^)#:]*)(?:#[^)]*)?\)/g,
    )) {
      if (!there.has(join(dirname(page), link!))) broken.push(`${page}: ${link}`);
    }
  }
  assert.deepEqual(broken, []);
});

test(
  'installed in an empty folder it starts on its first configuration, answers a phone, and ends',
  patient,
  async () => {
    const installed = await shell(`npm install --prefer-offline --no-audit --no-fund ./${tarball}`);
    assert.equal(installed.code, 0, installed.said);

    const lost = await shell(`${bin()} -f`);
    assert.equal(lost.code, 1);
    assert.match(
      lost.said,
      /^obelisk: no asterisk\.conf in .*; name one with -C, or write a first one with --init \.$/m,
    );

    const first = await shell(`${bin()} --init .`);
    assert.equal(first.code, 0, first.said);
    assert.ok((await readdir(join(folder, 'configs'))).includes('sip.conf'));
    assert.equal((await stat(join(folder, 'configs', 'sip.conf'))).mode & 0o777, 0o640);
    const again = await shell(`${bin()} --init .`);
    assert.equal(again.code, 1);
    assert.match(again.said, /configs is not empty: it stays as it is/);

    const sip = join(folder, 'configs', 'sip.conf');
    const text = await readFile(sip, 'utf8');
    await writeFile(sip, text.replace('127.0.0.1:5060', '127.0.0.1:0'));
    const pbx = Obelisk.over(join(folder, 'configs'), bin());
    await pbx.start();
    try {
      using phone = await Phone.open(await pbx.port(), '1008', 'demo-1008');
      assert.equal(statusOf(await phone.register()), 200);
      assert.match(await pbx.x('sip show peers like 1008'), /^1008\/1008 +127\.0\.0\.1/m);
      assert.match(await pbx.x('core show file formats'), /ulaw/);
    } finally {
      await pbx.stop();
    }
    assert.doesNotMatch(await readFile(join(folder, 'var', 'log', 'messages'), 'utf8'), /ERROR/);

    // A program that embeds it, as CommonJS and as an ES module.
    const start = `const pbx = await Pbx.start({ config: 'configs/asterisk.conf' });
    const found = pbx.find(cli) !== undefined;
    pbx.stop('now'); await pbx.ended; console.log('found', found);`;
    await writeFile(
      join(folder, 'embeds.mjs'),
      `import { Pbx } from 'obelisk-pbx';\nimport { cli } from 'obelisk-pbx/core';\n${start}\n`,
    );
    await writeFile(
      join(folder, 'embeds.cjs'),
      `const { Pbx } = require('obelisk-pbx');\nconst { cli } = require('obelisk-pbx/core');\n(async () => {\n${start}\n})();\n`,
    );
    for (const program of ['embeds.mjs', 'embeds.cjs']) {
      const embedded = await shell(`node_modules/.bin/node ${program}`);
      assert.deepEqual(embedded, { code: 0, said: 'found true\n' }, program);
    }

    // The test of the manual, word for word.
    await mkdir(join(folder, 'lab'));
    const directories = ['astetcdir=.', ...['astvarlib', 'astdb', 'astrun', 'astlog'].map(name => `${name}dir=var`)];
    await writeFile(join(folder, 'lab', 'asterisk.conf'), ['[directories]', ...directories, ''].join('\n'));
    await writeFile(join(folder, 'lab', 'modules.conf'), '[modules]\nautoload=yes\nnoload=res_config_sqlite3\n');
    await writeFile(
      join(folder, 'lab', 'sip.conf'),
      '[general]\nudpbindaddr=127.0.0.1:0\n[desk]\ntype=friend\nhost=dynamic\n',
    );
    const manual = await readFile(join(ROOT, 'docs', 'installing.md'), 'utf8');
    await writeFile(join(folder, 'expiry.test.mts'), /## In a test.*?```ts\n(.*?)```/s.exec(manual)![1]!);
    const tested = await shell('node_modules/.bin/node --test expiry.test.mts');
    assert.deepEqual(tested.code, 0, tested.said);
  },
);

/** A folder with the launcher alone, and a PATH on which `node` says what it is. */
async function launcherBeside(version: string): Promise<string> {
  const place = join(folder, `beside-${version}`);
  await mkdir(join(place, 'core'), { recursive: true });
  await mkdir(join(place, 'bin'));
  await copyFile(join(ROOT, 'core', 'obelisk'), join(place, 'core', 'obelisk'));
  await symlink('../core/obelisk', join(place, 'bin', 'obelisk'));
  await writeFile(
    join(place, 'bin', 'node'),
    `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo "started: $*"\n`,
  );
  await chmod(join(place, 'bin', 'node'), 0o755);
  return place;
}

test('a link named rasterisk is a console of the PBX that runs, one named asterisk the program', async () => {
  const place = await launcherBeside('v24.16.0');
  for (const [name, line, expected] of [
    ['rasterisk', "-x 'sip show peers'", '-r -x sip show peers'],
    ['asterisk', "-rx 'sip show peers'", '-rx sip show peers'],
  ] as const) {
    await symlink('../core/obelisk', join(place, 'bin', name));
    const { said } = await shell(`PATH=${join(place, 'bin')}:/usr/bin:/bin ${name} ${line}`);
    assert.equal(said, `started: --max-semi-space-size=64 ${place}/dist/core/main.js ${expected}\n`);
  }
});

const versions: [version: string, fits: boolean][] = [
  ['v20.20.2', false],
  ['v24.14.9', false],
  ['v24.15.0', true],
  ['v25.9.0', false],
  ['v26.0.0', true],
];

for (const [version, fits] of versions) {
  test(`without the Node of the install, ${version} ${fits ? 'is taken' : 'is refused, and the reason told'}`, async () => {
    const place = await launcherBeside(version);
    const { code, said } = await shell(`PATH=${join(place, 'bin')}:/usr/bin:/bin obelisk -f -vv`);
    if (fits) {
      assert.equal(said, `started: --max-semi-space-size=64 ${place}/dist/core/main.js -f -vv\n`);
    } else {
      assert.equal(code, 1);
      assert.match(said, new RegExp(`needs Node\\.js 24\\.15 .*; ${place}/bin/node is ${version}$`, 'm'));
      assert.match(said, /npm install --include=optional/);
    }
  });
}
