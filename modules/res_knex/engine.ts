/** A realtime driver on SQL connections: each verb on the connection that the place names. */
import type { Condition, Engine, Need, Place, Row, StaticLine } from '#core';
import type { Connection, DriverParts, Requirements } from './token.js';

/** A database that is open. */
export interface OpenDatabase {
  readonly connection: Connection;
  readonly requirements: Requirements;
  readonly ordered?: boolean;
}

export class SqlEngine implements Engine {
  readonly name: string;
  readonly #parts: DriverParts;
  readonly #databases: ReadonlyMap<string, OpenDatabase>;

  constructor(parts: DriverParts, databases: ReadonlyMap<string, OpenDatabase>) {
    this.name = parts.driver;
    this.#parts = parts;
    this.#databases = databases;
  }

  async load(place: Place, conditions: readonly Condition[]): Promise<Row | undefined> {
    return this.#at(place).connection.first(place.table, conditions);
  }

  async loadAll(place: Place, conditions: readonly Condition[]): Promise<readonly Row[]> {
    const { connection, ordered } = this.#at(place);
    return connection.all(place.table, conditions, ordered);
  }

  async update(place: Place, conditions: readonly Condition[], changes: Row): Promise<number> {
    return this.#at(place, 'writes').connection.update(place.table, conditions, changes);
  }

  async store(place: Place, row: Row): Promise<void> {
    return this.#at(place, 'writes').connection.insert(place.table, row);
  }

  async destroy(place: Place, conditions: readonly Condition[]): Promise<number> {
    return this.#at(place, 'writes').connection.delete(place.table, conditions);
  }

  async missing(place: Place, needs: readonly Need[]): Promise<readonly string[]> {
    const { connection, requirements } = this.#at(place, 'writes');
    const present = new Set((await connection.columns(place.table)).map(name => name.toLowerCase()));
    const lacking = needs.filter(({ column }) => !present.has(column.toLowerCase()));
    if (lacking.length === 0 || requirements === 'warn') return lacking.map(({ column }) => column);
    const added = requirements === 'createclose' ? lacking : lacking.map(need => ({ ...need, type: 'char' as const }));
    await connection.addColumns(place.table, added);
    return [];
  }

  async file(place: Place, name: string): Promise<readonly StaticLine[]> {
    return this.#at(place).connection.lines(place.table, name, this.#parts.falling);
  }

  now(place: Place): Promise<number> {
    return this.#at(place, 'writes').connection.now();
  }

  forget(place: Place): void {
    const { reads, writes } = this.#names(place);
    for (const name of new Set([reads, writes])) this.#databases.get(name)?.connection.forget(place.table);
  }

  #names({ database }: Place): { reads: string; writes: string } {
    return this.#parts.names?.(database) ?? { reads: database, writes: database };
  }

  #at(place: Place, way: 'reads' | 'writes' = 'reads'): OpenDatabase {
    const name = this.#names(place)[way];
    const found = this.#databases.get(name);
    if (!found) throw new Error(`${this.#parts.file} has no database [${name}]`);
    return found;
  }
}
