/** `obelisk --init`: a first configuration in a folder where there is none, as `make run` has it. */
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LoadDeclined } from './errors.js';

/** What comes with the program. */
const SHIPPED = join(__dirname, '..', '..', 'configs');

/** The files of the working set, and every option explained. */
const isConfiguration = (path: string): boolean => /^(?:samples\/)?[\w-]+\.conf$/.test(path);

/** They are to hold secrets. */
const FILE = 0o640;
const DIRECTORY = 0o750;

/**
 * Makes `configs` in a directory.
 * @returns the path of its asterisk.conf
 * @throws LoadDeclined when there is one already, and then nothing has changed
 */
export async function writeFirstConfiguration(directory: string): Promise<string> {
  const to = resolve(directory, 'configs');
  const there = await readdir(to).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw new LoadDeclined(`${to}: ${thrown.message}`);
  });
  if (there.length > 0) throw new LoadDeclined(`${to} is not empty: it stays as it is`);
  for (const path of (await readdir(SHIPPED, { recursive: true })).filter(isConfiguration).sort()) {
    const copy = join(to, path);
    await mkdir(dirname(copy), { recursive: true, mode: DIRECTORY });
    await copyFile(join(SHIPPED, path), copy, constants.COPYFILE_EXCL);
    await chmod(copy, FILE);
  }
  return join(to, 'asterisk.conf');
}
