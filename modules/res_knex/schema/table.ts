/** How a table is written down here: its columns in order, and what of them is indexed. */

/** Characters of a text, or what else it is. `key` numbers the rows by itself. */
export type ColumnType = number | 'integer' | 'text' | 'decimal' | 'datetime' | 'key';

export interface TableDefinition {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Columns that must have a value. */
  readonly required: readonly string[];
  /** Values of columns that a row leaves out. */
  readonly defaults?: Readonly<Record<string, number>>;
  readonly unique: readonly (readonly string[])[];
  readonly indexes: readonly (readonly string[])[];
}

/** Columns of one type. */
export const columns = (type: ColumnType, names: string): Readonly<Record<string, ColumnType>> =>
  Object.fromEntries(names.split(' ').map(name => [name, type]));
