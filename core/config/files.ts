/** Configuration files as modules read them: found in astetcdir, parsed, and not again while they are unchanged. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Clock, SystemClock } from '../clock.js';
import { LoadDeclined } from '../errors.js';
import type { ConfigFile } from './config-file.js';
import { parseConfig, type Source, Unreadable } from './dialect.js';
import { Disk, nameOf, type Seen, unchanged } from './disk.js';
import { isAbsent } from './find.js';

export * from './config-file.js';

/** A file that somebody reads. */
interface Entry {
  readonly who: string;
  readonly path: string;
  /** What the last read looked at; undefined when that read failed or did not come into force. */
  seen: Seen | undefined;
  /** What it includes, as of the last read. */
  includes: readonly string[];
}

/** The file is not there, which some who ask for one can live with. */
export class FileMissing extends LoadDeclined {
  constructor(reason: string) {
    super(reason);
    this.name = 'FileMissing';
  }
}

export class ConfigFiles {
  readonly #directory: string;
  readonly #execIncludes: boolean;
  readonly #clock: Clock;
  /** By who and path. */
  readonly #entries = new Map<string, Entry>();

  constructor(parts: { directory: string; execIncludes: boolean; clock?: Clock }) {
    this.#directory = resolve(parts.directory);
    this.#execIncludes = parts.execIncludes;
    this.#clock = parts.clock ?? new SystemClock();
  }

  /** Whether there is a file of that name; whether it can be read shows when it is. */
  async exists(file: string): Promise<boolean> {
    try {
      await stat(this.#path(file));
      return true;
    } catch (thrown) {
      return !isAbsent(thrown);
    }
  }

  /**
   * The file, parsed with all that it includes. With `changedOnly`, undefined when neither it nor anything it
   * includes has changed since `who` read it last.
   * @throws LoadDeclined with every problem; FileMissing when it is not there
   */
  async read(file: string, who: string, changedOnly: boolean): Promise<ConfigFile | undefined> {
    const entry = this.#entry(file, who);
    if (changedOnly && entry.seen && (await unchanged(entry.seen, this.#directory))) return undefined;
    entry.seen = undefined;
    const name = nameOf(this.#directory, entry.path);
    const disk = new Disk({ directory: this.#directory, execIncludes: this.#execIncludes, clock: this.#clock });
    const { config, problems } = await parseConfig(await open(disk, { name, path: entry.path }), disk);
    entry.includes = [...disk.seen.files.keys()].filter(path => path !== entry.path);
    if (problems.length > 0) throw new LoadDeclined(`${name} cannot be used`, problems);
    entry.seen = disk.seen;
    return config;
  }

  /** What `who` read did not come into force: its next read gives every file again, changed or not. */
  distrust(who: string): void {
    for (const entry of this.#entries.values()) if (entry.who === who) entry.seen = undefined;
  }

  /** Forgets whoever reads no more. */
  forget(who: string): void {
    for (const [key, entry] of this.#entries) if (entry.who === who) this.#entries.delete(key);
  }

  /** Who reads which file, the included ones too, by path. */
  list(): { who: string; file: string }[] {
    return [...this.#entries.values()]
      .flatMap(({ who, path, includes }) => [path, ...includes].map(file => ({ who, file })))
      .sort((a, b) => compare(a.file, b.file) || compare(a.who, b.who));
  }

  #path(file: string): string {
    return resolve(this.#directory, file);
  }

  #entry(file: string, who: string): Entry {
    const path = this.#path(file);
    const key = `${who}\0${path}`;
    let entry = this.#entries.get(key);
    if (!entry) this.#entries.set(key, (entry = { who, path, seen: undefined, includes: [] }));
    return entry;
  }
}

async function open(disk: Disk, place: { name: string; path: string }): Promise<Source> {
  try {
    return await disk.open(place);
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown;
    const reason = `${place.name}: cannot be read: ${thrown.message} (${place.path})`;
    throw isAbsent(thrown.cause) ? new FileMissing(reason) : new LoadDeclined(reason);
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
