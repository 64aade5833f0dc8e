/** res_pgsql.conf [general]. The only list of its options. */
import { integer, milliseconds, oneOf, text, textWithin, type Values, yesno } from '#core';

/** Octets of a channel's name: with one more each write of a table with a trigger would fail. */
const LONGEST_CHANNEL = 63;

const LEGACY = (name: string) => ({ aliases: [name] });

export const general = {
  hostname: text('', 'The host of the server. Without one the socket is used.', LEGACY('dbhost')),
  port: integer(5432, [1, 65_535], 'The port of the server; of a socket it is part of the name.', LEGACY('dbport')),
  socket: text('/var/run/postgresql', 'The directory of the socket, for a server without hostname.', LEGACY('dbsock')),
  dbname: text('asterisk', 'The database.'),
  user: text('asterisk', 'Whom the server knows us as.', LEGACY('dbuser')),
  password: text('', 'The password of that user.', { aliases: ['dbpass'], secret: true }),
  appname: text('obelisk', "How the server's own lists name our connections.", LEGACY('dbappname')),
  requirements: oneOf(
    ['warn', 'createclose', 'createchar'],
    'warn',
    'What is done about columns that a module needs and a table lacks: tell of them, add them with the type that is ' +
      'nearest, or add them as text. Adding makes the table too, where it is not there.',
  ),
  order_multi_row_results_by_initial_column: yesno(
    true,
    'Whether several rows come in the order of the first column that was asked for.',
  ),
  sslmode: oneOf(
    ['disable', 'require', 'verify-ca', 'verify-full'],
    'disable',
    'Whether TLS is spoken to the server: not at all, whoever it is, to one that an authority vouches for, or only ' +
      'where the certificate has its name too.',
  ),
  sslrootcert: text('', 'The certificates of the authorities that count, in PEM. Without it those of the system do.'),
  sslcert: text('', 'Our own certificate, in PEM, where the server asks for one.'),
  sslkey: text('', 'The key of our own certificate, in PEM.'),
  batch: milliseconds(
    100,
    [0, 60_000],
    'How long writes are gathered into one transaction; 0 sends each as soon as the one before is done.',
  ),
  debug: yesno(false, 'Whether each operation is logged at debug level 1, without values.'),
  notify: textWithin(
    LONGEST_CHANNEL,
    '',
    'The channel on which the server tells what others changed, once `realtime migrate` has made its triggers; ' +
      'without one nobody tells.',
  ),
  migrate: yesno(false, 'Whether tables that are not there are made at the start, as by `realtime migrate`.'),
};

export type General = Values<typeof general>;
