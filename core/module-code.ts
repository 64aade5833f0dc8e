/** The code of modules: where it lies, how it is loaded, and how all of it is let go again. */

import { readdir, stat } from 'node:fs/promises';
import { createRequire, registerHooks } from 'node:module';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from './errors.js';
import { LoadError } from './loader.js';
import type { Module } from './module.js';

/** Where our own modules are built to. */
export const ownModules = join(__dirname, '..', 'modules');

/** The public surface, under the name that modules import it by. */
const surface = pathToFileURL(join(__dirname, 'index.js')).href;

/** The modules of some directories: each folder with an index.js is one, named after the folder. The first of a name wins. */
export async function findModules(directories: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const directory of directories) {
    for (const name of await readdir(directory).catch(() => [])) {
      const folder = join(directory, name);
      if (!found.has(name) && (await isFile(join(folder, 'index.js')))) found.set(name, folder);
    }
  }
  return found;
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    status => status.isFile(),
    () => false,
  );

/**
 * Runs a module's index.js and gives what it declares. A throw-away parent holds it, so that nothing of ours
 * keeps it alive after evictCode().
 * @throws LoadError when it cannot be run or declares no module; nothing of it stays then
 */
export function loadCode(name: string, folder: string): Module<unknown> {
  try {
    const code: unknown = createRequire(join(folder, 'loader'))(join(folder, 'index.js'));
    const module = (code as { default?: Partial<Module<unknown>> }).default;
    if (module?.name !== name || typeof module.loadModule !== 'function') {
      throw new LoadError(`${join(folder, 'index.js')} has no default export that declares module '${name}'`);
    }
    return module as Module<unknown>;
  } catch (thrown) {
    evictCode(folder);
    throw thrown instanceof LoadError ? thrown : new LoadError(`${name}: its code cannot be run: ${messageOf(thrown)}`);
  }
}

/**
 * Lets go of every file under a module's folder. V8 frees the code only when no module that stays lists it among
 * its children either.
 */
export function evictCode(folder: string): void {
  const under = folder + sep;
  const gone = new Set<NodeJS.Module>();
  for (const [path, module] of Object.entries(require.cache)) {
    if (module === undefined || !path.startsWith(under)) continue;
    gone.add(module);
    delete require.cache[path];
  }
  if (gone.size === 0) return;
  for (const module of Object.values(require.cache)) {
    if (module?.children.some(child => gone.has(child))) {
      module.children = module.children.filter(child => !gone.has(child));
    }
  }
}

/** Files of a module that are loaded: 0 after evictCode(). */
export const loadedFiles = (folder: string): number =>
  Object.keys(require.cache).filter(path => path.startsWith(folder + sep)).length;

/**
 * Lets third-party modules import `#core` as ours do, although their folder is in no package of ours.
 * @returns what ends it
 */
export function shareSurface(directories: readonly string[]): () => void {
  const roots = directories.map(directory => `${pathToFileURL(directory).href}/`);
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '#core' && roots.some(root => context.parentURL?.startsWith(root))
        ? { url: surface, format: 'commonjs', shortCircuit: true }
        : next(specifier, context),
  });
  return () => hooks.deregister();
}
