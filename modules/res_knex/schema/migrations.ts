/** Makes the tables that are not there yet, by knex's migrations; those that are there are only looked at. */
import type { Knex } from 'knex';
import type { Dialect } from '../dialect.js';
import type { Migration } from '../token.js';
import type { ColumnType, TableDefinition } from './table.js';
import { tables } from './tables.js';

/** The table of what was done. */
const DONE = 'obelisk_migrations';

/** What a migration is called in the database: never changed once it was in a release. */
const nameOf = ({ name }: TableDefinition): string => `001_${name}`;

export async function migrate(knex: Knex, dialect: Dialect): Promise<Migration> {
  const before = await columnsOf(knex, dialect);
  const followed: string[] = [];
  await dialect.alone(knex, async on => {
    await unlock(on);
    await on.migrate.latest({ migrationSource: sourceFor(dialect), tableName: DONE });
    followed.push(...((await dialect.prepare?.(on)) ?? []));
  });
  const after = await columnsOf(knex, dialect);
  const existing = tables.filter(({ name }) => before.get(name)!.length > 0);
  return {
    created: [
      ...tables.filter(table => !existing.includes(table) && after.get(table.name)!.length > 0).map(nameIs),
      ...followed,
    ],
    existing: existing.map(nameIs),
    lacking: tables
      .map(({ name, columns }) => ({ table: name, columns: lacking(Object.keys(columns), after.get(name)!) }))
      .filter(({ columns }) => columns.length > 0),
  };
}

/** Nobody else is at it: what says so is of one that died there. */
async function unlock(knex: Knex): Promise<void> {
  const lock = `${DONE}_lock`;
  if (await knex.schema.hasTable(lock)) await knex<{ is_locked: number }>(lock).update({ is_locked: 0 });
}

const nameIs = ({ name }: TableDefinition): string => name;

async function columnsOf(knex: Knex, { columns }: Dialect): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const { name } of tables)
    found.set(
      name,
      (await columns(knex, name)).map(column => column.name),
    );
  return found;
}

const lacking = (wanted: readonly string[], present: readonly string[]): readonly string[] => {
  const there = new Set(present.map(name => name.toLowerCase()));
  return wanted.filter(name => !there.has(name));
};

/** In code: files read from a directory would not be let go with the module. */
const sourceFor = (dialect: Dialect): Knex.MigrationSource<TableDefinition> => ({
  getMigrations: async () => [...tables],
  getMigrationName: nameOf,
  getMigration: async table => ({
    async up(knex) {
      if (await knex.schema.hasTable(table.name)) return;
      await knex.schema.createTable(table.name, to => {
        dialect.made?.(to);
        build(to, table);
      });
    },
    // Nothing of an operator's data is ever taken away.
    async down() {},
  }),
});

function build(to: Knex.CreateTableBuilder, table: TableDefinition): void {
  for (const [name, type] of Object.entries(table.columns)) {
    const column = add(to, name, type);
    if (table.required.includes(name)) column.notNullable();
    const usual = table.defaults?.[name];
    if (usual !== undefined) column.defaultTo(usual);
  }
  for (const names of table.unique) to.unique([...names]);
  for (const names of table.indexes) to.index([...names]);
}

const add = (to: Knex.CreateTableBuilder, name: string, type: ColumnType): Knex.ColumnBuilder =>
  typeof type === 'number' ? to.string(name, type) : ADD[type](to, name);

const ADD: Readonly<
  Record<Exclude<ColumnType, number>, (to: Knex.CreateTableBuilder, name: string) => Knex.ColumnBuilder>
> = {
  key: (to, name) => to.increments(name),
  integer: (to, name) => to.integer(name),
  decimal: (to, name) => to.decimal(name, 5, 2),
  text: (to, name) => to.text(name),
  // Without a zone: as it is written, so it is read.
  datetime: (to, name) => to.dateTime(name, { useTz: false }),
};
