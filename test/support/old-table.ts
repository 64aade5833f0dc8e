/** A table of accounts as an old install has it: every column a text, names in capitals, a contact of 80 characters. */
import type { ServerKind } from './database-server.js';

const TABLE = `CREATE TABLE sippeers (
  id INTEGER, NAME VARCHAR(80), ipaddr VARCHAR(45), port VARCHAR(10), regseconds VARCHAR(20), defaultuser VARCHAR(40),
  fullcontact VARCHAR(80), regserver VARCHAR(20), useragent VARCHAR(255), lastms VARCHAR(11), host VARCHAR(40),
  type VARCHAR(6), context VARCHAR(40), secret TEXT, deny VARCHAR(95), "call-limit" VARCHAR(40), qualify VARCHAR(40),
  callbackextension VARCHAR(40), insecure VARCHAR(40))`;

export const oldTable = (kind: ServerKind, more = ''): string =>
  kind === 'mariadb' ? `SET sql_mode = 'ANSI_QUOTES'; ${TABLE} CHARACTER SET utf8mb4 ${more}` : TABLE;
