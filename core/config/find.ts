/** Which files an `#include` names: relative to the configuration directory, `{a,b}` and shell patterns expanded. */
import { glob, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { Unreadable } from './dialect.js';

/** The most names that the braces of one pattern may make. */
const MOST_NAMES = 1000;

/** The paths, each alternative's in sorted order; none when nothing is there. @throws Unreadable */
export async function find(directory: string, argument: string): Promise<readonly string[]> {
  const found: string[] = [];
  let names = 0;
  for (const name of alternatives(argument)) {
    if (++names > MOST_NAMES) throw new Unreadable(`stands for more than ${MOST_NAMES} names`);
    const path = resolve(directory, name);
    if (/[*?[]/.test(name)) found.push(...(await matches(directory, name)));
    else if ((await kindOf(path)) !== 'absent') found.push(path);
  }
  return found;
}

/** The regular files that a pattern matches, sorted. */
async function matches(directory: string, pattern: string): Promise<readonly string[]> {
  const cwd = isAbsolute(pattern) ? '/' : directory;
  const paths: string[] = [];
  for await (const match of glob(pattern.replace(/^\/+/, ''), { cwd })) paths.push(resolve(cwd, match));
  const files: string[] = [];
  for (const path of paths.sort()) if ((await kindOf(path)) === 'file') files.push(path);
  return files;
}

/** `unknown` when it cannot be looked at: opening it will say why. */
async function kindOf(path: string): Promise<'file' | 'other' | 'absent' | 'unknown'> {
  try {
    return (await stat(path)).isFile() ? 'file' : 'other';
  } catch (thrown) {
    return isAbsent(thrown) ? 'absent' : 'unknown';
  }
}

/** Whether a failure of the file system says that there is nothing of that name. */
export const isAbsent = (thrown: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((thrown as NodeJS.ErrnoException | undefined)?.code ?? '');

/** What the braces of a pattern stand for, in order: `{b,a}.conf` is b.conf, then a.conf. */
export function* alternatives(pattern: string): Generator<string, void, void> {
  const braces = outermost(pattern);
  if (!braces) {
    yield pattern;
    return;
  }
  const { open, commas, close } = braces;
  let start = open + 1;
  for (const end of [...commas, close]) {
    yield* alternatives(pattern.slice(0, open) + pattern.slice(start, end) + pattern.slice(close + 1));
    start = end + 1;
  }
}

/** The first `{...}` that is closed, with the commas that are its own; `{}` stands for itself. */
function outermost(pattern: string): { open: number; commas: readonly number[]; close: number } | undefined {
  for (let open = pattern.indexOf('{'); open >= 0; open = pattern.indexOf('{', open + 1)) {
    const commas: number[] = [];
    let depth = 0;
    for (let at = open; at < pattern.length; at++) {
      const char = pattern[at];
      if (char === '{') depth++;
      else if (char === ',' && depth === 1) commas.push(at);
      else if (char === '}' && --depth === 0) {
        if (at > open + 1) return { open, commas, close: at };
        break;
      }
    }
  }
  return undefined;
}
