import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActionTable, type ManagerAction } from '../../core/manager.js';

const action = (name: string): ManagerAction => ({ name, privileges: [], summary: name, run: () => undefined });

test('actions are found whatever the case of their letters, until they are withdrawn', () => {
  const table = new ActionTable();
  const withdraw = table.add('one', action('Ping'), action('Echo'));
  assert.equal(table.find('pING')?.owner, 'one');
  assert.deepEqual(
    table.all().map(({ action: { name } }) => name),
    ['Echo', 'Ping'],
  );
  withdraw();
  withdraw();
  assert.equal(table.size, 0);
});

test('a name is had by one alone, and of several actions all or none come', () => {
  const table = new ActionTable();
  const withdraw = table.add('one', action('Ping'));
  assert.throws(() => table.add('two', action('Other'), action('PING')), /'PING' is already provided by one/);
  assert.throws(() => table.add('two', action('A'), action('a')), /'a' is already provided by two/);
  assert.equal(table.size, 1);
  withdraw();
  table.add('two', action('Ping'));
  withdraw();
  assert.equal(table.find('Ping')?.owner, 'two');
});
