/** The verbs as statements. knex builds all of them: values are bound, names are quoted by it. */

import type { Knex } from 'knex';
import type { Condition, Operator, Row } from '#core';
import type { Asked, Columns } from './columns.js';
import type { Dialect, Query } from './dialect.js';
import { Refused } from './failure.js';
import type { Operation, Verb, Verbs } from './operation.js';
import { CHANGED } from './schema/feed.js';
import { migrate } from './schema/migrations.js';

/** Where a statement runs: on the database or in a transaction of it. */
export interface Ground {
  readonly knex: Knex;
  readonly columns: Columns;
  readonly dialect: Dialect;
}

export const perform = (ground: Ground, operation: Operation): Promise<unknown> =>
  (STATEMENTS[operation.verb] as (ground: Ground, operation: Operation) => Promise<unknown>)(ground, operation);

type Statements = { readonly [V in Verb]: (ground: Ground, ask: Verbs[V]['ask']) => Promise<Verbs[V]['answer']> };

const STATEMENTS: Statements = {
  async ping({ knex }) {
    // Of the schema itself: it shows whether there is a database, where `select 1` would not look at the file.
    await knex.schema.hasTable('ping');
    return true;
  },

  async first(ground, { table, conditions }) {
    const [row] = await select(ground, table, await where(ground, table, conditions)).limit(1);
    return row === undefined ? undefined : asText(ground, row);
  },

  async all(ground, { table, conditions, ordered }) {
    const asked = await where(ground, table, conditions);
    const query = select(ground, table, asked);
    if (ordered && asked[0]) ground.dialect.order(query, asked[0].column);
    const rows = await query;
    return rows.map(row => asText(ground, row));
  },

  async now({ knex, dialect }) {
    const [row] = await knex.select({ now: knex.raw(dialect.now) }).options({ ...dialect.exact });
    return Number(row?.now);
  },

  async changed({ knex, dialect }, { table, seconds }) {
    const rows = await knex<Cells>(table)
      .select({ name: 'name', at: CHANGED })
      .whereRaw('?? > FROM_UNIXTIME(UNIX_TIMESTAMP(NOW(6)) - ?)', [CHANGED, seconds])
      .options({ ...dialect.exact });
    return rows.map(({ name, at }) => ({ name: String(name), at: String(at) }));
  },

  async count({ knex, dialect }, { table }) {
    const [row] = await knex<Cells>(table)
      .count({ many: '*' })
      .options({ ...dialect.exact });
    return Number(row?.['many']);
  },

  columns: ({ knex, columns }, { table }) => columns.names(knex, table),

  async lines(ground, { table, file, falling }) {
    const { columns, knex } = ground;
    const named = { filename: file, commented: '0', cat_metric: '', var_metric: '', ...LINE };
    await columns.conditions(knex, table, Object.keys(named).map(equals));
    const query = knex<Cells>(table)
      .select(Object.keys(LINE))
      .options({ ...ground.dialect.exact });
    const sections = { column: 'cat_metric', order: falling ? 'desc' : 'asc' } as const;
    const rows = await query
      .where({ filename: file, commented: 0 })
      .orderBy([sections, 'var_metric', ...(falling ? ['category', 'var_name'] : [])]);
    return rows.map(row => {
      const { category, var_name, var_val } = { ...LINE, ...asText(ground, row) };
      return { section: category ?? '', name: var_name ?? '', value: var_val ?? '' };
    });
  },

  async update(ground, { table, conditions, changes }) {
    const { row, dropped } = await ground.columns.row(ground.knex, table, changes);
    const asked = await bounded(ground, table, conditions);
    return { count: await apply(ground, ground.knex<Cells>(table), asked).update(row), dropped };
  },

  async insert({ knex, columns }, { table, row: given, fitted }) {
    const { row, ...lost } = await columns.row(knex, table, given, fitted);
    await knex<Cells>(table).insert(row);
    return { count: 1, ...lost };
  },

  async delete(ground, { table, conditions }) {
    const asked = await bounded(ground, table, conditions);
    return { count: await apply(ground, ground.knex<Cells>(table), asked).delete(), dropped: [] };
  },

  async addColumns({ knex, columns, dialect }, { table, needs }) {
    const present = await columns.names(knex, table);
    const there = new Set(present.map(name => name.toLowerCase()));
    const lacking = needs.filter(({ column }) => !there.has(column.toLowerCase()));
    if (lacking.length === 0) return true;
    const add = (to: Knex.TableBuilder): void => lacking.forEach(need => void ADD[need.type](to, need.column));
    const make = (to: Knex.CreateTableBuilder): void => {
      dialect.made?.(to);
      add(to);
    };
    columns.forget(table);
    await (present.length > 0 ? knex.schema.alterTable(table, add) : knex.schema.createTable(table, make));
    return true;
  },

  async migrate({ knex, columns, dialect }) {
    columns.forgetAll();
    return migrate(knex, dialect);
  },
};

type Cells = Record<string, unknown>;

/** A line's columns and what stands in place of NULL. */
const LINE: Row = { category: '', var_name: '', var_val: '' };

/** A column that is relied on, as it is added. */
const ADD: Readonly<
  Record<'integer' | 'char' | 'float' | 'datetime', (to: Knex.TableBuilder, name: string) => unknown>
> = {
  integer: (to, name) => to.integer(name),
  float: (to, name) => to.specificType(name, 'real'),
  char: (to, name) => to.text(name),
  datetime: (to, name) => to.text(name),
};

const equals = (column: string): Condition => ({ column, operator: '=', value: '' });

const select = (ground: Ground, table: string, asked: readonly Asked[]) =>
  apply(
    ground,
    ground
      .knex<Cells>(table)
      .select('*')
      .options({ ...ground.dialect.exact }),
    asked,
  );

const where = ({ knex, columns }: Ground, table: string, conditions: readonly Condition[]) =>
  columns.conditions(knex, table, conditions);

/** As where(), for what must not touch every row. */
const bounded = (ground: Ground, table: string, conditions: readonly Condition[]) => {
  if (conditions.length === 0) throw new Refused(`no condition says which rows of table '${table}' are meant`);
  return where(ground, table, conditions);
};

const OPERATORS: ReadonlySet<Operator> = new Set(['=', '!=', '<', '<=', '>', '>=', 'LIKE', 'NOT LIKE']);

function apply<Q extends Query>({ dialect }: Ground, query: Q, asked: readonly Asked[]): Q {
  for (const { condition, column } of asked) {
    if (!OPERATORS.has(condition.operator)) throw new Refused(`there is no operator '${condition.operator}'`);
    const hold = (where: Query): void => dialect.hold(where, condition, column.kind);
    const holdOrNull = (where: Query): void => {
      hold(where);
      where.orWhereNull(condition.column);
    };
    if (condition.orNull) query.where(holdOrNull);
    else hold(query);
  }
  return query;
}

const asText = ({ dialect }: Ground, row: Cells): Row =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, dialect.text(value)]));
