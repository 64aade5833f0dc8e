/** The data of a database server that nobody has used yet: made once for all tests of a build, and copied for each. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './obelisk.js';

/** Beside the built tests: a clean build begins anew. */
const KEPT = join(__dirname, '..', 'servers');

/**
 * @param key names the program that makes it, and which one of them
 * @param make makes it in the directory
 */
export async function emptyData(key: string, directory: string, make: () => Promise<void>): Promise<void> {
  const kept = join(KEPT, key);
  const { code } = await copy(kept, directory);
  if (code === 0) return;
  await rm(directory, { recursive: true, force: true });
  await make();
  const next = `${kept}.${process.pid}`;
  await mkdir(dirname(kept), { recursive: true });
  const copied = await copy(directory, next);
  if (copied.code !== 0) throw new Error(`${next} cannot be kept: ${copied.stderr}`);
  try {
    await rename(next, kept);
  } catch (thrown) {
    // Another test was quicker.
    if (!['ENOTEMPTY', 'EEXIST'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    await rm(next, { recursive: true });
  }
}

/** With its owners and rights. */
const copy = (from: string, to: string) => run('cp', ['-a', from, to]);
