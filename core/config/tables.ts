/** Files that lie in tables: a reader that looks there first, and tells by their content whether they changed. */
import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import { messageOf } from '../errors.js';
import { type Place, type Reader, type Source, Unreadable } from './dialect.js';
import { type Disk, nameOf, type Seen, unchanged } from './disk.js';
import type { StaticLine } from './engine.js';

/** The table that a file lies in. */
export interface FileTable {
  /** `sqlite3:asterisk/ast_config` */
  readonly name: string;
  /** Whether the file is read from disk when the table has no line of it. */
  readonly orDisk: boolean;
  /** Rejects with what the operator is to read when the table cannot be asked. */
  lines(): Promise<readonly StaticLine[]>;
}

export interface Tables {
  /** Where the file lies; undefined for one that lies on disk. */
  of(file: string): FileTable | undefined;
}

/** A file cannot be had from its table. */
export class TableUnreadable extends Unreadable {
  constructor(
    message: string,
    /** Whether the table could be asked and has nothing of it. */
    readonly absent: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'TableUnreadable';
  }
}

/** What a read looked at, on disk and in tables. */
export interface SeenAnywhere extends Seen {
  /** By file: the table and its content; undefined for one that was on disk. */
  readonly tables: ReadonlyMap<string, string | undefined>;
}

/** One read of a file and what it includes; no table is asked twice. */
export class TableReader implements Reader {
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #tables: Tables | undefined;
  /** By file. */
  readonly #asked = new Map<string, Promise<Source | undefined>>();
  readonly #stamps = new Map<string, string | undefined>();
  readonly #opened = new Map<string, Source>();
  readonly run?: NonNullable<Reader['run']>;

  constructor({ directory, disk, tables }: { directory: string; disk: Disk; tables: Tables | undefined }) {
    this.#directory = directory;
    this.#disk = disk;
    this.#tables = tables;
    if (disk.run) this.run = disk.run;
  }

  get seen(): SeenAnywhere {
    return { ...this.#disk.seen, tables: this.#stamps };
  }

  /** What was read: paths, and the names of tables. */
  get names(): string[] {
    return [...new Set([...this.#disk.seen.files.keys(), ...[...this.#opened.values()].map(({ name }) => name)])];
  }

  /** The file to begin with. @throws Unreadable */
  async start(place: Place): Promise<Source> {
    return (await this.#lookUp(place.path)) ?? this.#disk.open(place);
  }

  async find(argument: string): Promise<readonly Place[]> {
    const source = await this.#lookUp(argument);
    return source === undefined ? this.#disk.find(argument) : [source];
  }

  async open(place: Place): Promise<Source> {
    return this.#opened.get(place.path) ?? this.#disk.open(place);
  }

  /** Whether everything that an earlier read looked at is as it was. */
  async unchanged(seen: SeenAnywhere): Promise<boolean> {
    try {
      for (const [file, stamp] of seen.tables) {
        await this.#lookUp(file);
        if (this.#stamps.get(file) !== stamp) return false;
      }
    } catch (thrown) {
      if (thrown instanceof Unreadable) return false;
      throw thrown;
    }
    return unchanged(seen, this.#directory);
  }

  #lookUp(argument: string): Promise<Source | undefined> {
    const file = nameOf(this.#directory, resolve(this.#directory, argument));
    let asked = this.#asked.get(file);
    if (!asked) this.#asked.set(file, (asked = this.#ask(file)));
    return asked;
  }

  async #ask(file: string): Promise<Source | undefined> {
    this.#stamps.set(file, undefined);
    const table = this.#tables?.of(file);
    if (!table) return undefined;
    const lines = await linesOf(table);
    if (lines.length === 0) {
      if (table.orDisk) return undefined;
      throw new TableUnreadable(`${table.name} has no line of it`, true);
    }
    const path = `${table.name} ${file}`;
    this.#stamps.set(file, `${path} ${hash('sha256', JSON.stringify(lines))}`);
    const source: Source = { name: table.name, path, lines };
    this.#opened.set(path, source);
    return source;
  }
}

async function linesOf(table: FileTable): Promise<readonly StaticLine[]> {
  try {
    return await table.lines();
  } catch (thrown) {
    throw new TableUnreadable(messageOf(thrown), false, { cause: thrown });
  }
}
