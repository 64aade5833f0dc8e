/** What drivers of servers and knex say when something fails: codes with what they mean and what helps, and words without a code. */
import type { Failure } from './operation.js';

const AUTHORITY = 'Name the certificate of its authority in sslrootcert, in res_config_mysql.conf ssl_ca.';
const REACH = 'Is the server running, and can it be reached?';
const LATER = 'It is tried again.';
const RIGHTS = 'The user of this connection needs the right to do this.';
const LOGIN = 'Correct user and password, or what the server allows this user from here.';

/** The beginning of a code (of Node, of MariaDB by name, of SQL as a state), what it means, and what the operator can do. */
export const ON_SERVERS: readonly (readonly [code: string, kind: Failure['kind'] | 'lost', advice: string])[] = [
  ['ECONNREFUSED', 'lost', REACH],
  ['ECONNRESET', 'lost', LATER],
  ['EPIPE', 'lost', LATER],
  ['ETIMEDOUT', 'lost', REACH],
  ['ENOENT', 'lost', 'There is no such socket: is the server running?'],
  ['EHOSTUNREACH', 'lost', REACH],
  ['ENETUNREACH', 'lost', REACH],
  ['ENOTFOUND', 'lost', 'No such name is known: correct the host.'],
  ['EAI_', 'lost', 'The name of the host cannot be looked up now.'],
  ['PROTOCOL_', 'lost', LATER],
  ['HANDSHAKE_', 'lost', 'Does the server speak TLS, or must it be spoken?'],
  ['SELF_SIGNED', 'lost', AUTHORITY],
  ['DEPTH_ZERO', 'lost', AUTHORITY],
  ['UNABLE_TO_', 'lost', AUTHORITY],
  ['ERR_TLS_', 'lost', 'The certificate of the server is not for this name of it.'],
  ['CERT_', 'lost', 'The certificate of the server cannot be used.'],
  ['ER_ACCESS_DENIED', 'lost', LOGIN],
  ['ER_DBACCESS_DENIED', 'lost', LOGIN],
  ['ER_BAD_DB', 'lost', 'Make the database, or correct its name.'],
  ['ER_CON_COUNT', 'lost', 'The server takes no more connections.'],
  ['ER_SERVER_SHUTDOWN', 'lost', LATER],
  ['ER_CONNECTION_KILLED', 'lost', LATER],
  ['ER_LOCK_', 'busy', ''],
  ['ER_TABLEACCESS_DENIED', 'unavailable', RIGHTS],
  ['ER_COLUMNACCESS_DENIED', 'unavailable', RIGHTS],
  ['ER_RECORD_FILE_FULL', 'unavailable', 'Make room on the disk of the server.'],
  ['ER_DISK_FULL', 'unavailable', 'Make room on the disk of the server.'],
  ['ER_OPTION_PREVENTS', 'unavailable', 'The server takes no writes now.'],
  ['ER_CANT_EXECUTE_IN_READ_ONLY', 'unavailable', 'The server takes no writes now.'],
  ['ER_TRUNCATED_WRONG', 'refused', ''],
  ['ER_NO_DEFAULT', 'refused', ''],
  ['08', 'lost', REACH],
  ['22', 'refused', ''],
  ['23', 'refused', ''],
  ['25006', 'unavailable', 'The server takes no writes now.'],
  ['28', 'lost', LOGIN],
  ['3D', 'lost', 'Make the database, or correct its name.'],
  ['40', 'busy', ''],
  ['42501', 'unavailable', RIGHTS],
  ['42', 'refused', ''],
  ['53100', 'unavailable', 'Make room on the disk of the server.'],
  ['53', 'lost', 'The server takes no more connections.'],
  ['55P03', 'busy', ''],
  ['57P', 'lost', LATER],
];

/** A connection that ended, could not be made in time, or none that was free: told without a code. */
export const LOST_WORDS =
  /(?:Connection terminated.*|Query read timeout.*|timeout expired.*|timeout exceeded when trying to connect.*|Knex: Timeout acquiring.*|Client has encountered a connection error.*|Can't add new command when connection.*|The server does not support SSL.*|Server does not support secure connection.*|Unable to acquire a connection.*|aborted)$/;
