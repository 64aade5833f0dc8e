/** The realtime driver sqlite3: each verb on the connection that the place names. */
import type { Condition, Engine, Need, Place, Row, StaticLine } from '#core';
import type { Connection } from '../res_knex/token.js';
import type { Database } from './options.js';

/** A database that is open. */
export interface OpenDatabase {
  readonly connection: Connection;
  readonly requirements: Database['requirements'];
}

export class Sqlite3Engine implements Engine {
  readonly name = 'sqlite3';
  readonly #databases: ReadonlyMap<string, OpenDatabase>;

  constructor(databases: ReadonlyMap<string, OpenDatabase>) {
    this.#databases = databases;
  }

  async load(place: Place, conditions: readonly Condition[]): Promise<Row | undefined> {
    return this.#at(place).connection.first(place.table, conditions);
  }

  async loadAll(place: Place, conditions: readonly Condition[]): Promise<readonly Row[]> {
    return this.#at(place).connection.all(place.table, conditions);
  }

  async update(place: Place, conditions: readonly Condition[], changes: Row): Promise<number> {
    return this.#at(place).connection.update(place.table, conditions, changes);
  }

  async store(place: Place, row: Row): Promise<void> {
    return this.#at(place).connection.insert(place.table, row);
  }

  async destroy(place: Place, conditions: readonly Condition[]): Promise<number> {
    return this.#at(place).connection.delete(place.table, conditions);
  }

  async missing(place: Place, needs: readonly Need[]): Promise<readonly string[]> {
    const { connection, requirements } = this.#at(place);
    const present = new Set((await connection.columns(place.table)).map(name => name.toLowerCase()));
    const lacking = needs.filter(({ column }) => !present.has(column.toLowerCase()));
    if (lacking.length === 0 || requirements === 'warn') return lacking.map(({ column }) => column);
    const added = requirements === 'createclose' ? lacking : lacking.map(need => ({ ...need, type: 'char' as const }));
    await connection.addColumns(place.table, added);
    return [];
  }

  async file(place: Place, name: string): Promise<readonly StaticLine[]> {
    return this.#at(place).connection.lines(place.table, name);
  }

  forget(place: Place): void {
    this.#databases.get(place.database)?.connection.forget(place.table);
  }

  #at({ database }: Place): OpenDatabase {
    const found = this.#databases.get(database);
    if (!found) throw new Error(`res_config_sqlite3.conf has no database [${database}]`);
    return found;
  }
}
