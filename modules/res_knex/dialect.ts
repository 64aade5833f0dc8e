/** What differs from one kind of database to another. */
import type { Knex } from 'knex';
import type { Condition } from '#core';

/** What a column holds, as far as conditions and values are concerned. */
export type ColumnKind = 'text' | 'number' | 'time' | 'other';

export interface Column {
  /** As the table spells it. */
  readonly name: string;
  readonly kind: ColumnKind;
  /** Characters that it takes at most; undefined: any number. */
  readonly length?: number | undefined;
}

export type Query = Knex.QueryBuilder<Record<string, unknown>, unknown>;

export interface Dialect {
  /** A table's columns; none when there is no such table. */
  columns(knex: Knex, table: string): Promise<readonly Column[]>;
  /** Options of knex for a select whose values are to come out as exact as they are. */
  readonly exact: Readonly<Record<string, unknown>>;
  /** A value as text. */
  text(value: unknown): string | null;
  /** A text as it is written to a column. */
  value(text: string | null, kind: ColumnKind): string | null;
  /** Adds a condition on a column to a query. */
  hold(query: Query, condition: Condition, kind: ColumnKind): void;
  order(query: Query, column: Column): void;
  /** The clock of the database, as an expression: milliseconds since the epoch. */
  readonly now: string;
  /** Does what nobody else may do at the same time, in this database. */
  alone(knex: Knex, work: (on: Knex) => Promise<void>): Promise<void>;
  /** Adds what others are told of changes by. @returns the tables that were made for it */
  readonly prepare?: (knex: Knex) => Promise<readonly string[]>;
  /** Said of each table that is made. */
  readonly made?: (table: Knex.CreateTableBuilder) => void;
}
