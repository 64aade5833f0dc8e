/** `make test`: runs every built test, and fails when there are none, since a glob that matches nothing would pass. */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** Files whose tests start whole processes, a PBX or a database: they take longest, so that nothing long is left when the others are done. */
const FIRST = /\btest\/(?:e2e|fuzz|res_knex)\//;
/** How many files may run beside those that keep a processor busy each: whole processes are waited for much of the time. */
const WAITING = 1;
/** Files that are named at the end, for whoever wants all of it to be faster. */
const NAMED = 8;
/**
 * Up to so many files that failed are run again, one after another: beside others on a machine that is lent elsewhere for a second, a wait ends
 * early that nothing in the product makes long. Both runs are printed. More files than these are no chance.
 */
const AGAIN = 2;

const patterns = process.argv.slice(2);
const found = globSync(patterns.length > 0 ? patterns : 'dist/test/**/*.test.js').sort();
if (found.length === 0) {
  process.stderr.write('no tests were found under dist/test: is the build complete?\n');
  process.exit(1);
}

const took: [file: string, seconds: number][] = [];

/** Runs files, so many at once, and reports them. Resolves with those that failed. */
async function pass(files: readonly string[], concurrency: number): Promise<Set<string>> {
  // Until a file says that it went well, it did not: one that crashes says nothing.
  const failed = new Set(files.map(file => resolve(file)));
  const results = run({
    // What a test that is given nothing else may take.
    timeout: 60_000,
    files: [...files],
    concurrency,
    execArgv: ['--enable-source-maps'],
  });
  results.on('test:summary', ({ file, duration_ms: ms, success }) => {
    if (file === undefined) return;
    took.push([relative('dist/test', file), ms / 1000]);
    if (success) failed.delete(resolve(file));
  });
  const report = results.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return failed;
}

async function main(): Promise<void> {
  const failed = await pass(
    [...found.filter(file => FIRST.test(file)), ...found.filter(file => !FIRST.test(file))],
    availableParallelism() + WAITING,
  );
  const longest = took.toSorted(([, one], [, other]) => other - one).slice(0, NAMED);
  const named = longest.map(([file, seconds]) => `${file} ${seconds.toFixed(0)} s`);
  process.stdout.write(`\nlongest of ${took.length} files: ${named.join(', ')}\n`);
  if (failed.size > 0) {
    const names = [...failed].map(file => relative('dist/test', file)).join(', ');
    process.stdout.write(`\nfailed beside others: ${names}\n`);
    const alone = failed.size <= AGAIN ? await pass([...failed], 1) : failed;
    if (alone.size > 0) process.exitCode = 1;
    else process.stdout.write(`\npassed alone, and are to be made to pass beside others: ${names}\n`);
  }
}

void main();
