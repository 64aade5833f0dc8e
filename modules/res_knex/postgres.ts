/** PostgreSQL as knex's client `pg` knows it: columns by the search path, every value as the text that the server sends. */
import { Hearing } from './hearing.js';
import { preparePostgres } from './schema/feed.js';
import type { ServerKind } from './server.js';
import { tlsOptions } from './tls-options.js';
import { kindOf, typed } from './typed.js';

/** The type of bytes. */
const BYTEA = 17;

/** A statement that waits for a lock ends soon after we are gone, where the server has such a thing (14 and later). */
const MISSES_US =
  "SELECT set_config(name, '5000', false) FROM pg_settings WHERE name = 'client_connection_check_interval' AND version() ~ 'linux'";

const bytes = (text: string): string =>
  text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString('utf8') : text;

const asSent = (text: string): string => text;

export const postgres: ServerKind = {
  dialect: {
    async columns(knex, table) {
      const rows: { name: string; type: string; most: number | null }[] = await knex
        .select(
          { name: 'attname' },
          knex.raw('format_type(atttypid, NULL) AS type'),
          // The length of a text is kept with 4 added to it.
          knex.raw("CASE WHEN format_type(atttypid, NULL) ~ '^character' THEN NULLIF(atttypmod, -1) - 4 END AS most"),
        )
        .from('pg_attribute')
        .whereRaw('attrelid = to_regclass(quote_ident(?))', [table])
        .where('attnum', '>', 0)
        .where('attisdropped', false)
        .orderBy('attnum');
      return rows.map(({ name, type, most }) => ({ name, kind: kindOf(type), length: most ?? undefined }));
    },
    alone: (knex, work) =>
      knex.transaction(async held => {
        await held.raw("SELECT pg_advisory_xact_lock(hashtext('obelisk migrations'))");
        await work(knex);
      }),
    now: 'CAST(FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000) AS BIGINT)',
    exact: { types: { getTypeParser: (type: number) => (type === BYTEA ? bytes : asSent) } },
    ...typed({
      equals: '?? = ?',
      equalsTakes: (column, value) => [column, value],
      bytes: ['?? COLLATE "C"', '?'],
      like: operator => `CAST(?? AS TEXT) ${operator.replace('LIKE', 'ILIKE')} ? ESCAPE ?`,
      integer: 'BIGINT',
      decimal: 'NUMERIC',
      text: 'TEXT',
    }),
  },
  settings: ({ host, port, socket, database, user, password, applicationName, connectTimeout, tls }) => ({
    host: socket ?? host,
    port,
    database,
    user,
    password,
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
    ...(tls ? { ssl: tlsOptions(tls, host) } : { ssl: false }),
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
  }),
  prepare: preparePostgres,
  listen: (task, tell) => new Hearing(task, postgres.settings(task), tell),
  // As the original's driver leaves them to the server: a backslash in a text is a backslash.
  greetings: ["SET standard_conforming_strings = on; SET client_encoding = 'UTF8'", MISSES_US],
  send: (connection, statement) => (connection as { query(text: string): Promise<unknown> }).query(statement),
};
