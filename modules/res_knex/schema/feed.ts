/** What `realtime migrate` adds where others are to be told of changes: a trigger or a column, and what several nodes need. */
import type { Knex } from 'knex';
import type { FeedSettings } from '../token.js';

/** Tables whose rows have a name, by which they are told of. */
const FOLLOWED = ['sippeers', 'sipregs', 'sipnodes'] as const;

/** On MariaDB, when a row was changed last. */
export const CHANGED = 'obelisk_changed';

/** By which of two registrations the later one is known, whatever node took it. */
const STAMP = 'regstamp';

async function table(knex: Knex): Promise<string[]> {
  for (const name of ['sippeers', 'sipregs']) {
    if (!(await knex.schema.hasTable(name)) || (await knex.schema.hasColumn(name, STAMP))) continue;
    await knex.schema.alterTable(name, to => void to.bigInteger(STAMP));
    if (await knex.schema.hasColumn(name, 'regserver'))
      await knex.schema.alterTable(name, to => void to.index(['regserver']));
  }
  if (await knex.schema.hasTable('sipnodes')) return [];
  await knex.schema.createTable('sipnodes', to => {
    to.string('name', 20).notNullable().unique();
    to.string('address', 80);
    to.bigInteger('seen');
    to.integer('registrations');
  });
  return ['sipnodes'];
}

async function present(knex: Knex): Promise<string[]> {
  const found = await Promise.all(FOLLOWED.map(name => knex.schema.hasTable(name)));
  return FOLLOWED.filter((_, index) => found[index]);
}

/** Tells table and name of each row that is written, with who wrote it: plain SQL of an operator's is told like any other. */
const TELLER = `
CREATE OR REPLACE FUNCTION obelisk_tell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  instance text := current_setting('obelisk.instance', true);
BEGIN
  IF TG_OP <> 'INSERT' THEN
    PERFORM pg_notify(TG_ARGV[0],
      json_build_object('table', TG_TABLE_NAME, 'name', left(OLD.name, 255), 'by', instance)::text);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM pg_notify(TG_ARGV[0],
      json_build_object('table', TG_TABLE_NAME, 'name', left(NEW.name, 255), 'by', instance)::text);
  END IF;
  RETURN NULL;
END $$`;

export async function preparePostgres(knex: Knex, feed: FeedSettings): Promise<string[]> {
  const made = await table(knex);
  if (!('channel' in feed)) return made;
  await knex.raw(TELLER);
  const channel = feed.channel.replaceAll("'", "''");
  for (const name of await present(knex)) {
    await knex.raw('DROP TRIGGER IF EXISTS obelisk_tell ON ??', [name]);
    // What a trigger is given must be written out: the server takes no bound value there.
    await knex.raw(
      `CREATE TRIGGER obelisk_tell AFTER INSERT OR UPDATE OR DELETE ON ?? FOR EACH ROW EXECUTE PROCEDURE obelisk_tell('${channel}')`,
      [name],
    );
  }
  return made;
}

export async function prepareMySql(knex: Knex): Promise<string[]> {
  const made = await table(knex);
  for (const name of await present(knex)) {
    if (await knex.schema.hasColumn(name, CHANGED)) continue;
    await knex.raw(
      'ALTER TABLE ?? ADD COLUMN ?? TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), ADD INDEX (??)',
      [name, CHANGED, CHANGED],
    );
  }
  return made;
}
