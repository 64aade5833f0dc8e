/** Configuration files as modules read them: found in astetcdir, parsed, and not again while they are unchanged. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Clock, SystemClock } from '../clock.js';
import { LoadDeclined } from '../errors.js';
import type { ConfigFile, Section } from './config-file.js';
import { type Follow, type Parsed, parseConfig, type Source, Unreadable } from './dialect.js';
import { Disk, type Drafts, lookedAgain, markOf, nameOf, type Seen } from './disk.js';
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
  /** Names of the sections that the last read found; none of very many. */
  sections: readonly string[];
  /** What the last read looked at, whatever became of it. */
  looked: Seen | undefined;
  /** The last read, as long as nobody said what became of it. */
  offered: { readonly reader: TableReader; readonly at: number } | undefined;
  /** The last read that came into force: it can be parsed again as it was then. */
  taken: TableReader | undefined;
  last: { readonly at: number; readonly problems: number } | undefined;
  /** Whether the last read found no such file. */
  absent: boolean;
}

/** A file that somebody reads, and what became of that. */
export interface FileReading {
  readonly who: string;
  readonly path: string;
  /** As the operator would say it. */
  readonly name: string;
  /** What was read in the last read: the file and what it includes, by path; one in a table by the table's name. */
  readonly read: readonly string[];
  /** Epoch milliseconds of the last read; undefined while it is under way. */
  readonly at: number | undefined;
  /** For how many reasons it was refused; 0 when it was taken. */
  readonly problems: number;
  /** Whether there was no such file. */
  readonly absent: boolean;
  /** Whether what was read, or the file itself, is not as it was then; undefined where only a command of #exec could tell. */
  readonly changed: boolean | undefined;
}

/** What tells a file, with all that it includes, from what it was. */
export interface FileMark {
  readonly who: string;
  readonly path: string;
  readonly name: string;
  /** When it was read. */
  readonly before: string;
  readonly now: string;
}

