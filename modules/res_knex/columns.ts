/** What is known about the columns of tables, and the names of conditions and changes checked against it. */

import type { Knex } from 'knex';
import type { Condition, Row } from '#core';
import type { Column, Dialect } from './dialect.js';
import { Refused } from './failure.js';

/** By names in lower case. */
type Known = ReadonlyMap<string, Column>;

/** A condition in the table's own spelling. */
export interface Asked {
  readonly condition: Condition;
  readonly column: Column;
}

/** A row as it can be written, the columns that the table lacks, and those that did not take all. */
interface Placed {
  readonly row: Row;
  readonly dropped: readonly string[];
  readonly cut: readonly string[];
}

export class Columns {
  readonly #dialect: Dialect;
  readonly #tables = new Map<string, Known>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  forget(table: string): void {
    this.#tables.delete(table);
  }

  forgetAll(): void {
    this.#tables.clear();
  }

  /** Always asked anew: others may have changed the table. */
  async names(knex: Knex, table: string): Promise<readonly string[]> {
    const columns = await this.#dialect.columns(knex, table);
    if (columns.length > 0) this.#tables.set(table, new Map(columns.map(one => [one.name.toLowerCase(), one])));
    else this.#tables.delete(table);
    return columns.map(({ name }) => name);
  }

  /** The conditions in the table's own spelling. @throws Refused for a column or table that is not there */
  async conditions(knex: Knex, table: string, conditions: readonly Condition[]): Promise<readonly Asked[]> {
    const known = await this.#of(knex, table);
    return conditions.map(condition => {
      const column = known.get(condition.column.toLowerCase()) ?? lacks(table, [condition.column]);
      return { condition: { ...condition, column: column.name }, column };
    });
  }

  /** A row without what the table lacks; `fitted`: cut to what its columns take. @throws Refused when nothing is left of it */
  async row(knex: Knex, table: string, row: Row, fitted = false): Promise<Placed> {
    const known = await this.#of(knex, table);
    const kept: Record<string, string | null> = {};
    const dropped: string[] = [];
    for (const [column, value] of Object.entries(row)) {
      const found = known.get(column.toLowerCase());
      if (found === undefined) dropped.push(column);
      else kept[found.name] = this.#dialect.value(value, found.kind);
    }
    const narrow = Object.keys(kept).flatMap(name => tooNarrow(known.get(name.toLowerCase())!, kept[name] ?? ''));
    if (narrow.length > 0 && !fitted) throw tooLong(table, narrow);
    for (const { name, length } of narrow) kept[name] = [...kept[name]!].slice(0, length).join('');
    if (Object.keys(kept).length > 0) return { row: kept, dropped, cut: narrow.map(({ name }) => name) };
    if (dropped.length === 0) throw new Refused(`nothing is to be written to table '${table}'`);
    return lacks(table, dropped);
  }

  async #of(knex: Knex, table: string): Promise<Known> {
    if (!this.#tables.has(table)) await this.names(knex, table);
    const known = this.#tables.get(table);
    if (known === undefined) throw new Refused(`there is no table '${table}'`);
    return known;
  }
}

interface Narrow {
  readonly name: string;
  readonly length: number;
  readonly needed: number;
}

/** How long a text is for a database, if that is too long for the column. */
function tooNarrow({ name, kind, length }: Column, value: string): Narrow[] {
  if (length === undefined || kind !== 'text' || value.length <= length) return [];
  const needed = [...value].length;
  return needed > length ? [{ name, length, needed }] : [];
}

function tooLong(table: string, narrow: readonly Narrow[]): Refused {
  const words = narrow.map(({ name, length, needed }) => `'${name}' takes ${length} characters and not ${needed}`);
  const names = narrow.map(({ name }) => name);
  return new Refused(`table '${table}': ${words.join(', ')}: make it wider`, names);
}

const lacks = (table: string, columns: readonly string[]): never => {
  throw new Refused(`table '${table}' has no column ${columns.map(column => `'${column}'`).join(', ')}`);
};
