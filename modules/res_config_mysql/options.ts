/** res_config_mysql.conf: a section for each database. The only list of its options. */
import { integer, milliseconds, oneOf, text, type Values, yesno } from '#core';

export const database = {
  dbhost: text('', 'The host of the server. Without one the socket is used, or the host 127.0.0.1.'),
  dbport: integer(3306, [1, 65_535], 'The port of the server.'),
  dbsock: text('', 'The socket of the server in the file system, where there is no dbhost.'),
  dbname: text('asterisk', 'The database.'),
  dbuser: text('asterisk', 'Whom the server knows us as.'),
  dbpass: text('', 'The password of that user.', { secret: true }),
  dbcharset: text('utf8mb4', 'The character set of the connection.'),
  requirements: oneOf(
    ['warn', 'createclose', 'createchar'],
    'warn',
    'What happens where a table lacks columns that somebody needs: a warning, columns of the type that is nearest, or ' +
      'columns of text. With the columns comes the table, where there is none.',
  ),
  ssl: oneOf(
    ['no', 'yes', 'authority', 'verify'],
    'no',
    'Whether TLS is spoken to the server: no, whoever it is, to one that an authority vouches for, or only where the ' +
      'certificate has its name too.',
  ),
  ssl_ca: text('', 'Certificates of authorities in PEM, in place of those of the system.'),
  ssl_cert: text('', 'A certificate of our own in PEM, for a server that asks.'),
  ssl_key: text('', 'The key to ssl_cert in PEM.'),
  batch: milliseconds(100, [0, 60_000], 'How long writes wait for each other, to share a transaction; 0: not at all.'),
  debug: yesno(false, 'Whether debug level 1 tells of each operation, without values.'),
  poll: milliseconds(
    0,
    [0, 60_000],
    'How often the tables that `realtime migrate` made are asked what others changed; 0: never.',
  ),
  migrate: yesno(false, 'Whether the start makes the tables that are not there, as `realtime migrate` does.'),
};

export type Database = Values<typeof database>;
