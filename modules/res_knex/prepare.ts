/** A database at its first start: the tables that are not there, and the first rows of those. */
import { type Core, messageOf, realtime } from '#core';
import type { NamedDatabase } from './databases.js';
import { QueryFailed } from './query-failed.js';
import type { DriverParts } from './token.js';

/** The driver, as far as families are told by it. */
type OfDriver = Pick<DriverParts, 'driver' | 'names'>;

/** Milliseconds that the start waits: phones of other places wait with it. The work goes on after that. */
const LONGEST = 3000;
/** Milliseconds between two tries while the database does not answer: who starts with it may be there before it. */
const AGAIN = 5000;

/** What is used of the core. */
export type Preparing = Pick<Core, 'clock' | 'sched' | 'log' | 'emit' | 'find'>;

/** What goes wrong is told, and keeps nothing from starting. @param open whether it is still one of the databases */
export async function prepare(
  database: NamedDatabase,
  driver: OfDriver,
  core: Preparing,
  open: () => boolean,
): Promise<void> {
  if (!database.migrate) return;
  const { clock, log } = core;
  const { name } = database.connection;
  let late = false;
  const waited = Promise.withResolvers<void>();
  const timer = clock.after(LONGEST, () => {
    log.warning(`'${name}': the tables are still being made after ${LONGEST} ms; the start goes on without them`);
    late = true;
    waited.resolve();
  });
  const made = make(database, log).then(
    () => late && tell(core, driver, name),
    (thrown: unknown) => {
      const again = isAway(thrown) && open();
      const more = again ? '; this is tried again until it can be done' : '';
      log.error(`the tables of '${name}' could not be made: ${messageOf(thrown)}${more}`);
      if (again) makeLater(database, driver, core, open);
    },
  );
  await Promise.race([made, waited.promise]);
  timer.cancel();
}

const isAway = (thrown: unknown): boolean => thrown instanceof QueryFailed && thrown.kind === 'unavailable';

/** As soon as the database answers. */
function makeLater(database: NamedDatabase, driver: OfDriver, core: Preparing, open: () => boolean): void {
  const { name } = database.connection;
  const attempt = async (): Promise<void> => {
    if (!open()) return;
    try {
      await make(database, core.log);
      tell(core, driver, name);
    } catch (thrown) {
      if (isAway(thrown)) makeLater(database, driver, core, open);
      else core.log.error(`the tables of '${name}' could not be made: ${messageOf(thrown)}`);
    }
  };
  core.sched.after(`make the tables of ${name}`, AGAIN, () => void attempt());
}

/** Who looked at the tables before they were there looks again. */
function tell(core: Preparing, driver: OfDriver, name: string): void {
  for (const { family } of familiesOn(core, driver, name)) core.emit('realtimeChanged', { family });
}

/** The families that extconfig.conf maps to a connection, in lower case, each with its table. */
export function familiesOn(
  core: Pick<Core, 'find'>,
  { driver, names }: OfDriver,
  name: string,
): readonly { readonly family: string; readonly table: string }[] {
  const mappings = core.find(realtime)?.mappings() ?? [];
  const ours = mappings.filter(({ engine }) => engine.toLowerCase() === driver).flatMap(({ families }) => families);
  return ours
    .filter(({ place: { database } }) => {
      const at = names?.(database) ?? { reads: database, writes: database };
      return at.reads === name || at.writes === name;
    })
    .map(({ family, place: { table } }) => ({ family: family.toLowerCase(), table }));
}

async function make({ connection, seeds }: NamedDatabase, log: Core['log']): Promise<void> {
  const { created } = await connection.migrate();
  if (created.length === 0) return;
  const wanted = seeds.filter(({ table }) => created.includes(table));
  for (const { table, row } of wanted) await connection.insert(table, row);
  log.notice(`'${connection.name}': made ${created.join(', ')}, with ${wanted.length} rows`);
}
