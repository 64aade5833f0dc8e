/** Configuration files as modules read them: found in astetcdir, parsed, and not again while they are unchanged. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Clock, SystemClock } from '../clock.js';
import { LoadDeclined } from '../errors.js';
import type { ConfigFile } from './config-file.js';
import { parseConfig, type Source, Unreadable } from './dialect.js';
import { Disk, type Drafts, nameOf } from './disk.js';
import { isAbsent } from './find.js';
import { type Layout, layoutOf } from './layout.js';
import { type SeenAnywhere, TableReader, type Tables, TableUnreadable } from './tables.js';

export * from './config-file.js';

/** Where a file may lie. */
export type From = 'anywhere' | 'disk';

/** A file that somebody reads. */
interface Entry {
  readonly who: string;
  readonly path: string;
  /** What the last read looked at; undefined when that read failed or did not come into force. */
  seen: SeenAnywhere | undefined;
  /** What was read in the last read: the file and what it includes. */
  read: readonly string[];
}

/** By path: what tells that a file is the one it was. */
export type Stamps = ReadonlyMap<string, string | undefined>;

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
  readonly #tables: Tables | undefined;
  /** By who and path. */
  readonly #entries = new Map<string, Entry>();

  /** Without `tables` every file lies on disk. */
  constructor(parts: { directory: string; execIncludes: boolean; clock?: Clock; tables?: Tables }) {
    this.#directory = resolve(parts.directory);
    this.#execIncludes = parts.execIncludes;
    this.#clock = parts.clock ?? new SystemClock();
    this.#tables = parts.tables;
  }

  /** Whether there is a file of that name on disk; whether it can be read shows when it is. */
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
   * includes has changed since `who` read it last. `from` disk alone is read what tables cannot be had without.
   * @throws LoadDeclined with every problem; FileMissing when it is not there
   */
  async read(
    file: string,
    who: string,
    changedOnly: boolean,
    from: From = 'anywhere',
  ): Promise<ConfigFile | undefined> {
    const entry = this.#entry(file, who);
    const reader = this.#reader(from);
    if (changedOnly && entry.seen && (await reader.unchanged(entry.seen))) return undefined;
    entry.seen = undefined;
    const name = nameOf(this.#directory, entry.path);
    const { config, problems } = await parseConfig(await open(reader, { name, path: entry.path }), reader);
    entry.read = reader.names;
    if (problems.length > 0) throw new LoadDeclined(`${name} cannot be used`, problems);
    entry.seen = reader.seen;
    return { ...config, name };
  }

  /**
   * The file with what it includes as texts, `drafts` in place of what is on disk; and what tells whether one of them
   * is still the one that was read.
   * @throws LoadDeclined when it cannot be read at all; FileMissing when it is not there
   */
  async layout(file: string, drafts: Drafts = new Map()): Promise<Layout & { readonly stamps: Stamps }> {
    const path = this.#path(file);
    const reader = this.#reader('anywhere', drafts);
    const layout = await layoutOf(await open(reader, { name: nameOf(this.#directory, path), path }), reader);
    return { ...layout, stamps: reader.seen.files };
  }

  /** What `who` read did not come into force: its next read gives every file again, changed or not. */
  distrust(who: string): void {
    for (const entry of this.#entries.values()) if (entry.who === who) entry.seen = undefined;
  }

  /** Forgets whoever reads no more. */
  forget(who: string): void {
    for (const [key, entry] of this.#entries) if (entry.who === who) this.#entries.delete(key);
  }

  /** Who reads which file, the included ones too, by path; one in a table by the table's name. */
  list(): { who: string; file: string }[] {
    return [...this.#entries.values()]
      .flatMap(({ who, path, read }) => (read.length > 0 ? read : [path]).map(file => ({ who, file })))
      .sort((a, b) => compare(a.file, b.file) || compare(a.who, b.who));
  }

  /** Who asked for which file, by the name that was asked for; without what is included. */
  asked(): { who: string; file: string; path: string }[] {
    return [...this.#entries.values()].map(({ who, path }) => ({ who, path, file: nameOf(this.#directory, path) }));
  }

  #reader(from: From, drafts?: Drafts): TableReader {
    const directory = this.#directory;
    const disk = new Disk({
      directory,
      execIncludes: this.#execIncludes,
      clock: this.#clock,
      ...(drafts && { drafts }),
    });
    return new TableReader({ directory, disk, tables: from === 'disk' ? undefined : this.#tables });
  }

  #path(file: string): string {
    return resolve(this.#directory, file);
  }

  #entry(file: string, who: string): Entry {
    const path = this.#path(file);
    const key = `${who}\0${path}`;
    let entry = this.#entries.get(key);
    if (!entry) this.#entries.set(key, (entry = { who, path, seen: undefined, read: [] }));
    return entry;
  }
}

async function open(reader: TableReader, place: { name: string; path: string }): Promise<Source> {
  try {
    return await reader.start(place);
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown;
    const inTable = thrown instanceof TableUnreadable;
    const reason = `${place.name}: cannot be read: ${thrown.message}${inTable ? '' : ` (${place.path})`}`;
    const absent = inTable ? thrown.absent : isAbsent(thrown.cause);
    throw absent ? new FileMissing(reason) : new LoadDeclined(reason);
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
