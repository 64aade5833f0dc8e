/** res_odbc.conf and res_config_odbc.conf. The only list of their options. */
import { integer, milliseconds, oneOf, seconds, text, textWithin, type Values, yesno } from '#core';

const BOUND = 'values never are part of a statement here';
const BREAKER = 'a circuit breaker does that: see sql show connections';
const POOL = 'connections are made when they are needed, and ended after half a minute without use';

/** Octets of a channel's name that PostgreSQL takes. */
const LONGEST_CHANNEL = 63;

export const odbcClass = {
  enabled: yesno(true, 'Whether there is this database at all.'),
  dsn: text('', 'The section of odbc.ini that says where it is. Its driver decides what is spoken.'),
  username: text('', "Whom the server knows us as. Without it odbc.ini's counts, or the name of this section."),
  password: text('', "The password of that user. Without it odbc.ini's counts.", { secret: true }),
  max_connections: integer(1, [1, 1000], 'The most connections for look-ups at a time; writes have one more.', {
    aliases: ['limit'],
  }),
  isolation: oneOf(
    ['read_uncommitted', 'read_committed', 'repeatable_read', 'serializable'],
    'read_committed',
    'How far transactions see of each other; on SQLite always serializable.',
  ),
  connect_timeout: seconds(10, [1, 600], 'How long the server may take to let us in; more than 4 counts as 4.'),
  logging: yesno(false, 'Whether each operation is logged at debug level 1, without values.'),
  batch: milliseconds(100, [0, 60_000], 'The time that writes are gathered into one transaction; with 0 none.'),
  notify: textWithin(
    LONGEST_CHANNEL,
    '',
    'On PostgreSQL, the channel on which the server tells of changes by others; without one nobody does.',
  ),
  poll: milliseconds(0, [0, 60_000], 'On MariaDB, how often the server is asked what others have changed; 0: never.'),
  migrate: yesno(false, 'Whether the tables that `realtime migrate` makes are made at the start.'),
  'pre-connect': yesno(false, 'Whether connections are made at the start.', { never: POOL }),
  sanitysql: text('select 1', 'What a connection is tried with.', {
    never: 'a connection that died is noticed by itself',
  }),
  forcecommit: yesno(false, 'Whether what is not committed is, in the end.', { never: 'every batch is committed' }),
  backslash_is_escape: yesno(true, 'Whether a backslash is to be doubled.', { never: BOUND }),
  negative_connection_cache: seconds(0, [0, 86_400], 'How long nothing is tried after a failure.', { never: BREAKER }),
  slow_query_limit: milliseconds(5000, [0, 600_000], 'What counts as slow.', { never: BREAKER }),
  cache_type: text('stack', 'Which free connection is taken.', { never: POOL }),
  cache_size: integer(-1, [-1, 1000], 'How many free connections are kept.', { never: POOL }),
};

export type OdbcClass = Values<typeof odbcClass>;

export const environment = {
  ODBCINI: text('', "The user's file of DSNs, in place of .odbc.ini in the home directory."),
  ODBCSYSINI: text('', 'The directory of odbc.ini and odbcinst.ini, in place of /etc.'),
  ODBCINSTINI: text('', 'The file of drivers, in place of odbcinst.ini in that directory.'),
};

export type Environment = Values<typeof environment>;

export const general = {
  order_multi_row_results_by_initial_column: yesno(
    true,
    'Whether several rows are in the order of the column that is asked for first.',
  ),
};
