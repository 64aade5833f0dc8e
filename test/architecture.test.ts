/** Holds the layout: who may import whom, and which file alone may touch what. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';

const root = join(__dirname, '..', '..');

interface Source {
  readonly path: string;
  readonly text: string;
  /** Specifiers of static imports and exports, type-only ones marked. */
  readonly imports: readonly { from: string; typeOnly: boolean }[];
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;

const sources: readonly Source[] = globSync('{core,modules}/**/*.ts', { cwd: root }).map(path => {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = [...text.matchAll(IMPORT)].map(([, type, from]) => ({ from: from!, typeOnly: type !== undefined }));
  return { path, text, imports };
});

const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packages = Object.keys((manifest as { dependencies: Record<string, string> }).dependencies);

/** Where a relative import leads, as a path of the repository. */
const target = ({ path }: Source, from: string): string => normalize(join(dirname(path), from.replace(/\.js$/, '.ts')));

const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');

const offenders = (wrong: (source: Source) => unknown): string[] => sources.filter(wrong).map(({ path }) => path);

test('there are sources to look at', () => assert.ok(sources.length > 20));

test('the core imports nothing of the modules, nor its own surface', () => {
  const wrong = sources
    .filter(({ path }) => path.startsWith('core/'))
    .flatMap(source =>
      source.imports
        .filter(({ from }) => from === '#core' || (from.startsWith('.') && target(source, from).startsWith('modules/')))
        .map(({ from }) => `${source.path} imports ${from}`),
    );
  assert.deepEqual(wrong, []);
});

test('the core contains no word of SIP', () => {
  assert.deepEqual(
    offenders(({ path, text }) => path.startsWith('core/') && /\bsip|\bsip\b/i.test(text)),
    [],
  );
});

/** What a module's index.ts says it requires, or uses where it is there. */
const required = (module: string): readonly string[] => {
  const index = sources.find(({ path }) => path === `modules/${module}/index.ts`)?.text ?? '';
  const lists = [...index.matchAll(/^ {2}(?:requires|optional): \[([^\]]*)\]/gm)].map(([, list]) => list);
  return [...lists.join().matchAll(/'(\w+)'/g)].map(([, name]) => name!);
};

/** A type of another module may be named where that module is required: nothing of it is loaded by that. */
const isRequiredType = (source: Source, { from, typeOnly }: Source['imports'][number]): boolean => {
  const [folder, other] = target(source, from).split('/');
  return typeOnly && folder === 'modules' && required(source.path.split('/')[1]!).includes(other!);
};

test('a module imports #core, Node, declared packages and itself, and of those it requires types', () => {
  const wrong = sources
    .filter(({ path }) => path.startsWith('modules/'))
    .flatMap(source => {
      const home = source.path.split('/').slice(0, 2).join('/');
      return source.imports
        .filter(imported => {
          const { from } = imported;
          if (from.startsWith('.')) {
            return relative(home, target(source, from)).startsWith('..') && !isRequiredType(source, imported);
          }
          return !(from === '#core' || from.startsWith('node:') || packages.includes(from));
        })
        .map(({ from }) => `${source.path} imports ${from}`);
    });
  assert.deepEqual(wrong, []);
});

/** What a piece of text gives away, and the only files that may hold it. */
const alone: [what: string, sign: RegExp, where: RegExp][] = [
  [
    'the time and timers',
    /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bset(?:Timeout|Interval|Immediate)\(/,
    /^core\/clock\.ts$/,
  ],
  ['argv', /\bprocess\.argv\b/, /^core\/main\.ts$|\/client\/[a-z-]+\.ts$/],
  ['the end of the process', /\bprocess\.exit\b/, /^core\/main\.ts$|\/client\/[a-z-]+\.ts$/],
  ['datagram sockets', /from 'node:dgram'/, /^modules\/(?:chan_sip\/transport\/|res_rtp\/worker\/)/],
  [
    'TLS',
    /from 'node:tls'/,
    /^core\/certificates\.ts$|^modules\/(?:chan_sip\/transport\/|res_manager\/listener\.ts$|res_knex\/tls-options\.ts$)/,
  ],
  ['SQLite', /from 'better-sqlite3'/, /^core\/astdb-worker\.ts$/],
  ['blessed', /from 'blessed'/, /^modules\/cli_console\/client\/screen\/terminal\.ts$/],
  ['knex', /from 'knex'/, /^modules\/res_knex\//],
  ['the console of Node', /\bconsole\.(?:log|error|warn|info)\(/, /^$/],
];

for (const [what, sign, where] of alone) {
  test(`${what}: only where they belong`, () => {
    assert.deepEqual(
      offenders(({ path, text }) => sign.test(code(text)) && !where.test(path)),
      [],
    );
  });
}

/** chan_sip from the left to the right: a file imports its own layer and those before it. */
const LAYERS: readonly string[][] = [
  ['options', 'message'],
  ['transport'],
  ['transaction'],
  ['dialog'],
  ['session'],
  ['user'],
  ['incoming.ts', 'monitor.ts'],
  ['sip.ts'],
  ['cli', 'manager', 'dialplan'],
  ['index.ts'],
];

const layerOf = (path: string): number => {
  const part = path.split('/')[2]!;
  return LAYERS.findIndex(layer => layer.includes(part));
};

test('in chan_sip imports only point left', () => {
  const wrong = sources
    .filter(({ path }) => path.startsWith('modules/chan_sip/'))
    .flatMap(source =>
      source.imports
        .filter(
          ({ from, typeOnly }) =>
            from.startsWith('.') && !typeOnly && layerOf(target(source, from)) > layerOf(source.path),
        )
        .map(({ from }) => `${source.path} imports ${from}`),
    );
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    offenders(({ path }) => path.startsWith('modules/chan_sip/') && layerOf(path) < 0),
    [],
  );
});

test('files are no longer than 400 lines, and begin with a sentence on what they own', () => {
  assert.deepEqual(
    offenders(({ text }) => text.split('\n').length > 401),
    [],
  );
  assert.deepEqual(
    offenders(({ text }) => !text.replace(/^#!.*\n/, '').startsWith('/**')),
    [],
  );
});

test('default exports stand in the index.ts of modules alone', () => {
  assert.deepEqual(
    offenders(({ path, text }) => /^export default/m.test(text) && !/^modules\/\w+\/index\.ts$/.test(path)),
    [],
  );
});

test('modules keep no state at module level', () => {
  assert.deepEqual(
    offenders(({ path, text }) => path.startsWith('modules/') && /^(?:export )?(?:let|var) /m.test(text)),
    [],
  );
});
