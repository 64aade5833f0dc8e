/** res_pgsql.conf: its names, old and new, and what is wrong in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../core/config/dialect.js';
import { LoadDeclined } from '../../core/errors.js';
import { readDatabase } from '../../modules/res_config_pgsql/read.js';

const readText = async (text: string) => readDatabase((await parseText('res_pgsql.conf', text)).config);

const OLD = 'dbhost=db\ndbport=5433\ndbname=calls\ndbuser=u\ndbpass=p;x\nappname=a\nrequirements=createchar\n';

test('the older names say the same as the newer ones', async () => {
  const older = await readText(`[general]\n${OLD}`);
  const newer = await readText(`[general]\n${OLD.replace(/db(host|port|user|pass)/g, (_, name) => NEWER[name]!)}`);
  assert.deepEqual(older, newer);
  const { settings, requirements, ordered } = older.databases.get('pgsql')!;
  assert.partialDeepStrictEqual(settings, { client: 'pg', host: 'db', port: 5433, database: 'calls', user: 'u' });
  assert.deepEqual([requirements, ordered, older.warnings], ['createchar', true, []]);
});

const NEWER: Readonly<Record<string, string>> = {
  ...{ host: 'hostname', port: 'port', user: 'user', pass: 'password' },
};

test('without a host the socket is used, and TLS only where it is asked for', async () => {
  const { databases } = await readText('[general]\nsocket=/run/pg\n[more]\nx=y\n');
  assert.partialDeepStrictEqual(databases.get('pgsql')!.settings, { socket: '/run/pg', tls: undefined });
  const tls = (await readText('[general]\nhostname=db\nsslmode=verify-full\nsslrootcert=/ca.pem\n')).databases;
  assert.partialDeepStrictEqual(tls.get('pgsql')!.settings, {
    ...{ socket: undefined, tls: { verify: 'name', ca: '/ca.pem', cert: '', key: '' } },
  });
});

test('other sections are told, and what cannot be read is refused', async () => {
  const { warnings } = await readText('[general]\n[more]\n');
  assert.match(warnings[0]!.message, /^\[more\] is passed over/);
  await assert.rejects(readText('[general]\nport=many\n'), LoadDeclined);
});

test('a channel that the server would refuse in each trigger is refused here', async () => {
  const channel = `${'c'.repeat(61)}é`;
  const { databases } = await readText(`[general]\nnotify=${channel}\n`);
  assert.partialDeepStrictEqual(databases.get('pgsql')!.settings, { feed: { channel } });
  await assert.rejects(readText(`[general]\nnotify=${channel}x\n`), {
    name: 'LoadDeclined',
    message: /notify: expected text of at most 63 octets, got 64/,
  });
});
