import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTree, printTree } from '../../../core/config/tree.js';
import { dialectText } from '../../support/dialect-text.js';
import fc from '../../support/property.js';

test('printing what was parsed gives the text, whatever it is', () => {
  const text = fc.oneof(dialectText, fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(text, sample => assert.equal(printTree(parseTree(sample)), sample)),
    { numRuns: 2000 },
  );
});

test('lines are numbered, and end as they end', () => {
  const lines = parseTree('\uFEFF[a]\r\nx=1\n\r\ny=\r').lines.map(({ number, raw, end }) => [number, raw, end]);
  assert.deepEqual(lines, [
    [1, '[a]', '\r\n'],
    [2, 'x=1', '\n'],
    [3, '', '\r\n'],
    [4, 'y=\r', ''],
  ]);
});
