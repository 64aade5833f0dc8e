/** Sound files: found by name and language, among the operator's and those that come with the PBX. */
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { token } from './registry.js';

/** A format of files that the media engine plays. */
export interface FileFormat {
  readonly name: string;
  /** Of the samples: a format of media. */
  readonly codec: string;
  readonly extensions: readonly string[];
}

export const fileFormats: readonly FileFormat[] = [
  { name: 'wav', codec: 'slin', extensions: ['wav'] },
  { name: 'pcm', codec: 'ulaw', extensions: ['pcm', 'ulaw', 'ul', 'mu', 'ulw'] },
  { name: 'alaw', codec: 'alaw', extensions: ['alaw', 'al', 'alw'] },
  { name: 'sln', codec: 'slin', extensions: ['sln', 'raw'] },
];

/** Endings that sounds are looked for with, the best first. */
export const soundFormats = ['wav', 'ulaw', 'alaw', 'sln'] as const;

export interface SoundFile {
  /** As dialplans name it: `digits/1`. */
  readonly name: string;
  /** Empty for what lies in the folder of none. */
  readonly language: string;
  readonly format: string;
  readonly path: string;
}

export interface Sounds {
  /**
   * The file of a sound, `digits/1`, without its ending: in the language, in English, or beside the folders of languages.
   * An absolute name is itself.
   * @returns undefined where there is none, or the name leads out of the folder of sounds
   */
  find(name: string, language: string): Promise<string | undefined>;
  /** Those that are there, sorted by name. */
  list(): Promise<readonly SoundFile[]>;
}

export const sounds = token<Sounds>('sounds');

const FALLBACK = 'en';
/** Sounds that a list has at most. */
const MOST_LISTED = 10_000;

export class SoundFiles implements Sounds {
  readonly #roots: readonly string[];

  /** `roots`: folders with a folder for each language, the one that is asked first at the beginning. */
  constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  async find(name: string, language: string): Promise<string | undefined> {
    if (name === '' || name.includes('\0')) return undefined;
    if (isAbsolute(name)) return withEnding(name);
    const languages = [...new Set([...languagesOf(language), FALLBACK])];
    for (const root of this.#roots) {
      for (const folder of [...languages.map(one => join(root, one)), root]) {
        const path = join(folder, name);
        if (relative(root, folder).startsWith('..') || relative(folder, path).startsWith('..')) return undefined;
        const found = await withEnding(path);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  async list(): Promise<readonly SoundFile[]> {
    const files: SoundFile[] = [];
    for (const root of this.#roots) {
      for (const path of await filesUnder(root)) {
        const [, language = '', file = ''] = IN_LANGUAGE.exec(path) ?? [];
        const [, name, format] = /^(.*)\.([^.]+)$/.exec(file) ?? [];
        if (name === undefined || !soundFormats.some(one => one === format)) continue;
        if (files.some(other => other.name === name && other.language === language)) continue;
        files.push({ name, language, format: format!, path: join(root, path) });
        if (files.length >= MOST_LISTED) return files;
      }
    }
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** What is in the folder of a language, and what lies beside them: `custom/closed.wav`. */
const IN_LANGUAGE = /^(?:([a-z]{2,3}(?:_[A-Za-z0-9]+)*)\/)?(.+)$/s;

/** `en_GB`, then `en`. */
function languagesOf(language: string): string[] {
  const [main = ''] = language.split('_');
  return language === '' ? [] : [language, main];
}

async function withEnding(path: string): Promise<string | undefined> {
  for (const format of soundFormats) {
    const file = `${path}.${format}`;
    if (await isFile(file)) return file;
  }
  return undefined;
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    found => found.isFile(),
    // Not there, or not to be looked at: there is no such sound.
    (_notThere: unknown) => false,
  );

const filesUnder = (root: string): Promise<string[]> =>
  readdir(root, { recursive: true }).then(
    names => names.map(name => name.replaceAll('\\', '/')),
    (_notThere: unknown) => [],
  );
