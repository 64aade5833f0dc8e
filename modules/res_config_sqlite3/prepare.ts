/** A database at its first start: the tables that are not there, and the first rows of those. */
import { type Core, messageOf, within } from '#core';
import type { NamedDatabase } from './databases.js';

/** Milliseconds that the start waits: phones of other places wait with it. The work goes on after that. */
const LONGEST = 3000;

/** What goes wrong is told, and keeps nothing from starting. */
export async function prepare(database: NamedDatabase, { clock, log }: Core): Promise<void> {
  if (!database.migrate) return;
  try {
    await within(clock, LONGEST, make(database, log));
  } catch (thrown) {
    log.error(`the tables of '${database.connection.name}' could not be made: ${messageOf(thrown)}`);
  }
}

async function make({ connection, seeds }: NamedDatabase, log: Core['log']): Promise<void> {
  const { created } = await connection.migrate();
  if (created.length === 0) return;
  const wanted = seeds.filter(({ table }) => created.includes(table));
  for (const { table, row } of wanted) await connection.insert(table, row);
  log.notice(`'${connection.name}': made ${created.join(', ')}, with ${wanted.length} rows`);
}
