/** Whether a name leads to a file of a directory: neither up, nor over a link out of it. */
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** Also of a file that is not there yet. */
export async function isConfined(directory: string, name: string): Promise<boolean> {
  const path = resolve(directory, name);
  if (!isIn(directory, path)) return false;
  const real = await realOf(path);
  return real !== undefined && isIn((await realOf(directory)) ?? directory, real);
}

const isIn = (directory: string, path: string): boolean => {
  const inside = relative(directory, path);
  return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
};

/** Where a path leads to, links followed: of what is not there, where it would be. Undefined when nothing leads there. */
async function realOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') return undefined;
  }
  // A link that leads nowhere is no place for a file.
  if (await lstat(path).then(Boolean, () => false)) return undefined;
  try {
    return join(await realpath(dirname(path)), basename(path));
  } catch {
    return path;
  }
}
