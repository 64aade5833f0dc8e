/** AST-2007-026: names and numbers from the wire are values to a database, whatever quotes and commands stand in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf } from '../support/phone.js';
import { NAMES_WITH_QUOTES } from '../support/quoted-names.js';
import { Stage } from '../support/realtime-phones.js';

test('AST-2007-026: no quote in a name finds a row of another name, or changes the table', async t => {
  const stage = await Stage.of(t, [{ name: '3001', secret: 'pass3001' }], { general: 'alwaysauthreject=yes' });
  const rows = stage.rows('SELECT * FROM sippeers');
  for (const name of NAMES_WITH_QUOTES) {
    const phone = await stage.phone(name, 'pass3001');
    assert.equal(statusOf(await phone.register()), 403, name);
  }
  assert.deepEqual(stage.rows('SELECT * FROM sippeers'), rows);
  const phone = await stage.phone('3001', 'pass3001');
  assert.equal(statusOf(await phone.register({ contact: `<sip:3001@127.0.0.1:${phone.port};x=%27>` })), 200);
});
