/** The configuration files of a PBX that runs: who reads them, as what they were taken, and how they are read again. */
import { resolve } from 'node:path';
import type { ConfigFile } from './config/config-file.js';
import type { ConfigFiles, FileReading } from './config/files.js';
import type { FileReload, RunningFiles } from './configuration.js';
import { LoadDeclined } from './errors.js';
import type { Loader } from './loader.js';
import { CORE } from './module-core.js';

export interface RunningFilesParts {
  readonly files: ConfigFiles;
  readonly loader: Pick<Loader, 'reload'>;
  readonly directory: string;
  /** How the core reads files of its own again, by name; one that is not there is read at the start only. */
  readonly own: Readonly<Record<string, () => Promise<unknown>>>;
}

export class FilesOfPbx implements RunningFiles {
  readonly #parts: RunningFilesParts;

  constructor(parts: RunningFilesParts) {
    this.#parts = parts;
  }

  readings(): Promise<readonly FileReading[]> {
    return this.#parts.files.readings();
  }

  sections(file: string): Iterable<string> {
    return this.#parts.files.sections(file);
  }

  taken(file: string, owner: string): Promise<ConfigFile | undefined> {
    return this.#parts.files.taken(file, owner);
  }

  async reload(file: string): Promise<readonly FileReload[]> {
    const path = resolve(this.#parts.directory, file);
    const outcomes: FileReload[] = [];
    for (const { who, name, read } of await this.readings()) {
      if (!read.includes(path)) continue;
      if (who === CORE) outcomes.push(await this.#own(name));
      else outcomes.push({ owner: who, ...(await this.#parts.loader.reload(who, 'cli')) });
    }
    return outcomes;
  }

  async #own(name: string): Promise<FileReload> {
    const read = this.#parts.own[name];
    if (!read) return { owner: CORE, result: 'start only' };
    try {
      await read();
      return { owner: CORE, result: 'success' };
    } catch (thrown) {
      if (!(thrown instanceof LoadDeclined)) throw thrown;
      return { owner: CORE, result: 'error', why: thrown.message };
    }
  }
}