/** What a file says, whoever reads it. */
export interface Look extends Parsed {
  readonly path: string;
  /** As of a FileReading. */
  readonly read: readonly string[];
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
   * `follow` hears of each statement.
   * @throws LoadDeclined with every problem; FileMissing when it is not there
   */
  async read(
    file: string,
    who: string,
    changedOnly: boolean,
    from: From = 'anywhere',
    follow?: Follow,
  ): Promise<ConfigFile | undefined> {
    const entry = this.#entry(file, who);
    const reader = this.#reader(from);
    if (changedOnly && entry.seen && (await reader.unchanged(entry.seen))) return undefined;
    entry.seen = undefined;
    entry.offered = undefined;
    const at = this.#clock.now();
    entry.last = { at, problems: 1 };
    entry.absent = false;
    const { config, problems } = await this.#parse(reader, entry.path, follow).catch(thrown => {
      entry.absent = thrown instanceof FileMissing;
      throw thrown;
    });
    entry.read = reader.names;
    entry.sections = namesOf(config.sections);
    entry.looked = reader.seen;
    entry.last = { at, problems: problems.length };
    if (problems.length > 0) throw new LoadDeclined(`${config.name} cannot be used`, problems);
    entry.seen = reader.seen;
    entry.offered = { reader, at };
    return config;
  }

  /**
   * What the file says now, with everything that is wrong with it, for nobody who would go by it.
   * @throws LoadDeclined when it cannot be read; FileMissing when it is not there
   */
  async look(file: string, from: From = 'anywhere'): Promise<Look> {
    const reader = this.#reader(from);
    const path = this.#path(file);
    const parsed = await this.#parse(reader, path);
    return { ...parsed, path, read: reader.names };
  }

  /**
   * The file with what it includes as texts, `drafts` in place of what is on disk; and what tells whether one of them
   * is still the one that was read.
   * @throws LoadDeclined when it cannot be read at all; FileMissing when it is not there
   */
  async layout(file: string, from: From, drafts: Drafts = new Map()): Promise<Layout & { readonly stamps: Stamps }> {
    const path = this.#path(file);
    const reader = this.#reader(from, drafts);
    const layout = await layoutOf(await open(reader, { name: nameOf(this.#directory, path), path }), reader);
    return { ...layout, stamps: reader.seen.files };
  }

  /** What `who` read is in force. */
  accept(who: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.who !== who || !entry.offered) continue;
      const { reader, at } = entry.offered;
      entry.taken = reader;
      entry.last = { at, problems: 0 };
      entry.offered = undefined;
    }
  }

  /** What `who` read did not come into force, and why: its next read gives every file again, changed or not. */
  distrust(who: string, why: unknown): void {
    const reasons = why instanceof LoadDeclined ? Math.max(why.problems.length, 1) : 1;
    for (const entry of this.#entries.values()) {
      if (entry.who !== who) continue;
      entry.seen = undefined;
      if (entry.offered) entry.last = { at: entry.offered.at, problems: reasons };
      entry.offered = undefined;
    }
  }

  /** Forgets whoever reads no more. */
  forget(who: string): void {
    for (const [key, entry] of this.#entries) if (entry.who === who) this.#entries.delete(key);
  }

  /** Who reads which file, and what became of it, sorted. */
  async readings(): Promise<readonly FileReading[]> {
    const readings = [...this.#entries.values()].map(async entry => ({
      who: entry.who,
      path: entry.path,
      name: nameOf(this.#directory, entry.path),
      read: entry.read.length > 0 ? entry.read : [entry.path],
      at: entry.last?.at,
      problems: entry.last?.problems ?? 0,
      absent: entry.absent,
      changed: await this.#changed(entry),
    }));
    return (await Promise.all(readings)).sort((a, b) => compare(a.name, b.name) || compare(a.who, b.who));
  }

  /** Names of the sections of a file, templates among them, as those found them who read it last; none of very many. */
  sections(file: string): ReadonlySet<string> {
    const path = this.#path(file);
    return new Set([...this.#entries.values()].flatMap(entry => (entry.path === path ? entry.sections : [])));
  }

  /** What tells the files on disk from what they were when they were read, by who reads them. No table is asked. */
  async marks(): Promise<readonly FileMark[]> {
    const marks: FileMark[] = [];
    for (const { who, path, looked } of [...this.#entries.values()]) {
      if (!looked) continue;
      const now = await lookedAgain(looked, this.#directory);
      marks.push({ who, path, name: nameOf(this.#directory, path), before: markOf(looked), now: markOf(now) });
    }
    return marks;
  }

  /** The file as `who` took it last; undefined when it was never taken, or cannot be had again. */
  async taken(file: string, who: string): Promise<ConfigFile | undefined> {
    const entry = this.#entries.get(keyOf(who, this.#path(file)));
    // A command that was run is not run again for this.
    if (!entry?.taken || entry.taken.seen.ran) return undefined;
    return (await this.#parse(entry.taken, entry.path)).config;
  }

  async #changed({ path, seen, taken, absent }: Entry): Promise<boolean | undefined> {
    if (absent) return this.exists(path);
    const last = seen ?? taken?.seen;
    if (!last || !(await this.#reader('anywhere').unchanged({ ...last, ran: false }))) return true;
    return last.ran ? undefined : false;
  }

  async #parse(reader: TableReader, path: string, follow?: Follow): Promise<Parsed> {
    const name = nameOf(this.#directory, path);
    const parsed = await parseConfig(await open(reader, { name, path }), reader, follow);
    return { ...parsed, config: { ...parsed.config, name } };
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
    const key = keyOf(who, path);
    let entry = this.#entries.get(key);
    if (!entry) this.#entries.set(key, (entry = fresh(who, path)));
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

const keyOf = (who: string, path: string): string => `${who}\0${path}`;

/** Beyond as many sections nobody completes their names, and a list of a million would take half a second and its room. */
const MOST_NAMED = 20_000;

const namesOf = (sections: readonly Section[]): readonly string[] =>
  sections.length > MOST_NAMED ? [] : [...new Set(sections.map(({ name }) => name))];

const fresh = (who: string, path: string): Entry => ({
  who,
  path,
  seen: undefined,
  read: [],
  sections: [],
  looked: undefined,
  offered: undefined,
  taken: undefined,
  last: undefined,
  absent: false,
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
