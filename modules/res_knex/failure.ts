/** What a thrown error says of the database: held by another, unable, or asked for nonsense; and what helps. */
import type { Row } from '#core';
import type { Failure } from './operation.js';
import { LOST_WORDS, ON_SERVERS } from './server-failures.js';

/** An operation that makes no sense to this database. Found before any statement was sent. */
export class Refused extends Error {
  constructor(
    message: string,
    /** Columns that have no room for what was to be written. */
    readonly tooLong: readonly string[] = [],
  ) {
    super(message);
    this.name = 'Refused';
  }
}

/** The beginning of a driver's code, what it means, and what the operator can do. The first that fits counts. */
const CODES: readonly (readonly [code: string, kind: Failure['kind'] | 'lost', advice: string])[] = [
  ['SQLITE_BUSY', 'busy', 'Another process holds the file: end that process, or wait for it.'],
  ['SQLITE_PROTOCOL', 'busy', 'Another process holds the file: end that process, or wait for it.'],
  ['SQLITE_LOCKED', 'busy', 'Another process holds the file: end that process, or wait for it.'],
  ['SQLITE_CONSTRAINT', 'refused', ''],
  ['SQLITE_MISMATCH', 'refused', ''],
  ['SQLITE_TOOBIG', 'refused', ''],
  ['SQLITE_RANGE', 'refused', ''],
  ['SQLITE_FULL', 'unavailable', 'The disk, or the quota of the file, is full: make room.'],
  ['SQLITE_NOTADB', 'unavailable', 'Restore it from a copy, or move it aside to begin an empty one.'],
  ['SQLITE_CORRUPT', 'unavailable', 'Restore it from a copy, or move it aside to begin an empty one.'],
  ['SQLITE_READONLY', 'unavailable', 'This user must be able to write the file and its directory.'],
  ['SQLITE_CANTOPEN', 'unavailable', 'This user must be able to read and write the file and its directory.'],
  ['SQLITE_PERM', 'unavailable', 'This user must be able to read and write the file and its directory.'],
  ['SQLITE_IOERR', 'unavailable', 'The disk fails: look at the log of the machine.'],
  ['EACCES', 'unavailable', 'This user must be able to read and write the file and its directory.'],
  ...ON_SERVERS,
  // The bare code last: whatever is wrong with a statement has it.
  ['SQLITE_ERROR', 'refused', ''],
];

/** Of the connection with the database as a whole, in the operator's words. */
export const unavailable = (message: string): Failure => ({ ok: false, kind: 'unavailable', code: '', message });

export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Refused) {
    const { message, tooLong } = thrown;
    return { ok: false, kind: 'refused', code: '', message, ...(tooLong.length > 0 && { tooLong }) };
  }
  const code = codeOf(thrown);
  const [, kind, advice] = CODES.find(([start]) => code.startsWith(start)) ?? byState(thrown) ?? byWords(thrown);
  const words = wordsOf(thrown);
  const message = advice === '' ? words : `${words}. ${advice}`;
  return kind === 'lost'
    ? { ok: false, kind: 'unavailable', code, message, lost: true }
    : { ok: false, kind, code, message };
}

/** What servers say of a character that the column, or the database, has none for: NUL is one on PostgreSQL. */
const NO_CHARACTER: ReadonlySet<string> = new Set(['22021', '22P05', 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD']);
const PLAIN = /^[\x20-\x7e]*$/;
/** As MariaDB and MySQL end the sentence. */
const NAMED = /for column (?:`[^`]*`\.)*[`']([^`']+)[`'] at row \d+$/;

/** A refusal with the columns that have no room for what is said in a change: the one that is named, or all that come into question. */
export function unwritable(failure: Failure, changes: Row): Failure {
  if (!NO_CHARACTER.has(failure.code)) return failure;
  const strange = Object.keys(changes).filter(column => !PLAIN.test(changes[column] ?? ''));
  const named = NAMED.exec(failure.message)?.[1]?.toLowerCase();
  const blamed = strange.filter(column => column.toLowerCase() === named);
  const tooLong = blamed.length > 0 ? blamed : strange;
  return tooLong.length > 0 ? { ...failure, tooLong } : failure;
}

/** MariaDB says what kind of error it is beside its own code for it. */
const byState = (thrown: unknown): (typeof CODES)[number] | undefined => {
  if (!(thrown instanceof Error && 'sqlState' in thrown)) return undefined;
  const state = String(thrown.sqlState);
  return CODES.find(([start]) => state.startsWith(start));
};

const byWords = (thrown: unknown): (typeof CODES)[number] =>
  thrown instanceof Error && LOST_WORDS.test(thrown.message)
    ? ['', 'lost', 'Is the server running, and can it be reached?']
    : ['', 'unavailable', ''];

/** The migrator of knex wraps what it met when it could not have its lock, and loses the code: the end of its words, and that code. */
const LOCKED_OUT: readonly (readonly [end: string, code: string])[] = [
  ['database is locked', 'SQLITE_BUSY'],
  ['attempt to write a readonly database', 'SQLITE_READONLY'],
  ['database or disk is full', 'SQLITE_FULL'],
];

/** What mysql2 says of a handshake, whatever was wrong with it: its words, and the code of what they mean. */
const HANDSHAKES: readonly (readonly [words: RegExp, code: string])[] = [
  [/self[- ]signed|unable to (?:get|verify)/, 'SELF_SIGNED'],
  [/does not match certificate/, 'ERR_TLS_'],
  [/certificate/, 'CERT_'],
];

const codeOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return '';
  if ('code' in thrown && thrown.code === 'HANDSHAKE_SSL_ERROR')
    return HANDSHAKES.find(([words]) => words.test(thrown.message))?.[1] ?? 'HANDSHAKE_';
  if ('code' in thrown) return String(thrown.code);
  if (thrown.name !== 'MigrationLocked') return '';
  return LOCKED_OUT.find(([end]) => thrown.message.endsWith(end))?.[1] ?? '';
};

/** In place of knex's guess at a mistake of ours. */
const NOT_LET_IN = 'the server has not let us in within its time';

/** The driver's words without the statement that knex puts before them. */
const wordsOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  const [lost] = LOST_WORDS.exec(thrown.message) ?? [];
  const message = lost?.startsWith('Knex: Timeout') ? NOT_LET_IN : (lost ?? (thrown.message || codeOf(thrown)));
  const at = codeOf(thrown) === '' ? -1 : message.lastIndexOf(' - ');
  return at < 0 ? message : message.slice(at + 3);
};
