/** A DSN as the settings of a connection: its driver decides which kind of database it is. */
import type { ConnectionSettings, TlsSettings } from '../res_knex/token.js';
import type { Ini, Section } from './ini-files.js';
import type { OdbcClass } from './options.js';

/** Where unixODBC's drivers keep a value, whatever the driver: the first that is there counts. */
const KEYS = {
  host: ['servername', 'server', 'host'],
  port: ['port'],
  database: ['database', 'databasename', 'db', 'dbname'],
  user: ['username', 'user', 'uid'],
  password: ['password', 'pwd'],
  socket: ['socket'],
  charset: ['charset'],
} as const;

type Settings = (dsn: Section, about: OdbcClass, name: string) => ConnectionSettings;

/** Milliseconds for which a write is tried again that met another's lock. */
const BUSY_TIMEOUT = 10_000;

const value = (dsn: Section, what: keyof typeof KEYS): string =>
  KEYS[what].map(key => dsn.get(key)).find(found => found !== undefined) ?? '';

const shared = (about: OdbcClass) => ({ batch: about.batch, busyTimeout: BUSY_TIMEOUT, debug: about.logging });

const onServer = (dsn: Section, about: OdbcClass, name: string) => ({
  host: value(dsn, 'host') || '127.0.0.1',
  database: value(dsn, 'database'),
  user: about.username || value(dsn, 'user') || name,
  password: about.password || value(dsn, 'password'),
  connections: about.max_connections,
  connectTimeout: about.connect_timeout * 1000,
  ...shared(about),
});

const level = ({ isolation }: OdbcClass): string => isolation.replace('_', ' ').toUpperCase();

/** Words for whether TLS is spoken, and what is asked of the server then; undefined: it is not. */
type Modes = Readonly<Record<string, TlsSettings['verify'] | undefined>>;

/** Of psqlodbc. Where it may choose, nothing is asked of the server. */
const SSL_MODES: Modes = {
  ...{ '': undefined, disable: undefined, allow: undefined, prefer: undefined },
  ...{ require: 'none', 'verify-ca': 'authority', 'verify-full': 'name' },
};

/** Of MySQL's own driver. */
const MYSQL_MODES: Modes = {
  ...{ '': undefined, disabled: undefined, preferred: undefined },
  ...{ required: 'none', verify_ca: 'authority', verify_identity: 'name' },
};

/** A word that is none must not come to a connection that anybody can read. */
function modeOf(modes: Modes, { dsn }: OdbcClass, word = ''): TlsSettings['verify'] | undefined {
  const mode = word.toLowerCase();
  if (!Object.hasOwn(modes, mode))
    throw new Error(
      `DSN [${dsn}]: SSLmode must be one of ${Object.keys(modes).filter(Boolean).join(', ')}, got '${word}'`,
    );
  return modes[mode];
}

const postgres: Settings = (dsn, about, name) => {
  const settings = onServer(dsn, about, name);
  const verify = modeOf(SSL_MODES, about, dsn.get('sslmode'));
  return {
    client: 'pg',
    ...settings,
    port: Number(value(dsn, 'port') || 5432),
    // As libpq has it: a host that is a path is the directory of a socket.
    socket: settings.host.startsWith('/') ? settings.host : undefined,
    tls: verify && { verify },
    feed: about.notify === '' ? undefined : { channel: about.notify },
    greeting: `SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL ${level(about)}`,
  };
};

const mysql: Settings = (dsn, about, name) => ({
  client: 'mysql2',
  ...onServer(dsn, about, name),
  port: Number(value(dsn, 'port') || 3306),
  socket: value(dsn, 'socket') || undefined,
  charset: value(dsn, 'charset') || undefined,
  feed: about.poll === 0 ? undefined : { every: about.poll },
  tls: mysqlTls(dsn, about),
  greeting: `SET SESSION TRANSACTION ISOLATION LEVEL ${level(about)}`,
});

const isOn = (dsn: Section, key: string): boolean => /^(?:1|yes|true)$/i.test(dsn.get(key) ?? '');

/** Whatever of a DSN says that TLS is to be spoken, of MariaDB's driver and of MySQL's; what asks most counts. */
function mysqlTls(dsn: Section, about: OdbcClass): TlsSettings | undefined {
  const ca = dsn.get('sslca');
  const mode = modeOf(MYSQL_MODES, about, dsn.get('sslmode') ?? dsn.get('ssl-mode'));
  const asked = {
    name: mode === 'name' || isOn(dsn, 'sslverify'),
    authority: mode === 'authority' || ca !== undefined,
    none: mode === 'none' || isOn(dsn, 'forcetls'),
  };
  const verify = (['name', 'authority', 'none'] as const).find(one => asked[one]);
  return verify && { verify, ca, cert: dsn.get('sslcert'), key: dsn.get('sslkey') };
}

const sqlite: Settings = (dsn, about) => ({
  client: 'better-sqlite3',
  file: value(dsn, 'database'),
  ...shared(about),
});

/** What the name of a driver, or of its file, says of the database. */
const DRIVERS: readonly (readonly [name: RegExp, settings: Settings])[] = [
  [/psql|postgres/i, postgres],
  [/mysql|maria|myodbc|maodbc/i, mysql],
  [/sqlite/i, sqlite],
];

/** @throws Error in the operator's words */
export function settingsOf(name: string, about: OdbcClass, dsns: readonly Ini[], drivers: Ini): ConnectionSettings {
  const dsn = dsns.map(ini => ini.section(about.dsn)).find(found => found !== undefined);
  if (!dsn) throw new Error(`odbc.ini has no DSN [${about.dsn}]`);
  const driver = dsn.get('driver') ?? '';
  const known = drivers.section(driver);
  const words = [driver, known?.get('driver64') ?? known?.get('driver') ?? '', known?.get('description') ?? ''];
  const kind = words.map(text => DRIVERS.find(([pattern]) => pattern.test(text))).find(found => found !== undefined);
  if (!kind) {
    throw new Error(`DSN [${about.dsn}] has the driver '${driver}': it is none for PostgreSQL, MariaDB or SQLite`);
  }
  const settings = kind[1](dsn, about, name);
  if ('file' in settings && !settings.file.startsWith('/'))
    throw new Error(`DSN [${about.dsn}]: Database must be the whole path of a file, got '${settings.file}'`);
  if ('port' in settings && !(settings.port > 0 && settings.port < 65_536))
    throw new Error(`DSN [${about.dsn}]: Port must be 1-65535`);
  return settings;
}
