/** MariaDB and MySQL as knex's client `mysql2` knows them: every value as the text that the server sends. */
import { isIP } from 'node:net';
import { prepareMySql } from './schema/feed.js';
import type { ServerKind } from './server.js';
import { tlsOptions } from './tls-options.js';
import type { TlsSettings } from './token.js';
import { kindOf, typed } from './typed.js';

/** A column's value as the driver's casts see it. */
interface Field {
  string(): string | null;
}

interface Connection {
  promise(): { query(statement: string): Promise<unknown> };
}

/** By bytes, where the collation of a table would take A for a, or leave blanks at the end out. */
const BYTES = 'CAST(CONVERT(?? USING utf8mb4) AS BINARY)';
/** A value comes in the character set of the connection. */
const VALUE = BYTES.replace('??', '?');

/** For a statement at the server: as long as we wait for any. */
const LONGEST_SECONDS = 60;

/** The driver would take any certificate for localhost then. @throws in the operator's words */
function named(tls: TlsSettings, host: string): TlsSettings {
  if (tls.verify === 'name' && isIP(host) !== 0)
    throw new Error(
      `a certificate cannot be checked for the address ${host}: write the name of the server as its host`,
    );
  return tls;
}

export const mysql: ServerKind = {
  dialect: {
    async columns(knex, table) {
      const rows: { name: string; type: string; most: number | null }[] = await knex
        .select({ name: 'column_name', type: 'data_type', most: 'character_maximum_length' })
        .from('information_schema.columns')
        .whereRaw('table_schema = DATABASE()')
        .where('table_name', table)
        .orderBy('ordinal_position');
      return rows.map(({ name, type, most }) => ({
        ...{ name, kind: kindOf(type) },
        // That of a text without a length of its own counts octets.
        length: most !== null && /^(?:var)?char$/i.test(type) ? Number(most) : undefined,
      }));
    },
    alone: (knex, work) =>
      knex.transaction(async held => {
        // Tables that are made end a transaction: this lock is the connection's.
        await held.raw("SELECT GET_LOCK(CONCAT('obelisk migrations ', DATABASE()), 60)");
        try {
          await work(knex);
        } finally {
          await held.raw("SELECT RELEASE_LOCK(CONCAT('obelisk migrations ', DATABASE()))");
        }
      }),
    now: 'CAST(FLOOR(UNIX_TIMESTAMP(NOW(6)) * 1000) AS SIGNED)',
    exact: { typeCast: (field: Field) => field.string() },
    ...typed({
      equals: `(?? = ? AND ${BYTES} = ${VALUE})`,
      equalsTakes: (column, value) => [column, value, column, value],
      bytes: [BYTES, VALUE],
      like: operator => `LOWER(CAST(?? AS CHAR)) ${operator} LOWER(?) ESCAPE ?`,
      integer: 'SIGNED',
      decimal: 'DECIMAL(65, 20)',
      text: 'CHAR',
    }),
    made(table) {
      table.charset('utf8mb4');
      table.collate('utf8mb4_bin');
    },
  },
  settings: ({ host, port, socket, database, user, password, charset, connectTimeout, tls }) => ({
    ...(socket === undefined ? { host, port } : { socketPath: socket }),
    database,
    user,
    password,
    charset: charset === undefined || charset === '' ? 'utf8mb4' : charset,
    ...(tls ? { ssl: tlsOptions(named(tls, host), host) } : {}),
    connectTimeout,
  }),
  prepare: prepareMySql,
  // A backslash that the driver writes is one for the server too, whatever its own settings; what does not fit is told.
  // MariaDB alone: what we gave up on may wait there for a lock, or for room on a disk, as long as that takes.
  greetings: [
    `SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' /*M!100101 , max_statement_time = ${LONGEST_SECONDS} */`,
  ],
  send: (connection, statement) => (connection as Connection).promise().query(statement),
};
