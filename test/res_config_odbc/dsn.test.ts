/** DSNs of odbc.ini as settings: which driver is which database, where values are, and what is wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initial } from '../../core/config/options.js';
import { settingsOf } from '../../modules/res_config_odbc/dsn.js';
import { parseIni, pathsOf } from '../../modules/res_config_odbc/ini-files.js';
import { odbcClass } from '../../modules/res_config_odbc/options.js';

const DRIVERS = parseIni(`
[PG]
Description = For databases
Driver = /usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so
[Maria]
Driver64 = /usr/lib/x86_64-linux-gnu/odbc/libmaodbc.so
[Other]
Driver = libtdsodbc.so
`);

const DSNS: readonly [text: string, expected: object][] = [
  [
    'Driver=PG\nServername=db\nPort=5433\nDatabase=calls\nUserName=u\nPassword=a#b;c\\d\nSSLmode=verify-full\nReadOnly=true',
    {
      ...{
        client: 'pg',
        host: 'db',
        port: 5433,
        database: 'calls',
        user: 'u',
        password: 'a#b;c\\d',
        socket: undefined,
      },
      ...{
        tls: { verify: 'name' },
        greeting: 'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED',
      },
    },
  ],
  [
    'driver = pg\nServer = /var/run/postgresql\nDatabase = x',
    { client: 'pg', socket: '/var/run/postgresql', user: 'calls' },
  ],
  [
    'Driver=Maria\nSERVER=db\nDATABASE=x\nUID=u\nPWD=p\nSOCKET=/run/my\nSSLCA=/ca.pem',
    {
      client: 'mysql2',
      host: 'db',
      port: 3306,
      user: 'u',
      socket: '/run/my',
      tls: { verify: 'authority', ca: '/ca.pem' },
    },
  ],
  ['Driver=MySQL ODBC 8.0 Unicode Driver\nDB=x', { client: 'mysql2', host: '127.0.0.1', database: 'x' }],
  ['Driver=/usr/lib/libsqlite3odbc.so\nDatabase=/var/lib/x.db', { client: 'better-sqlite3', file: '/var/lib/x.db' }],
];

const of = (text: string, more = {}) =>
  settingsOf('calls', { ...initial(odbcClass), dsn: 'My.DSN', ...more }, [parseIni(''), parseIni(text)], DRIVERS);

for (const [text, expected] of DSNS) {
  test(`a DSN is read: ${text.split('\n')[0]}`, () => {
    assert.partialDeepStrictEqual(of(`; a comment\n# another\n[other]\nDriver=x\n[my.dsn]\n${text}\n`), expected);
  });
}

test("what res_odbc.conf says counts before odbc.ini's", () => {
  const text = '[My.DSN]\nDriver=PG\nUserName=u\nPassword=p\n';
  const more = { username: 'a', password: 'b', max_connections: 7, isolation: 'serializable' };
  const { greeting, ...settings } = of(text, more) as { greeting: string };
  assert.partialDeepStrictEqual(settings, { user: 'a', password: 'b', connections: 7 });
  assert.match(greeting, /SERIALIZABLE$/);
});

const TLS: readonly [text: string, verify: string | undefined][] = [
  ['Driver=Maria\nServer=db', undefined],
  ['Driver=Maria\nServer=db\nSSLVerify=0\nForceTLS=0', undefined],
  ['Driver=Maria\nServer=db\nForceTLS=1', 'none'],
  ['Driver=Maria\nServer=db\nSSLVerify=1', 'name'],
  ['Driver=Maria\nServer=db\nForceTLS=1\nSSLCA=/ca.pem', 'authority'],
  ['Driver=Maria\nServer=db\nSSLMODE=REQUIRED', 'none'],
  ['Driver=Maria\nServer=db\nssl-mode=VERIFY_CA', 'authority'],
  ['Driver=Maria\nServer=db\nSSLMODE=VERIFY_IDENTITY\nSSLCA=/ca.pem', 'name'],
  ['Driver=PG\nServer=db\nSSLmode=prefer', undefined],
  ['Driver=PG\nServer=db\nSSLmode=Require', 'none'],
];

for (const [text, verify] of TLS) {
  test(`TLS is spoken where a DSN says so: ${text.split('\n').slice(2).join(', ') || 'nothing'}`, () => {
    const { tls } = of(`[My.DSN]\n${text}\n`) as { tls: { verify: string } | undefined };
    assert.equal(tls?.verify, verify);
  });
}

const WRONG: readonly [text: string, message: RegExp][] = [
  ['[other]\nDriver=PG', /^odbc\.ini has no DSN \[My\.DSN\]$/],
  ['[My.DSN]\nDriver=Other', /has the driver 'Other': it is none for PostgreSQL, MariaDB or SQLite$/],
  ['[My.DSN]\nServer=db', /has the driver ''/],
  ['[My.DSN]\nDriver=sqlite3\nDatabase=x.db', /Database must be the whole path of a file, got 'x\.db'$/],
  ['[My.DSN]\nDriver=PG\nSSLmode=verify_full', /DSN \[My\.DSN\]: SSLmode must be one of .*, got 'verify_full'$/],
  ['[My.DSN]\nDriver=Maria\nSSLmode=require', /SSLmode must be one of .*required.*, got 'require'$/],
  ['[My.DSN]\nDriver=PG\nPort=many', /Port must be 1-65535$/],
];

for (const [text, message] of WRONG) {
  test(`what cannot be used is told: ${message.source}`, () => assert.throws(() => of(text), { message }));
}

test('the files are where the environment says', () => {
  const none = { ODBCINI: '', ODBCSYSINI: '', ODBCINSTINI: '' };
  assert.equal(pathsOf(none).dsns[1], '/etc/odbc.ini');
  assert.equal(pathsOf(none).drivers, '/etc/odbcinst.ini');
  const set = { ODBCINI: '/u.ini', ODBCSYSINI: '/d', ODBCINSTINI: 'inst.ini' };
  assert.deepEqual(pathsOf(set), { dsns: ['/u.ini', '/d/odbc.ini'], drivers: '/d/inst.ini' });
});
