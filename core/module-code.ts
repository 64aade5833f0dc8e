/** The code of modules: where it lies, how it is loaded, and how all of it is let go again. */
import { existsSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { createRequire, registerHooks } from 'node:module';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { messageOf } from './errors.js';
import { LoadError } from './loader.js';
import type { Module } from './module.js';

/** Where our own modules are built to. */
export const ownModules = join(__dirname, '..', 'modules');

/** A module's folder, and the directory of modules that it lies in. */
export interface Place {
  readonly folder: string;
  readonly directory: string;
}

/** The public surface, under the name that modules import it by. */
const surface = pathToFileURL(join(__dirname, 'index.js')).href;

/** What all files of this build begin with. */
const thisBuild = `${pathToFileURL(join(__dirname, '..')).href}/`;

/**
 * The modules of some directories: each folder with an index.js is one, named after the folder. The first of a name wins.
 * @param trouble hears of what cannot be read and of what is passed over; a directory that does not exist is empty
 */
export async function findModules(
  directories: readonly string[],
  trouble: (text: string) => void,
): Promise<Map<string, Place>> {
  const found = new Map<string, Place>();
  for (const directory of directories) {
    for (const name of await namesIn(directory, trouble)) {
      if (!existsSync(join(directory, name, 'index.js'))) continue;
      // Node knows files by their real path: under another one their code could not be found to be let go.
      const folder = await realpath(join(directory, name));
      const first = found.get(name);
      if (first) trouble(`'${folder}' is passed over: module ${name} is there already, in ${first.folder}`);
      else found.set(name, { folder, directory });
    }
  }
  return found;
}

async function namesIn(directory: string, trouble: (text: string) => void): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (thrown) {
    if (!isNodeError(thrown) || thrown.code !== 'ENOENT') trouble(`no modules from ${directory}: ${messageOf(thrown)}`);
    return [];
  }
}

const isNodeError = (thrown: unknown): thrown is NodeJS.ErrnoException => thrown instanceof Error && 'code' in thrown;

/**
 * Runs a module's index.js and gives what it declares. A throw-away parent holds it, so that nothing of ours
 * keeps it alive after evictCode().
 * @throws LoadError when it cannot be run or declares no module; nothing of it stays then
 */
export function loadCode(name: string, folder: string): Module<unknown> {
  try {
    const code: unknown = createRequire(join(folder, 'loader'))(join(folder, 'index.js'));
    if (types.isModuleNamespaceObject(code)) throw notCommonJs(name, folder);
    const module = (code as { default?: Partial<Module<unknown>> }).default;
    if (module?.name !== name || typeof module.loadModule !== 'function') {
      throw new LoadError(`${join(folder, 'index.js')} has no default export that declares module '${name}'`);
    }
    return module as Module<unknown>;
  } catch (thrown) {
    evictCode(folder);
    if (/in ES module scope/.test(messageOf(thrown))) throw notCommonJs(name, folder);
    throw thrown instanceof LoadError ? thrown : new LoadError(`${name}: its code cannot be run: ${messageOf(thrown)}`);
  }
}

/** Node would run it, and could never let go of its code: after a change the old one would run on. */
const notCommonJs = (name: string, folder: string): LoadError =>
  new LoadError(
    `${name}: ${join(folder, 'index.js')} is an ES module, whose code cannot be given back. Write it as CommonJS; ` +
      `where a package.json above it says "type": "module", put one with {"type": "commonjs"} beside it`,
  );

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
 * Lets third-party modules import `#core` as ours do, wherever their folder lies: whoever is not of this build gets the
 * surface of this process, never a copy, whose classes would be others.
 * @returns what ends it
 */
export function shareSurface(): () => void {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '#core' && !context.parentURL?.startsWith(thisBuild)
        ? { url: surface, format: 'commonjs', shortCircuit: true }
        : next(specifier, context),
  });
  return () => hooks.deregister();
}
