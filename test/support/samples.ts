/** `make configs` writes configs/samples/ from the option tables; with `--check` it only tells what is not as it would be. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigFileDescription } from '../../core/config/description.js';
import { descriptions as ofCore } from '../../core/config/descriptions.js';
import { sample } from '../../core/config/sample.js';
import { loadCode, ownModules } from '../../core/module-code.js';

const ofModules = readdirSync(ownModules)
  .filter(name => existsSync(join(ownModules, name, 'index.js')))
  .flatMap(name => loadCode(name, join(ownModules, name)).files ?? []);

/** Every file that has a sample. */
export const descriptions: readonly ConfigFileDescription[] = [...ofCore, ...ofModules];

/** What the directory holds against what it should: file names by what is wrong with them. */
async function compare(directory: string, wanted: ReadonlyMap<string, string>) {
  const present = (existsSync(directory) ? await readdir(directory) : []).filter(file => file.endsWith('.conf'));
  const stale: string[] = [];
  for (const [file, text] of wanted) {
    if (present.includes(file) && (await readFile(join(directory, file), 'utf8')) !== text) stale.push(file);
  }
  return {
    missing: [...wanted.keys()].filter(file => !present.includes(file)),
    stale,
    superfluous: present.filter(file => !wanted.has(file)),
  };
}

/** Writes the samples, or with `check` only compares. Returns a line for each file that is, or was, not as it should be. */
export async function samples(
  directory: string,
  all: readonly ConfigFileDescription[],
  { check }: { check: boolean },
): Promise<readonly string[]> {
  const wanted = new Map(all.map(description => [description.file, sample(description)]));
  const different = await compare(directory, wanted);
  if (!check) {
    await mkdir(directory, { recursive: true });
    for (const file of [...different.missing, ...different.stale])
      await writeFile(join(directory, file), wanted.get(file)!);
    for (const file of different.superfluous) await rm(join(directory, file));
  }
  return Object.entries(different).flatMap(([what, files]) => files.map(file => `${join(directory, file)}: ${what}`));
}

async function main(check: boolean): Promise<void> {
  const lines = await samples(join('configs', 'samples'), descriptions, { check });
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (check && lines.length > 0) {
    process.stdout.write('run `make configs` and commit what it writes\n');
    process.exitCode = 1;
  }
}

if (require.main === module) void main(process.argv.includes('--check'));
