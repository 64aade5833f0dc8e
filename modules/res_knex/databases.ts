/** The databases that a driver's configuration names, open; a reload changes those that it says otherwise of. */
import { isDeepStrictEqual } from 'node:util';
import { type Core, FileMissing, formatProblem, LoadDeclined } from '#core';
import type { OpenDatabase } from './engine.js';
import { familiesOn, prepare } from './prepare.js';
import type { Connections, DatabaseSection, DatabaseStatus, Driver, DriverParts, Follower } from './token.js';

export type NamedDatabase = OpenDatabase & DatabaseSection;

export class Databases implements Driver {
  readonly #core: Core;
  readonly #connections: Connections;
  readonly #parts: DriverParts;
  readonly #open = new Map<string, NamedDatabase>();
  /** What the file depends on beside itself, as it was read. */
  #also: string | undefined;

  private constructor(core: Core, connections: Connections, parts: DriverParts) {
    this.#core = core;
    this.#connections = connections;
    this.#parts = parts;
    core.defer('databases', () => this.#close([...this.#open.keys()]));
  }

  /** @throws LoadDeclined */
  static async open(core: Core, connections: Connections, parts: DriverParts): Promise<Databases> {
    const databases = new Databases(core, connections, parts);
    await databases.configure();
    return databases;
  }

  /** Those that are open, by the names that extconfig.conf uses. */
  get open(): ReadonlyMap<string, OpenDatabase> {
    return this.#open;
  }

  databases(): readonly DatabaseStatus[] {
    const rows = new Map(this.#connections.rows().map(row => [row.name, row]));
    return [...this.#open].flatMap(([name, { settings }]) => {
      const row = rows.get(name);
      return row ? [{ name, settings, row }] : [];
    });
  }

  /** Reads the file and applies what changed; the others are left alone. @throws LoadDeclined and leaves all as it is */
  async configure(): Promise<void> {
    const next = await this.#read();
    if (next === undefined) return;
    const changed = [...next].filter(([name, { settings: now }]) => !this.#same(name, now));
    const clash = changed.find(([name]) => !this.#open.has(name) && this.#connections.get(name));
    if (clash)
      throw new LoadDeclined(
        `${this.#parts.file}: another module has a database '${clash[0]}' already: rename [${clash[0]}]`,
      );
    const gone = [...this.#open.keys()].filter(name => !next.has(name));
    // What is closed writes what waits while its successor is open already: nobody is without a database meanwhile.
    const closing = this.#close([...gone, ...changed.map(([name]) => name)]);
    const fresh = [...next.keys()].filter(name => !this.#open.has(name));
    for (const [name, section] of next) {
      const connection = this.#open.get(name)?.connection ?? this.#connections.open(name, section.settings);
      this.#open.set(name, { connection, ...section });
      if (fresh.includes(name)) connection.follow(this.#follower(name));
    }
    await Promise.all([closing, ...[...this.#open.values()].map(({ connection }) => connection.opened)]);
    await Promise.all(
      fresh.map(name => {
        const database = this.#open.get(name)!;
        return prepare(
          database,
          this.#parts,
          this.#core,
          () => this.#open.get(name)?.connection === database.connection,
        );
      }),
    );
  }

  #same(name: string, now: DatabaseSection['settings']): boolean {
    return isDeepStrictEqual(this.#open.get(name)?.settings, now);
  }

  /** Whoever keeps rows of a family hears what others changed in its table. */
  #follower(name: string): Follower {
    const mapped = () => familiesOn(this.#core, this.#parts, name);
    return {
      tables: () => [...new Set(mapped().map(({ table }) => table))],
      changed: (table, row) => {
        for (const { family, table: own } of mapped())
          if (own === table)
            this.#core.emit('realtimeChanged', { family, byOthers: true, ...(row !== undefined && { name: row }) });
      },
    };
  }

  async #close(names: readonly string[]): Promise<void> {
    const closing = names.map(name => this.#open.get(name)?.connection.close());
    for (const name of names) this.#open.delete(name);
    await Promise.all(closing);
  }

  /** Undefined while nothing changed. A start without the file has no databases. */
  async #read(): Promise<ReadonlyMap<string, DatabaseSection> | undefined> {
    const { log } = this.#core;
    const { file: name, read } = this.#parts;
    try {
      const also = await this.#parts.also?.();
      const file = await this.#core.config(name, { changedOnly: also === this.#also });
      this.#also = also;
      if (!file) return undefined;
      const { databases, warnings } = await read(file);
      for (const warning of warnings) log.warning(formatProblem(warning));
      return databases;
    } catch (thrown) {
      if (!(thrown instanceof FileMissing) || this.#open.size > 0) throw thrown;
      log.verbose(
        4,
        `there is no ${name}, so it opens no databases; once there is one, a reload of the module opens them`,
      );
      return new Map();
    }
  }
}
