/** What is made of the words of drivers and of knex. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from '../../modules/res_knex/failure.js';

const LOCKED_OUT: readonly [end: string, kind: string, message: string][] = [
  [
    'database is locked',
    'busy',
    'database is locked. Another process holds the file: end that process, or wait for it.',
  ],
  [
    'attempt to write a readonly database',
    'unavailable',
    'attempt to write a readonly database. This user must be able to write the file and its directory.',
  ],
  [
    'database or disk is full',
    'unavailable',
    'database or disk is full. The disk, or the quota of the file, is full: make room.',
  ],
  ['something else', 'unavailable', 'update `t` set `a` = ? - something else'],
];

for (const [end, kind, message] of LOCKED_OUT) {
  test(`tables that cannot be made because of '${end}' are told with the cure, as far as there is one`, () => {
    const thrown = Object.assign(new Error(`update \`t\` set \`a\` = ? - ${end}`), { name: 'MigrationLocked' });
    const failure = failureOf(thrown);
    assert.deepEqual([failure.kind, failure.message], [kind, message]);
  });
}
