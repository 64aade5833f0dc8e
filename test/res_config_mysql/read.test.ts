/** res_config_mysql.conf: a database for each section, and two for what extconfig.conf calls one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../core/config/dialect.js';
import { LoadDeclined } from '../../core/errors.js';
import { namesOf, readDatabases } from '../../modules/res_config_mysql/read.js';

const readText = async (text: string) => readDatabases((await parseText('res_config_mysql.conf', text)).config);

test('each section is a database, at a host, at a socket, or here', async () => {
  const { databases, warnings } = await readText(
    '[general]\ndbhost=db\ndbport=3307\ndbname=calls\ndbuser=u\ndbpass=p\nssl=verify\n[main]\ndbsock=/run/my\n[here]\n',
  );
  const settings = [...databases].map(([name, section]) => [name, section.settings] as const);
  assert.partialDeepStrictEqual(settings, [
    ['general', { client: 'mysql2', host: 'db', port: 3307, database: 'calls', user: 'u', password: 'p' }],
    ['main', { socket: '/run/my', tls: undefined, database: 'asterisk' }],
    ['here', { socket: undefined, host: '127.0.0.1', port: 3306 }],
  ]);
  assert.deepEqual(warnings, []);
  await assert.rejects(readText('[general]\ndbport=many\n'), LoadDeclined);
});

test('two names are one to ask and one to write to', () => {
  assert.deepEqual(namesOf('near/main'), { reads: 'near', writes: 'main' });
  assert.deepEqual(namesOf('main'), { reads: 'main', writes: 'main' });
});
