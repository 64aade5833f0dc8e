/** The npm package sqlite3 in place of the one that Obelisk brings: the same answers where it is installed, a clear word where not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SqlStage, when } from './stage.js';

function isInstalled(): boolean {
  try {
    require.resolve('sqlite3');
    return true;
  } catch {
    return false;
  }
}

const installed = isInstalled();

test('without the package it is told what to install', { skip: installed && 'sqlite3 is installed here' }, async t => {
  const stage = await SqlStage.of(t, { client: 'sqlite3' });
  assert.match(
    await stage.refusal(stage.connection.columns('phones')),
    /the npm package 'sqlite3' is not there: 'npm install sqlite3' in Obelisk's directory, or leave client out$/,
  );
});

test('with the package a file is read and written as with the other', {
  skip: !installed && 'the npm package sqlite3 is not installed',
}, async t => {
  const stage = await SqlStage.of(t, {
    client: 'sqlite3',
    before: ({ sql, file }) => sql('CREATE TABLE phones (name TEXT PRIMARY KEY, Port INTEGER, weight REAL)', file),
  });
  const { connection } = stage;
  await connection.insert('phones', { name: 'a', PORT: '5060', weight: '1.5' });
  assert.deepEqual(await connection.first('phones', when('port', '5060')), { name: 'a', Port: '5060', weight: '1.5' });
  assert.equal(await connection.update('phones', when('name', 'a'), { port: '5070' }), 1);
  await assert.rejects(connection.insert('phones', { name: 'a' }), { kind: 'refused' });
  const both = await Promise.allSettled([
    connection.insert('phones', { name: 'a' }),
    connection.insert('phones', { name: 'b' }),
  ]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
  assert.deepEqual(stage.rows('SELECT name, Port FROM phones ORDER BY name'), [
    { name: 'a', Port: 5070 },
    { name: 'b', Port: null },
  ]);
  const { created } = await connection.migrate();
  assert.ok(created.includes('sippeers'));
  assert.deepEqual((await connection.migrate()).created, []);
  assert.equal(stage.row.state, 'up');
});
