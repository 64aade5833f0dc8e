/** `make test`: runs every built test, and fails when there are none, since a glob that matches nothing would pass. */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** Files whose tests start whole processes, a PBX or a database: they take longest, so that nothing long is left when the others are done. */
const FIRST = /\btest\/(?:e2e|fuzz|res_knex)\//;
/** How many files may run beside those that keep a processor busy each: whole processes are waited for much of the time. */
const WAITING = 1;
/** Files that are named at the end, for whoever wants all of it to be faster. */
const NAMED = 8;

const patterns = process.argv.slice(2);
const found = globSync(patterns.length > 0 ? patterns : 'dist/test/**/*.test.js').sort();
if (found.length === 0) {
  process.stderr.write('no tests were found under dist/test: is the build complete?\n');
  process.exit(1);
}

const took: [file: string, seconds: number][] = [];
const results = run({
  // What a test that is given nothing else may take.
  timeout: 60_000,
  files: [...found.filter(file => FIRST.test(file)), ...found.filter(file => !FIRST.test(file))],
  concurrency: availableParallelism() + WAITING,
  execArgv: ['--enable-source-maps'],
});
results.on('test:summary', ({ file, duration_ms: ms, success }) => {
  if (file !== undefined) took.push([relative('dist/test', file), ms / 1000]);
  if (!success) process.exitCode = 1;
});
const report = results.compose(new spec());
report.on('end', () => {
  const longest = took.toSorted(([, one], [, other]) => other - one).slice(0, NAMED);
  const named = longest.map(([file, seconds]) => `${file} ${seconds.toFixed(0)} s`);
  process.stdout.write(`\nlongest of ${took.length} files: ${named.join(', ')}\n`);
});
report.pipe(process.stdout);
