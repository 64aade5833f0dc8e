/** The database of a res_pgsql.conf, with everything that is wrong in the file. */
import { type ConfigFile, initial, LoadDeclined, type Problem, read } from '#core';
import type { DatabaseSection, Sections, TlsSettings } from '../res_knex/token.js';
import { type General, general } from './options.js';

/** What commands call the connection. extconfig.conf may call it anything: there is one. */
export const CONNECTION = 'pgsql';

/** Milliseconds for which a write is tried again that met another's lock. */
const BUSY_TIMEOUT = 10_000;

/** @throws LoadDeclined with all problems */
export function readDatabase(file: ConfigFile): Sections {
  const databases = new Map<string, DatabaseSection>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { name, template, variables, file: where, line } of file.sections) {
    if (template) continue;
    if (name.toLowerCase() !== 'general') {
      warnings.push({ file: where, line, message: `[${name}] is passed over: the database is that of [general]` });
      continue;
    }
    const reading = read(general, variables);
    problems.push(...reading.problems);
    warnings.push(...reading.warnings);
    databases.set(CONNECTION, sectionOf({ ...initial(general), ...reading.set }));
  }
  if (problems.length > 0) throw new LoadDeclined(`${file.name} has errors`, problems, warnings);
  return { databases, warnings };
}

const sectionOf = (values: General): DatabaseSection => ({
  settings: {
    client: 'pg',
    host: values.hostname,
    port: values.port,
    socket: values.hostname === '' ? values.socket : undefined,
    database: values.dbname,
    user: values.user,
    password: values.password,
    applicationName: values.appname,
    tls: tlsOf(values),
    batch: values.batch,
    busyTimeout: BUSY_TIMEOUT,
    debug: values.debug,
    feed: values.notify === '' ? undefined : { channel: values.notify },
  },
  requirements: values.requirements,
  migrate: values.migrate,
  seeds: [],
  ordered: values.order_multi_row_results_by_initial_column,
});

const VERIFY: Readonly<Record<General['sslmode'], TlsSettings['verify'] | undefined>> = {
  disable: undefined,
  require: 'none',
  'verify-ca': 'authority',
  'verify-full': 'name',
};

function tlsOf({ sslmode, sslrootcert, sslcert, sslkey }: General): TlsSettings | undefined {
  const verify = VERIFY[sslmode];
  return verify && { verify, ca: sslrootcert, cert: sslcert, key: sslkey };
}
