import assert from 'node:assert/strict';
import { test } from 'node:test';
import { condition } from '../../../core/config/condition.js';
import { Invalid } from '../../../core/config/options.js';

const read: [field: string, column: string, operator: string][] = [
  ['name', 'name', '='],
  ['name =', 'name', '='],
  ['name !=', 'name', '!='],
  ['name <>', 'name', '!='],
  ['port <', 'port', '<'],
  ['port <=', 'port', '<='],
  ['port >', 'port', '>'],
  ['port >=', 'port', '>='],
  ['name LIKE', 'name', 'LIKE'],
  ['name like', 'name', 'LIKE'],
  [' name  not   like ', 'name', 'NOT LIKE'],
];

for (const [field, column, operator] of read) {
  test(`the field '${field}' asks ${column} ${operator}`, () => {
    assert.deepEqual(condition(field, '%;\'"'), { column, operator, value: '%;\'"' });
  });
}

for (const field of ['', ' ', 'name = 1 OR 1', 'name;', 'name IS', 'name toString'] as const) {
  const wrong = field !== 'name;';
  test(`the field '${field}' is ${wrong ? 'refused' : 'a column of a strange name, for the driver to refuse'}`, () => {
    if (wrong) assert.throws(() => condition(field, 'x'), Invalid);
    else assert.equal(condition(field, 'x').column, field);
  });
}
