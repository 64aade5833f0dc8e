/** The databases of a res_config_mysql.conf, with everything that is wrong in it. */
import { type ConfigFile, initial, LoadDeclined, type Problem, read } from '#core';
import type { DatabaseSection, Sections, ServerSettings, TlsSettings } from '../res_knex/token.js';
import { type Database, database } from './options.js';

/** Milliseconds for which a write is tried again that met another's lock. */
const BUSY_TIMEOUT = 10_000;

/** @throws LoadDeclined with all problems */
export function readDatabases(file: ConfigFile): Sections {
  const databases = new Map<string, DatabaseSection>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const section of file.sections) {
    if (section.template) continue;
    const reading = read(database, section.variables);
    problems.push(...reading.problems);
    warnings.push(...reading.warnings);
    const values = { ...initial(database), ...reading.set };
    const { requirements, migrate } = values;
    databases.set(section.name, { settings: settingsOf(values), requirements, migrate, seeds: [] });
  }
  if (problems.length > 0) throw new LoadDeclined(`${file.name} has errors`, problems, warnings);
  return { databases, warnings };
}

/** `read/write`: what is asked goes to the one, what is changed to the other. */
export function namesOf(database: string): { reads: string; writes: string } {
  const [reads = '', writes = reads] = database.split('/');
  return { reads, writes };
}

const settingsOf = (values: Database): ServerSettings => ({
  client: 'mysql2',
  host: values.dbhost === '' ? '127.0.0.1' : values.dbhost,
  port: values.dbport,
  socket: values.dbhost === '' && values.dbsock !== '' ? values.dbsock : undefined,
  database: values.dbname,
  user: values.dbuser,
  password: values.dbpass,
  charset: values.dbcharset,
  tls: tlsOf(values),
  batch: values.batch,
  busyTimeout: BUSY_TIMEOUT,
  debug: values.debug,
  feed: values.poll === 0 ? undefined : { every: values.poll },
});

const VERIFY: Readonly<Record<Database['ssl'], TlsSettings['verify'] | undefined>> = {
  no: undefined,
  yes: 'none',
  authority: 'authority',
  verify: 'name',
};

function tlsOf({ ssl, ssl_ca, ssl_cert, ssl_key }: Database): TlsSettings | undefined {
  const verify = VERIFY[ssl];
  return verify && { verify, ca: ssl_ca, cert: ssl_cert, key: ssl_key };
}
