/** Names of accounts that would mean something to a database, or to a pattern, as they are written in a URI. */
const NAMES = ["3001' OR '1'='1", "3001'--", '3001"; DROP TABLE sippeers; --', "3001\\'", "'", '3001%', '300_', '300*'];

export const NAMES_WITH_QUOTES: readonly string[] = NAMES.map(name =>
  [...Buffer.from(name)].map(octet => `%${octet.toString(16).padStart(2, '0')}`).join(''),
);
