/** `make test`: runs every built test, and fails when there are none, since a glob that matches nothing would pass. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const patterns = process.argv.slice(2);
const files = globSync(patterns.length > 0 ? patterns : 'dist/test/**/*.test.js').sort();
if (files.length === 0) {
  process.stderr.write('no tests were found under dist/test: is the build complete?\n');
  process.exit(1);
}
const runner = spawn(
  process.execPath,
  ['--enable-source-maps', '--test', `--test-concurrency=${availableParallelism()}`, '--test-timeout=60000', ...files],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);
runner.on('exit', code => process.exit(code ?? 1));
